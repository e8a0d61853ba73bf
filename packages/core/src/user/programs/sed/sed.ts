import { Meter } from '../../../lib/regex/meter.ts';
import { RegexExhausted } from '../../../lib/regex/pattern.ts';
import { utf8Decode } from '../../../lib/text.ts';
import type { Process } from '../../process/types.ts';
import { complain, errorText, invocation, longs } from '../coreutils/command.ts';
import { getopt } from '../getopt.ts';
import { Sed } from './execute.ts';
import { Parser } from './parser.ts';
import { SedError } from './script.ts';
import { SED_HELP, SED_USAGE } from './usage.ts';

const LONG = longs({
  quiet: 'n',
  silent: 'n',
  'expression=': 'e',
  'file=': 'f',
  'regexp-extended': 'E',
  'in-place=?': 'i',
  'line-length=': 'l',
  posix: 'posix',
  separate: 's',
  unbuffered: 'u',
  'null-data': 'z',
  debug: 'debug',
  sandbox: 'sandbox',
  'follow-symlinks': 'follow-symlinks',
  help: 'help',
  version: 'version',
});

/** sed */
export async function sedMain(proc: Process): Promise<number> {
  const { options, operands } = getopt(invocation(proc), proc.argv.slice(1), 'bsnrzuEe:f:l:i::V:', LONG);
  let [quiet, extended, separate, unbuffered, zero, lineLength] = [false, false, false, false, false, 70];
  let inPlace: string | null = null;
  let [sandbox, follow] = [false, false];
  const scripts: { text: string; kind: 'expression' | 'file'; name: string }[] = [];
  let expressions = 0;
  for (const { opt, arg, error } of options) {
    if (error !== '') {
      proc.err(`${error}\n${SED_USAGE(invocation(proc))}`);
      return 1;
    }
    switch (opt) {
      case 'n':
        quiet = true;
        break;
      case 'E':
      case 'r':
        extended = true;
        break;
      case 's':
        separate = true;
        break;
      case 'u':
        unbuffered = true;
        break;
      case 'z':
        zero = true;
        break;
      case 'l':
        lineLength = Number(arg);
        break;
      case 'i':
        inPlace = arg ?? '';
        separate = true;
        break;
      case 'e': {
        const before = scripts.at(-1);
        // A backslash at the end of one -e continues text in the next.
        if (before !== undefined && before.text.endsWith('\\')) before.text += `\n${arg}`;
        else scripts.push({ text: arg!, kind: 'expression', name: String(++expressions) });
        break;
      }
      case 'f':
        try {
          const text = arg === '-' ? utf8Decode(await proc.readAll(0)) : proc.fs.readText(arg!);
          scripts.push({ text: text.replace(/\n$/, ''), kind: 'file', name: arg! });
        } catch (e) {
          const text = errorText(e);
          if (text !== 'Is a directory' && arg !== '-') {
            complain(proc, `couldn't open file ${arg!}: ${text}`);
            return 1;
          }
          // What opens but cannot be read is a script without commands.
          scripts.push({ text: '', kind: 'file', name: arg! });
        }
        break;
      case 'sandbox':
        sandbox = true;
        break;
      case 'follow-symlinks':
        follow = true;
        break;
      case 'b':
        // Text and binary files are the same here.
        break;
      case 'help':
        proc.out(SED_HELP(invocation(proc)));
        return 0;
      case 'version':
        proc.out(`${invocation(proc)} (GNU sed) 4.9\n(Warren)\n`);
        return 0;
      case 'debug':
      case 'posix':
        complain(proc, `option --${opt} is not supported`);
        return 1;
      default:
        proc.err(SED_USAGE(invocation(proc)));
        return 1;
    }
  }
  const files = [...operands];
  if (scripts.length === 0) {
    const text = files.shift();
    if (text === undefined) {
      proc.err(SED_USAGE(invocation(proc)));
      return 1;
    }
    scripts.push({ text, kind: 'expression', name: '1' });
  }
  try {
    if (scripts[0]!.text.startsWith('#n\n') || scripts[0]!.text === '#n') quiet = true;
    const meter = new Meter();
    const parser = new Parser(extended, sandbox, meter);
    for (const s of scripts) parser.add(s);
    const commands = parser.finish();
    const sed = new Sed(proc, commands, files.length === 0 ? ['-'] : files, {
      quiet,
      separate,
      inPlace,
      follow,
      unbuffered,
      zero,
      lineLength,
      meter,
    });
    await sed.prepare();
    const status = await sed.run();
    return status === 0 && sed.lines.failed ? 2 : status;
  } catch (e) {
    if (e instanceof RegexExhausted) {
      await proc.flush();
      complain(proc, e.message);
      return 4;
    }
    if (!(e instanceof SedError)) throw e;
    complain(proc, e.message);
    return e.status;
  }
}
