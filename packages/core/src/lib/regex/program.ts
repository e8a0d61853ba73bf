import { type Assertion, type Node, RegexError } from './pattern.ts';
import { EDGE, NEWLINE, WORD } from './classes.ts';

/** Operations of a program's nodes. */
export const CHAR = 0;
export const SPLIT = 1;
export const OPEN = 2;
export const CLOSE = 3;
export const ASSERT = 4;
export const BACK = 5;
export const MATCH = 6;

/**
 * More nodes than this are too big a pattern.
 * Differs from Linux: repetitions of repetitions that come to more are refused, where glibc takes seconds and gigabytes.
 */
const MAX_NODES = 200_000;

/** One character of a set. */
export interface CharSet {
  has(c: string): boolean;
}

/**
 * A non-deterministic automaton. Node `i` does `op[i]`, then goes on with `next[i]`; a SPLIT with `next[i]` or, less gladly, `other[i]`.
 * `arg`: CHAR: the set; OPEN, CLOSE, BACK: the group; ASSERT: index into `assertions`.
 */
export interface Program {
  readonly op: Uint8Array;
  readonly arg: Int32Array;
  readonly next: Int32Array;
  readonly other: Int32Array;
  readonly start: number;
  readonly accept: number;
  readonly sets: readonly CharSet[];
  readonly assertions: readonly Assertion[];
  /** CLOSE nodes of a group that is repeated and may be left out. */
  readonly optional: ReadonlySet<number>;
  readonly backReferences: boolean;
  readonly multiline: boolean;
}

export interface CompileOptions {
  readonly ignoreCase?: boolean;
  /** line-start and line-end hold at newlines, too. */
  readonly multiline?: boolean;
}

/** Whether an assertion holds between characters of two kinds. */
export function holds(what: Assertion, multiline: boolean, before: number, after: number): boolean {
  switch (what) {
    case 'line-start':
      return before === EDGE || (multiline && before === NEWLINE);
    case 'line-end':
      return after === EDGE || (multiline && after === NEWLINE);
    case 'text-start':
      return before === EDGE;
    case 'text-end':
      return after === EDGE;
    case 'word-edge':
      return (before === WORD) !== (after === WORD);
    case 'no-word-edge':
      return (before === WORD) === (after === WORD);
    case 'word-start':
      return before !== WORD && after === WORD;
    case 'word-end':
      return before === WORD && after !== WORD;
    case 'no-word-before':
      return before !== WORD;
    case 'no-word-after':
      return after !== WORD;
  }
}

/** Writes nodes from the end to the start: each knows what follows it. */
class Compiler {
  readonly op: number[] = [];
  readonly arg: number[] = [];
  readonly next: number[] = [];
  readonly other: number[] = [];
  readonly sets: CharSet[] = [];
  readonly assertions: Assertion[] = [];
  readonly optional: Set<number> = new Set();
  backReferences = false;
  readonly #numbers: Map<string, number> = new Map();
  readonly #fold: boolean;

  constructor(fold: boolean) {
    this.#fold = fold;
  }

  add(op: number, arg: number, next: number, other = -1): number {
    if (this.op.length >= MAX_NODES) throw new RegexError('Regular expression too big');
    this.arg.push(arg);
    this.next.push(next);
    this.other.push(other);
    return this.op.push(op) - 1;
  }

  #set(source: string, c: string | null): number {
    let n = this.#numbers.get(source);
    if (n === undefined) {
      if (c !== null && (!this.#fold || c.toLowerCase() === c.toUpperCase())) this.sets.push({ has: (x) => x === c });
      else {
        const re = new RegExp(`^(?:${source})$`, this.#fold ? 'siu' : 'su');
        this.sets.push({ has: (x) => re.test(x) });
      }
      this.#numbers.set(source, (n = this.sets.length - 1));
    }
    return n;
  }

  /**
   * @param mark the number of the group whose repetition this is, when it is to keep what it held after a turn that takes nothing; or 0.
   * @param copy the node was compiled before: regexec forgets such marks in all copies.
   * @returns the first node.
   */
  node(n: Node, next: number, mark: number, copy: boolean): number {
    switch (n.k) {
      case 'char':
        return this.add(CHAR, this.#set(escapeLiteral(n.c), n.c), next);
      case 'set':
        return this.add(CHAR, this.#set(n.source, null), next);
      case 'cat': {
        let at = next;
        for (let i = n.parts.length - 1; i >= 0; i--) at = this.node(n.parts[i]!, at, 0, copy);
        return at;
      }
      case 'alt': {
        let at = this.node(n.branches[0]!, next, 0, copy);
        for (let i = 1; i < n.branches.length; i++)
          at = this.add(SPLIT, 0, at, this.node(n.branches[i]!, next, 0, copy));
        return at;
      }
      case 'group': {
        const close = this.add(CLOSE, n.n, next);
        if (mark === n.n) this.optional.add(close);
        return this.add(OPEN, n.n, this.node(n.body, close, 0, copy));
      }
      case 'repeat':
        return this.#repeat(n, next, copy);
      case 'assert':
        this.assertions.push(n.what);
        return this.add(ASSERT, this.assertions.length - 1, next);
      case 'back':
        this.backReferences = true;
        return this.add(BACK, n.n, next);
    }
  }

  /** What must be there, then what may: of that the outer one decides first, as regcomp nests it: ((e?)e)?. */
  #repeat(n: Extract<Node, { k: 'repeat' }>, next: number, copy: boolean): number {
    if (n.max === 0) return next;
    const { body, min, max } = n;
    const mark = body.k === 'group' && !copy ? body.n : 0;
    let at = next;
    if (max === Infinity) {
      const loop = this.add(SPLIT, 0, -1, next);
      this.next[loop] = this.node(body, loop, mark, copy || min > 0);
      at = loop;
    } else if (max > min) {
      const outs: number[] = [];
      for (let i = max; i > min; i--) {
        outs.push(this.add(SPLIT, 0, -1, at));
        const first = i === min + 1;
        at = this.node(body, at, first ? mark : 0, copy || min > 0 || !first);
      }
      for (let i = outs.length - 1; i >= 0; i--) {
        this.next[outs[i]!] = at;
        at = outs[i]!;
      }
    }
    for (let i = min; i > 0; i--) at = this.node(body, at, 0, copy || i > 1);
    return at;
  }
}

/** A character where it stands for itself in a JavaScript pattern. */
export const escapeLiteral = (c: string): string => (/[\\^$.*+?()[\]{}|/]/.test(c) ? `\\${c}` : c === '\n' ? '\\n' : c);

/** The automaton of a tree. @throws RegexError when it is too big */
export function compileProgram(tree: Node, options: CompileOptions): Program {
  const c = new Compiler(options.ignoreCase === true);
  const accept = c.add(MATCH, 0, -1);
  const start = c.node(tree, accept, 0, false);
  return {
    op: Uint8Array.from(c.op),
    arg: Int32Array.from(c.arg),
    next: Int32Array.from(c.next),
    other: Int32Array.from(c.other),
    start,
    accept,
    sets: c.sets,
    assertions: c.assertions,
    optional: c.optional,
    backReferences: c.backReferences,
    multiline: options.multiline === true,
  };
}
