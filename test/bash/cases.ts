/** The table of scripts, and the real bash to run them on. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Case {
  readonly name: string;
  readonly script: string;
}

const DIR = join(import.meta.dirname, 'cases');

/** Cases of all files: each begins with a line `### name`. */
export function readCases(): Case[] {
  return readdirSync(DIR)
    .filter((f) => f.endsWith('.txt'))
    .sort()
    .flatMap((f) =>
      readFileSync(join(DIR, f), 'utf8')
        .split(/^### /m)
        .slice(1)
        .map((part) => {
          const nl = part.indexOf('\n');
          return { name: part.slice(0, nl), script: part.slice(nl + 1) };
        }),
    );
}

/** Private processes and a private /tmp, which vanish with the script. */
const UNSHARE = ['-p', '-m', '-f', '--propagation', 'private'];

/** Whether this machine has the bash that is the judge, and lets it run by itself. */
export const hasBash = (): boolean =>
  existsSync('/usr/bin/bash') &&
  existsSync('/usr/bin/python3') &&
  spawnSync('unshare', [...UNSHARE, 'true']).status === 0 &&
  spawnSync('/usr/bin/bash', ['--version'], { encoding: 'utf8' }).stdout.includes('version 5.2.15');

/** Both outputs into one pipe; signals as a terminal has them, whatever whoever started us ignores. */
const LAUNCH =
  'import os,signal,sys\nfor s in (2,3,13,25): signal.signal(s, signal.SIG_DFL)\nos.dup2(1,2)\nos.execv("/usr/bin/bash", ["bash"]+sys.argv[1:])';

/** Makes the fresh directory, then becomes the launcher. */
const SETUP =
  'mount -t tmpfs t /tmp && mkdir /tmp/t && cd /tmp/t && printf %s "$SCRIPT" > s.sh && unset SCRIPT PWD OLDPWD && exec /usr/bin/python3 -c "$0" "$@"';

/** Runs a script on the machine's bash, in a fresh directory /tmp/t of its own. */
export function runReal(
  script: string,
  argv: readonly string[] = ['s.sh'],
  input = '',
): { status: number; output: string } {
  const r = spawnSync('/usr/bin/unshare', [...UNSHARE, '/bin/dash', '-c', SETUP, LAUNCH, ...argv], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', HOME: '/root', LC_ALL: 'C.UTF-8', SCRIPT: script },
    input,
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status: r.status ?? 137, output: r.stdout };
}

/** Takes out what cannot be equal: process numbers, times. */
export const tidy = (s: string): string =>
  s
    .replace(/(line \d+: +|bash: +)\d+ (?=[A-Z])/g, '$1PID ')
    .replace(/pid \d+/g, 'pid N')
    .replace(/^(real|user|sys)\s.*$/gm, '$1 T');
