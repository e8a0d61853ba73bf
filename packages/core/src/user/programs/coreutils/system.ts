/** Programs about the machine and who asks: id uname whoami nproc tty clear which getent, and the pagers. */
import type { Process } from '../../process/types.ts';
import { complain, die, longs, options, quote, usageError } from './command.ts';

/** whoami */
export async function whoamiMain(proc: Process): Promise<number> {
  const { operands } = options(proc, { short: '', synopsis: '[OPTION]...' });
  if (operands.length > 0) usageError(proc, `extra operand ${quote(operands[0]!)}`);
  proc.out('root\n');
  return 0;
}

/** id */
export async function idMain(proc: Process): Promise<number> {
  const { options: opts, operands } = options(proc, {
    short: 'gGnru',
    long: longs({ group: 'g', groups: 'G', name: 'n', real: 'r', user: 'u' }),
    synopsis: '[OPTION]... [USER]...',
  });
  const has = new Set(opts.map((o) => o.opt));
  const user = operands[0];
  if (user !== undefined && user !== 'root' && user !== '0') {
    complain(proc, `${quote(user)}: no such user`);
    return 1;
  }
  const kinds = ['u', 'g', 'G'].filter((k) => has.has(k));
  if (kinds.length > 1) usageError(proc, 'cannot print "only" of more than one choice');
  if (kinds.length === 0 && (has.has('n') || has.has('r')))
    usageError(proc, 'cannot print only names or real IDs in default format');
  proc.out(kinds.length === 0 ? 'uid=0(root) gid=0(root) groups=0(root)\n' : has.has('n') ? 'root\n' : '0\n');
  return 0;
}

/** uname */
export async function unameMain(proc: Process): Promise<number> {
  const { options: opts, operands } = options(proc, {
    short: 'amnprsvio',
    long: longs({
      all: 'a',
      'kernel-name': 's',
      nodename: 'n',
      'kernel-release': 'r',
      'kernel-version': 'v',
      machine: 'm',
      processor: 'p',
      'hardware-platform': 'i',
      'operating-system': 'o',
    }),
    synopsis: '[OPTION]...',
  });
  if (operands.length > 0) usageError(proc, `extra operand ${quote(operands[0]!)}`);
  const read = (name: string, fallback: string): string => {
    const st = proc.fs.exists(`/proc/sys/kernel/${name}`);
    return st === null ? fallback : proc.fs.readText(`/proc/sys/kernel/${name}`).trim();
  };
  const values: Readonly<Record<string, string>> = {
    s: 'Linux',
    n: proc.hostname,
    r: read('osrelease', '6.1.0'),
    v: read('version', '#1 SMP PREEMPT_DYNAMIC'),
    m: 'x86_64',
    p: 'unknown',
    i: 'unknown',
    o: 'GNU/Linux',
  };
  const has = new Set(opts.map((o) => o.opt));
  const wanted = has.has('a') ? [...'snrvmo'] : [...'snrvmpio'].filter((k) => has.has(k));
  proc.out(`${(wanted.length === 0 ? ['s'] : wanted).map((k) => values[k]).join(' ')}\n`);
  return 0;
}

/** nproc: a world has one clock, and one processor. */
export async function nprocMain(proc: Process): Promise<number> {
  const read = options(proc, { short: '', long: longs({ all: 'all', 'ignore=': 'ignore' }), synopsis: '[OPTION]...' });
  for (const { arg } of read.options) {
    // One is always left.
    if (arg !== null && !/^\d+$/.test(arg)) die(proc, `invalid number: ${quote(arg)}`);
  }
  if (read.operands.length > 0) usageError(proc, `extra operand ${quote(read.operands[0]!)}`);
  proc.out('1\n');
  return 0;
}

/** tty */
export async function ttyMain(proc: Process): Promise<number> {
  const { options: opts } = options(proc, {
    short: 's',
    status: 2,
    long: longs({ silent: 's', quiet: 's' }),
    synopsis: '[OPTION]...',
  });
  const on = proc.isatty(0);
  if (opts.length === 0) proc.out(`${on ? (proc.fds.get(0)?.path ?? '/dev/tty') : 'not a tty'}\n`);
  return on ? 0 : 1;
}

/** clear */
export async function clearMain(proc: Process): Promise<number> {
  const term = proc.env.get('TERM');
  const words = proc.argv.slice(1);
  const bad = words.find((w) => w !== '-x');
  if (bad !== undefined) {
    proc.err(`clear: ${bad} is not known\nUsage: clear [-x]\n`);
    return 1;
  }
  if (term === undefined) {
    proc.err('TERM environment variable not set.\n');
    return 1;
  }
  if (!/^(?:xterm|screen|tmux|linux|vt\d|rxvt|ansi|dumb|alacritty|foot|kitty|st-)/.test(term)) {
    proc.err(`'${term}': unknown terminal type.\n`);
    return 1;
  }
  if (term !== 'dumb') proc.out(`\x1b[H\x1b[2J${words.length > 0 ? '' : '\x1b[3J'}`);
  return 0;
}

/** which, as Debian has it: silent about what is missing. */
export async function whichMain(proc: Process): Promise<number> {
  const words = proc.argv.slice(1);
  let every = false;
  while (words[0]?.startsWith('-') === true) {
    const w = words.shift()!;
    if (w === '--') break;
    if (w !== '-a') {
      proc.err(`Illegal option ${w}\nUsage: ${proc.argv[0]} [-a] args\n`);
      return 2;
    }
    every = true;
  }
  let status = words.length === 0 ? 1 : 0;
  for (const word of words) {
    const dirs = word.includes('/') ? [''] : (proc.env.get('PATH') ?? '').split(':');
    let found = false;
    for (const dir of dirs) {
      const path = dir === '' ? word : `${dir}/${word}`;
      const st = proc.fs.exists(path);
      if (st === null || (st.mode & 0o170000) !== 0o100000 || (st.mode & 0o111) === 0) continue;
      proc.out(`${path}\n`);
      found = true;
      if (!every) break;
    }
    if (!found) status = 1;
  }
  return status;
}

/** less, more: pass through; there is no one to press keys. */
export async function pagerMain(proc: Process): Promise<number> {
  const files = proc.argv.slice(1).filter((w) => !/^[-+]/.test(w));
  let status = 0;
  for (const name of files.length === 0 ? [''] : files) {
    try {
      const fd = name === '' ? 0 : await proc.open(name, 0);
      for (let bytes = await proc.read(fd); bytes.length > 0; bytes = await proc.read(fd)) await proc.write(1, bytes);
    } catch {
      proc.err(`${name}: No such file or directory\n`);
      status = 1;
    }
  }
  return status;
}

/** getent: what /etc says about names. */
export async function getentMain(proc: Process): Promise<number> {
  const [database, ...keys] = proc.argv.slice(1);
  const known = ['hosts', 'ahosts', 'ahostsv4', 'ahostsv6', 'passwd', 'group', 'services', 'protocols', 'networks'];
  if (database === undefined) {
    proc.err(
      `${proc.argv[0]}: wrong number of arguments\nTry \`getent --help' or \`getent --usage' for more information.\n`,
    );
    return 1;
  }
  if (!known.includes(database)) {
    proc.err(`Unknown database: ${database}\nTry \`getent --help' or \`getent --usage' for more information.\n`);
    return 1;
  }
  const file = database.startsWith('ahosts') ? 'hosts' : database;
  const text = proc.fs.exists(`/etc/${file}`) === null ? '' : proc.fs.readText(`/etc/${file}`);
  const rows = text
    .split('\n')
    .map((l) => l.replace(/#.*/, '').trim())
    .filter((l) => l !== '');
  if (file === 'passwd' || file === 'group') {
    const found = rows.filter(
      (r) => keys.length === 0 || keys.includes(r.split(':')[0]!) || keys.includes(r.split(':')[2]!),
    );
    for (const r of found) proc.out(`${r}\n`);
    return keys.length > 0 && found.length < keys.length ? 2 : 0;
  }
  const fields = rows.map((r) => r.split(/\s+/));
  const show = (f: readonly string[]): void => {
    const width = file === 'hosts' ? 15 : 21;
    proc.out(`${f[0]!.padEnd(width)} ${f.slice(1).join(' ')}\n`);
  };
  if (keys.length === 0) {
    for (const f of fields) show(f);
    return 0;
  }
  let status = 0;
  for (const key of keys) {
    const found = fields.filter((f) =>
      file === 'services' ? f[0] === key || f[1]?.split('/')[0] === key || f[1] === key : f.includes(key),
    );
    const one = file === 'hosts' ? (found.find((f) => f[0]!.includes(':') && f[0] !== '::1') ?? found[0]) : found[0];
    if (one === undefined) {
      status = 2;
      continue;
    }
    if (!database.startsWith('ahosts')) show(one);
    else {
      for (const f of found) {
        if ((database === 'ahostsv4' && f[0]!.includes(':')) || (database === 'ahostsv6' && !f[0]!.includes(':')))
          continue;
        ['STREAM', 'DGRAM', 'RAW'].forEach((t, i) =>
          proc.out(`${f[0]!.padEnd(15)} ${t.padEnd(6)} ${i === 0 ? f[1] : ''}\n`),
        );
      }
    }
  }
  return status;
}
