import type { AwkProgram, Expr, Stmt } from './ast.ts';

type Node = Expr | Stmt;

const WAITING: ReadonlySet<string> = new Set(['system', 'close', 'fflush']);

/** The parts of a node. */
function children(n: Node): readonly (Node | null)[] {
  switch (n.k) {
    case 'index':
      return n.subs;
    case 'field':
    case 'group':
    case 'unary':
    case 'expr':
      return [n.e];
    case 'binary':
    case 'logic':
    case 'match':
    case 'assign':
      return [n.l, n.r];
    case 'cond':
      return [n.c, n.a, n.b];
    case 'in':
      return n.subs;
    case 'step':
      return [n.l];
    case 'call':
    case 'builtin':
      return n.args;
    case 'getline':
      return [n.l, n.source];
    case 'block':
      return n.body;
    case 'print':
      return [...n.args, n.redirect?.to ?? null];
    case 'if':
      return [n.c, n.a, n.b];
    case 'while':
    case 'do':
      return [n.c, n.body];
    case 'for':
      return [n.init, n.c, n.step, n.body];
    case 'forin':
      return [n.v, n.body];
    case 'delete':
      return n.subs ?? [];
    case 'exit':
    case 'return':
      return [n.e];
    default:
      return [];
  }
}

/**
 * What of a program may have to wait (getline, system, redirections, and loops, which give way to others). The rest runs
 * without a promise. Also: which parameters are arrays.
 */
export class Analysis {
  readonly #waits: Map<Node, boolean> = new Map();
  readonly waitingFunctions: ReadonlySet<string>;
  /** `function:position` of parameters used as arrays. */
  readonly arrayParams: ReadonlySet<string>;
  readonly globalArrays: ReadonlySet<string>;

  constructor(program: AwkProgram) {
    const waiting = new Set<string>();
    const calls = new Map<string, Set<string>>();
    const arrays = new Set<string>();
    const globals = new Set<string>();
    const passes: { from: string; to: string }[] = [];
    const visit = (n: Node | null, f: string): void => {
      if (n === null) return;
      if (n.k === 'getline' || n.k === 'while' || n.k === 'do' || n.k === 'for' || n.k === 'forin') waiting.add(f);
      if (n.k === 'builtin' && WAITING.has(n.name)) waiting.add(f);
      if (n.k === 'print' && n.redirect !== null) waiting.add(f);
      if (n.k === 'index' || n.k === 'in' || n.k === 'delete' || n.k === 'forin') {
        if (n.array.local >= 0) arrays.add(`${f}:${n.array.local}`);
        else globals.add(n.array.name);
      }
      if (n.k === 'builtin') {
        const at = n.name === 'split' ? [1, 3] : n.name === 'match' ? [2] : n.name.startsWith('asort') ? [0, 1] : [];
        for (const i of at) {
          const a = n.args[i];
          if (a?.k === 'name' && a.local >= 0) arrays.add(`${f}:${a.local}`);
          else if (a?.k === 'name') globals.add(a.name);
        }
      }
      if (n.k === 'call') {
        if (!calls.has(f)) calls.set(f, new Set());
        calls.get(f)!.add(n.name);
        n.args.forEach((a, i) => {
          if (a.k === 'name')
            passes.push({ from: a.local >= 0 ? `${f}:${a.local}` : `=${a.name}`, to: `${n.name}:${i}` });
        });
      }
      for (const c of children(n)) visit(c, f);
    };
    for (const f of program.functions.values()) visit(f.body, f.name);
    for (const r of program.rules) for (const n of [r.from, r.to, r.body]) visit(n, '');
    for (let changed = true; changed;) {
      changed = false;
      for (const [f, called] of calls) {
        if (f !== '' && !waiting.has(f) && [...called].some((c) => waiting.has(c))) changed = waiting.add(f).has(f);
      }
      for (const { from, to } of passes) {
        const known = from.startsWith('=') ? globals.has(from.slice(1)) : arrays.has(from);
        if (!arrays.has(to) || known) continue;
        changed = true;
        if (from.startsWith('=')) globals.add(from.slice(1));
        else arrays.add(from);
      }
    }
    waiting.delete('');
    this.waitingFunctions = waiting;
    this.arrayParams = arrays;
    this.globalArrays = globals;
  }

  /** Whether running the node may have to wait. */
  waits(n: Node): boolean {
    const known = this.#waits.get(n);
    if (known !== undefined) return known;
    const own =
      n.k === 'getline' ||
      n.k === 'while' ||
      n.k === 'do' ||
      n.k === 'for' ||
      n.k === 'forin' ||
      (n.k === 'builtin' && WAITING.has(n.name)) ||
      (n.k === 'print' && n.redirect !== null) ||
      (n.k === 'call' && this.waitingFunctions.has(n.name));
    const result = own || children(n).some((c) => c !== null && this.waits(c));
    this.#waits.set(n, result);
    return result;
  }
}
