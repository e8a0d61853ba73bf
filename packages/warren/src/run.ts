/** `warren run`: a machine, a script, and this process's terminal around them. */
import { readHostFile, writeError } from './host.ts';

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

/** @returns the exit status of the script */
export async function run(options: RunOptions): Promise<number> {
  if (options.source.kind === 'file') {
    const script = loadScript(options.source.name);
    if ('error' in script) {
      writeError(script.error);
      return script.status;
    }
  }
  return 0;
}
