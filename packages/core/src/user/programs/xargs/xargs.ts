import { utf8Encode } from '../../../lib/text.ts';
import { O_RDONLY } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import { complain, die, errorText, invocation, Records } from '../coreutils/command.ts';
import { getopt } from '../getopt.ts';

const LONG = [
  { name: 'null', val: '0' },
  { name: 'delimiter', arg: 'required', val: 'd' },
  { name: 'arg-file', arg: 'required', val: 'a' },
  { name: 'max-args', arg: 'required', val: 'n' },
  { name: 'max-lines', arg: 'optional', val: 'l' },
  { name: 'max-procs', arg: 'required', val: 'P' },
  { name: 'max-chars', arg: 'required', val: 's' },
  { name: 'no-run-if-empty', val: 'r' },
  { name: 'replace', arg: 'optional', val: 'i' },
  { name: 'verbose', val: 't' },
  { name: 'exit', val: 'x' },
  { name: 'eof', arg: 'optional', val: 'e' },
  { name: 'help', val: 'help' },
  { name: 'version', val: 'version' },
] as const;

/** Bytes of a command line. @see xargs --show-limits */
const MAX_CHARS = 131_072;

/** Reads the input's items one by one. @returns the items of a line together when `lines` counts. */
async function* items(
  proc: Process,
  fd: number,
  delimiter: string | null,
  whole: boolean,
): AsyncGenerator<{ text: string; line: number }> {
  if (delimiter !== null) {
    const records = new Records(proc, fd, delimiter.charCodeAt(0));
    let n = 0;
    for (let r = await records.next(); r !== null; r = await records.next()) yield { text: r, line: ++n };
    return;
  }
  const records = new Records(proc, fd);
  let item = '';
  let any = false;
  let line = 1;
  for (let r = await records.next(); r !== null; r = await records.next()) {
    let quoted = '';
    const text = whole ? r.replace(/^[ \t]+/, '') : r;
    let escapedEnd = false;
    for (let i = 0; i < text.length; i++) {
      const c = text[i]!;
      if (quoted !== '') {
        if (c === quoted) quoted = '';
        else item += c;
      } else if (c === "'" || c === '"') {
        quoted = c;
        any = true;
      } else if (c === '\\') {
        if (i + 1 < text.length) item += text[++i];
        else escapedEnd = true;
        any = true;
      } else if (!whole && (c === ' ' || c === '\t')) {
        if (any) yield { text: item, line };
        item = '';
        any = false;
      } else {
        item += c;
        any = true;
      }
    }
    if (quoted !== '') {
      const kind = quoted === '"' ? 'double' : 'single';
      die(proc, `unmatched ${kind} quote; by default quotes are special to xargs unless you use the -0 option`);
    }
    if (escapedEnd) {
      item += '\n';
      continue;
    }
    if (any) yield { text: item, line };
    item = '';
    any = false;
    // A blank at the end of a line continues it, for -L.
    if (!/[ \t]$/.test(r)) line++;
  }
  if (any) yield { text: item, line };
}

/** xargs: command lines from standard input. */
export async function xargsMain(proc: Process): Promise<number> {
  const me = invocation(proc);
  const { options, operands } = getopt(me, proc.argv.slice(1), '+0a:d:E:e::I:i::L:l::n:P:rs:tx', LONG);
  let delimiter: string | null = null;
  let [replace, input, maxArgs, maxLines, parallel, maxChars, eof] = [null, null, 0, 0, 1, MAX_CHARS, null] as [
    string | null,
    string | null,
    number,
    number,
    number,
    number,
    string | null,
  ];
  let [noEmpty, trace, exact] = [false, false, false];
  const number = (opt: string, text: string, min: number): number => {
    if (!/^-?\d+$/.test(text)) return usage(`invalid number "${text}" for -${opt} option`);
    return Number(text) < min ? usage(`value ${text} for -${opt} option should be >= ${min}`) : Number(text);
  };
  const usage = (message: string): never => {
    complain(proc, message);
    proc.err(`Try '${me} --help' for more information.\n`);
    return proc.exit(1);
  };
  for (const { opt, arg, error } of options) {
    if (error !== '') {
      proc.err(`${error}\nTry '${me} --help' for more information.\n`);
      return 1;
    }
    if (opt === '0') delimiter = '\0';
    else if (opt === 'd') {
      const named = { '\\n': '\n', '\\t': '\t', '\\0': '\0', '\\\\': '\\' }[arg!] ?? arg!;
      if (named.length !== 1)
        die(
          proc,
          `Invalid input delimiter specification ${arg}: the delimiter must be either a single character or an escape sequence starting with \\.`,
        );
      delimiter = named;
    } else if (opt === 'a') input = arg;
    else if (opt === 'I' || opt === 'i') replace = arg ?? '{}';
    else if (opt === 'n') maxArgs = number('n', arg!, 1);
    else if (opt === 'L' || opt === 'l') maxLines = number('L', arg ?? '1', 1);
    else if (opt === 'P') parallel = number('P', arg!, 0) || Infinity;
    else if (opt === 's') maxChars = number('s', arg!, 1);
    else if (opt === 'r') noEmpty = true;
    else if (opt === 't') trace = true;
    else if (opt === 'x') exact = true;
    else if (opt === 'E' || opt === 'e') eof = arg;
    else if (opt === 'version') {
      proc.out('xargs (GNU findutils) 4.9.0\n(Warren)\n');
      return 0;
    } else if (opt === 'help') {
      proc.out(`Usage: ${me} [OPTION]... COMMAND [INITIAL-ARGS]...\n`);
      return 0;
    }
  }
  const command = operands.length === 0 ? ['echo'] : [...operands];
  let fd = 0;
  if (input !== null && input !== '-') {
    try {
      fd = await proc.open(input, O_RDONLY);
      proc.fds.set(fd, proc.fds.get(fd)!.retain(), true);
    } catch (e) {
      die(proc, `Cannot open input file ${`‘${input}’`}: ${errorText(e)}`);
    }
  }
  let status = 0;
  let running = 0;
  let stop = false;
  const reap = async (): Promise<void> => {
    const r = await proc.wait(-1);
    running--;
    if (r === null) return;
    if (r.signal !== 0) {
      complain(proc, `${command[0]}: terminated by signal ${r.signal}`);
      status = 125;
      stop = true;
    } else if (r.status === 255) {
      complain(proc, `${command[0]}: exited with status 255; aborting`);
      status = 124;
      stop = true;
    } else if (r.status !== 0) status = 123;
  };
  const run = async (argv: readonly string[]): Promise<void> => {
    if (trace)
      proc.err(`${argv.map((a) => (/^[\w@%+:,./=-]+$/.test(a) ? a : `'${a.replaceAll("'", "'\\''")}'`)).join(' ')}\n`);
    await proc.flush();
    while (running >= parallel) await reap();
    if (stop) return;
    const fds = proc.fds.copy();
    const { fs } = proc;
    if (fs.exists('/dev/null') !== null && fd === 0) {
      const nul = await proc.open('/dev/null', O_RDONLY);
      fds.set(0, proc.fds.get(nul)!.retain());
      proc.close(nul);
    }
    try {
      await proc.spawn(argv[0]!, argv, { fds });
      running++;
    } catch (e) {
      fds.closeAll();
      const text = errorText(e);
      complain(proc, `${argv[0]}: ${text}`);
      status = text === 'No such file or directory' ? 127 : 126;
      stop = true;
    }
    if (parallel === 1) while (running > 0) await reap();
  };
  const fixed = command.reduce((n, a) => n + utf8Encode(a).length + 1, 0);
  let batch: string[] = [];
  let chars = fixed;
  let firstLine = 0;
  let ran = false;
  for await (const item of items(proc, fd, delimiter, replace !== null)) {
    if (stop || (eof !== null && item.text === eof && delimiter === null)) break;
    if (replace !== null) {
      ran = true;
      await run(command.map((a, i) => (i === 0 ? a : a.replaceAll(replace, () => item.text))));
      continue;
    }
    const size = utf8Encode(item.text).length + 1;
    const full =
      (maxArgs > 0 && batch.length >= maxArgs) ||
      chars + size > maxChars ||
      (maxLines > 0 && batch.length > 0 && item.line >= firstLine + maxLines);
    if (full) {
      const wanted = (maxArgs > 0 && batch.length < maxArgs) || (maxLines > 0 && item.line < firstLine + maxLines);
      if (batch.length === 0 || (exact && wanted)) die(proc, 'argument list too long');
      ran = true;
      await run([...command, ...batch]);
      batch = [];
      chars = fixed;
    }
    if (batch.length === 0) firstLine = item.line;
    batch.push(item.text);
    chars += size;
  }
  if (!stop && replace === null && (batch.length > 0 || (!ran && !noEmpty))) await run([...command, ...batch]);
  while (running > 0) await reap();
  return status;
}
