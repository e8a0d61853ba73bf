/** Simple commands: expansion, assignments, redirections, and then a function, a builtin or a program. */
import { SystemError } from '../../syscall/index.ts';
import type { Assign, Simple, Word } from './ast.ts';
import { type Assigned, assign, assignTemporary, expandAssign } from './assign.ts';
import { type Arg, type Builtin, findBuiltin } from './builtins/types.ts';
import { DiscardSignal, ReturnSignal, ShellError } from './errors.ts';
import { type Maybe, chain, each } from './maybe.ts';
import { closePending, debug, finish, guard } from './outcome.ts';
import { printNode } from './printer.ts';
import { runProgram, runTrap } from './process-run.ts';
import { Redirections } from './redirect.ts';
import type { Shell, ShellFunction } from './shell.ts';
import { TRAP_DEBUG, TRAP_ERR, TRAP_RETURN } from './traps.ts';
import { expandWord } from './words/expand.ts';
import { assignQuote, singleQuote, traceQuote } from './words/quote.ts';

type Item = string | Assigned;

function expandItems(
  sh: Shell,
  words: readonly (Word | Assign)[],
  assigns: readonly Assign[],
): Maybe<{ args: Item[]; before: Assigned[] }> {
  const args: Item[] = [];
  const before: Assigned[] = [];
  return chain(
    each(words, (w): Maybe<void> => {
      if ('parts' in w) {
        if (w.value !== null) {
          args.push(w.value);
          return;
        }
        return expandWord(sh, w, args as string[]);
      }
      return chain(expandAssign(sh, w), (a) => void args.push(a));
    }),
    () => {
      // Assignments alone are made one by one, each seeing the one before.
      if (args.length === 0 || assigns.length === 0) return { args, before };
      return chain(
        each(assigns, (a) => chain(expandAssign(sh, a), (x) => void before.push(x))),
        () => ({ args, before }),
      );
    },
  );
}

/** @param last nothing follows in this process: a program may take its place */
export function simple(sh: Shell, node: Simple, last: boolean): Maybe<number> {
  sh.line = node.line;
  if (sh.traps.get(TRAP_DEBUG) !== undefined) return chain(debug(sh, node), () => simpleNow(sh, node, last));
  return simpleNow(sh, node, last);
}

function simpleNow(sh: Shell, node: Simple, last: boolean): Maybe<number> {
  sh.substituted = null;
  return guard(sh, () => {
    const pending = sh.pendingFds.length;
    const r = chain(expandItems(sh, node.words, node.assigns), ({ args, before }) => {
      if (args.length === 0) return bare(sh, node);
      return chain(sh.options.xtrace ? traceSimple(sh, before, args) : undefined, () =>
        command(sh, node, args, before, last),
      );
    });
    const end = (s: number): Maybe<number> => {
      if (sh.pendingFds.length > pending && node.words[0] !== undefined) closePending(sh, pending);
      sh.pipeStatus = [s];
      return finish(sh, s);
    };
    return chain(r, end);
  });
}

/** Assignments and redirections without a command. */
function bare(sh: Shell, node: Simple): Maybe<number> {
  const work = (): Maybe<number> =>
    chain(
      each(node.assigns, (a) =>
        chain(expandAssign(sh, a), (x) =>
          chain(sh.options.xtrace ? sh.warn(`${sh.trace()}${assignText(x)}\n`) : undefined, () => {
            try {
              assign(sh, x);
            } catch (e) {
              if (e instanceof ShellError && e.scope === 'command') throw new ShellError(e.message, 'line', e.status);
              throw e;
            }
          }),
        ),
      ),
      () => sh.substituted ?? 0,
    );
  if (node.redirs.length === 0) return work();
  return (async () => {
    const r = new Redirections(sh);
    try {
      await r.apply(node.redirs);
    } finally {
      r.restore();
    }
    return work();
  })();
}

function assignText(a: Assigned): string {
  const head = `${a.name}${a.index === null ? '' : `[${a.index}]`}${a.append ? '+' : ''}=`;
  if (a.array !== null) return `${head}${a.text ?? ''}`;
  return head + (a.value === '' ? '' : assignQuote(a.value ?? ''));
}

function traceSimple(sh: Shell, before: readonly Assigned[], args: readonly Item[]): Maybe<void> {
  let text = '';
  for (const a of before) text += `${sh.trace()}${assignText(a)}\n`;
  for (const a of args) {
    if (typeof a === 'string' || a.array === null) continue;
    text += `${sh.trace()}${a.name}${a.append ? '+' : ''}=(${a.array.map((e) => `${e.index === null ? '' : `[${e.index}]=`}${singleQuote(e.value)}`).join(' ')})\n`;
  }
  const shown = args.map((a) => (typeof a === 'string' ? traceQuote(a) : a.array === null ? assignText(a) : a.name));
  text += `${sh.trace()}${shown.join(' ')}\n`;
  if (args[0] === 'export' || args[0] === 'readonly')
    for (const a of args) if (typeof a !== 'string') text += `${sh.trace()}${assignText(a)}\n`;
  return sh.warn(text);
}

function command(
  sh: Shell,
  node: Simple,
  args: readonly Item[],
  before: readonly Assigned[],
  last: boolean,
): Maybe<number> {
  const lastItem = args.at(-1)!;
  const name = typeof args[0] === 'string' ? args[0] : '';
  if (sh.traps.running === 0 && (sh.traps.get(TRAP_ERR) !== undefined || sh.traps.get(TRAP_DEBUG) !== undefined))
    sh.command = printNode(node);
  const note = (s: number): number => {
    sh.lastArgument = typeof lastItem === 'string' ? lastItem : lastItem.name;
    return s;
  };
  const plain = before.length === 0 && node.redirs.length === 0;
  const fn = sh.functions.get(name);
  const builtin =
    fn === undefined || (sh.posix && findBuiltin(sh, name)?.special === true) ? findBuiltin(sh, name) : undefined;
  if (plain) {
    if (fn !== undefined && builtin === undefined) return callFunction(sh, name, fn, args as string[]).then(note);
    if (builtin !== undefined) return chain(runBuiltin(sh, builtin, name, args), note);
  }
  return prepared(sh, node, args, before, async () => {
    if (fn !== undefined && builtin === undefined) return note(await callFunction(sh, name, fn, args as string[]));
    if (builtin !== undefined) return note(await runBuiltin(sh, builtin, name, args));
    const argv = args.map((a) => (typeof a === 'string' ? a : assignText(a)));
    sh.lastArgument = argv.at(-1)!;
    return runProgram(sh, argv, last ? '' : printNode(node), last);
  });
}

/** Around a command: its redirections and its own variables. */
async function prepared(
  sh: Shell,
  node: Simple,
  args: readonly Item[],
  before: readonly Assigned[],
  run: () => Promise<number>,
): Promise<number> {
  const redirections = new Redirections(sh);
  const isExec = args[0] === 'exec' && !sh.functions.has('exec');
  let scoped = false;
  try {
    try {
      await redirections.apply(node.redirs);
    } catch (e) {
      redirections.restore();
      throw e;
    }
    if (before.length > 0) {
      sh.vars.push(true);
      scoped = true;
      const error = assignTemporary(sh, before);
      if (error !== null) await sh.error(error.message);
    }
    const status = await run();
    if (isExec && status === 0) {
      redirections.keep();
      // Descriptors of process substitutions it was given stay too.
      sh.pendingFds.length = 0;
    }
    return status;
  } finally {
    if (scoped) sh.vars.pop();
    redirections.restore();
  }
}

/** Runs a builtin; an error in writing is its own. */
function runBuiltin(sh: Shell, b: Builtin, name: string, args: readonly Item[]): Maybe<number> {
  sh.proc.task.charge('builtin');
  const failure = (e: unknown): Maybe<number> => {
    if (e instanceof SystemError) {
      if (e.code === 'EINTR') return 130;
      return chain(sh.error(`${name}: ${e.syscall === 'write' ? 'write error: ' : ''}${e.strerror}`), () => 1);
    }
    throw e;
  };
  try {
    const r = b.run(sh, args.slice(1) as Arg[], name);
    return r instanceof Promise ? r.catch(failure) : r;
  } catch (e) {
    return failure(e);
  }
}

const MAX_DEPTH = 8000;

/** Calls a function. */
export async function callFunction(
  sh: Shell,
  name: string,
  fn: ShellFunction,
  args: readonly string[],
): Promise<number> {
  const limit = Number(sh.vars.get('FUNCNEST') ?? 0);
  const depth = sh.frames.length;
  if ((limit > 0 && depth > limit) || depth > MAX_DEPTH) {
    await sh.error(`${name}: maximum function nesting level exceeded (${limit > 0 ? limit : MAX_DEPTH})`);
    throw new DiscardSignal(1);
  }
  // A fresh stack now and then: recursion is bounded by the limit above, not by the engine.
  if (depth % 20 === 19) await sh.proc.tick();
  const { params, loopDepth, optionIndex } = sh;
  const hidden = sh.options.functrace || fn.trace ? undefined : sh.traps.get(TRAP_RETURN);
  if (hidden !== undefined) sh.traps.set(TRAP_RETURN, null);
  sh.frames.push({ kind: 'function', name, source: fn.source, line: sh.line });
  sh.vars.push();
  sh.params = args.slice(1);
  sh.loopDepth = 0;
  let status: number;
  try {
    try {
      status = await sh.hooks.node(sh, fn.def.body);
    } catch (e) {
      if (!(e instanceof ReturnSignal)) throw e;
      status = e.status;
    }
    const trap = sh.traps.get(TRAP_RETURN);
    if (trap !== undefined && trap !== '') await runTrap(sh, trap);
  } finally {
    if (hidden !== undefined && sh.traps.get(TRAP_RETURN) === undefined) sh.traps.set(TRAP_RETURN, hidden);
    sh.vars.pop();
    sh.frames.pop();
    sh.params = params;
    sh.loopDepth = loopDepth;
    sh.optionIndex = optionIndex;
  }
  sh.status = status;
  return status;
}

/** Runs a command given as words, for `command`, `builtin` and handlers. */
export function runWords(
  sh: Shell,
  words: readonly string[],
  how: { readonly functions: boolean; readonly path?: string },
): Maybe<number> {
  const name = words[0]!;
  const fn = how.functions ? sh.functions.get(name) : undefined;
  if (fn !== undefined) return callFunction(sh, name, fn, words);
  const b = findBuiltin(sh, name);
  if (b !== undefined) return runBuiltin(sh, b, name, words);
  return runProgram(sh, words, words.join(' '), false, how.path);
}
