/** Runs commands: the tree of ast.ts, in one shell. */
import { SystemError } from '../../syscall/index.ts';
import type { Assign, Case, For, FunctionDef, If, Node, Redirected, Simple, Statement, Word, ArithFor, While } from './ast.ts';
import { type Assigned, assign, assignTemporary, expandAssign } from './assign.ts';
import { type Arg, type Builtin, findBuiltin } from './builtins/types.ts';
import { BUILTINS } from './builtins/index.ts';
import { arithStatus, evaluateCond } from './conditional.ts';
import { DiscardSignal, ExitSignal, LoopSignal, ReturnSignal, ShellError } from './errors.ts';
import { type Maybe, each, chain } from './maybe.ts';
import { launch, processSubstitution, runPipeline, startCoproc, substitute } from './pipeline.ts';
import { printNode } from './printer.ts';
import { attend, forkShell, runProgram, runTrap, waitForeground } from './process-run.ts';
import { Redirections } from './redirect.ts';
import { runSelect } from './select.ts';
import type { Hooks, Shell, ShellFunction } from './shell.ts';
import { timed } from './time.ts';
import { TRAP_DEBUG, TRAP_ERR, TRAP_RETURN } from './traps.ts';
import { arithmetic, expandPattern, expandString, expandWord, expandWords } from './words/expand.ts';
import { compilePattern } from './words/pattern.ts';
import { assignQuote, traceQuote } from './words/quote.ts';

// ---- lists

/** Runs statements one after the other. */
export function statements(sh: Shell, list: readonly Statement[]): Maybe<number> {
  let status = 0;
  for (let i = 0; i < list.length; i++) {
    const r = statement(sh, list[i]!);
    if (r instanceof Promise || sh.traps.due || sh.proc.task.shouldYield()) return rest(sh, list, i, r);
    status = r;
  }
  return status;
}

async function rest(sh: Shell, list: readonly Statement[], from: number, first: Maybe<number>): Promise<number> {
  let status = await first;
  await settle(sh);
  for (let i = from + 1; i < list.length; i++) {
    const r = statement(sh, list[i]!);
    status = r instanceof Promise ? await r : r;
    await settle(sh);
  }
  return status;
}

const settle = (sh: Shell): Maybe<void> => {
  if (sh.traps.due || sh.proc.task.shouldYield()) return attend(sh);
};

export function statement(sh: Shell, s: Statement): Maybe<number> {
  if (sh.options.noexec && !sh.interactive) return 0;
  if (!s.background) return exec(sh, s.node);
  sh.line = s.line;
  return launch(sh, s, inChild).then((status) => {
    sh.status = status;
    return status;
  });
}

/** A command that is all its process has to do. */
function inChild(sh: Shell, node: Node): Maybe<number> {
  if (node.t === 'simple') return simple(sh, node, true);
  if (node.t === 'subshell') return lastList(sh, node.body);
  return exec(sh, node);
}
/** Commands that are all their process has to do: a single program takes its place. */
export function lastList(sh: Shell, list: readonly Statement[]): Maybe<number> {
  const only = list.length === 1 && !list[0]!.background ? list[0]!.node : null;
  return only?.t === 'simple' ? simple(sh, only, true) : statements(sh, list);
}

/** Reports an error of a command and says how things go on. */
function recover(sh: Shell, e: unknown): Maybe<number> {
  if (!(e instanceof ShellError)) throw e;
  return chain(sh.error(e.message), () => {
    sh.status = e.status;
    sh.pipeStatus = [e.status];
    if (e.scope === 'shell' && !sh.interactive) throw new ExitSignal(e.status);
    if (e.scope !== 'command') throw new DiscardSignal(e.status);
    return finish(sh, e.status);
  });
}

function guard(sh: Shell, work: () => Maybe<number>): Maybe<number> {
  try {
    const r = work();
    return r instanceof Promise ? r.catch((e: unknown) => recover(sh, e)) : r;
  } catch (e) {
    return recover(sh, e);
  }
}

/** The end of a command that `set -e` and ERR look at. */
function finish(sh: Shell, status: number): Maybe<number> {
  sh.status = status;
  if (status === 0 || sh.lenient > 0) return status;
  return failed(sh, status);
}
function failed(sh: Shell, status: number): Maybe<number> {
  const trap = sh.traps.get(TRAP_ERR);
  const reaches = trap !== undefined && trap !== '' && sh.traps.running === 0 && (sh.options.errtrace || sh.errDepth === sh.frames.length || sh.subshell > 0);
  if (!reaches && !sh.options.errexit) return status;
  return chain(reaches ? runTrap(sh, trap) : 0, () => {
    if (sh.options.errexit) throw new ExitSignal(status);
    return status;
  });
}

export function exec(sh: Shell, node: Node): Maybe<number> {
  switch (node.t) {
    case 'simple':
      return simple(sh, node, false);
    case 'pipe':
      return pipeline(sh, node);
    case 'andor':
      return andOr(sh, node, 0);
    case 'if':
      return ifNode(sh, node, 0);
    case 'for':
      return forLoop(sh, node);
    case 'select':
      return guard(sh, () => runSelect(sh, node, () => statements(sh, node.body)));
    case 'arithfor':
      return arithFor(sh, node);
    case 'while':
      return whileLoop(sh, node);
    case 'case':
      sh.line = node.line;
      return guard(sh, () => caseNode(sh, node));
    case 'group':
      return node.body.length === 0 ? 0 : statements(sh, node.body);
    case 'subshell':
      return subshell(sh, node.body, printNode(node));
    case 'redirected':
      return redirected(sh, node);
    case 'function':
      return define(sh, node);
    case 'coproc':
      return guard(sh, () => startCoproc(sh, node, inChild));
    case 'cond':
      sh.line = node.line;
      return chain(debug(sh, node), () =>
        guard(sh, () =>
          chain(evaluateCond(sh, node.expr), (s) => {
            sh.pipeStatus = [s];
            return finish(sh, s);
          }),
        ),
      );
    case 'arith':
      sh.line = node.line;
      return chain(debug(sh, node), () =>
        guard(sh, () =>
          chain(sh.options.xtrace ? sh.warn(`${sh.trace()}(( ${node.expr.text.trim()} ))\n`) : undefined, () =>
            chain(arithmetic(sh, node.expr, '((: ', 'command'), (n) => {
              sh.pipeStatus = [arithStatus(n)];
              return finish(sh, arithStatus(n));
            }),
          ),
        ),
      );
  }
}

function debug(sh: Shell, node: Node): Maybe<void> {
  const trap = sh.traps.get(TRAP_DEBUG);
  if (trap === undefined || trap === '' || sh.traps.running > 0 || (sh.inFunction && !sh.options.functrace)) return;
  sh.command = printNode(node);
  return runTrap(sh, trap).then(() => {});
}

function define(sh: Shell, node: FunctionDef): Maybe<number> {
  const old = sh.functions.get(node.name);
  if (sh.readonlyFunctions.has(node.name)) return chain(sh.error(`${node.name}: readonly function`), () => finish(sh, 1));
  sh.functions.set(node.name, { def: node, source: sh.frames.at(-1)?.source ?? '', exported: old?.exported ?? false, trace: false });
  sh.status = 0;
  return 0;
}

async function subshell(sh: Shell, body: readonly Statement[], text: string): Promise<number> {
  const child = forkShell(sh, {}, (c) => lastList(c, body));
  const [status] = await waitForeground(sh, [{ pid: child.pid, text }]);
  sh.pipeStatus = [status!];
  return finish(sh, status!);
}

function redirected(sh: Shell, node: Redirected): Maybe<number> {
  return guard(sh, async () => {
    const r = new Redirections(sh);
    const pending = sh.pendingFds.length;
    try {
      try {
        await r.apply(node.redirs);
      } catch (e) {
        // The words of an error go where they went before.
        r.restore();
        throw e;
      }
      return await exec(sh, node.node);
    } finally {
      r.restore();
      closePending(sh, pending);
    }
  });
}

function closePending(sh: Shell, keep: number): void {
  while (sh.pendingFds.length > keep) sh.proc.fds.close(sh.pendingFds.pop()!);
}

function andOr(sh: Shell, node: Node & { t: 'andor' }, from: number): Maybe<number> {
  let status = sh.status;
  for (let i = from; i < node.nodes.length; i++) {
    if (i > 0) {
      const op = node.ops[i - 1];
      if ((op === '&&') !== (sh.status === 0)) continue;
    }
    const last = i === node.nodes.length - 1;
    if (!last) sh.lenient++;
    let r: Maybe<number>;
    try {
      r = exec(sh, node.nodes[i]!);
    } catch (e) {
      if (!last) sh.lenient--;
      throw e;
    }
    if (r instanceof Promise) {
      const lowered = last ? r : r.finally(() => sh.lenient--);
      return lowered.then((s) => {
        sh.status = s;
        return i + 1 < node.nodes.length ? andOr(sh, node, i + 1) : s;
      });
    }
    if (!last) sh.lenient--;
    status = r;
    sh.status = r;
  }
  return sh.status === status ? status : sh.status;
}

function pipeline(sh: Shell, node: Node & { t: 'pipe' }): Maybe<number> {
  if (node.timed !== '') return timed(sh, node.timed === 'posix', () => pipeline(sh, { ...node, timed: '' }));
  if (node.stages.length === 0) return finish(sh, node.negated ? 1 : 0);
  sh.line = node.line;
  if (node.negated) sh.lenient++;
  const done = (): void => {
    if (node.negated) sh.lenient--;
  };
  const work = async (): Promise<number> => {
    try {
      if (node.stages.length === 1) return await exec(sh, node.stages[0]!);
      return await runPipeline(sh, node, inChild);
    } finally {
      done();
    }
  };
  return work().then((s) => {
    if (node.negated) {
      sh.status = s === 0 ? 1 : 0;
      return sh.status;
    }
    return finish(sh, s);
  });
}

// ---- conditions and loops

/** A condition: its failure is no failure. */
function condition(sh: Shell, list: readonly Statement[]): Maybe<number> {
  sh.lenient++;
  let r: Maybe<number>;
  try {
    r = statements(sh, list);
  } catch (e) {
    sh.lenient--;
    throw e;
  }
  if (r instanceof Promise) return r.finally(() => sh.lenient--);
  sh.lenient--;
  return r;
}

function ifNode(sh: Shell, node: If, i: number): Maybe<number> {
  const b = node.branches[i];
  if (b === undefined) {
    if (node.other !== null) return statements(sh, node.other);
    sh.status = 0;
    return 0;
  }
  return chain(condition(sh, b.test), (s) => (s === 0 ? statements(sh, b.body) : ifNode(sh, node, i + 1)));
}

/** What a loop does with what its body threw: true to go on, false to stop. */
function loopSignal(sh: Shell, e: unknown): boolean {
  if (!(e instanceof LoopSignal)) throw e;
  if (e.levels > 1 && sh.loopDepth > 1) throw new LoopSignal(e.levels - 1, e.again);
  sh.status = 0;
  return e.again;
}

/** Runs a loop. `next` says whether there is another round. */
async function loop(sh: Shell, next: () => Maybe<boolean>, body: readonly Statement[]): Promise<number> {
  let status = 0;
  sh.loopDepth++;
  try {
    for (let n = 1; ; n++) {
      if (sh.traps.due || (n & 63) === 0 || sh.proc.task.shouldYield()) await attend(sh);
      try {
        const more = next();
        if (!(more instanceof Promise ? await more : more)) break;
        const r = statements(sh, body);
        status = r instanceof Promise ? await r : r;
      } catch (e) {
        status = 0;
        if (!loopSignal(sh, e)) break;
      }
    }
  } finally {
    sh.loopDepth--;
  }
  sh.status = status;
  return status;
}

function whileLoop(sh: Shell, node: While): Maybe<number> {
  return loop(sh, () => chain(condition(sh, node.test), (s) => (s === 0) !== node.until), node.body);
}

async function forLoop(sh: Shell, node: For): Promise<number> {
  sh.line = node.line;
  if (!/^[A-Za-z_]\w*$/.test(node.name)) {
    await sh.error(`\`${node.name}': not a valid identifier`);
    return finish(sh, 1);
  }
  let items: readonly string[] = [];
  const pending = sh.pendingFds.length;
  const early = await guard(sh, () =>
    chain(node.words === null ? sh.params : expandWords(sh, node.words), (list) => {
      items = list;
      return -1;
    }),
  );
  if (early >= 0) return early;
  let i = 0;
  try {
    const status = await guard(sh, () =>
      loop(
        sh,
        () => {
          if (i >= items.length) return false;
          sh.line = node.line;
          sh.vars.set(node.name, items[i++]!);
          if (sh.traps.get(TRAP_DEBUG) !== undefined || sh.options.xtrace) return chain(forTrace(sh, node), () => true);
          return true;
        },
        node.body,
      ),
    );
    return status;
  } finally {
    closePending(sh, pending);
  }
}

function forTrace(sh: Shell, node: For): Maybe<void> {
  const head = `for ${node.name} in ${node.words === null ? '"$@"' : node.words.map((w) => w.text).join(' ')}`;
  return chain(sh.options.xtrace ? sh.warn(`${sh.trace()}${head}\n`) : undefined, () => debug(sh, { ...node, body: [] }));
}

async function arithFor(sh: Shell, node: ArithFor): Promise<number> {
  const value = (e: ArithFor['test'], empty: number): Maybe<number | bigint> => {
    sh.line = node.line;
    const go = (): Maybe<number | bigint> => (e.text === '' ? empty : arithmetic(sh, e, '((: ', 'command'));
    return sh.options.xtrace ? chain(sh.warn(`${sh.trace()}(( ${e.text} ))\n`), go) : go();
  };
  let first = true;
  return guard(sh, () =>
    chain(value(node.init, 0), () =>
      loop(
        sh,
        () => {
          const step = first ? 0 : value(node.step, 0);
          first = false;
          return chain(step, () => chain(value(node.test, 1), (n) => arithStatus(n) === 0));
        },
        node.body,
      ),
    ),
  );
}

function caseNode(sh: Shell, node: Case): Maybe<number> {
  const run = async (value: string): Promise<number> => {
    if (sh.options.xtrace) await sh.warn(`${sh.trace()}case ${node.word.text} in\n`);
    sh.status = 0;
    let status = 0;
    let through = false;
    for (const item of node.items) {
      let hit = through;
      for (const p of item.patterns) {
        if (hit) break;
        const pattern = await expandPattern(sh, p);
        hit = compilePattern(pattern, true, sh.shopts['nocasematch'] === true).test(value);
      }
      if (!hit) continue;
      status = item.body.length === 0 ? 0 : await statements(sh, item.body);
      if (item.end === ';;') break;
      through = item.end === ';&';
    }
    sh.status = status;
    return status;
  };
  return chain(expandString(sh, node.word), run);
}

// ---- simple commands

type Item = string | Assigned;

function expandItems(sh: Shell, words: readonly (Word | Assign)[], assigns: readonly Assign[]): Maybe<{ args: Item[]; before: Assigned[] }> {
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
function simple(sh: Shell, node: Simple, last: boolean): Maybe<number> {
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
      return chain(sh.options.xtrace ? traceSimple(sh, before, args) : undefined, () => command(sh, node, args, before, last));
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
  const shown = args.map((a) => (typeof a === 'string' ? traceQuote(a) : assignText(a)));
  return sh.warn(`${text}${sh.trace()}${shown.join(' ')}\n`);
}

function command(sh: Shell, node: Simple, args: readonly Item[], before: readonly Assigned[], last: boolean): Maybe<number> {
  const lastItem = args.at(-1)!;
  const name = typeof args[0] === 'string' ? args[0] : '';
  if (sh.traps.get(TRAP_ERR) !== undefined || sh.traps.get(TRAP_DEBUG) !== undefined) sh.command = printNode(node);
  const note = (s: number): number => {
    sh.lastArgument = typeof lastItem === 'string' ? lastItem : lastItem.name;
    return s;
  };
  const plain = before.length === 0 && node.redirs.length === 0;
  const fn = sh.functions.get(name);
  const builtin = fn === undefined || (sh.posix && findBuiltin(sh, name)?.special === true) ? findBuiltin(sh, name) : undefined;
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
async function prepared(sh: Shell, node: Simple, args: readonly Item[], before: readonly Assigned[], run: () => Promise<number>): Promise<number> {
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
export async function callFunction(sh: Shell, name: string, fn: ShellFunction, args: readonly string[]): Promise<number> {
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
      status = await exec(sh, fn.def.body);
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
export function runWords(sh: Shell, words: readonly string[], how: { readonly functions: boolean; readonly path?: string }): Maybe<number> {
  const name = words[0]!;
  const fn = how.functions ? sh.functions.get(name) : undefined;
  if (fn !== undefined) return callFunction(sh, name, fn, words);
  const b = findBuiltin(sh, name);
  if (b !== undefined) return runBuiltin(sh, b, name, words);
  return runProgram(sh, words, words.join(' '), false, how.path);
}

/** What the other parts call back for. */
export const HOOKS: Omit<Hooks, 'text'> = {
  substitute: (sh, part) => substitute(sh, part, lastList),
  processSubstitution: (sh, part) => processSubstitution(sh, part, lastList),
  statements,
  prompt: (_sh, text) => text,
  command: runWords,
  builtins: BUILTINS,
};
