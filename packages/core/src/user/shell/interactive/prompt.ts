/** PS1 and its kin: escapes, then expansions. */
import { strftime } from '../../../lib/strftime.ts';
import { CLOCK_REALTIME } from '../../../uapi/sched.ts';
import { parseQuotedText } from '../grammar.ts';
import type { Shell } from '../shell.ts';
import { joined } from '../words/expand.ts';
import { INVISIBLE_END, INVISIBLE_START } from './layout.ts';

/** The working directory with the home directory as `~`, and its front cut away as PROMPT_DIRTRIM says. */
function directory(sh: Shell): string {
  const home = sh.vars.get('HOME') ?? '';
  const pwd = sh.vars.get('PWD') ?? sh.directory ?? '';
  const tilde = home !== '' && home !== '/' && (pwd === home || pwd.startsWith(`${home}/`));
  const short = tilde ? `~${pwd.slice(home.length)}` : pwd;
  const trim = Number(sh.vars.get('PROMPT_DIRTRIM') ?? 0);
  const parts = short.split('/').filter((p) => p !== '' && p !== '~');
  if (!(trim > 0) || parts.length <= trim) return short;
  return `${tilde ? '~/' : ''}.../${parts.slice(-trim).join('/')}`;
}

function lastPart(sh: Shell): string {
  const short = directory(sh);
  return short === '~' || short === '/' || short === '//' ? short : short.slice(short.lastIndexOf('/') + 1);
}

/** Seconds since the epoch. */
export const nowSeconds = (sh: Shell): number => Number(sh.proc.task.clockGettime(CLOCK_REALTIME) / 1_000_000_000n);

function escape(sh: Shell, c: string): string | null {
  const time = (format: string): string => strftime(format, nowSeconds(sh));
  const tty = sh.proc.processes.get(sh.proc.pid)?.tty ?? null;
  switch (c) {
    case 'u':
      return 'root';
    case 'h':
      return sh.proc.hostname.split('.')[0]!;
    case 'H':
      return sh.proc.hostname;
    case 'w':
      return directory(sh);
    case 'W':
      return lastPart(sh);
    case '$':
      return sh.proc.uid === 0 ? '#' : '$';
    case 's':
      return sh.name.slice(sh.name.lastIndexOf('/') + 1);
    case 'v':
      return '5.2';
    case 'V':
      return '5.2.15';
    case 'j':
      return String(sh.jobs.list.filter((j) => !j.disowned).length);
    case 'l':
      return tty === null ? 'tty' : tty.slice(tty.lastIndexOf('/') + 1);
    case 'd':
      return time('%a %b %d');
    case 't':
      return time('%H:%M:%S');
    case 'T':
      return time('%I:%M:%S');
    case '@':
      return time('%I:%M %p');
    case 'A':
      return time('%H:%M');
    case '!':
      return String(sh.history?.next ?? 1);
    case '#':
      return String(sh.commandNumber);
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 'e':
      return '\x1b';
    case 'a':
      return '\x07';
    case '[':
      return INVISIBLE_START;
    case ']':
      return INVISIBLE_END;
    default:
      return null;
  }
}

/**
 * A prompt as it is shown. `\[` and `\]` become \x01 and \x02.
 * @see bash(1) PROMPTING
 */
export async function promptText(sh: Shell, text: string): Promise<string> {
  const expands = sh.shopts['promptvars'] === true;
  // What an escape gave is text: its `$` and backquotes are not expanded.
  const quote = (s: string): string => (expands ? s.replace(/[\\$`"]/g, '\\$&') : s);
  const decoded = text.replace(/\\([0-7]{3}|D\{[^}]*\}|[^])/g, (all, c: string) => {
    if (c === '\\') return expands ? '\\\\' : '\\';
    if (/^[0-7]{3}$/.test(c)) return quote(String.fromCharCode(Number.parseInt(c, 8)));
    if (c.startsWith('D{')) return quote(strftime(c.slice(2, -1) || '%X', nowSeconds(sh)));
    const made = escape(sh, c);
    return made === null ? all : quote(made);
  });
  if (!expands || !/[$`\\]/.test(decoded)) return decoded;
  return joined(sh, parseQuotedText(decoded, sh.line));
}
