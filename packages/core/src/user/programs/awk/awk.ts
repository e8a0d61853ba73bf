import type { Process } from '../../process/types.ts';
import { complain, die, errorText, invocation } from '../coreutils/command.ts';
import { getopt } from '../getopt.ts';
import { RegexExhausted } from '../../../lib/regex/pattern.ts';
import { utf8Decode } from '../../../lib/text.ts';
import { Interpreter } from './interp.ts';
import { AwkSyntaxError, unescapeString } from './lexer.ts';
import { parse } from './parser.ts';
import { AwkFatal } from './runtime.ts';
import type { AwkProgram } from './ast.ts';
import type { AwkArray } from './value.ts';
import { fromInput } from './value.ts';

const LONG = [
  { name: 'field-separator', arg: 'required', val: 'F' },
  { name: 'assign', arg: 'required', val: 'v' },
  { name: 'file', arg: 'required', val: 'f' },
  { name: 'version', val: 'V' },
  { name: 'help', val: 'h' },
  { name: 'posix', val: 'P' },
  { name: 're-interval', val: 'r' },
] as const;

const USAGE = (name: string): string =>
  `Usage: ${name} [POSIX or GNU style options] -f progfile [--] file ...\nUsage: ${name} [POSIX or GNU style options] [--] 'program' file ...\n`;

/** Where in the program, as gawk shows it. */
function showSyntaxError(proc: Process, source: string, e: AwkSyntaxError): void {
  const lines = source.slice(0, e.at).split('\n');
  const number = lines.length;
  const text = source.split('\n')[number - 1] ?? '';
  const where = `${invocation(proc)}: cmd. line:${number}: `;
  if (e.message.startsWith('error:')) {
    proc.err(`${where}${e.message}\n`);
    return;
  }
  proc.err(`${where}${text}\n${where}${' '.repeat(lines.at(-1)!.length)}^ ${e.message}\n`);
}

/** The file and line of a place in the program. */
function place(source: string, starts: readonly { readonly name: string; readonly at: number }[], at: number): string {
  const file = starts.findLast((f) => f.at <= at);
  const line = source.slice(file?.at ?? 0, at).split('\n').length;
  return file === undefined ? `cmd. line:${line}` : `${file.name}:${line}`;
}

/** awk */
export async function awkMain(proc: Process): Promise<number> {
  const { options, operands } = getopt(invocation(proc), proc.argv.slice(1), '+F:f:v:VhPr', LONG);
  let separator: string | null = null;
  const assignments: string[] = [];
  const files: string[] = [];
  for (const { opt, arg, error } of options) {
    if (error !== '') {
      proc.err(`${error}\n${USAGE(invocation(proc))}`);
      return 2;
    }
    if (opt === 'F') separator = arg!;
    else if (opt === 'v') assignments.push(arg!);
    else if (opt === 'f') files.push(arg!);
    else if (opt === 'V') {
      proc.out('GNU Awk 5.2.1\n(Warren)\n');
      return 0;
    } else if (opt === 'h') {
      proc.out(USAGE(invocation(proc)));
      return 0;
    }
  }
  const rest = [...operands];
  let source = '';
  const starts: { readonly name: string; readonly at: number }[] = [];
  if (files.length > 0) {
    for (const file of files) {
      starts.push({ name: file, at: source.length });
      try {
        source += `${file === '-' ? utf8Decode(await proc.readAll(0)) : proc.fs.readText(file)}\n`;
      } catch (e) {
        const text = errorText(e);
        if (text === 'Is a directory') die(proc, `${file}:1: error: cannot read source file \`${file}': ${text}`, 1);
        die(proc, `fatal: cannot open source file \`${file}' for reading: ${text}`, 2);
      }
    }
  } else {
    const text = rest.shift();
    if (text === undefined) {
      proc.err(USAGE(invocation(proc)));
      return 1;
    }
    source = text;
  }
  let program: AwkProgram;
  try {
    program = parse(source, (at, warning) => {
      proc.err(`${invocation(proc)}: ${place(source, starts, at)}: ${warning}\n`);
    });
  } catch (e) {
    if (!(e instanceof AwkSyntaxError)) throw e;
    showSyntaxError(proc, source, e);
    return 1;
  }
  const interp = new Interpreter(proc, program);
  const { rt } = interp;
  const argv: AwkArray = new Map([['0', proc.name]]);
  rest.forEach((a, i) => argv.set(String(i + 1), fromInput(a)));
  rt.globals.set('ARGV', argv);
  rt.globals.set('ARGC', rest.length + 1);
  rt.globals.set('ENVIRON', new Map([...proc.env].map(([k, v]) => [k, fromInput(v)])));
  const plain = (c: string): void => {
    complain(proc, `warning: escape sequence \`\\${c}' treated as plain \`${c}'`);
  };
  if (separator !== null) rt.setVar('FS', separator === 't' ? '\t' : unescapeString(separator, plain));
  try {
    for (const a of assignments) {
      const m = /^([A-Za-z_]\w*)=([^]*)$/.exec(a);
      if (m === null) die(proc, `fatal: \`${a.split('=')[0]}' argument to \`-v' not in \`var=value' form`, 2);
      interp.main.assign(m[1]!, m[2]!);
    }
    return await interp.run();
  } catch (e) {
    if (!(e instanceof AwkFatal || e instanceof RegexExhausted)) throw e;
    await proc.flush();
    complain(proc, e instanceof AwkFatal ? `cmd. line:1: ${e.message}` : `fatal: ${e.message}`);
    return 2;
  }
}
