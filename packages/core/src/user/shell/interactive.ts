/** The shell at a terminal: prompts, one command after the other. */
import { SystemError } from '../../syscall/index.ts';
import { SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU } from '../../uapi/signal.ts';
import { DiscardSignal } from './errors.ts';
import { jobDone } from './jobs.ts';
import { attend, foreground, reap } from './process-run.ts';
import { readLine } from './read-line.ts';
import { isIncomplete } from './reader.ts';
import { runText } from './run-text.ts';
import type { Shell } from './shell.ts';

/** PS1's escapes. */
export function promptText(sh: Shell, text: string): string {
  const home = sh.vars.get('HOME') ?? '';
  const pwd = sh.vars.get('PWD') ?? sh.proc.cwd;
  const short =
    home !== '' && home !== '/' && (pwd === home || pwd.startsWith(`${home}/`)) ? `~${pwd.slice(home.length)}` : pwd;
  return text.replace(/\\(\[|\]|[0-7]{3}|.)/g, (all, c: string) => {
    switch (c) {
      case 'u':
        return 'root';
      case 'h':
        return sh.proc.hostname.split('.')[0]!;
      case 'H':
        return sh.proc.hostname;
      case 'w':
        return short;
      case 'W':
        return short === '~' || short === '/' ? short : short.slice(short.lastIndexOf('/') + 1);
      case '$':
        return sh.proc.uid === 0 ? '#' : '$';
      case 's':
        return sh.name.slice(sh.name.lastIndexOf('/') + 1);
      case 'v':
        return '5.2';
      case 'V':
        return '5.2.15';
      case 'j':
        return String(sh.jobs.list.length);
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 'e':
        return '\x1b';
      case 'a':
        return '\x07';
      case '\\':
        return '\\';
      case '[':
      case ']':
        return '';
      default:
        return /^[0-7]{3}$/.test(c) ? String.fromCharCode(Number.parseInt(c, 8)) : all;
    }
  });
}

/** Tells of jobs that ended or stopped since the last prompt. */
async function notify(sh: Shell): Promise<void> {
  await reap(sh);
  for (const job of sh.jobs.list.slice()) {
    if (!jobDone(job)) continue;
    if (!job.notified && !job.disowned) await sh.warn(sh.jobs.line(job, ''));
    sh.jobs.remove(job);
  }
}

async function prompt(sh: Shell, name: 'PS1' | 'PS2'): Promise<string | null> {
  await sh.warn(promptText(sh, sh.vars.get(name) ?? ''));
  return readLine(sh, 0);
}

/** Reads and runs commands until the end of input. */
export async function interactiveLoop(sh: Shell): Promise<number> {
  for (const s of [SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU]) sh.traps.ignore(s);
  if (sh.options.monitor) foreground(sh, sh.proc.pgid);
  let status = 0;
  let buffer = '';
  let line = 1;
  let first = 1;
  for (;;) {
    try {
      if (buffer === '') await notify(sh);
      const text = await prompt(sh, buffer === '' ? 'PS1' : 'PS2');
      if (text === null) {
        await sh.warn('exit\n');
        return sh.status;
      }
      buffer += `${text}\n`;
      line++;
      if (isIncomplete(buffer)) continue;
      const commands = buffer;
      buffer = '';
      status = await runText(sh, commands, first, { label: '', top: true });
      first = line;
      await attend(sh);
    } catch (e) {
      // Ctrl-C: whatever it was, a new prompt.
      if (e instanceof DiscardSignal) status = e.status;
      else if (e instanceof SystemError && e.code === 'EINTR') status = 130;
      else throw e;
      sh.traps.interrupted = false;
      sh.status = status;
      sh.loopDepth = 0;
      sh.lenient = 0;
      buffer = '';
      await sh.warn('\n');
    }
  }
}
