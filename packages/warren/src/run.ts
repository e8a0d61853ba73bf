/** `warren run`: a machine, a script, and this process's terminal around them. */
import { DEFAULT_COST, Machine, NO_COST } from '@warren/core';
import { bytesWritten, createHostFile, exit, hostSink, readHostFile, writeError } from './host.ts';
import { hostClock } from './host-clock.ts';
import { onHostSignals } from './host-signals.ts';
import { hostStdin } from './host-stdin.ts';

/** What the command line asked for. */
export interface RunOptions {
  readonly source:
    | { readonly kind: 'file'; readonly name: string }
    | { readonly kind: 'stdin' }
    | { readonly kind: 'text'; readonly text: string };
  /** The script's `$0`, which also begins bash's own errors. */
  readonly name: string;
  readonly args: readonly string[];
  readonly seed: number;
  readonly clock: 'virtual' | 'real';
  readonly cost: 'linux' | 'none';
  readonly echo: boolean;
  /** The file that gets every frame, or null. */
  readonly pcap: string | null;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EISDIR: 'Is a directory',
  EACCES: 'Permission denied',
  ENOTDIR: 'Not a directory',
  ELOOP: 'Too many levels of symbolic links',
  ENAMETOOLONG: 'File name too long',
  EBADF: 'Bad file descriptor',
  EFBIG: 'File too large',
  EINVAL: 'Invalid argument',
  EIO: 'Input/output error',
  EMFILE: 'Too many open files',
  ENOSPC: 'No space left on device',
  ENXIO: 'No such device or address',
  EPERM: 'Operation not permitted',
  EPIPE: 'Broken pipe',
  EROFS: 'Read-only file system',
  ETXTBSY: 'Text file busy',
};

/** A script's bytes, or bash's words and exit status for a file that it cannot run. */
export function loadScript(
  path: string,
): { readonly data: Uint8Array } | { readonly error: string; readonly status: number } {
  const file = readHostFile(path);
  if ('code' in file) {
    const reason = REASONS[file.code] ?? file.code;
    // bash names itself when open(2) fails, and the script when what it opened is no script.
    if (file.code === 'EISDIR') return { error: `${path}: ${path}: ${reason}\n`, status: 126 };
    return { error: `bash: ${path}: ${reason}\n`, status: file.code === 'ENOENT' ? 127 : 126 };
  }
  // As bash does: a null byte in the first line means that this is no text.
  const end = file.data.indexOf(10);
  const first = file.data.subarray(0, Math.min(end < 0 ? file.data.length : end, 80));
  if (first.includes(0)) return { error: `${path}: ${path}: cannot execute binary file\n`, status: 126 };
  return { data: file.data };
}

/** The machine's working directory: where a script with a relative name lies. */
const CWD = '/root';
/** The script ended well, but its frames could not be written. */
const CAPTURE_LOST = 1;
/** The machine can do nothing more, and the script has not ended. */
const STUCK = 125;

/** Runs the script on a machine of its own. @returns its exit status */
export async function run(asked: RunOptions): Promise<number> {
  let options = asked;
  const { source, pcap } = options;
  const files = new Map<string, Uint8Array>();
  if (source.kind === 'file') {
    const script = loadScript(source.name);
    if ('error' in script) {
      writeError(script.error);
      return script.status;
    }
    // `warren run <(...)`: a descriptor of this process, which the machine does not have.
    if (/^\/(?:dev\/fd|proc)\//.test(source.name))
      options = {
        ...options,
        source: { kind: 'text', text: new TextDecoder().decode(script.data).replaceAll('\0', '') },
      };
    else files.set(source.name.startsWith('/') ? source.name : `${CWD}/${source.name}`, script.data);
  }
  const captureFile = pcap === null ? null : createHostFile(pcap);
  if (captureFile !== null && 'code' in captureFile) {
    writeError(`warren: ${pcap}: ${REASONS[captureFile.code] ?? captureFile.code}\n`);
    return 1;
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
    if (lost !== null) writeError(`warren: ${pcap}: ${REASONS[lost] ?? lost}\n`);
  };
  const capture = captureFile === null ? null : machine.capture(write);
  const release = onHostSignals(
    (signal) => machine.signal(signal),
    () => bytesWritten,
    exit,
  );
  const result = await machine.run(command(options), {
    cwd: CWD,
    stdin: hostStdin(),
    stdout: hostSink(1),
    stderr: hostSink(2),
    echo: options.echo,
  });
  release();
  capture?.close();
  captureFile?.close();
  if (result.stuck) {
    writeError('warren: nothing can happen any more: every process waits, and no timer is left\n');
    return STUCK;
  }
  return result.status === 0 && lost !== null ? CAPTURE_LOST : result.status;
}

/** The command line of bash that does what was asked. */
function command({ source, name, args }: RunOptions): readonly string[] {
  if (source.kind === 'file') return ['bash', ...(/^[-+]/.test(source.name) ? ['--'] : []), source.name, ...args];
  if (source.kind === 'stdin') return ['bash', '-s', '--', ...args];
  return ['bash', '-c', source.text, name, ...args];
}
