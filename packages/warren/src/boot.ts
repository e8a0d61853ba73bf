/** A machine as the command line asked for it, with the file that its frames go to. */
import { bootProfile, type Capture, DEFAULT_COST, type Machine, NO_COST, profiles } from '@warren/core';
import { createHostFile, writeError } from './host.ts';
import { hostClock } from './host-clock.ts';
import { reason } from './reasons.ts';

/** What `warren run` and `warren sh` have in common. */
export interface BootOptions {
  /** Name of one of the profiles. */
  readonly profile: string;
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
export async function boot(
  options: BootOptions,
  files: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<Booted | null> {
  const { pcap } = options;
  const profile = profiles.find((p) => p.name === options.profile);
  if (profile === undefined) {
    const known = profiles.map((p) => `  ${p.name.padEnd(8)} ${p.description}\n`).join('');
    writeError(`warren: --profile ${options.profile}: there is no such profile. There are:\n${known}`);
    return null;
  }
  const captureFile = pcap === null ? null : createHostFile(pcap);
  if (captureFile !== null && 'code' in captureFile) {
    writeError(`warren: ${pcap}: ${reason(captureFile.code)}\n`);
    return null;
  }
  let lost: string | null = null;
  const write = (bytes: Uint8Array): void => {
    // A file that ends early stays readable; nothing is written behind a gap.
    if (lost !== null || captureFile === null) return;
    lost = captureFile.write(bytes);
    if (lost !== null) writeError(`warren: ${pcap}: ${reason(lost)}\n`);
  };
  let capture: Capture | null = null;
  const machine = await bootProfile(profile, {
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
    onBoot: (booting) => {
      if (captureFile !== null) capture = booting.capture(write);
    },
  });
  return {
    machine,
    close() {
      capture?.close();
      captureFile?.close();
      return lost === null;
    },
  };
}
