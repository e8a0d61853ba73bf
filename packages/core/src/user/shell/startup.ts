/** The variables a shell starts with. */
import type { Invocation } from './invocation.ts';
import type { Shell } from './shell.ts';
import { V_EXPORT, V_INTEGER, V_READONLY, Variable } from './variables.ts';
import { parseText } from './grammar.ts';
import { workingDirectory } from './working-directory.ts';

const DEFAULT_PATH = '/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin';

function define(sh: Shell, name: string, value: string, flags = 0): void {
  const v: Variable = sh.vars.global(name, true)!;
  v.value = value;
  v.flags |= flags;
}

/** Functions that a parent shell exported. */
function importFunction(sh: Shell, key: string, body: string): void {
  const name = /^BASH_FUNC_(.*)%%$/.exec(key)![1]!;
  const parsed = parseText(`${name} ${body}`, 0);
  if (parsed.errors.length > 0 || parsed.statements.length !== 1) return;
  const { node } = parsed.statements[0]!.lower();
  if (node.t === 'function') sh.functions.set(name, { def: node, source: 'environment', exported: true, trace: false });
}

export async function startVariables(sh: Shell, given: Invocation): Promise<void> {
  const { proc } = sh;
  for (const [key, value] of proc.env) {
    if (/^BASH_FUNC_.*%%$/.test(key)) importFunction(sh, key, value);
    else if (/^[A-Za-z_]\w*$/.test(key) && key !== '_') define(sh, key, value, V_EXPORT);
  }
  const unlessSet = (name: string, value: string): void => {
    if (sh.vars.get(name) === undefined) define(sh, name, value);
  };
  define(sh, 'IFS', ' \t\n');
  define(sh, 'PS4', sh.vars.get('PS4') ?? '+ ');
  define(sh, 'OPTIND', '1', V_INTEGER);
  define(sh, 'OPTERR', '1');
  define(sh, 'BASH', `/usr/bin/${given.posix ? 'sh' : 'bash'}`);
  define(sh, 'BASH_VERSION', '5.2.15(1)-release');
  sh.vars.setArray('BASH_VERSINFO', ['5', '2', '15', '1', 'release', 'x86_64-pc-linux-gnu']);
  sh.vars.raw('BASH_VERSINFO')!.flags |= V_READONLY;
  define(sh, 'HOSTTYPE', 'x86_64');
  define(sh, 'MACHTYPE', 'x86_64-pc-linux-gnu');
  define(sh, 'OSTYPE', 'linux-gnu');
  define(sh, 'HOSTNAME', proc.hostname);
  for (const name of ['UID', 'EUID']) define(sh, name, String(proc.uid), V_INTEGER | V_READONLY);
  define(sh, 'PPID', String(proc.ppid), V_INTEGER | V_READONLY);
  unlessSet('PATH', DEFAULT_PATH);
  unlessSet('TERM', 'dumb');
  unlessSet('SHELL', '/bin/bash');
  const pwd = sh.vars.get('PWD');
  if (pwd !== undefined && pwd.startsWith('/') && same(sh, pwd)) sh.directory = pwd;
  else await workingDirectory(sh, 'shell-init');
  define(sh, 'PWD', sh.directory ?? pwd ?? '', V_EXPORT);
  const old = sh.vars.global('OLDPWD', true)!;
  old.flags |= V_EXPORT;
  define(sh, 'SHLVL', String((Number(sh.vars.get('SHLVL') ?? 0) || 0) + 1), V_EXPORT);
  const list = (table: Readonly<Record<string, boolean>>): string =>
    Object.keys(table)
      .filter((k) => table[k] === true)
      .sort()
      .join(':');
  sh.vars.define('SHELLOPTS', { get: () => list(sh.options as unknown as Record<string, boolean>) }, V_READONLY);
  sh.vars.define('BASHOPTS', { get: () => list(sh.shopts) }, V_READONLY);
  for (const [name, on] of given.set) sh.options[name] = on;
  for (const [name, on] of given.shopt) sh.shopts[name] = on;
  sh.posix = given.posix;
  if (given.posix) sh.options.posix = true;
  sh.mode = given.kind;
  sh.params = given.params;
  if (given.kind === 'command') define(sh, 'BASH_EXECUTION_STRING', given.text);
  if (given.posix) sh.shopts['expand_aliases'] = true;
  sh.login = given.login;
  if (given.interactive) {
    sh.interactive = true;
    sh.interactiveShell = true;
    sh.shopts['expand_aliases'] = true;
    sh.options.monitor = proc.isatty(0);
    define(sh, 'PS1', sh.vars.get('PS1') ?? (given.rc ? '\\u@\\h:\\w\\$ ' : '\\s-\\v\\$ '));
    define(sh, 'PS2', sh.vars.get('PS2') ?? '> ');
  }
}

/** `$PWD` from the environment is believed when it is where we are. */
function same(sh: Shell, pwd: string): boolean {
  try {
    const a = sh.fs.stat(pwd);
    const b = sh.fs.stat('.');
    return a.ino === b.ino && a.dev === b.dev;
  } catch {
    return false;
  }
}
