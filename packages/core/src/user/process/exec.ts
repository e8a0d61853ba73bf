import { utf8Decode, utf8Encode } from '../../lib/text.ts';
import { ELOOP, ENOENT, ENOEXEC } from '../../uapi/errno.ts';
import { fail } from './error.ts';
import type { ProcessFileSystem } from './fs/file-system.ts';
import type { ProgramEntry } from './types.ts';

/** How the file of a program of ours begins: ELF's magic, so that nobody takes it for text, then its name. */
const MAGIC = '\x7fELF\x02\x01\x01\0warren:';
/** Interpreters of interpreters. @see fs/exec.c:exec_binprm */
const MAX_DEPTH = 5;
/** Bytes of a script that are looked at. @see BINPRM_BUF_SIZE */
const BUF_SIZE = 256;

/** The content of a program's file; a copy of the file is the program too. */
export const programFile = (name: string): Uint8Array => utf8Encode(`${MAGIC}${name}\n`);

/** What is to run. */
export interface Executable {
  readonly entry: ProgramEntry;
  readonly argv: readonly string[];
  /** Canonical path of the program. */
  readonly exe: string;
  /** What the process is called: the last component of the path, or of the script's. */
  readonly comm: string;
}

/**
 * Finds what a file executes as, through `#!` lines.
 * @throws SystemError ENOENT, EACCES, ENOEXEC, ELOOP. @see execve(2)
 */
export function resolveExecutable(
  fs: ProcessFileSystem,
  programs: ReadonlyMap<string, ProgramEntry>,
  path: string,
  argv: readonly string[],
): Executable {
  let file = path;
  let args = argv;
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const found = fs.executable(file);
    const head = utf8Decode(found.data, 0, Math.min(found.data.length, BUF_SIZE));
    if (head.startsWith(MAGIC)) {
      const entry = programs.get(head.slice(MAGIC.length, head.indexOf('\n')));
      if (entry === undefined) fail(ENOENT, 'execve', file);
      return { entry, argv: args, exe: found.path, comm: path.slice(path.lastIndexOf('/') + 1) };
    }
    if (!head.startsWith('#!')) fail(ENOEXEC, 'execve', file);
    const line = /^#![ \t]*([^ \t\n]+)[ \t]*([^\n]*?)[ \t]*(?:\n|$)/.exec(head);
    if (line === null) fail(ENOEXEC, 'execve', file);
    args = [line[1]!, ...(line[2] === '' ? [] : [line[2]!]), file, ...args.slice(1)];
    file = line[1]!;
  }
  return fail(ELOOP, 'execve', path);
}
