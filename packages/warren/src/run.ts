/** `warren run`: a machine, a script, and this process's terminal around them. */
import { type BootOptions, boot } from './boot.ts';
import { bytesWritten, exit, hostSink, readHostFile, writeError } from './host.ts';
import { onHostSignals } from './host-signals.ts';
import { hostStdin } from './host-stdin.ts';
import { reason } from './reasons.ts';

/** What the command line asked for. */
export interface RunOptions extends BootOptions {
  readonly source:
    | { readonly kind: 'file'; readonly name: string }
    | { readonly kind: 'stdin' }
    | { readonly kind: 'text'; readonly text: string };
  /** The script's `$0`, which also begins bash's own errors. */
  readonly name: string;
  readonly args: readonly string[];
  readonly echo: boolean;
}

/** A script's bytes, or bash's words and exit status for a file that it cannot run. */
export function loadScript(
  path: string,
): { readonly data: Uint8Array } | { readonly error: string; readonly status: number } {
  const file = readHostFile(path);
  if ('code' in file) {
    const why = reason(file.code);
    // bash names itself when open(2) fails, and the script when what it opened is no script.
    if (file.code === 'EISDIR') return { error: `${path}: ${path}: ${why}\n`, status: 126 };
    return { error: `bash: ${path}: ${why}\n`, status: file.code === 'ENOENT' ? 127 : 126 };
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
  const { source } = options;
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
  const booted = await boot(options, files);
  if (booted === null) return 1;
  const { machine } = booted;
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
  const whole = booted.close();
  if (result.stuck) {
    writeError('warren: nothing can happen any more: every process waits, and no timer is left\n');
    return STUCK;
  }
  return result.status === 0 && !whole ? CAPTURE_LOST : result.status;
}

/** The command line of bash that does what was asked. */
function command({ source, name, args }: RunOptions): readonly string[] {
  if (source.kind === 'file') return ['bash', ...(/^[-+]/.test(source.name) ? ['--'] : []), source.name, ...args];
  if (source.kind === 'stdin') return ['bash', '-s', '--', ...args];
  // A name of its own only when one was given: `ps` shows these words.
  return name === 'bash' && args.length === 0
    ? ['bash', '-c', source.text]
    : ['bash', '-c', source.text, name, ...args];
}
