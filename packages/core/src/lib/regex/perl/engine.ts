import { RegexExhausted } from '../pattern.ts';
import {
  ASSERT,
  BACK,
  BROKEN,
  CALL,
  CHAR,
  CLOSE,
  COMMIT,
  CUT,
  ENTER,
  FAIL,
  GRAPHEME,
  GREEDY,
  HEIGHT,
  IF_CALLED,
  IF_GROUP,
  JUMP,
  KEEP,
  LAZY,
  LOOP,
  MARK,
  MATCH,
  type PerlProgram,
  PRUNE,
  RETURN,
  RETURN_TO,
  RUN,
  SAVE,
  SET,
  SKIP,
  SPLIT,
  STEP_BACK,
  THEN,
  UNLESS,
  VERB,
  ZERO,
} from './compile.ts';
import { graphemeEnd, holdsAt, sameText, type Subject } from './subject.ts';

/** A call of a group: what it goes back to. */
interface Call {
  readonly group: number;
  readonly back: number;
  readonly at: number;
  readonly registers: Int32Array;
  readonly outer: Call | null;
}

/** Numbers a choice takes on its stack: instruction (~ of it: to be gone on with), place, height of the trail, one more. */
const CHOICE = 4;

const grown = (a: Int32Array): Int32Array => {
  const b = new Int32Array(2 * a.length);
  b.set(a);
  return b;
};

/**
 * Goes back and forth as PCRE does: choices on a stack of its own, changed registers on a trail. Works in slices, so that others get their turn,
 * and gives up when the pattern's limit of steps is reached.
 */
export class Engine {
  readonly #p: PerlProgram;
  #choices: Int32Array = new Int32Array(64 * CHOICE);
  #height = 0;
  /** Registers and what they held; register -1 is the call, which is on a stack of its own. */
  #trail: Int32Array = new Int32Array(128);
  #trailed = 0;
  readonly #calls: (Call | null)[] = [];
  readonly #r: Int32Array;
  #call: Call | null = null;
  #s: Subject = { text: '', from: 0, end: 0, search: 0, notStart: false, notEnd: false };
  #counted = 0;
  #pc = 0;
  #at = 0;
  /** Where the match that is tried begins. */
  #start = 0;
  /** The last place where the required character is. */
  #lastRequired = 0;
  /** Place of (*SKIP), -1: none. */
  #skip = -1;
  #stopped = false;
  /** Work of the last slice. */
  spent = 0;

  constructor(program: PerlProgram) {
    this.#p = program;
    this.#r = new Int32Array(program.registers);
  }

  /** Start and end of the match that was found, \K minded. */
  get span(): { readonly index: number; readonly end: number } {
    return { index: this.#r[0]!, end: this.#r[1]! };
  }

  /** A search begins. @returns whether there is anything to look for */
  begin(subject: Subject): boolean {
    this.#s = subject;
    this.#counted = 0;
    this.#stopped = false;
    this.#skip = -1;
    const { required } = this.#p.study;
    this.#lastRequired = required.length === 0 ? subject.end : -1;
    for (const c of required)
      this.#lastRequired = Math.max(this.#lastRequired, subject.text.lastIndexOf(c, subject.end - c.length));
    return this.#tryFrom(subject.search);
  }

  /** Finds the next place from `at` on where a match may begin, and makes ready for it. */
  #tryFrom(at: number): boolean {
    const { anchored, startLine, prefix, first } = this.#p.study;
    const { text, end, search } = this.#s;
    let s = at;
    if (this.#stopped || s > end || (anchored && s > search)) return false;
    if (startLine) {
      if (s > search && text[s - 1] !== '\n') {
        const newline = text.indexOf('\n', s);
        if (newline < 0 || newline >= end) return false;
        s = newline + 1;
      }
    } else if (prefix !== '') {
      s = text.indexOf(prefix, s);
      if (s < 0 || s + prefix.length > end) return false;
    } else if (first !== null) {
      for (; s < end; s++) {
        const cp = text.codePointAt(s)!;
        if (first.some((set) => set.has(cp))) break;
        if (cp > 0xffff) s++;
      }
      if (s >= end) return false;
    }
    if (s > this.#lastRequired || (anchored && s > search)) return false;
    this.#start = s;
    this.#at = s;
    this.#pc = 0;
    this.#height = 0;
    this.#trailed = 0;
    this.#calls.length = 0;
    this.#call = null;
    this.#r.fill(-1);
    this.#r[0] = s;
    return true;
  }

  #nextStart(): boolean {
    const { text, end } = this.#s;
    let s = this.#skip;
    this.#skip = -1;
    if (s <= this.#start) {
      if (this.#start >= end) return false;
      s = this.#start + (text.codePointAt(this.#start)! > 0xffff ? 2 : 1);
    }
    return this.#tryFrom(s);
  }

  #push(pc: number, at: number, more: number): void {
    const i = this.#height * CHOICE;
    if (i >= this.#choices.length) this.#choices = grown(this.#choices);
    const c = this.#choices;
    c[i] = pc;
    c[i + 1] = at;
    c[i + 2] = this.#trailed;
    c[i + 3] = more;
    this.#height++;
  }

  #set(register: number, value: number): void {
    if (this.#height > 0) {
      if (this.#trailed + 2 > this.#trail.length) this.#trail = grown(this.#trail);
      this.#trail[this.#trailed++] = register;
      this.#trail[this.#trailed++] = this.#r[register]!;
    }
    this.#r[register] = value;
  }

  #setCall(call: Call | null): void {
    if (this.#trailed + 2 > this.#trail.length) this.#trail = grown(this.#trail);
    this.#trail[this.#trailed++] = -1;
    this.#trail[this.#trailed++] = 0;
    this.#calls.push(this.#call);
    this.#call = call;
  }

  #undo(height: number): void {
    while (this.#trailed > height) {
      this.#trailed -= 2;
      const register = this.#trail[this.#trailed]!;
      if (register >= 0) this.#r[register] = this.#trail[this.#trailed + 1]!;
      else this.#call = this.#calls.pop()!;
    }
  }

  #count(): void {
    if (++this.#counted > this.#p.limit) throw new RegexExhausted();
  }

  /** Takes the last choice. @returns false when there is none that leads on */
  #back(): boolean {
    const { op, a, b, c, d, sets } = this.#p;
    const { text } = this.#s;
    for (;;) {
      if (this.#height === 0) return false;
      const i = --this.#height * CHOICE;
      const choices = this.#choices;
      const pc = choices[i]!;
      let at = choices[i + 1]!;
      this.#undo(choices[i + 2]!);
      if (pc >= 0) {
        if (op[pc] === FAIL) continue;
        this.#pc = pc;
        this.#at = at;
        return true;
      }
      const run = ~pc;
      if (op[run] === SPLIT) {
        this.#count();
        this.#pc = a[run]!;
        this.#at = at;
        return true;
      }
      if (op[run] === VERB) {
        if (c[run]! >= 0) {
          this.#height = this.#r[c[run]!]! + d[run]!;
          continue;
        }
        this.#height = 0;
        if (a[run] === COMMIT) this.#stopped = true;
        else if (a[run] === SKIP && (b[run]! < 0 || choices[i + 3]! >= 0))
          this.#skip = b[run]! < 0 ? at : choices[i + 3]!;
        else if (a[run] === SKIP) continue;
        return false;
      }
      this.#count();
      const more = choices[i + 3]!;
      if (d[run] === GREEDY) {
        // Where a character must follow, only places before it count.
        const next = op[run + 1] === CHAR ? a[run + 1]! : -1;
        do {
          at--;
          this.spent++;
          if (isInsidePair(text, at)) at--;
        } while (at > more && next >= 0 && at < this.#s.end && text.codePointAt(at) !== next);
        if (at > more) this.#push(pc, at, more);
      } else {
        if (at >= this.#s.end) continue;
        const cp = text.codePointAt(at)!;
        if (!sets[a[run]!]!.has(cp)) continue;
        at += cp > 0xffff ? 2 : 1;
        if (more > 1) this.#push(pc, at, more - 1);
      }
      this.#pc = run + 1;
      this.#at = at;
      return true;
    }
  }

  /**
   * Works on. @returns true: a match; false: there is none; null: it goes on in the next slice.
   * @throws RegexExhausted when the limit is reached
   */
  work(steps: number): boolean | null {
    this.spent = 0;
    while (this.spent < steps) {
      this.spent++;
      if (this.#step()) {
        if (this.#p.op[this.#pc] === MATCH) {
          this.#r[1] = this.#at;
          return true;
        }
      } else if (!this.#back() && !this.#nextStart()) return false;
    }
    return null;
  }

  /** One run of instructions up to a repetition or fork. @returns false when it does not lead on */
  #step(): boolean {
    const { op, a, b, c, d, sets } = this.#p;
    const { text, end, from } = this.#s;
    let pc = this.#pc;
    let at = this.#at;
    for (;;) {
      switch (op[pc]) {
        case CHAR: {
          const cp = a[pc]!;
          if (at >= end || text.charCodeAt(at) !== cp) {
            if (cp < 0x10000 || text.codePointAt(at) !== cp || at >= end) return false;
            at++;
          }
          at++;
          pc++;
          continue;
        }
        case SET: {
          if (at >= end) return false;
          const cp = text.codePointAt(at)!;
          if (!sets[a[pc]!]!.has(cp)) return false;
          at += cp > 0xffff ? 2 : 1;
          pc++;
          continue;
        }
        case RUN: {
          const set = sets[a[pc]!]!;
          const [min, lazy] = [b[pc]!, d[pc] === LAZY];
          const max = lazy ? min : c[pc]!;
          const begin = at;
          let n = 0;
          let least = min === 0 ? at : -1;
          while (n < max && at < end) {
            const cp = text.codePointAt(at)!;
            if (!set.has(cp)) break;
            at += cp > 0xffff ? 2 : 1;
            if (++n === min) least = at;
          }
          this.spent += at - begin;
          if (n < min) return false;
          this.#count();
          if (lazy && c[pc]! > min) this.#push(~pc, at, c[pc]! - min);
          else if (d[pc] === GREEDY && at > least) this.#push(~pc, at, least);
          this.#pc = pc + 1;
          this.#at = at;
          return true;
        }
        case SPLIT:
          this.#push(b[pc] === 1 ? ~pc : a[pc]!, at, 0);
          pc++;
          this.spent++;
          continue;
        case JUMP:
          pc = a[pc]!;
          continue;
        case SAVE:
          this.#set(a[pc]!, at);
          pc++;
          continue;
        case CLOSE: {
          const n = a[pc]!;
          this.#set(2 * n, this.#r[b[pc]!]!);
          this.#set(2 * n + 1, at);
          pc++;
          continue;
        }
        case ZERO:
          this.#set(a[pc]!, 0);
          pc++;
          continue;
        case LOOP:
          this.#at = at;
          this.#loop(pc);
          return true;
        case ENTER: {
          const loop = this.#p.loops[a[pc]!]!;
          this.#set(loop.count, this.#r[loop.count]! + 1);
          this.#set(loop.from, at);
          pc++;
          continue;
        }
        case HEIGHT:
        case UNLESS:
          this.#set(a[pc]!, this.#height);
          if (b[pc] !== 0) this.#set(a[pc]! + 1, at);
          if (op[pc] === UNLESS) this.#push(b[pc]!, at, 0);
          pc++;
          continue;
        case CUT:
          this.#height = this.#r[a[pc]!]!;
          if (b[pc] === 1) at = this.#r[a[pc]! + 1]!;
          pc++;
          continue;
        case RETURN_TO:
          at = this.#r[a[pc]! + 1]!;
          pc++;
          continue;
        case BROKEN: {
          // What was pushed by UNLESS goes too, but what it undoes is undone.
          this.#height = this.#r[a[pc]!]!;
          this.#undo(this.#choices[this.#height * CHOICE + 2]!);
          return false;
        }
        case STEP_BACK:
          for (let i = a[pc]!; i > 0; i--) {
            if (at <= from) return false;
            at--;
            if (isInsidePair(text, at)) at--;
          }
          pc++;
          continue;
        case ASSERT:
          if (!holdsAt(this.#p.assertions[a[pc]!]!, this.#s, at, this.#p.ucp)) return false;
          pc++;
          continue;
        case BACK: {
          const n = this.#p.lists[a[pc]!]!.find((g) => this.#r[2 * g + 1]! >= 0);
          if (n === undefined) return false;
          const [x, y] = [this.#r[2 * n]!, this.#r[2 * n + 1]!];
          this.spent += (y - x) >> 3;
          if (at + y - x > end || !sameText(text, x, at, y - x, b[pc] === 1)) return false;
          at += y - x;
          pc++;
          continue;
        }
        case KEEP:
          this.#set(0, at);
          pc++;
          continue;
        case GRAPHEME: {
          if (at >= end) return false;
          at = graphemeEnd(text, at, end);
          pc++;
          continue;
        }
        case CALL:
          this.#at = at;
          this.#enter(pc);
          return true;
        case RETURN: {
          const call = this.#call!;
          this.#setCall(call.outer);
          for (let i = 2; i < this.#r.length; i++)
            if (this.#r[i] !== call.registers[i]) this.#set(i, call.registers[i]!);
          this.spent += this.#r.length >> 2;
          pc = call.back;
          continue;
        }
        case IF_GROUP:
          pc = this.#p.lists[a[pc]!]!.some((g) => this.#r[2 * g + 1]! >= 0) ? pc + 1 : b[pc]!;
          continue;
        case IF_CALLED:
          pc = this.#call !== null && (a[pc] === -1 || a[pc] === this.#call.group) ? pc + 1 : b[pc]!;
          continue;
        case VERB:
          this.#push(~pc, at, a[pc] === SKIP && b[pc]! >= 0 ? this.#r[b[pc]!]! : 0);
          pc++;
          continue;
        case MARK:
          this.#set(a[pc]!, at);
          pc++;
          continue;
        case MATCH:
          this.#pc = pc;
          this.#at = at;
          return true;
        default:
          return false;
      }
    }
  }

  #loop(pc: number): void {
    this.#count();
    const loop = this.#p.loops[this.#p.a[pc]!]!;
    const n = this.#r[loop.count]!;
    // A turn that took nothing is the last one.
    const idle = n > 0 && this.#r[loop.from] === this.#at;
    if (n < loop.min) this.#pc = pc + 1;
    else if (n >= loop.max || (idle && loop.max === Infinity)) this.#pc = loop.exit;
    else if (loop.lazy) {
      this.#push(pc + 1, this.#at, 0);
      this.#pc = loop.exit;
    } else {
      this.#push(loop.exit, this.#at, 0);
      this.#pc = pc + 1;
    }
  }

  #enter(pc: number): void {
    this.#count();
    const group = this.#p.a[pc]!;
    // A group that calls itself before anything was read would do so for ever.
    for (let c = this.#call; c !== null && c.at === this.#at; c = c.outer)
      if (c.back === pc + 1) throw new RegexExhausted();
    this.spent += this.#r.length >> 2;
    this.#setCall({ group, back: pc + 1, at: this.#at, registers: this.#r.slice(), outer: this.#call });
    this.#pc = this.#p.b[pc]!;
  }
}

/** Whether `at` lies inside a surrogate pair. */
const isInsidePair = (text: string, at: number): boolean =>
  at > 0 && (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;

void PRUNE;
void THEN;
