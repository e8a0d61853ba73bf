/** A machine as the command line asked for it, with the file that its frames go to. */
import { DEFAULT_COST, Machine, NO_COST } from '@warren/core';
import { createHostFile, writeError } from './host.ts';
import { hostClock } from './host-clock.ts';
import { reason } from './reasons.ts';

/** What `warren run` and `warren sh` have in common. */
export interface BootOptions {
  readonly seed: number;
  readonly clock: 'virtual' | 'real';
  readonly cost: 'linux' | 'none';
  /** The file that gets every frame, or null. */
  readonly pcap: string | null;
}

export interface Booted {
  readonly machine: Machine;
  /** Ends the capture. @returns whether all frames are in the file */
  close(): boolean;
}

/** Boots a machine. @returns null, and says why, when the capture's file cannot be made. */
export function boot(options: BootOptions, files: ReadonlyMap<string, Uint8Array> = new Map()): Booted | null {
  const { pcap } = options;
  const captureFile = pcap === null ? null : createHostFile(pcap);
  if (captureFile !== null && 'code' in captureFile) {
    writeError(`warren: ${pcap}: ${reason(captureFile.code)}\n`);
    return null;
  }
  const machine = Machine.boot({
    host: hostClock,
    seed: options.seed,
    speed: options.clock === 'real' ? 1 : 0,
    cost: options.cost === 'none' ? NO_COST : DEFAULT_COST,
    ...(options.clock === 'real' ? { bootRealtime: BigInt(Date.now()) * 1_000_000n } : {}),
    files,
    onCrash: (process, error) => {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      writeError(`warren: a bug of Warren's own ended ${process.name} (pid ${process.pid}): ${what}\n`);
    },
  });
  let lost: string | null = null;
  const write = (bytes: Uint8Array): void => {
    // A file that ends early stays readable; nothing is written behind a gap.
    if (lost !== null || captureFile === null) return;
    lost = captureFile.write(bytes);
    if (lost !== null) writeError(`warren: ${pcap}: ${reason(lost)}\n`);
  };
  const capture = captureFile === null ? null : machine.capture(write);
  return {
    machine,
    close() {
      capture?.close();
      captureFile?.close();
      return lost === null;
    },
  };
}
