/** The environment sudo gives to a command. @see sudoers(5) "Command environment" */
import type { Process } from '../../process/types.ts';

export const SECURE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Kept when their values are harmless: no `/` and no `%`. */
const CHECK: readonly RegExp[] = [/^TZ$/, /^TERM$/, /^LINGUAS$/, /^LC_/, /^LANGUAGE$/, /^LANG$/, /^COLORTERM$/];
const KEEP: readonly string[] = [
  'XDG_CURRENT_DESKTOP',
  'XAUTHORIZATION',
  'XAUTHORITY',
  'PS2',
  'PS1',
  'PATH',
  'LS_COLORS',
  'KRB5CCNAME',
  'HOSTNAME',
  'DPKG_COLORS',
  'DISPLAY',
  'COLORS',
];
/** Never passed on, even with -E. */
const REMOVE =
  /^(?:RUBYOPT|RUBYLIB|PYTHONUSERBASE|PYTHONINSPECT|PYTHONPATH|PYTHONHOME|TMPPREFIX|ZDOTDIR|READNULLCMD|NULLCMD|FPATH|PERL5DB|PERL5OPT|PERL5LIB|PERLLIB|PERLIO_DEBUG|JAVA_TOOL_OPTIONS|SHELLOPTS|BASHOPTS|GLOBIGNORE|PS4|BASH_ENV|ENV|TERMCAP|TERMPATH|TERMINFO_DIRS|TERMINFO|_RLD.*|LD_.*|PATH_LOCALE|NLSPATH|HOSTALIASES|RES_OPTIONS|LOCALDOMAIN|CDPATH|IFS)$/;

export interface EnvironmentRequest {
  /** -E */
  readonly preserve: boolean;
  /** --preserve-env=LIST */
  readonly preserveList: readonly string[];
  /** -H or -i */
  readonly setHome: boolean;
  /** -i */
  readonly login: boolean;
  /** `VAR=value` words. */
  readonly assignments: readonly (readonly [name: string, value: string])[];
  /** What runs, with its arguments. */
  readonly command: string;
  readonly shell: string;
}

const harmless = (name: string, value: string): boolean => {
  if (!CHECK.some((c) => c.test(name))) return false;
  return name === 'TZ' || !/[/%]/.test(value);
};

/** The variables, in the order sudo sets them. */
export function sudoEnvironment(proc: Process, request: EnvironmentRequest): Map<string, string> {
  const env = new Map<string, string>();
  for (const [name, value] of proc.env) {
    if (value.startsWith('()')) continue;
    const kept =
      request.preserve || request.preserveList.includes(name)
        ? !REMOVE.test(name)
        : harmless(name, value) || (!request.login && KEEP.includes(name)) || (request.login && name === 'PATH');
    if (kept) env.set(name, value);
  }
  env.set('PATH', SECURE_PATH);
  if (!request.preserve) env.set('MAIL', '/var/mail/root');
  env.set('LOGNAME', 'root');
  env.set('USER', 'root');
  if (!request.preserve || request.setHome || !env.has('HOME')) env.set('HOME', '/root');
  if (!request.preserve || !env.has('SHELL')) env.set('SHELL', request.shell);
  if (!env.has('TERM')) env.set('TERM', 'unknown');
  env.set('SUDO_COMMAND', request.command);
  env.set('SUDO_USER', 'root');
  env.set('SUDO_UID', '0');
  env.set('SUDO_GID', '0');
  for (const [name, value] of request.assignments) env.set(name, value);
  return env;
}
