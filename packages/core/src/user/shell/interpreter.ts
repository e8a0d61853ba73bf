/** Runs commands: the tree of ast.ts, in one shell. */
import type { ArithFor, Case, For, FunctionDef, If, Node, Redirected, Statement, While } from './ast.ts';
import { BUILTINS } from './builtins/index.ts';
import { arithStatus, evaluateCond } from './conditional.ts';
import { LoopSignal } from './errors.ts';
import { parseQuotedText } from './grammar.ts';
import { type Maybe, chain } from './maybe.ts';
import { closePending, debug, finish, guard } from './outcome.ts';
import { launch, processSubstitution, runPipeline, startCoproc, substitute } from './pipeline.ts';
import { printNode } from './printer.ts';
import { attend, forkRoom, forkShell, waitForeground } from './process-run.ts';
import { Redirections } from './redirect.ts';
import { runSelect } from './select.ts';
import type { Hooks, Shell } from './shell.ts';
import { runWords, simple } from './simple-command.ts';
import { timed } from './time.ts';
import { TRAP_DEBUG, TRAP_ERR, TRAP_EXIT } from './traps.ts';
import { arithmetic, expandPattern, expandString, expandWords, joined } from './words/expand.ts';
import { compilePattern } from './words/pattern.ts';

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
  const last = list.at(-1);
  if (last === undefined || last.background || list.at(-2)?.background === true) return statements(sh, list);
  const { node } = last;
  if (node.t !== 'simple') return statements(sh, list);
  if (list.length === 1) return simple(sh, node, true);
  if (node.redirs.length > 0) return statements(sh, list);
  // After a list its last program does, as long as nothing is to be done behind it. @see optimize_subshell_command
  return chain(statements(sh, list.slice(0, -1)), () =>
    sh.traps.get(TRAP_EXIT) === undefined && sh.traps.get(TRAP_ERR) === undefined
      ? simple(sh, node, true)
      : statement(sh, last),
  );
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

function define(sh: Shell, node: FunctionDef): Maybe<number> {
  const old = sh.functions.get(node.name);
  if (sh.readonlyFunctions.has(node.name))
    return chain(sh.error(`${node.name}: readonly function`), () => finish(sh, 1));
  sh.functions.set(node.name, {
    def: node,
    source: sh.frames.at(-1)?.source ?? '',
    exported: old?.exported ?? false,
    trace: false,
  });
  sh.status = 0;
  return 0;
}

async function subshell(sh: Shell, body: readonly Statement[], text: string): Promise<number> {
  await forkRoom(sh);
  const child = forkShell(sh, sh.options.monitor ? { pgid: 0 } : {}, (c) => lastList(c, body));
  const [status] = await waitForeground(sh, [{ pid: child.pid, text }], text);
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
      const breath = sh.proc.breathe();
      if (breath !== null) await breath;
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
  return chain(sh.options.xtrace ? sh.warn(`${sh.trace()}${head}\n`) : undefined, () =>
    debug(sh, { ...node, body: [] }),
  );
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

/** What the other parts call back for. */
export const HOOKS: Omit<Hooks, 'text'> = {
  substitute: (sh, part) => substitute(sh, part, lastList),
  processSubstitution: (sh, part) => processSubstitution(sh, part, lastList),
  statements,
  node: exec,
  prompt: (sh, text) => {
    const parts = parseQuotedText(text, sh.line);
    if (parts.some((x) => x.k === 'cmd')) return text;
    const r = joined(sh, parts);
    return typeof r === 'string' ? r : text;
  },
  command: runWords,
  builtins: BUILTINS,
};
