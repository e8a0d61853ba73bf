/** The rest: aliases, traps, options, limits and the like. */
import { RLIM_NOFILE_MAX, RLIM_NPROC } from '../../process/limits.ts';
import { type Maybe, chain } from '../maybe.ts';
import { S_IFDIR, S_IFMT } from '../../../uapi/fcntl.ts';
import type { Shell } from '../shell.ts';
import { trapName, trapNumber } from '../traps.ts';
import { reusable, singleQuote } from '../words/quote.ts';
import { allFiles } from './type.ts';
import { type Builtin, complain, isName, options, refused, texts, usage } from './types.ts';

const alias: Builtin = {
  name: 'alias',
  usage: 'alias [-p] [name[=value] ... ]',
  async run(sh, args, name) {
    const p = options(args, 'p');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const show = (n: string): string => `alias ${n}=${singleQuote(sh.aliases.get(n)!)}\n`;
    const words = texts(p.rest);
    if (words.length === 0 || p.flags.length > 0) await sh.write(1, [...sh.aliases.keys()].sort().map(show).join(''));
    let status = 0;
    for (const w of words) {
      const eq = w.indexOf('=');
      if (eq > 0) sh.aliases.set(w.slice(0, eq), w.slice(eq + 1));
      else if (sh.aliases.has(w)) await sh.write(1, show(w));
      else {
        await sh.error(`alias: ${w}: not found`);
        status = 1;
      }
    }
    return status;
  },
};

const unalias: Builtin = {
  name: 'unalias',
  usage: 'unalias [-a] name [name ...]',
  async run(sh, args, name) {
    const p = options(args, 'a');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    if (p.flags.length > 0) {
      sh.aliases.clear();
      return 0;
    }
    const words = texts(p.rest);
    if (words.length === 0) return usage(sh, name, null);
    let status = 0;
    for (const w of words) {
      if (sh.aliases.delete(w)) continue;
      await sh.error(`unalias: ${w}: not found`);
      status = 1;
    }
    return status;
  },
};

const trap: Builtin = {
  name: 'trap',
  special: true,
  usage: 'trap [-lp] [[arg] signal_spec ...]',
  async run(sh, args, name) {
    const p = options(args, 'lp');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const words = texts(p.rest);
    if (p.flags.some((f) => f.letter === 'l')) return sh.hooks.builtins.get('kill')!.run(sh, ['-l'], 'kill');
    const show = (n: number, command: string): string => `trap -- ${reusable(command)} ${trapName(n)}\n`;
    if (words.length === 0 || p.flags.length > 0) {
      const wanted = words.map(trapNumber);
      const bogus = words.find((_, i) => wanted[i] === -99);
      if (bogus !== undefined) return complain(sh, name, `${bogus}: invalid signal specification`);
      const list = sh.traps.shown().filter(([n]) => words.length === 0 || wanted.includes(n));
      await sh.write(1, list.map(([n, c]) => show(n, c)).join(''));
      return 0;
    }
    // One word alone, or a number first: back to the default.
    const [first] = words;
    const reset = words.length === 1 || first === '-' || /^\d+$/.test(first!);
    if (words.length === 1 && first !== undefined && trapNumber(first) === -99) return usage(sh, name, null);
    const specs = words.length === 1 || (/^\d+$/.test(first!) && first !== '-') ? words : words.slice(1);
    let status = 0;
    for (const s of specs) {
      const n = trapNumber(s);
      if (n === -99) {
        await sh.error(`trap: ${s}: invalid signal specification`);
        status = 1;
        continue;
      }
      sh.traps.set(n, reset ? null : first!);
      if (n === -2) sh.errDepth = sh.frames.length;
    }
    return status;
  },
};

const getopts: Builtin = {
  name: 'getopts',
  usage: 'getopts optstring name [arg ...]',
  async run(sh, args, name) {
    const [spec, variable, ...own] = texts(args);
    if (spec === undefined || variable === undefined) return usage(sh, name, null);
    const list = own.length > 0 ? own : sh.params;
    let index = Number(sh.vars.get('OPTIND') ?? 1) || 1;
    if (index !== sh.optionIndex) {
      sh.optionIndex = index;
      sh.optionOffset = 0;
    }
    const silent = spec.startsWith(':');
    const set = (value: string, arg: string | null): void => {
      sh.vars.set('OPTIND', String(index));
      sh.optionIndex = index;
      if (arg === null) sh.vars.unset('OPTARG');
      else sh.vars.set('OPTARG', arg);
      sh.vars.set(variable, value);
    };
    if (!isName(variable)) return complain(sh, name, `\`${variable}': not a valid identifier`);
    const word = list[index - 1];
    if (sh.optionOffset === 0) {
      if (word === undefined || !word.startsWith('-') || word === '-') {
        set('?', null);
        return 1;
      }
      if (word === '--') {
        index++;
        set('?', null);
        return 1;
      }
      sh.optionOffset = 1;
    }
    const letter = word![sh.optionOffset]!;
    const at = letter === ':' ? -1 : spec.indexOf(letter, silent ? 1 : 0);
    const advance = (): void => {
      sh.optionOffset++;
      if (sh.optionOffset >= word!.length) {
        index++;
        sh.optionOffset = 0;
      }
    };
    const quiet = silent || sh.vars.get('OPTERR') === '0';
    if (at < 0) {
      advance();
      if (!quiet) await sh.warn(`${sh.name}: illegal option -- ${letter}\n`);
      set('?', silent ? letter : null);
      return 0;
    }
    if (spec[at + 1] !== ':') {
      advance();
      set(letter, null);
      return 0;
    }
    const attached = word!.slice(sh.optionOffset + 1);
    sh.optionOffset = 0;
    index++;
    if (attached !== '') {
      set(letter, attached);
      return 0;
    }
    const value = list[index - 1];
    if (value === undefined) {
      if (!quiet) await sh.warn(`${sh.name}: option requires an argument -- ${letter}\n`);
      set(silent ? ':' : '?', silent ? letter : null);
      return 0;
    }
    index++;
    set(letter, value);
    return 0;
  },
};

const hash: Builtin = {
  name: 'hash',
  usage: 'hash [-lr] [-p pathname] [-dt] [name ...]',
  async run(sh, args, name) {
    const p = options(args, 'lrp:dt');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const f = new Map(p.flags.map((x) => [x.letter, x.value]));
    const words = texts(p.rest);
    if (f.has('r')) {
      sh.hashed.clear();
      return 0;
    }
    if (words.length === 0 && f.has('t')) return complain(sh, name, '-t: option requires an argument');
    const file = f.get('p');
    if (file !== undefined && ((sh.fs.exists(file)?.mode ?? 0) & S_IFMT) === S_IFDIR)
      return complain(sh, name, `${file}: Is a directory`);
    if (words.length === 0) {
      if (sh.hashed.size === 0) {
        await sh.write(1, f.has('l') ? '' : `${name}: hash table empty\n`);
        return 0;
      }
      const rows = [...sh.hashed].map(([n, h]) =>
        f.has('l') ? `builtin hash -p ${h.path} ${n}\n` : `${String(h.hits).padStart(4)}\t${h.path}\n`,
      );
      await sh.write(1, (f.has('l') ? '' : 'hits\tcommand\n') + rows.join(''));
      return 0;
    }
    let status = 0;
    for (const w of words) {
      if (f.has('p')) sh.hashed.set(w, { path: f.get('p')!, hits: 0 });
      else if (f.has('d') || f.has('t')) {
        const known = sh.hashed.get(w);
        if (known === undefined) {
          await sh.error(`hash: ${w}: not found`);
          status = 1;
        } else if (f.has('d')) sh.hashed.delete(w);
        else await sh.write(1, `${words.length > 1 ? `${w}\t` : ''}${known.path}\n`);
      } else if (!w.includes('/') && !sh.hooks.builtins.has(w) && !sh.functions.has(w)) {
        const [file] = allFiles(sh, w);
        if (file === undefined) {
          await sh.error(`hash: ${w}: not found`);
          status = 1;
        } else sh.hashed.set(w, { path: file, hits: 0 });
      }
    }
    return status;
  },
};

/** `u=rwx,g=rx,o=rx` */
function symbolic(mask: number): string {
  const part = (shift: number): string =>
    'rwx'
      .split('')
      .filter((_, i) => ((mask >> shift) & (4 >> i)) === 0)
      .join('');
  return `u=${part(6)},g=${part(3)},o=${part(0)}`;
}

function fromSymbolic(text: string, mask: number): number | null {
  let allowed = ~mask & 0o777;
  for (const clause of text.split(',')) {
    const m = /^([ugoa]*)([-+=])([rwx]*)$/.exec(clause);
    if (m === null) return null;
    const who = m[1] === '' || m[1]!.includes('a') ? 'ugo' : m[1]!;
    let bits = 0;
    for (const c of m[3]!) bits |= c === 'r' ? 4 : c === 'w' ? 2 : 1;
    for (const w of who) {
      const shift = w === 'u' ? 6 : w === 'g' ? 3 : 0;
      if (m[2] === '=') allowed = (allowed & ~(7 << shift)) | (bits << shift);
      else if (m[2] === '+') allowed |= bits << shift;
      else allowed &= ~(bits << shift);
    }
  }
  return ~allowed & 0o777;
}

const umask: Builtin = {
  name: 'umask',
  usage: 'umask [-p] [-S] [mode]',
  async run(sh, args, name) {
    const p = options(args, 'pS');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const f = new Set(p.flags.map((x) => x.letter));
    const [mode] = texts(p.rest);
    if (mode === undefined) {
      const text = f.has('S') ? symbolic(sh.proc.umask) : sh.proc.umask.toString(8).padStart(4, '0');
      await sh.write(1, `${f.has('p') ? `umask ${f.has('S') ? '-S ' : ''}` : ''}${text}\n`);
      return 0;
    }
    if (/^\d/.test(mode)) {
      if (!/^[0-7]{1,4}$/.test(mode)) return complain(sh, name, `${mode}: octal number out of range`);
      sh.proc.umask = Number.parseInt(mode, 8) & 0o777;
    } else {
      const mask = fromSymbolic(mode, sh.proc.umask);
      if (mask === null) return complain(sh, name, `\`${mode[0]!}': invalid symbolic mode operator`);
      sh.proc.umask = mask;
      if (f.has('S')) await sh.write(1, `${symbolic(mask)}\n`);
    }
    return 0;
  },
};

/** [letter, what, unit, value]. Limits of this machine are what a fresh Linux has; only that of open files can be set. */
const LIMITS: readonly (readonly [string, string, string, string])[] = [
  ['R', 'real-time non-blocking time  ', 'microseconds, -R', 'unlimited'],
  ['c', 'core file size              ', 'blocks, -c', '0'],
  ['d', 'data seg size               ', 'kbytes, -d', 'unlimited'],
  ['e', 'scheduling priority                 ', '-e', '0'],
  ['f', 'file size                   ', 'blocks, -f', 'unlimited'],
  ['i', 'pending signals                     ', '-i', '15445'],
  ['l', 'max locked memory           ', 'kbytes, -l', '8192'],
  ['m', 'max memory size             ', 'kbytes, -m', 'unlimited'],
  ['n', 'open files                          ', '-n', '1024'],
  ['p', 'pipe size                ', '512 bytes, -p', '8'],
  ['q', 'POSIX message queues         ', 'bytes, -q', '819200'],
  ['r', 'real-time priority                  ', '-r', '0'],
  ['s', 'stack size                  ', 'kbytes, -s', '8192'],
  ['t', 'cpu time                   ', 'seconds, -t', 'unlimited'],
  ['u', 'max user processes                  ', '-u', String(RLIM_NPROC)],
  ['v', 'virtual memory              ', 'kbytes, -v', 'unlimited'],
  ['x', 'file locks                          ', '-x', 'unlimited'],
];

/** `ulimit -n`: the one limit that processes feel. */
function openFiles(sh: Shell, name: string, limit: string | undefined, letters: readonly string[]): Maybe<number> {
  const { fds } = sh.proc;
  // Without -S or -H the soft one is shown, and both are set.
  const [soft, hard] = [
    letters.includes('S') || !letters.includes('H'),
    letters.includes('H') || !letters.includes('S'),
  ];
  if (limit === undefined) return chain(sh.write(1, `${soft ? fds.limit : fds.hardLimit}\n`), () => 0);
  if (limit === 'soft' || limit === 'hard') limit = String(limit === 'soft' ? fds.limit : fds.hardLimit);
  if (limit !== 'unlimited' && !/^\d+$/.test(limit)) return complain(sh, name, `${limit}: invalid number`);
  const n = Number(limit);
  if (!(n <= RLIM_NOFILE_MAX)) return complain(sh, name, 'open files: cannot modify limit: Operation not permitted');
  if (!hard && n > fds.hardLimit) return complain(sh, name, 'open files: cannot modify limit: Invalid argument');
  if (soft) fds.limit = n;
  if (hard) fds.hardLimit = n;
  return 0;
}

const ulimit: Builtin = {
  name: 'ulimit',
  usage: 'ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]',
  async run(sh, args, name) {
    const p = options(args, 'SHacdefilmnpqrstuvxR');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const letters = p.flags.map((f) => f.letter).filter((c) => c !== 'S' && c !== 'H');
    const [limit] = texts(p.rest);
    if (letters.includes('a')) {
      await sh.write(1, LIMITS.map(([, what, unit, value]) => `${what}(${unit}) ${value}\n`).join(''));
      return 0;
    }
    const row = LIMITS.find(([c]) => c === (letters[0] ?? 'f'))!;
    if (row[0] === 'n')
      return openFiles(
        sh,
        name,
        limit,
        p.flags.map((x) => x.letter),
      );
    if (limit !== undefined) {
      if (!/^(?:\d+|unlimited|soft|hard)$/.test(limit)) return complain(sh, name, `${limit}: invalid number`);
      if (limit === row[3] || limit === 'soft' || limit === 'hard') return 0;
      return complain(sh, name, `${row[1].trim()}: cannot modify limit: Operation not permitted`);
    }
    await sh.write(1, `${row[3]}\n`);
    return 0;
  },
};

const times: Builtin = {
  name: 'times',
  special: true,
  usage: 'times',
  async run(sh) {
    await sh.write(1, '0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n');
    return 0;
  },
};

const caller: Builtin = {
  name: 'caller',
  usage: 'caller [expr]',
  async run(sh, args) {
    const [spec] = texts(args);
    if (spec !== undefined && !/^\d+$/.test(spec)) {
      await sh.error(`caller: ${spec}: invalid number`);
      await sh.warn(`caller: usage: caller [expr]\n`);
      return 2;
    }
    const frames = [...sh.frames].reverse();
    const n = Number(spec ?? 0);
    const frame = frames[n];
    const above = frames[n + 1];
    if (frame === undefined || frame.kind === 'main') return 1;
    const source =
      above?.source === undefined || above.source === '' ? (sh.mode === 'file' ? sh.name : 'main') : above.source;
    if (spec === undefined) await sh.write(1, `${frame.line} ${source === 'main' ? 'NULL' : source}\n`);
    else {
      if (above === undefined) return 1;
      await sh.write(1, `${frame.line} ${above.name} ${source}\n`);
    }
    return 0;
  },
};

const enable: Builtin = {
  name: 'enable',
  usage: 'enable [-a] [-dnps] [-f filename] [name ...]',
  async run(sh, args, name) {
    const p = options(args, 'adnpsf:');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const f = new Set(p.flags.map((x) => x.letter));
    const words = texts(p.rest);
    if (f.has('f') || f.has('d')) return complain(sh, name, 'dynamic loading not available');
    if (words.length === 0) {
      const names = [...sh.hooks.builtins.keys()].sort((a, b) => (a < b ? -1 : 1));
      const shown = names.filter((n) => (f.has('a') ? true : f.has('n') === sh.disabled.has(n)));
      await sh.write(1, shown.map((n) => `enable ${sh.disabled.has(n) ? '-n ' : ''}${n}\n`).join(''));
      return 0;
    }
    let status = 0;
    for (const w of words) {
      if (!sh.hooks.builtins.has(w)) {
        await sh.error(`enable: ${w}: not a shell builtin`);
        status = 1;
      } else if (f.has('n')) sh.disabled.add(w);
      else sh.disabled.delete(w);
    }
    return status;
  },
};

const help: Builtin = {
  name: 'help',
  usage: 'help [-dms] [pattern ...]',
  async run(sh, args) {
    const p = options(args, 'dms');
    const bad = refused(sh, 'help', p);
    if (bad !== null) return bad;
    const long = p.flags.find((f) => f.letter !== 's');
    if (long !== undefined) return complain(sh, 'help', `warren: -${long.letter} is not supported`);
    const words = texts(p.rest);
    if (words.length === 0) {
      await sh.write(
        1,
        [...sh.hooks.builtins.values()]
          .map((b) => ` ${b.usage}\n`)
          .sort()
          .join(''),
      );
      return 0;
    }
    let status = 0;
    for (const w of words) {
      const b = sh.hooks.builtins.get(w);
      if (b === undefined) {
        await sh.error(`help: no help topics match \`${w}'.  Try \`help help' or \`man -k ${w}' or \`info ${w}'.`);
        status = 1;
      } else await sh.write(1, `${w}: ${b.usage}\n`);
    }
    return status;
  },
};

const logout: Builtin = {
  name: 'logout',
  usage: 'logout [n]',
  run: (sh, args, name) =>
    sh.login ? sh.hooks.builtins.get('exit')!.run(sh, args, name) : complain(sh, name, "not login shell: use `exit'"),
};

export const MISC: readonly Builtin[] = [
  alias,
  unalias,
  trap,
  getopts,
  hash,
  umask,
  ulimit,
  times,
  caller,
  enable,
  help,
  logout,
];
