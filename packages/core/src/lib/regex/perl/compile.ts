import { RegexError } from '../pattern.ts';
import { type CharSet, single } from './charset.ts';
import { branchesOf, Lengths, visit } from './length.ts';
import { type Study, study } from './study.ts';
import type { Condition, PerlAssertion, PerlNode, PerlPattern } from './tree.ts';

/*
 * Instructions: each goes on at the next one unless told otherwise. Registers hold places in the text, numbers of turns and heights of the stack of
 * choices: of group n its start and end are 2n and 2n+1, then come the marks, then the rest.
 */
/** Character a. */
export const CHAR = 0;
/** A character of set a. */
export const SET = 1;
/** b to c characters of set a; d: GREEDY, LAZY, POSSESSIVE. */
export const RUN = 2;
/** Tries the next one, then a. b: going back is counted. */
export const SPLIT = 3;
export const JUMP = 4;
/** Register a becomes the place. */
export const SAVE = 5;
/** Group a ends: it began at what register b says. */
export const CLOSE = 6;
/** Register a becomes 0. */
export const ZERO = 7;
/** Loop a: its next turn, or its end. */
export const LOOP = 8;
/** Into a turn of loop a. */
export const ENTER = 9;
/** Register a becomes the height of the choices; b: and register a+1 the place. */
export const HEIGHT = 10;
/** Drops the choices down to register a; b: goes back to the place in a+1. */
export const CUT = 11;
/** Back to the place in a+1, the choices stay. */
export const RETURN_TO = 12;
/** Like HEIGHT; what follows must fail, and then goes on at b. */
export const UNLESS = 13;
/** It did not fail: register a. */
export const BROKEN = 14;
/** a characters back. */
export const STEP_BACK = 15;
/** Assertion a. */
export const ASSERT = 16;
/** What one of the groups of list a holds; b: in any case. */
export const BACK = 17;
export const KEEP = 18;
export const GRAPHEME = 19;
/** Calls the subroutine of group a, at b. */
export const CALL = 20;
export const RETURN = 21;
/** To b unless a group of list a took part. */
export const IF_GROUP = 22;
/** To b unless in a call of group a (-1: of any). */
export const IF_CALLED = 23;
/** Verb a, its mark b; what it gives up is what is above register c (-1: all), d: plus this. */
export const VERB = 24;
export const FAIL = 25;
export const MATCH = 26;
/** Register a becomes the place: a mark. */
export const MARK = 27;

export const GREEDY = 0;
export const LAZY = 1;
export const POSSESSIVE = 2;

export const PRUNE = 0;
export const SKIP = 1;
export const COMMIT = 2;
export const THEN = 3;

export interface Loop {
  /** Register that counts turns. */
  readonly count: number;
  /** Register that says where the turn began. */
  readonly from: number;
  readonly min: number;
  readonly max: number;
  readonly lazy: boolean;
  exit: number;
}

export interface PerlProgram {
  readonly op: readonly number[];
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly c: readonly number[];
  readonly d: readonly number[];
  readonly sets: readonly CharSet[];
  readonly loops: readonly Loop[];
  readonly assertions: readonly PerlAssertion[];
  readonly lists: readonly (readonly number[])[];
  readonly registers: number;
  readonly study: Study;
  readonly ucp: boolean;
  readonly limit: number;
}

/** About what 64 KiB of PCRE's code hold. */
const MAX_CODE = 60_000;

/** What a verb gives up, or where (*ACCEPT) leads. */
interface Scope {
  /** Register of the height; -1: everything. */
  readonly height: number;
  readonly above: number;
  /** Jumps to the end of what looks around, to be filled in; null: there is none. */
  readonly accepts: number[] | null;
  readonly called: boolean;
  /** What (*COMMIT), (*SKIP) and (*PRUNE) give up, where that is more. */
  readonly outer: Scope | null;
}

class Compiler {
  readonly op: number[] = [];
  readonly a: number[] = [];
  readonly b: number[] = [];
  readonly c: number[] = [];
  readonly d: number[] = [];
  readonly sets: CharSet[] = [];
  readonly loops: Loop[] = [];
  readonly assertions: PerlAssertion[] = [];
  readonly lists: (readonly number[])[] = [];
  registers: number;
  readonly #marks: number;
  readonly #lengths: Lengths;
  readonly #bodies: Map<number, PerlNode> = new Map();
  readonly #calls: number[] = [];
  #scope: Scope = { height: -1, above: 0, accepts: null, called: false, outer: null };
  /** Register and what is above it of the innermost alternatives: for (*THEN). */
  #then: Scope = this.#scope;

  constructor(pattern: PerlPattern) {
    this.#marks = 2 * (pattern.groups + 1);
    this.registers = this.#marks + pattern.marks;
    this.#lengths = new Lengths(pattern.tree, pattern.groups);
    this.#bodies.set(0, pattern.tree);
    visit(pattern.tree, (n) => {
      if (n.k === 'capture' && !this.#bodies.has(n.n)) this.#bodies.set(n.n, n);
    });
  }

  emit(op: number, a = 0, b = 0, c = 0, d = 0): number {
    if (this.op.length >= MAX_CODE) throw new RegexError('regular expression is too large');
    this.a.push(a);
    this.b.push(b);
    this.c.push(c);
    this.d.push(d);
    return this.op.push(op) - 1;
  }

  get #here(): number {
    return this.op.length;
  }

  #register(n = 1): number {
    this.registers += n;
    return this.registers - n;
  }

  /** The subroutines that are called, one after the other. */
  subroutines(): void {
    const starts = new Map<number, number>();
    for (let i = 0; i < this.#calls.length; i++) {
      const call = this.#calls[i]!;
      const n = this.a[call]!;
      let start = starts.get(n);
      if (start === undefined) {
        starts.set(n, (start = this.#here));
        const height = this.#register();
        this.#scope = { height, above: 0, accepts: null, called: true, outer: null };
        this.#then = this.#scope;
        this.emit(HEIGHT, height);
        this.node(this.#bodies.get(n)!, false);
        this.emit(RETURN);
      }
      this.b[call] = start;
    }
  }

  #list(ns: readonly number[]): number {
    return this.lists.push(ns) - 1;
  }

  /** @param turn it is all that a loop repeats: the loop counts. */
  node(n: PerlNode, turn: boolean): void {
    switch (n.k) {
      case 'char':
        this.emit(CHAR, n.cp);
        break;
      case 'set':
        this.emit(SET, this.sets.push(n.set) - 1);
        break;
      case 'cat':
        for (const p of n.parts) this.node(p, false);
        break;
      case 'alt':
        this.#alternatives(n.branches, turn);
        break;
      case 'capture': {
        const from = this.#register();
        this.emit(SAVE, from);
        this.node(n.body, turn);
        this.emit(CLOSE, n.n, from);
        break;
      }
      case 'atomic': {
        const height = this.#register();
        this.emit(HEIGHT, height);
        this.node(n.body, false);
        this.emit(CUT, height);
        break;
      }
      case 'look':
        this.#look(n);
        break;
      case 'repeat':
        this.#repeat(n);
        break;
      case 'assert':
        this.emit(ASSERT, this.assertions.push(n.what) - 1);
        break;
      case 'back':
        this.emit(BACK, this.#list(n.ns), n.fold ? 1 : 0);
        break;
      case 'keep':
        this.emit(KEEP);
        break;
      case 'step':
        this.emit(STEP_BACK, n.n);
        break;
      case 'grapheme':
        this.emit(GRAPHEME);
        break;
      case 'call':
        this.#calls.push(this.emit(CALL, n.n));
        break;
      case 'cond':
        this.#condition(n.test, n.yes, n.no);
        break;
      case 'verb':
        this.#verb(n);
        break;
    }
  }

  #alternatives(branches: readonly PerlNode[], turn: boolean): void {
    const outer = this.#then;
    const thens = branches.some((b) => hasThen(b));
    const height = thens ? this.#register() : -1;
    if (thens) this.emit(HEIGHT, height);
    const jumps: number[] = [];
    for (const [i, b] of branches.entries()) {
      const last = i === branches.length - 1;
      const split = last ? -1 : this.emit(SPLIT, 0, turn ? 0 : 1);
      if (thens) this.#then = { ...outer, height, above: last ? 0 : 1 };
      this.node(b, false);
      if (last) break;
      jumps.push(this.emit(JUMP));
      this.a[split] = this.#here;
    }
    for (const j of jumps) this.a[j] = this.#here;
    this.#then = outer;
  }

  #look(n: Extract<PerlNode, { k: 'look' }>): void {
    const height = this.#register(2);
    const [scope, then] = [this.#scope, this.#then];
    const accepts: number[] = [];
    this.#scope = {
      height,
      above: n.negated ? 1 : 0,
      accepts,
      called: false,
      outer: n.negated ? null : (scope.outer ?? scope),
    };
    this.#then = this.#scope;
    const begin = n.negated ? this.emit(UNLESS, height) : this.emit(HEIGHT, height, 1);
    if (n.behind) {
      const step = (b: PerlNode): PerlNode => ({ k: 'step', n: this.#lengths.of(b) });
      const branches = branchesOf(n.body).map((b): PerlNode => ({ k: 'cat', parts: [step(b), b] }));
      this.node(branches.length === 1 ? branches[0]! : { k: 'alt', branches }, false);
    } else this.node(n.body, false);
    for (const j of accepts) this.a[j] = this.#here;
    if (n.negated) {
      this.emit(BROKEN, height);
      this.b[begin] = this.#here;
    } else this.emit(n.atomic ? CUT : RETURN_TO, height, 1);
    this.#scope = scope;
    this.#then = then;
  }

  #repeat(n: Extract<PerlNode, { k: 'repeat' }>): void {
    const { body, min, max, mode } = n;
    if (max === 0) return;
    if (min === 1 && max === 1) {
      this.node(mode === 'possessive' ? { k: 'atomic', body } : body, false);
      return;
    }
    const one = body.k === 'set' ? body.set : body.k === 'char' ? single(body.cp) : null;
    if (one !== null) {
      const how = mode === 'greedy' ? GREEDY : mode === 'lazy' ? LAZY : POSSESSIVE;
      this.emit(RUN, this.sets.push(one) - 1, min, max === Infinity ? 0x7fffffff : max, how);
      return;
    }
    if (mode === 'possessive') {
      this.node({ k: 'atomic', body: { ...n, mode: 'greedy' } }, false);
      return;
    }
    const loop: Loop = {
      count: this.#register(),
      from: this.#register(),
      min,
      max,
      lazy: mode === 'lazy',
      exit: -1,
    };
    const i = this.loops.push(loop) - 1;
    this.emit(ZERO, loop.count);
    const top = this.emit(LOOP, i);
    this.emit(ENTER, i);
    this.node(body, true);
    this.emit(JUMP, top);
    loop.exit = this.#here;
  }

  #condition(test: Condition, yes: PerlNode, no: PerlNode): void {
    if (test.k === 'constant') {
      this.node(test.value ? yes : no, false);
      return;
    }
    if (test.k === 'look') {
      const look = test.look as Extract<PerlNode, { k: 'look' }>;
      // The way to the second branch is dropped as soon as the look succeeds.
      const height = this.#register(2);
      const unless = this.emit(UNLESS, height);
      this.#look({ ...look, negated: false });
      this.emit(CUT, height, 1);
      this.node(look.negated ? no : yes, false);
      const jump = this.emit(JUMP);
      this.b[unless] = this.#here;
      this.node(look.negated ? yes : no, false);
      this.a[jump] = this.#here;
      return;
    }
    const decide = test.k === 'group' ? this.emit(IF_GROUP, this.#list(test.ns)) : this.emit(IF_CALLED, test.n ?? -1);
    this.node(yes, false);
    const jump = this.emit(JUMP);
    this.b[decide] = this.#here;
    this.node(no, false);
    this.a[jump] = this.#here;
  }

  #verb(n: Extract<PerlNode, { k: 'verb' }>): void {
    const { height, above } = this.#scope.outer ?? this.#scope;
    switch (n.what) {
      case 'FAIL':
        this.emit(FAIL);
        break;
      case 'ACCEPT':
        if (this.#scope.accepts !== null) this.#scope.accepts.push(this.emit(JUMP));
        else this.emit(this.#scope.called ? RETURN : MATCH);
        break;
      case 'MARK':
        this.emit(MARK, this.#marks + n.mark);
        break;
      case 'THEN':
        this.emit(VERB, THEN, -1, this.#then.height, this.#then.above);
        break;
      case 'SKIP':
        this.emit(VERB, SKIP, n.mark < 0 ? -1 : this.#marks + n.mark, height, above);
        break;
      default:
        this.emit(VERB, n.what === 'PRUNE' ? PRUNE : COMMIT, -1, height, above);
    }
  }

  /** Where what follows a run can begin with none of its characters, giving back is of no use. */
  possess(): void {
    for (let i = 0; i < this.op.length; i++) {
      if (this.op[i] !== RUN || this.d[i] !== GREEDY) continue;
      const set = this.sets[this.a[i]!]!;
      let at = i + 1;
      for (let steps = 0; steps < 20; steps++) {
        if (this.op[at] === JUMP && this.a[at]! > at) at = this.a[at]!;
        else if (this.op[at] === CLOSE) at++;
        else break;
      }
      const op = this.op[at];
      const what = op === ASSERT ? this.assertions[this.a[at]!] : undefined;
      if (
        op === MATCH ||
        what === 'end' ||
        what === 'text-end' ||
        (op === CHAR && !set.has(this.a[at]!)) ||
        ((op === SET || (op === RUN && this.b[at]! > 0)) && set.apart(this.sets[this.a[at]!]!))
      )
        this.d[i] = POSSESSIVE;
    }
  }
}

const hasThen = (n: PerlNode): boolean => {
  let found = false;
  visit(n, (x) => {
    if (x.k === 'verb' && x.what === 'THEN') found = true;
  });
  return found;
};

/** The program of a pattern. @throws RegexError when it is too large */
export function compilePerl(pattern: PerlPattern): PerlProgram {
  const c = new Compiler(pattern);
  c.node(pattern.tree, false);
  c.emit(MATCH);
  c.subroutines();
  c.possess();
  const { op, a, b, d, sets, loops, assertions, lists, registers } = c;
  const { ucp, limit } = pattern;
  return { op, a, b, c: c.c, d, sets, loops, assertions, lists, registers, study: study(pattern.tree), ucp, limit };
}
