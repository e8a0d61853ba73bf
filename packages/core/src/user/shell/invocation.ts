/** bash's command line. */
import type { Process } from '../process/types.ts';
import { OPTION_LETTERS, type OptionName, isOption, newOptions, newShopts } from './options.ts';

export interface Invocation {
  readonly kind: 'file' | 'command' | 'stdin';
  /** The file's name or the commands. */
  readonly text: string;
  /** `$0` */
  readonly name: string;
  readonly params: readonly string[];
  readonly set: readonly (readonly [OptionName, boolean])[];
  readonly shopt: readonly (readonly [string, boolean])[];
  readonly interactive: boolean;
  readonly login: boolean;
  readonly posix: boolean;
  /** Reads what Debian's start-up files have: their prompt. */
  readonly rc: boolean;
  /** Edits the lines typed at a terminal. */
  readonly editing: boolean;
}

const LONG: readonly string[] = [
  'debug',
  'debugger',
  'dump-po-strings',
  'dump-strings',
  'help',
  'init-file',
  'login',
  'noediting',
  'noprofile',
  'norc',
  'posix',
  'pretty-print',
  'rcfile',
  'restricted',
  'verbose',
  'version',
];

function usageText(name: string): string {
  return `Usage:\t${name} [GNU long option] [option] ...\n\t${name} [GNU long option] [option] script-file ...\nGNU long options:\n${LONG.map((l) => `\t--${l}\n`).join('')}Shell options:\n\t-ilrsD or -c command or -O shopt_option\t\t(invocation only)\n\t-abefhkmnptuvxBCEHPT or -o option\n`;
}

const VERSION = `GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)
Copyright (C) 2022 Free Software Foundation, Inc.
License GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>

This is free software; you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.
`;

/** Reads argv. @returns the exit status when there is nothing to run */
export async function parseArguments(proc: Process): Promise<Invocation | number> {
  const argv0 = proc.argv[0] ?? 'bash';
  const name = argv0;
  const set: (readonly [OptionName, boolean])[] = [];
  const shopt: (readonly [string, boolean])[] = [];
  let interactive = false;
  let login = argv0.startsWith('-');
  let posix = /(^|\/)-?sh$/.test(argv0);
  let command = false;
  let rc = true;
  let editing = true;
  let stdin = false;
  const args = proc.argv.slice(1);
  let i = 0;
  const refuse = (text: string, usage: boolean): number => {
    proc.err(`${name}: ${text}\n${usage ? usageText(name) : ''}`);
    return 2;
  };
  for (; i < args.length; i++) {
    const a = args[i]!;
    if (!a.startsWith('--') || a === '--') break;
    const long = a.slice(2);
    if (!LONG.includes(long)) return refuse(`${a}: invalid option`, true);
    if (long === 'version') {
      proc.out(VERSION);
      await proc.flush();
      return 0;
    }
    if (long === 'help') {
      proc.out(`GNU bash, version 5.2.15(1)-release-(x86_64-pc-linux-gnu)\n${usageText(name)}`);
      await proc.flush();
      return 0;
    }
    if (long === 'posix') posix = true;
    else if (long === 'verbose') set.push(['verbose', true]);
    else if (long === 'login') login = true;
    else if (long === 'norc') rc = false;
    else if (long === 'noediting') editing = false;
    else if (long === 'rcfile' || long === 'init-file') i++;
    else if (long === 'restricted') return refuse('--restricted: a restricted shell is not offered', false);
  }
  for (; i < args.length; i++) {
    const a = args[i]!;
    if (a === '--' || a === '-') {
      i++;
      break;
    }
    if ((a[0] !== '-' && a[0] !== '+') || a.length < 2) break;
    const on = a[0] === '-';
    for (const c of a.slice(1)) {
      if (c === 'c') command = true;
      else if (c === 's') stdin = true;
      else if (c === 'i') interactive = true;
      else if (c === 'l') login = true;
      else if (c === 'o' || c === 'O') {
        const value = args[++i];
        if (value === undefined) {
          const table = c === 'o' ? newOptions() : newShopts();
          proc.out(
            Object.entries(table)
              .map(([n, v]) => `${n.padEnd(15)}\t${v === true ? 'on' : 'off'}\n`)
              .join(''),
          );
          await proc.flush();
          return 0;
        }
        if (c === 'o') {
          if (!isOption(value)) return refuse(`${name}: ${value}: invalid option name`, false);
          set.push([value, on]);
        } else {
          if (newShopts()[value] === undefined) return refuse(`${value}: invalid shell option name`, false);
          shopt.push([value, on]);
        }
      } else {
        const found = OPTION_LETTERS.find(([letter]) => letter === c);
        if (found === undefined) return refuse(`${a[0]}${c}: invalid option`, true);
        set.push([found[1], on]);
      }
    }
  }
  const rest = args.slice(i);
  const common = { set, shopt, login, posix, rc: rc && !posix, editing };
  if (command) {
    if (rest.length === 0) return refuse('-c: option requires an argument', false);
    return { ...common, kind: 'command', text: rest[0]!, name: rest[1] ?? name, params: rest.slice(2), interactive };
  }
  if (rest.length > 0 && !stdin)
    return { ...common, kind: 'file', text: rest[0]!, name: rest[0]!, params: rest.slice(1), interactive };
  const tty = rest.length === 0 && proc.isatty(0) && proc.isatty(2);
  return { ...common, kind: 'stdin', text: '', name, params: rest, interactive: interactive || (tty && !stdin) };
}
