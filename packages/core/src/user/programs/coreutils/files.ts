/** Programs that change names: mkdir rmdir rm touch chmod ln mktemp mkfifo, and those that resolve them. */
import { S_IFDIR, S_IFLNK, S_IFMT } from '../../../uapi/fcntl.ts';
import type { Process, Stat } from '../../process/types.ts';
import { argmatch, complain, die, errorText, longs, options, quote, quoteaf, quotef, usageError } from './command.ts';
import { applyMode, modeString, typeName } from './modes.ts';

const isDir = (st: Stat | null): boolean => st !== null && (st.mode & S_IFMT) === S_IFDIR;
const isLink = (st: Stat | null): boolean => st !== null && (st.mode & S_IFMT) === S_IFLNK;

/** lstat that answers null. */
export function lstatOrNull(proc: Process, path: string): Stat | null {
  try {
    return proc.fs.lstat(path);
  } catch (e) {
    errorText(e);
    return null;
  }
}

/** A path below a directory. */
export const below = (dir: string, name: string): string => (dir.endsWith('/') ? dir + name : `${dir}/${name}`);

/** The last component, without trailing slashes. */
export const baseOf = (path: string): string => path.replace(/(.)\/+$/, '$1').replace(/^.*\/(?=.)/s, '');

/** mkdir */
export async function mkdirMain(proc: Process): Promise<number> {
  let [parents, verbose] = [false, false];
  let mode: string | null = null;
  const { options: opts, operands } = options(proc, {
    short: 'm:pv',
    long: longs({ 'mode=': 'm', parents: 'p', verbose: 'v' }),
    synopsis: '[OPTION]... DIRECTORY...',
  });
  for (const { opt, arg } of opts) {
    if (opt === 'p') parents = true;
    else if (opt === 'v') verbose = true;
    else mode = arg;
  }
  if (operands.length === 0) usageError(proc, 'missing operand');
  if (mode !== null && applyMode(mode, 0o777, proc.umask, true) === null) die(proc, `invalid mode ${quote(mode)}`);
  let status = 0;
  for (const path of operands) {
    try {
      if (parents) {
        const parts = path.split('/');
        for (let i = 1; i < parts.length; i++) {
          const prefix = parts.slice(0, i).join('/');
          if (prefix === '' || proc.fs.exists(prefix) !== null) continue;
          proc.fs.mkdir(prefix);
          if (verbose) proc.out(`${proc.argv[0]}: created directory ${quoteaf(prefix)}\n`);
        }
        if (isDir(proc.fs.exists(path))) continue;
      }
      proc.fs.mkdir(path);
      if (mode !== null) proc.fs.chmod(path, applyMode(mode, 0o777, proc.umask, true)!);
      if (verbose) proc.out(`${proc.argv[0]}: created directory ${quoteaf(path)}\n`);
    } catch (e) {
      complain(proc, `cannot create directory ${quote(path)}: ${errorText(e)}`);
      status = 1;
    }
  }
  return status;
}

/** rmdir */
export async function rmdirMain(proc: Process): Promise<number> {
  let [parents, verbose, lenient] = [false, false, false];
  const { options: opts, operands } = options(proc, {
    short: 'pv',
    long: longs({ parents: 'p', verbose: 'v', 'ignore-fail-on-non-empty': 'i' }),
    synopsis: '[OPTION]... DIRECTORY...',
  });
  for (const { opt } of opts) {
    if (opt === 'p') parents = true;
    else if (opt === 'v') verbose = true;
    else lenient = true;
  }
  if (operands.length === 0) usageError(proc, 'missing operand');
  let status = 0;
  for (const path of operands) {
    let current = path.replace(/(.)\/+$/, '$1');
    for (;;) {
      try {
        if (verbose) proc.out(`${proc.argv[0]}: removing directory, ${quoteaf(current)}\n`);
        proc.fs.rmdir(current);
      } catch (e) {
        const text = errorText(e);
        if (lenient && text === 'Directory not empty') break;
        complain(proc, `failed to remove ${current === path ? '' : 'directory '}${quoteaf(current)}: ${text}`);
        status = 1;
        break;
      }
      const slash = current.lastIndexOf('/');
      if (!parents || slash <= 0) break;
      current = current.slice(0, slash);
    }
  }
  return status;
}

/** rm */
export async function rmMain(proc: Process): Promise<number> {
  let [force, recursive, verbose, dirs, ask, once] = [false, false, false, false, false, false];
  let [oneFileSystem, preserveRoot] = [false, true];
  const { options: opts, operands } = options(proc, {
    short: 'dfiIrRv',
    long: longs({
      force: 'f',
      recursive: 'r',
      verbose: 'v',
      dir: 'd',
      'interactive=?': 'interactive',
      'preserve-root=?': 'p',
      'no-preserve-root': 'P',
      'one-file-system': 'x',
    }),
    synopsis: '[OPTION]... [FILE]...',
  });
  const WHEN = [['never', 'no', 'none'], ['once'], ['always', 'yes']];
  for (const { opt, arg } of opts) {
    let how = { f: 'never', i: 'always', I: 'once' }[opt];
    if (opt === 'interactive') how = argmatch(proc, '--interactive', arg ?? 'always', WHEN);
    if (how !== undefined)
      [force, ask, once] = [opt === 'f' || (force && how === 'never'), how === 'always', how === 'once'];
    else if (opt === 'r' || opt === 'R') recursive = true;
    else if (opt === 'v') verbose = true;
    else if (opt === 'd') dirs = true;
    else if (opt === 'x') oneFileSystem = true;
    else if (opt === 'P') preserveRoot = false;
    else if (arg !== null) {
      if (arg !== 'all') die(proc, `unrecognized --preserve-root argument: ${quoteaf(arg)}`);
      die(proc, 'warren: option --preserve-root=all is not supported');
    }
  }
  if (operands.length === 0) {
    if (force) return 0;
    usageError(proc, 'missing operand');
  }
  let status = 0;
  /** Device of the operand at hand. */
  let device = 0;
  const fail = async (path: string, text: string): Promise<boolean> => {
    await proc.flush();
    complain(proc, `cannot remove ${quoteaf(path)}: ${text}`);
    status = 1;
    return false;
  };
  const answers = ask || once ? proc.lines(0)[Symbol.asyncIterator]() : null;
  const agreed = async (question: string, asks = ask): Promise<boolean> => {
    if (answers === null || !asks) return true;
    await proc.flush();
    proc.err(`${proc.argv[0]}: ${question} `);
    const { value, done } = await answers.next();
    return done !== true && /^[yY]/.test(value as string);
  };
  const remove = async (path: string): Promise<boolean> => {
    let st: Stat;
    try {
      st = proc.fs.lstat(path);
    } catch (e) {
      const text = errorText(e);
      return (force && (text === 'No such file or directory' || text === 'Not a directory')) || fail(path, text);
    }
    const dir = isDir(st);
    if (dir && oneFileSystem && recursive && st.dev !== device) {
      complain(proc, `skipping ${quoteaf(path)}, since it's on a different device`);
      status = 1;
      return false;
    }
    if (dir && !recursive && !dirs) return fail(path, 'Is a directory');
    try {
      if (dir && recursive) {
        const names = proc.fs.readdir(path);
        if (names.length > 0 && !(await agreed(`descend into directory ${quoteaf(path)}?`))) return false;
        let all = true;
        for (const name of names) all = (await remove(below(path, name))) && all;
        if (!all) return false;
      }
      if (!(await agreed(`remove ${typeName(st.mode, st.size)} ${quoteaf(path)}?`))) return false;
      if (dir) proc.fs.rmdir(path);
      else proc.fs.unlink(path);
    } catch (e) {
      return fail(path, errorText(e));
    }
    if (verbose) proc.out(`removed ${dir ? 'directory ' : ''}${quoteaf(path)}\n`);
    await proc.drain();
    return true;
  };
  if (once && (recursive || operands.length > 3)) {
    const how = recursive ? ' recursively' : '';
    const question = `remove ${operands.length} argument${operands.length === 1 ? '' : 's'}${how}?`;
    if (!(await agreed(question, true))) return 0;
  }
  for (const path of operands) {
    device = lstatOrNull(proc, path)?.dev ?? 0;
    if (recursive && /(^|\/)\.{1,2}\/*$/.test(path)) {
      complain(proc, `refusing to remove ${quoteaf('.')} or ${quoteaf('..')} directory: skipping ${quoteaf(path)}`);
      status = 1;
    } else if (recursive && preserveRoot && /^\/+$/.test(path)) {
      complain(proc, "it is dangerous to operate recursively on '/'");
      complain(proc, 'use --no-preserve-root to override this failsafe');
      status = 1;
    } else await remove(path);
  }
  return status;
}

/** chmod */
export async function chmodMain(proc: Process): Promise<number> {
  let [recursive, verbose, changes, quiet] = [false, false, false, false];
  // A mode may begin with a dash: it is no option then.
  const args = proc.argv
    .slice(1)
    .flatMap((a) => (/^-[rwxXstugoa,+=-]+$/.test(a) && a !== '--' && !a.startsWith('--') ? ['--mode-', a] : [a]));
  const flat: string[] = [];
  let dashed: string | null = null;
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--mode-') dashed = args[++i]!;
    else flat.push(args[i]!);
  }
  const { options: opts, operands } = options(
    proc,
    {
      short: 'Rcvf',
      long: longs({ recursive: 'R', verbose: 'v', changes: 'c', silent: 'f', quiet: 'f', 'reference=': 'ref' }),
      synopsis: '[OPTION]... MODE[,MODE]... FILE...',
    },
    flat,
  );
  let reference: number | null = null;
  for (const { opt, arg } of opts) {
    if (opt === 'R') recursive = true;
    else if (opt === 'v') verbose = true;
    else if (opt === 'c') changes = true;
    else if (opt === 'f') quiet = true;
    else {
      try {
        reference = proc.fs.stat(arg!).mode & 0o7777;
      } catch (e) {
        die(proc, `failed to get attributes of ${quoteaf(arg!)}: ${errorText(e)}`);
      }
    }
  }
  const rest = [...operands];
  const mode = reference !== null ? reference.toString(8) : (dashed ?? rest.shift());
  if (mode === undefined) usageError(proc, 'missing operand');
  if (rest.length === 0) usageError(proc, `missing operand after ${quote(mode)}`);
  if (applyMode(mode, 0, 0, false) === null) usageError(proc, `invalid mode: ${quote(mode)}`);
  let status = 0;
  const change = (path: string, top: boolean): void => {
    try {
      if (!top && isLink(lstatOrNull(proc, path))) return;
      const st = proc.fs.stat(path);
      const old = st.mode & 0o7777;
      const made = applyMode(mode, old, proc.umask, isDir(st))!;
      proc.fs.chmod(path, made);
      const octal = (n: number): string => `${n.toString(8).padStart(4, '0')} (${modeString(n).slice(1)})`;
      if (made !== old && (verbose || changes))
        proc.out(`mode of ${quoteaf(path)} changed from ${octal(old)} to ${octal(made)}\n`);
      else if (verbose) proc.out(`mode of ${quoteaf(path)} retained as ${octal(made)}\n`);
      if (recursive && isDir(st)) for (const name of proc.fs.readdir(path)) change(below(path, name), false);
    } catch (e) {
      const text = errorText(e);
      if (!quiet)
        complain(
          proc,
          `${text === 'Operation not permitted' ? 'changing permissions of' : 'cannot access'} ${quoteaf(path)}: ${text}`,
        );
      status = 1;
    }
  };
  for (const path of rest) change(path, true);
  return status;
}

/** mkfifo */
export async function mkfifoMain(proc: Process): Promise<number> {
  let mode = 0o666;
  const { options: opts, operands } = options(proc, {
    short: 'm:',
    long: longs({ 'mode=': 'm' }),
    synopsis: '[OPTION]... NAME...',
  });
  for (const { arg } of opts) mode = applyMode(arg!, 0o666, proc.umask, false) ?? die(proc, 'invalid mode');
  if (operands.length === 0) usageError(proc, 'missing operand');
  let status = 0;
  for (const path of operands) {
    try {
      proc.fs.mkfifo(path, mode);
      if (opts.length > 0) proc.fs.chmod(path, mode);
    } catch (e) {
      complain(proc, `cannot create fifo ${quoteaf(path)}: ${errorText(e)}`);
      status = 1;
    }
  }
  return status;
}

/** mktemp */
export async function mktempMain(proc: Process): Promise<number> {
  let [dir, dry, quiet, inTmp] = [false, false, false, false];
  let base: string | null = null;
  let suffix = '';
  const { options: opts, operands } = options(proc, {
    short: 'dp:qtu',
    long: longs({ directory: 'd', 'dry-run': 'u', quiet: 'q', 'suffix=': 'suffix', 'tmpdir=?': 'tmpdir' }),
    synopsis: '[OPTION]... [TEMPLATE]',
  });
  for (const { opt, arg } of opts) {
    if (opt === 'd') dir = true;
    else if (opt === 'u') dry = true;
    else if (opt === 'q') quiet = true;
    else if (opt === 'suffix') suffix = arg!;
    else if (opt === 't') inTmp = true;
    else [inTmp, base] = [true, arg];
  }
  if (operands.length > 1) usageError(proc, 'too many templates');
  const template = operands[0] ?? 'tmp.XXXXXXXXXX';
  if (operands.length === 0) inTmp = true;
  const m = /^(.*?)(X{3,})([^X/]*)$/s.exec(template);
  if (m === null) die(proc, `too few X's in template ${quote(template)}`);
  if (inTmp && template.includes('/')) die(proc, `invalid template, ${quote(template)}, contains directory separator`);
  const tmp = base !== null && base !== '' ? base : proc.env.get('TMPDIR') || '/tmp';
  const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const fd = await proc.open('/dev/urandom', 0);
  for (let tries = 0; tries < 100; tries++) {
    const xs = [...(await proc.read(fd, m[2]!.length))].map((b) => LETTERS[b % LETTERS.length]!).join('');
    const name = m[1]! + xs + m[3]! + suffix;
    const path = inTmp ? below(tmp, name) : name;
    if (lstatOrNull(proc, path) !== null) continue;
    try {
      if (!dry && dir) proc.fs.mkdir(path, 0o700);
      else if (!dry) {
        proc.fs.writeFile(path, '');
        proc.fs.chmod(path, 0o600);
      }
    } catch (e) {
      if (!quiet) {
        const shown = inTmp ? below(tmp, template) : template;
        complain(
          proc,
          `failed to create ${dir ? 'directory' : 'file'} via template ${quote(shown + suffix)}: ${errorText(e)}`,
        );
      }
      return 1;
    }
    proc.out(`${path}\n`);
    return 0;
  }
  return die(proc, `failed to create file via template ${quote(template)}: File exists`);
}

/** ln */
export async function lnMain(proc: Process): Promise<number> {
  let [symbolic, force, noDeref, noTarget, verbose, relative] = [false, false, false, false, false, false];
  let target: string | null = null;
  const { options: opts, operands } = options(proc, {
    short: 'fnPrst:Tv',
    long: longs({
      force: 'f',
      'no-dereference': 'n',
      relative: 'r',
      symbolic: 's',
      'target-directory=': 't',
      'no-target-directory': 'T',
      verbose: 'v',
    }),
    synopsis: '[OPTION]... [-T] TARGET LINK_NAME',
  });
  for (const { opt, arg } of opts) {
    if (opt === 's') symbolic = true;
    else if (opt === 'f') force = true;
    else if (opt === 'n') noDeref = true;
    else if (opt === 'T') noTarget = true;
    else if (opt === 'v') verbose = true;
    else if (opt === 'r') relative = true;
    else if (opt === 't') target = arg;
  }
  if (operands.length === 0) usageError(proc, 'missing file operand');
  const sources = [...operands];
  let single: string | null = null;
  if (target === null) {
    if (noTarget && sources.length !== 2) {
      usageError(
        proc,
        sources.length < 2
          ? `missing destination file operand after ${quote(sources[0]!)}`
          : `extra operand ${quote(sources[2]!)}`,
      );
    }
    if (sources.length === 1) target = '.';
    else {
      const last = sources.pop()!;
      const st = noDeref ? lstatOrNull(proc, last) : proc.fs.exists(last);
      if (!noTarget && isDir(st)) target = last;
      else if (sources.length === 1) single = last;
      else die(proc, `target ${quoteaf(last)} is not a directory`);
    }
  }
  let status = 0;
  for (const source of sources) {
    const path = single ?? below(target!, baseOf(source)).replace(/^\.\/(?=.)/, './');
    try {
      if (!symbolic && isDir(proc.fs.lstat(source))) {
        complain(proc, `${quotef(source)}: hard link not allowed for directory`);
        status = 1;
        continue;
      }
    } catch (e) {
      complain(proc, `failed to access ${quoteaf(source)}: ${errorText(e)}`);
      status = 1;
      continue;
    }
    try {
      if (force && lstatOrNull(proc, path) !== null) proc.fs.unlink(path);
      if (symbolic) proc.fs.symlink(relative ? relativeTo(proc, source, path) : source, path);
      else proc.fs.link(source, path);
      if (verbose) proc.out(`${quoteaf(path)} ${symbolic ? '->' : '=>'} ${quoteaf(source)}\n`);
    } catch (e) {
      complain(
        proc,
        `failed to create ${symbolic ? 'symbolic' : 'hard'} link ${quoteaf(path)}${symbolic ? '' : errorText(e) === 'File exists' ? '' : ` => ${quoteaf(source)}`}: ${errorText(e)}`,
      );
      status = 1;
    }
  }
  return status;
}

/** The path from a link's directory to its target. */
function relativeTo(proc: Process, source: string, link: string): string {
  const absolute = (p: string): string[] => {
    const out: string[] = [];
    for (const part of (p.startsWith('/') ? p : `${proc.cwd}/${p}`).split('/')) {
      if (part === '..') out.pop();
      else if (part !== '' && part !== '.') out.push(part);
    }
    return out;
  };
  const [a, b] = [absolute(source), absolute(link).slice(0, -1)];
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return [...b.slice(i).map(() => '..'), ...a.slice(i)].join('/') || '.';
}
