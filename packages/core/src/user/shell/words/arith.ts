/** Arithmetic in 64 bits that wrap. Small numbers stay JavaScript numbers; the rest are BigInt. @see expr.c, Bash Reference Manual, Shell Arithmetic */

/** An integer of 64 bits: a number when it is safe, else a bigint. */
export type Int = number | bigint;

export interface ArithEnv {
  /** The value of a variable or element, as text; '' when unset. @throws when unset under `set -u` */
  getVar(name: string, subscript: string | null): string;
  setVar(name: string, subscript: string | null, value: string): void;
}

/** Says what is wrong as bash does; `message` begins with the expression. */
export class ArithError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

type Fn = (env: ArithEnv, depth: number) => Int;

const wrap = (b: bigint): Int => {
  const v = BigInt.asIntN(64, b);
  return v >= -9007199254740991n && v <= 9007199254740991n ? Number(v) : v;
};

function add(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const r = a + b;
    if (Number.isSafeInteger(r)) return r;
  }
  return wrap(BigInt(a) + BigInt(b));
}
function sub(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const r = a - b;
    if (Number.isSafeInteger(r)) return r;
  }
  return wrap(BigInt(a) - BigInt(b));
}
function mul(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const r = a * b;
    if (Number.isSafeInteger(r)) return r + 0;
  }
  return wrap(BigInt(a) * BigInt(b));
}
function pow(a: Int, b: Int): Int {
  let r: Int = 1;
  let base = a;
  for (let e = BigInt(b); e > 0n; e >>= 1n) {
    if (e & 1n) r = mul(r, base);
    base = mul(base, base);
  }
  return r;
}
const small = (n: Int): n is number => typeof n === 'number' && n >= -2147483648 && n <= 2147483647;
const truth = (n: Int): boolean => n !== 0 && n !== 0n;
/** Whether two numbers are the same, in whichever form they are held. */
export const sameInt = (a: Int, b: Int): boolean => (typeof a === typeof b ? a === b : BigInt(a) === BigInt(b));

function binary(op: string, a: Int, b: Int, fail: (msg: string) => never): Int {
  switch (op) {
    case '+':
      return add(a, b);
    case '-':
      return sub(a, b);
    case '*':
      return mul(a, b);
    case '/':
      if (!truth(b)) fail('division by 0');
      if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b) + 0;
      return wrap(BigInt(a) / BigInt(b));
    case '%':
      if (!truth(b)) fail('division by 0');
      if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
      return wrap(BigInt(a) % BigInt(b));
    case '**':
      if (b < 0) fail('exponent less than 0');
      return pow(a, b);
    case '<<':
      return wrap(BigInt(a) << (BigInt(b) & 63n));
    case '>>':
      return small(a) && small(b) && b >= 0 && b < 32 ? a >> b : wrap(BigInt(a) >> (BigInt(b) & 63n));
    case '&':
      return small(a) && small(b) ? a & b : wrap(BigInt(a) & BigInt(b));
    case '|':
      return small(a) && small(b) ? a | b : wrap(BigInt(a) | BigInt(b));
    case '^':
      return small(a) && small(b) ? a ^ b : wrap(BigInt(a) ^ BigInt(b));
    case '<':
      return a < b ? 1 : 0;
    case '>':
      return a > b ? 1 : 0;
    case '<=':
      return a <= b ? 1 : 0;
    case '>=':
      return a >= b ? 1 : 0;
    case '==':
      return sameInt(a, b) ? 1 : 0;
    default:
      return sameInt(a, b) ? 0 : 1;
  }
}

const LEVELS: readonly (readonly string[])[] = [
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const OPERATORS = [
  '<<=',
  '>>=',
  '**',
  '<<',
  '>>',
  '<=',
  '>=',
  '==',
  '!=',
  '&&',
  '||',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '&=',
  '^=',
  '|=',
];
const ASSIGNS = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '^=', '|=', '<<=', '>>=']);
const SIMPLE_OPERATORS = '+-*/%<>=!~&|^?:,()';

/** An identifier token with its subscript's text. */
interface Ref {
  readonly name: string;
  readonly sub: string | null;
}

class Parser {
  readonly #s: string;
  #pos = 0;
  /** Start of the token last read, for messages. */
  #last = 0;
  #tok = '';
  #kind: 'num' | 'id' | 'op' | 'end' = 'end';
  #value: Int = 0;
  #sub: string | null = null;

  constructor(s: string) {
    this.#s = s;
  }

  parse(): Fn {
    this.#next();
    if (this.#isKind('end')) return () => 0;
    const f = this.#comma();
    if (!this.#isKind('end')) this.#fail('syntax error in expression');
    return f;
  }

  #failAt(message: string, at: number): never {
    const s = this.#s;
    throw new ArithError(`${s.trimStart()}: ${message} (error token is "${s.slice(at).trimStart()}")`);
  }
  #fail(message: string): never {
    this.#failAt(message, this.#last);
  }

  #next(): void {
    const s = this.#s;
    while (this.#pos < s.length && /\s/.test(s[this.#pos]!)) this.#pos++;
    if (this.#pos >= s.length) {
      this.#kind = 'end';
      this.#tok = '';
      return;
    }
    const at = this.#pos;
    this.#last = at;
    const c = s[at]!;
    if (/[A-Za-z_]/.test(c)) {
      let k = at + 1;
      while (k < s.length && /\w/.test(s[k]!)) k++;
      this.#tok = s.slice(at, k);
      this.#sub = null;
      if (s[k] === '[') {
        let depth = 0;
        let end = k;
        for (; end < s.length; end++) {
          if (s[end] === '[') depth++;
          else if (s[end] === ']' && --depth === 0) break;
        }
        if (end >= s.length) this.#failAt('bad array subscript', at);
        this.#sub = s.slice(k + 1, end);
        k = end + 1;
      }
      this.#pos = k;
      this.#kind = 'id';
      return;
    }
    if (c >= '0' && c <= '9') {
      let k = at + 1;
      while (k < s.length && /[\w#@]/.test(s[k]!)) k++;
      this.#tok = s.slice(at, k);
      this.#pos = k;
      this.#kind = 'num';
      this.#value = this.#number(this.#tok);
      return;
    }
    const op = OPERATORS.find((o) => s.startsWith(o, at)) ?? c;
    if (op === c && !SIMPLE_OPERATORS.includes(c)) {
      this.#kind = 'op';
      if (this.#wantOperand) this.#fail('syntax error: operand expected');
      this.#fail('syntax error: invalid arithmetic operator');
    }
    this.#tok = op;
    this.#kind = 'op';
    this.#pos = at + op.length;
  }
  #wantOperand = true;

  #number(t: string): Int {
    let base = 10;
    let digits = t;
    const hash = t.indexOf('#');
    if (hash >= 0) {
      base = Number(t.slice(0, hash));
      digits = t.slice(hash + 1);
      if (!/^\d+$/.test(t.slice(0, hash))) this.#fail('invalid number');
      if (base < 2 || base > 64) this.#fail('invalid arithmetic base');
      if (digits === '') this.#fail('invalid integer constant');
    } else if (/^0[xX]/.test(t)) {
      base = 16;
      digits = t.slice(2);
      if (digits === '') return 0;
    } else if (t.length > 1 && t.startsWith('0')) {
      base = 8;
      digits = t.slice(1);
    } else if (t.length < 16 && /^\d+$/.test(t)) return Number(t);
    let v = 0n;
    for (const c of digits) {
      let d: number;
      if (c >= '0' && c <= '9') d = c.charCodeAt(0) - 48;
      else if (c >= 'a' && c <= 'z') d = c.charCodeAt(0) - 87;
      else if (c >= 'A' && c <= 'Z') d = base <= 36 ? c.charCodeAt(0) - 55 : c.charCodeAt(0) - 29;
      else if (c === '@') d = 62;
      else if (c === '_') d = 63;
      else this.#fail('invalid number');
      if (d >= base) this.#fail('value too great for base');
      v = v * BigInt(base) + BigInt(d);
    }
    return wrap(v);
  }

  #isKind(kind: 'num' | 'id' | 'op' | 'end'): boolean {
    return this.#kind === kind;
  }
  #is(op: string): boolean {
    return this.#kind === 'op' && this.#tok === op;
  }

  #comma(): Fn {
    let left = this.#assignment();
    while (this.#is(',')) {
      this.#next();
      const a = left;
      const b = this.#assignment();
      left = (env, d) => {
        a(env, d);
        return b(env, d);
      };
    }
    return left;
  }

  #refOf = new WeakMap<Fn, Ref>();

  #assignment(): Fn {
    const left = this.#ternary();
    if (this.#kind === 'op' && ASSIGNS.has(this.#tok)) {
      const ref = this.#refOf.get(left);
      if (ref === undefined) this.#fail('attempted assignment to non-variable');
      const op = this.#tok.slice(0, -1);
      this.#next();
      const at = this.#last;
      const value = this.#assignment();
      const fail = (m: string): never => this.#failAt(m, at);
      return (env, d) => {
        let v: Int;
        if (op === '') v = value(env, d);
        else {
          const old = left(env, d);
          v = binary(op, old, value(env, d), fail);
        }
        env.setVar(ref.name, ref.sub, String(v));
        return v;
      };
    }
    return left;
  }

  #ternary(): Fn {
    const test = this.#or();
    if (!this.#is('?')) return test;
    this.#next();
    if (this.#isKind('end') || this.#is(':')) this.#fail('expression expected');
    const yes = this.#comma();
    if (!this.#is(':')) this.#fail("`:' expected for conditional expression");
    this.#next();
    if (this.#isKind('end')) this.#fail('expression expected');
    const no = this.#assignmentOrTernary();
    return (env, d) => (truth(test(env, d)) ? yes(env, d) : no(env, d));
  }
  #assignmentOrTernary(): Fn {
    return this.#ternary();
  }

  #or(): Fn {
    let left = this.#and();
    while (this.#is('||')) {
      this.#next();
      const a = left;
      const b = this.#and();
      left = (env, d) => (truth(a(env, d)) || truth(b(env, d)) ? 1 : 0);
    }
    return left;
  }
  #and(): Fn {
    let left = this.#level(0);
    while (this.#is('&&')) {
      this.#next();
      const a = left;
      const b = this.#level(0);
      left = (env, d) => (truth(a(env, d)) && truth(b(env, d)) ? 1 : 0);
    }
    return left;
  }

  #level(n: number): Fn {
    if (n === LEVELS.length) return this.#power();
    const left = this.#level(n + 1);
    const ops: string[] = [];
    const right: Fn[] = [];
    const ats: number[] = [];
    while (this.#kind === 'op' && LEVELS[n]!.includes(this.#tok)) {
      ops.push(this.#tok);
      this.#next();
      ats.push(this.#last);
      right.push(this.#level(n + 1));
    }
    if (ops.length === 0) return left;
    if (ops.length > 1) return this.#chain(left, ops, right, ats);
    const op = ops[0]!;
    const a = left;
    const b = right[0]!;
    const fail = (m: string): never => this.#failAt(m, ats[0]!);
    if (op === '+') return (env, d) => add(a(env, d), b(env, d));
    if (op === '-') return (env, d) => sub(a(env, d), b(env, d));
    if (op === '<') return (env, d) => (a(env, d) < b(env, d) ? 1 : 0);
    return (env, d) => binary(op, a(env, d), b(env, d), fail);
  }

  /** `a + b - c ...`: from left to right in a loop, however long it is. */
  #chain(first: Fn, ops: readonly string[], right: readonly Fn[], ats: readonly number[]): Fn {
    return (env, d) => {
      let v = first(env, d);
      for (let i = 0; i < ops.length; i++) v = binary(ops[i]!, v, right[i]!(env, d), (m) => this.#failAt(m, ats[i]!));
      return v;
    };
  }

  #power(): Fn {
    const base = this.#unary();
    if (!this.#is('**')) return base;
    this.#next();
    const at = this.#last;
    const exponent = this.#power();
    return (env, d) => binary('**', base(env, d), exponent(env, d), (m) => this.#failAt(m, at));
  }

  #unary(): Fn {
    if (this.#kind === 'op') {
      const op = this.#tok;
      if (op === '++' || op === '--') {
        this.#next();
        if (this.#isKind('id')) {
          const ref: Ref = { name: this.#tok, sub: this.#sub };
          const get = this.#variable(ref);
          this.#wantOperand = false;
          this.#next();
          this.#wantOperand = true;
          const by = op === '++' ? 1 : -1;
          return (env, d) => {
            const v = add(get(env, d), by);
            env.setVar(ref.name, ref.sub, String(v));
            return v;
          };
        }
        const f = this.#unary();
        return f;
      }
      if (op === '-' || op === '+' || op === '!' || op === '~') {
        this.#next();
        const f = this.#unary();
        if (op === '-') return (env, d) => sub(0, f(env, d));
        if (op === '+') return (env, d) => f(env, d);
        if (op === '!') return (env, d) => (truth(f(env, d)) ? 0 : 1);
        return (env, d) => sub(-1, f(env, d));
      }
      if (op === '(') {
        this.#next();
        const f = this.#comma();
        if (!this.#is(')')) this.#fail("missing `)'");
        this.#wantOperand = false;
        this.#next();
        this.#wantOperand = true;
        return (env, d) => f(env, d);
      }
    }
    if (this.#kind === 'num') {
      const v = this.#value;
      this.#wantOperand = false;
      this.#next();
      this.#wantOperand = true;
      return () => v;
    }
    if (this.#kind === 'id') {
      const ref: Ref = { name: this.#tok, sub: this.#sub };
      const get = this.#variable(ref);
      this.#wantOperand = false;
      this.#next();
      this.#wantOperand = true;
      if (this.#is('++') || this.#is('--')) {
        const by = this.#tok === '++' ? 1 : -1;
        this.#next();
        return (env, d) => {
          const v = get(env, d);
          env.setVar(ref.name, ref.sub, String(add(v, by)));
          return v;
        };
      }
      this.#refOf.set(get, ref);
      return get;
    }
    this.#fail('syntax error: operand expected');
  }

  #variable(ref: Ref): Fn {
    return (env, depth) => {
      const text = env.getVar(ref.name, ref.sub);
      if (text === '') return 0;
      if (text.length < 16 && /^(?:0|-?[1-9][0-9]*)$/.test(text)) return Number(text) + 0;
      if (depth > 1024)
        throw new ArithError(
          `${this.#s.trimStart()}: expression recursion level exceeded (error token is "${this.#s.trimStart()}")`,
        );
      return compile(text)(env, depth + 1);
    };
  }
}

const cache = new Map<string, Fn>();

function compile(text: string): Fn {
  let f = cache.get(text);
  if (f === undefined) {
    try {
      f = new Parser(text).parse();
    } catch (e) {
      if (!(e instanceof RangeError)) throw e;
      // Parentheses in parentheses, deeper than the engine's stack.
      throw new ArithError(
        `${text.trimStart()}: expression recursion level exceeded (error token is "${text.trimStart()}")`,
      );
    }
    if (cache.size > 2000) cache.clear();
    cache.set(text, f);
  }
  return f;
}

/** The value of an expression. @throws ArithError, and what `env` throws */
export const evaluate = (text: string, env: ArithEnv): Int => compile(text)(env, 0);

export const isTrue: (n: Int) => boolean = truth;

/** Text as an integer the way `[ a -eq b ]` and `printf %d` take it: decimal with blanks around; null when it is none. */
export function parseInteger(text: string): Int | null {
  const m = /^\s*([-+]?\d+)\s*$/.exec(text);
  if (m === null) return null;
  const n = Number(m[1]);
  return Number.isSafeInteger(n) ? n + 0 : BigInt(m[1]!.replace(/^\+/, ''));
}
