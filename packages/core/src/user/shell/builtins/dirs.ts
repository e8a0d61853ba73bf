/** `cd`, `pwd` and the directory stack. */
import type { Shell } from '../shell.ts';
import { changeDirectory, physicalDirectory, workingDirectory } from '../working-directory.ts';
import { printable } from '../words/quote.ts';
import { type Builtin, complain, isName, options, refused, texts, usage } from './types.ts';

/** Goes to a directory and tells the variables. @returns the words of the error, or null */
async function change(sh: Shell, target: string, physical: boolean): Promise<string | null> {
  const error = await changeDirectory(sh, target, physical);
  if (error !== null) return error;
  const pwd = sh.vars.get('PWD');
  if (pwd !== undefined) sh.vars.set('OLDPWD', pwd);
  sh.vars.set('PWD', sh.directory!);
  return null;
}

const cd: Builtin = {
  name: 'cd',
  usage: 'cd [-L|[-P [-e]] [-@]] [dir]',
  async run(sh, args, name) {
    const p = options(args, 'LPe@');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const words = texts(p.rest);
    if (words.length > 1) return complain(sh, name, 'too many arguments');
    const physical =
      (p.flags.findLast((f) => f.letter === 'L' || f.letter === 'P')?.letter ?? (sh.options.physical ? 'P' : 'L')) ===
      'P';
    let dir = words[0];
    let show = false;
    if (dir === undefined) {
      dir = sh.vars.get('HOME');
      if (dir === undefined) return complain(sh, name, 'HOME not set');
    } else if (dir === '-') {
      dir = sh.vars.get('OLDPWD');
      if (dir === undefined) return complain(sh, name, 'OLDPWD not set');
      show = true;
    }
    if (dir === '') return 0;
    const cdpath = sh.vars.get('CDPATH');
    if (cdpath !== undefined && !/^\.{0,2}\//.test(dir) && dir !== '.' && dir !== '..') {
      for (const base of cdpath.split(':')) {
        const full = base === '' ? dir : `${base}/${dir}`;
        if ((await change(sh, full, physical)) === null) {
          if (base !== '') await sh.write(1, `${sh.get('PWD')}\n`);
          return 0;
        }
      }
    }
    const error = await change(sh, dir, physical);
    const named = error !== null && sh.shopts['cdable_vars'] === true && isName(dir) ? sh.vars.get(dir) : undefined;
    if (named !== undefined && (await change(sh, named, physical)) === null) {
      await sh.write(1, `${named}\n`);
      return 0;
    }
    if (error !== null) return complain(sh, name, `${printable(dir)}: ${error}`);
    if (show) await sh.write(1, `${sh.get('PWD')}\n`);
    return 0;
  },
};

const pwd: Builtin = {
  name: 'pwd',
  usage: 'pwd [-LP]',
  async run(sh, args, name) {
    const p = options(args, 'LP');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const physical = p.flags.at(-1)?.letter === 'P' || sh.options.physical;
    const dir = physical ? await physicalDirectory(sh, name) : await workingDirectory(sh, name);
    if (dir === null) return 1;
    await sh.write(1, `${dir}\n`);
    return 0;
  },
};

/** What the stack begins with; '' when nobody knows. */
const here = async (sh: Shell, name: string): Promise<string> => (await workingDirectory(sh, name)) ?? '';
const tilde = (sh: Shell, path: string): string => {
  const home = sh.vars.get('HOME');
  if (home === undefined || home === '/' || home === '') return path;
  return path === home ? '~' : path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
};
const stackLine = async (sh: Shell, name: string): Promise<string> =>
  `${[await here(sh, name), ...sh.directories].map((d) => tilde(sh, d)).join(' ')}\n`;

/** `+N` and `-N` as a place in the stack; null when it is none. */
function place(spec: string, size: number): number | null {
  const m = /^([-+])(\d+)$/.exec(spec);
  if (m === null) return null;
  return m[1] === '+' ? Number(m[2]) : size - 1 - Number(m[2]);
}

const pushd: Builtin = {
  name: 'pushd',
  usage: 'pushd [-n] [+N | -N | dir]',
  async run(sh, args, name) {
    const words = texts(args);
    let stay = false;
    if (words[0] === '-n') {
      stay = true;
      words.shift();
    }
    if (words[0] === '--') words.shift();
    const stack = [await here(sh, name), ...sh.directories];
    const dir = words[0];
    const n = dir === undefined ? null : place(dir, stack.length);
    if (dir === undefined || n !== null) {
      if (stack.length < 2)
        return complain(sh, name, dir === undefined ? 'no other directory' : 'directory stack empty');
      const at = n ?? 1;
      if (at < 0 || at >= stack.length) return complain(sh, name, `${dir ?? ''}: directory stack index out of range`);
      const turned =
        dir === undefined ? [stack[1]!, stack[0]!, ...stack.slice(2)] : [...stack.slice(at), ...stack.slice(0, at)];
      const error = stay ? null : await change(sh, turned[0]!, false);
      if (error !== null) return complain(sh, name, `${turned[0]!}: ${error}`);
      sh.directories = turned.slice(1);
    } else if (/^-./.test(dir)) return usage(sh, name, `${dir}: invalid number`);
    else {
      if (stay) sh.directories = [dir, ...sh.directories];
      else {
        const error = await change(sh, dir, false);
        if (error !== null) return complain(sh, name, `${dir}: ${error}`);
        sh.directories = stack;
      }
    }
    await sh.write(1, await stackLine(sh, name));
    return 0;
  },
};

const popd: Builtin = {
  name: 'popd',
  usage: 'popd [-n] [+N | -N]',
  async run(sh, args, name) {
    const words = texts(args);
    let stay = false;
    if (words[0] === '-n') {
      stay = true;
      words.shift();
    }
    const stack = [await here(sh, name), ...sh.directories];
    if (stack.length < 2) return complain(sh, name, 'directory stack empty');
    const at = words[0] === undefined ? 0 : place(words[0], stack.length);
    if (at === null) return usage(sh, name, `${words[0]!}: invalid argument`);
    if (at < 0 || at >= stack.length) return complain(sh, name, `${words[0]!}: directory stack index out of range`);
    if (at === 0 && !stay) {
      const error = await change(sh, stack[1]!, false);
      if (error !== null) return complain(sh, name, `${stack[1]!}: ${error}`);
      sh.directories = stack.slice(2);
    } else sh.directories = sh.directories.filter((_, i) => i !== Math.max(0, at - 1));
    await sh.write(1, await stackLine(sh, name));
    return 0;
  },
};

const dirs: Builtin = {
  name: 'dirs',
  usage: 'dirs [-clpv] [+N] [-N]',
  async run(sh, args, name) {
    const stack = [await here(sh, name), ...sh.directories];
    let long = false;
    let style = '';
    for (const w of texts(args)) {
      const at = place(w, stack.length);
      if (at !== null) {
        if (stack[at] === undefined)
          return complain(
            sh,
            name,
            sh.directories.length === 0 ? 'directory stack empty' : `${w}: directory stack index out of range`,
          );
        await sh.write(1, `${long ? stack[at] : tilde(sh, stack[at])}\n`);
        return 0;
      }
      if (w === '-c') {
        sh.directories = [];
        return 0;
      }
      if (w === '-l') long = true;
      else if (w === '-p' || w === '-v') style = w;
      else return usage(sh, name, `${w}: invalid number`);
    }
    const shown = stack.map((d) => (long ? d : tilde(sh, d)));
    if (style === '-v') await sh.write(1, shown.map((d, i) => `${String(i).padStart(2)}  ${d}\n`).join(''));
    else if (style === '-p') await sh.write(1, shown.map((d) => `${d}\n`).join(''));
    else await sh.write(1, `${shown.join(' ')}\n`);
    return 0;
  },
};

export const DIRS: readonly Builtin[] = [cd, pwd, pushd, popd, dirs];
