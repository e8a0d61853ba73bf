/** Builtins that decide what runs next. */
import { environment } from '../environment.ts';
import { utf8Decode } from '../../../lib/text.ts';
import { SystemError } from '../../../syscall/index.ts';
import { S_IFDIR, S_IFMT } from '../../../uapi/fcntl.ts';
import { DiscardSignal, ExitSignal, LoopSignal, ReturnSignal } from '../errors.ts';
import { type Maybe, chain } from '../maybe.ts';
import { become, runProgram, runTrap } from '../process-run.ts';
import { scriptText } from '../script-file.ts';
import type { Shell } from '../shell.ts';
import { TRAP_RETURN } from '../traps.ts';
import { type Arg, type Builtin, complain, findBuiltin, options, refused, texts } from './types.ts';
import { describe } from './type.ts';

const isNumber = (s: string): boolean => /^\s*[-+]?\d+\s*$/.test(s);

/** One argument too many abandons the line. @see builtins/common.c:no_args */
const tooMany = (sh: Shell, name: string): Maybe<number> =>
  chain(complain(sh, name, 'too many arguments'), () => {
    throw new DiscardSignal(1);
  });

const colon: Builtin = { name: ':', special: true, usage: ': [arguments]', run: () => 0 };
const yes: Builtin = { name: 'true', usage: 'true', run: () => 0 };
const no: Builtin = { name: 'false', usage: 'false', run: () => 1 };

function leaveLoop(again: boolean): Builtin['run'] {
  return (sh, args, name) => {
    if (sh.loopDepth === 0)
      return chain(sh.error(`${name}: only meaningful in a \`for', \`while', or \`until' loop`), () => 0);
    const [n] = texts(args);
    if (n === undefined) throw new LoopSignal(1, again);
    if (!isNumber(n)) {
      return chain(sh.error(`${name}: ${n}: numeric argument required`), () => {
        throw new ExitSignal(128);
      });
    }
    if (args.length > 1) {
      return tooMany(sh, name);
    }
    if (Number(n) < 1) {
      return chain(sh.error(`${name}: ${n}: loop count out of range`), () => {
        throw new LoopSignal(99, false);
      });
    }
    throw new LoopSignal(Number(n), again);
  };
}
const break_: Builtin = { name: 'break', special: true, usage: 'break [n]', run: leaveLoop(false) };
const continue_: Builtin = { name: 'continue', special: true, usage: 'continue [n]', run: leaveLoop(true) };

const return_: Builtin = {
  name: 'return',
  special: true,
  usage: 'return [n]',
  run(sh, args, name) {
    if (!sh.frames.some((f) => f.kind !== 'main'))
      return complain(sh, name, "can only `return' from a function or sourced script", 2);
    const [n] = texts(args);
    if (n === undefined) throw new ReturnSignal(sh.status);
    if (!isNumber(n)) {
      return chain(sh.error(`return: ${n}: numeric argument required`), () => {
        throw new ReturnSignal(2);
      });
    }
    if (args.length > 1) return tooMany(sh, name);
    throw new ReturnSignal(Number(BigInt.asUintN(8, BigInt(n.trim()))));
  },
};

const exit: Builtin = {
  name: 'exit',
  special: true,
  usage: 'exit [n]',
  run(sh, args, name) {
    const [n] = texts(args);
    if (sh.interactive) {
      const stopped = !sh.jobs.mayLeave && sh.jobs.list.some((j) => j.stopped !== 0);
      const said = sh.warn(`${sh.login ? 'logout' : 'exit'}\n${stopped ? 'There are stopped jobs.\n' : ''}`);
      if (stopped) return chain(said, () => 1);
    }
    if (n === undefined) throw new ExitSignal(sh.status);
    if (!isNumber(n)) {
      return chain(sh.error(`${name}: ${n}: numeric argument required`), () => {
        throw new ExitSignal(2);
      });
    }
    if (args.length > 1) return tooMany(sh, name);
    throw new ExitSignal(Number(BigInt.asUintN(8, BigInt(n.trim()))));
  },
};

const shift: Builtin = {
  name: 'shift',
  special: true,
  usage: 'shift [n]',
  run(sh, args, name) {
    const [n] = texts(args);
    if (n !== undefined && !isNumber(n)) return complain(sh, name, `${n}: numeric argument required`);
    if (args.length > 1) return tooMany(sh, name);
    const count = Number(n ?? 1);
    if (count < 0) return complain(sh, name, `${n}: shift count out of range`);
    if (count > sh.params.length)
      return sh.shopts['shift_verbose'] === true ? complain(sh, name, `${n ?? 1}: shift count out of range`) : 1;
    sh.params = sh.params.slice(count);
    return 0;
  },
};

/** Texts within texts that a shell takes: bash goes on until its stack ends, which this is meant to forestall. */
const MAX_TEXTS = 4000;

/** Runs text that is part of what runs already. */
async function nestedText(sh: Shell, what: string, text: string, label: string, line: number): Promise<number> {
  if (sh.texts >= MAX_TEXTS) {
    await sh.error(
      `${text.length > 80 ? `${text.slice(0, 80)}...` : text}: maximum ${what === 'eval' ? 'eval' : 'source'} nesting level exceeded (${MAX_TEXTS})`,
    );
    throw new DiscardSignal(1);
  }
  sh.texts++;
  try {
    // A fresh stack now and then, as for functions.
    if (sh.texts % 10 === 9) await sh.proc.tick();
    return await sh.hooks.text(sh, text, { label, line });
  } finally {
    sh.texts--;
  }
}

const eval_: Builtin = {
  name: 'eval',
  special: true,
  usage: 'eval [arg ...]',
  async run(sh, args, name) {
    const p = options(args, '');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const text = texts(p.rest).join(' ');
    if (text.trim() === '') return 0;
    const { line } = sh;
    sh.traceLevel++;
    try {
      return await nestedText(sh, name, text, 'eval', line);
    } finally {
      sh.traceLevel--;
      sh.line = line;
    }
  },
};

/** The file that `source` means: as given, or found in PATH, or in the current directory. */
function sourceFile(sh: Shell, name: string): string {
  if (name.includes('/') || sh.shopts['sourcepath'] === false) return name;
  for (const dir of (sh.vars.get('PATH') ?? '').split(':')) {
    const path = `${dir === '' ? '.' : dir}/${name}`;
    const st = sh.fs.exists(path);
    if (st !== null && (st.mode & S_IFMT) !== S_IFDIR) return path;
  }
  return name;
}

async function readSource(sh: Shell, file: string): Promise<string> {
  const m = /^\/dev\/(?:fd\/(\d+)|stdin)$/.exec(file);
  if (m === null && (sh.fs.stat(file).mode & S_IFMT) === 0o100000) return scriptText(sh.fs.readFile(file));
  if (m !== null) return utf8Decode(await sh.proc.readAll(Number(m[1] ?? 0)));
  const fd = await sh.proc.open(file, 0);
  const data = await sh.proc.readAll(fd);
  sh.proc.close(fd);
  return utf8Decode(data);
}

async function source(sh: Shell, args: readonly Arg[], name: string): Promise<number> {
  const p = options(args, '');
  const bad = refused(sh, name, p);
  if (bad !== null) return bad;
  const [file, ...params] = texts(p.rest);
  if (file === undefined) {
    await sh.error(`${name}: filename argument required`);
    await sh.warn(`${name}: usage: ${sh.hooks.builtins.get(name)!.usage}\n`);
    return 2;
  }
  const path = sourceFile(sh, file);
  let text: string;
  try {
    const st = sh.fs.exists(path);
    if (st !== null && (st.mode & S_IFMT) === S_IFDIR) return complain(sh, name, `${file}: is a directory`);
    text = await readSource(sh, path);
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    await sh.error(`${file}: ${e.strerror}`);
    return 1;
  }
  const { params: old, line, loopDepth } = sh;
  if (params.length > 0) sh.params = params;
  sh.frames.push({ kind: 'source', name: 'source', source: path, line });
  try {
    return await nestedText(sh, 'source', text, '', 1);
  } catch (e) {
    if (!(e instanceof ReturnSignal)) throw e;
    return e.status;
  } finally {
    const trap = sh.traps.get(TRAP_RETURN);
    if (trap !== undefined && trap !== '') await runTrap(sh, trap);
    sh.frames.pop();
    if (params.length > 0) sh.params = old;
    sh.line = line;
    sh.loopDepth = loopDepth;
  }
}
const dot: Builtin = { name: '.', special: true, usage: '. filename [arguments]', run: source };
const source_: Builtin = { name: 'source', usage: 'source filename [arguments]', run: source };

const exec: Builtin = {
  name: 'exec',
  special: true,
  usage: 'exec [-cl] [-a name] [command [argument ...]] [redirection ...]',
  async run(sh, args, name) {
    const p = options(args, 'cla:');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const argv = texts(p.rest);
    if (argv.length === 0) return 0;
    const file = argv[0]!.includes('/') ? argv[0]! : sh.fs.which(argv[0]!, sh.vars.get('PATH') ?? '');
    if (file === null) {
      await sh.error(`exec: ${argv[0]!}: not found`);
      if (sh.interactive || sh.shopts['execfail'] === true) return 127;
      throw new ExitSignal(127);
    }
    let env = environment(sh);
    let argv0 = argv[0]!;
    for (const f of p.flags) {
      if (f.letter === 'c') env = new Map();
      else if (f.letter === 'a') argv0 = f.value;
      else if (f.letter === 'l') argv0 = `-${argv0}`;
    }
    // A shell that takes this one's place is as deep as this one.
    const level = env.get('SHLVL');
    if (level !== undefined) env.set('SHLVL', String(Number(level) - 1));
    try {
      return await become(sh, file, [argv0, ...argv.slice(1)], env);
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      if (e.code === 'ENOEXEC') throw new ExitSignal(await runProgram(sh, argv, '', true));
      const status = e.code === 'ENOENT' ? 127 : 126;
      const what = sh.fs.exists(file);
      const directory = what !== null && (what.mode & S_IFMT) === S_IFDIR;
      await sh.error(`${file}: ${directory ? 'Is a directory' : e.strerror}`);
      if (e.code !== 'ENOENT')
        await sh.error(`exec: ${file}: cannot execute: ${directory ? 'Is a directory' : e.strerror}`);
      if (sh.interactive || sh.shopts['execfail'] === true) return status;
      throw new ExitSignal(status);
    }
  },
};

const command: Builtin = {
  name: 'command',
  usage: 'command [-pVv] command [arg ...]',
  run(sh, args, name) {
    const p = options(args, 'pVv');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const words = texts(p.rest);
    const letters = p.flags.map((f) => f.letter).join('');
    if (words.length === 0) return 0;
    if (/[vV]/.test(letters)) return describeAll(sh, words, letters.includes('V'));
    const path = letters.includes('p') ? { path: '/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin' } : {};
    const b = findBuiltin(sh, words[0]!);
    if (b !== undefined) return b.run(sh, p.rest.slice(1), words[0]!);
    return sh.hooks.command(sh, words, { functions: false, ...path });
  },
};

async function describeAll(sh: Shell, words: readonly string[], long: boolean): Promise<number> {
  let found = false;
  for (const w of words) {
    const text = describe(sh, w, long ? 'long' : 'short');
    if (text === null) {
      if (long) await sh.error(`command: ${w}: not found`);
    } else {
      found = true;
      await sh.write(1, text);
    }
  }
  return found ? 0 : 1;
}

const builtin: Builtin = {
  name: 'builtin',
  usage: 'builtin [shell-builtin [arg ...]]',
  run(sh, args, name): Maybe<number> {
    const rest = args[0] === '--' ? args.slice(1) : args;
    const [first] = texts(rest);
    if (first === undefined) return 0;
    const b = sh.hooks.builtins.get(first);
    if (b === undefined) return complain(sh, name, `${first}: not a shell builtin`);
    return b.run(sh, rest.slice(1), first);
  },
};

export const FLOW: readonly Builtin[] = [
  colon,
  yes,
  no,
  break_,
  continue_,
  return_,
  exit,
  shift,
  eval_,
  dot,
  source_,
  exec,
  command,
  builtin,
];
