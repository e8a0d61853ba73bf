import type { Expr, Lvalue, Name } from './ast.ts';
import { ARRAY_TAKERS } from './flow.ts';
import type { Runtime } from './runtime.ts';
import { type AwkArray, toNumber, type Value } from './value.ts';

/** The parameters and local variables of a call. */
export type Frame = (Value | AwkArray)[];

/** What names, fields and subscripts stand for. */
export class Places {
  readonly rt: Runtime;
  /** Of the function that runs. */
  frame: Frame = [];

  constructor(rt: Runtime) {
    this.rt = rt;
  }

  /** The array of that name; made when there is none. */
  array(n: Name): AwkArray {
    if (n.local < 0) return this.rt.array(n.name);
    const v = this.frame[n.local];
    if (v instanceof Map) return v;
    if (v !== undefined && v !== null) this.rt.fatal(`fatal: attempt to use scalar parameter \`${n.name}' as an array`);
    const made: AwkArray = new Map();
    this.frame[n.local] = made;
    return made;
  }

  get(n: Name): Value {
    if (n.local < 0) return this.rt.getVar(n.name);
    const v = this.frame[n.local];
    if (v instanceof Map) this.rt.fatal(`fatal: attempt to use array \`${n.name}' in a scalar context`);
    return v ?? null;
  }

  /** A subscript as text. */
  key(subs: readonly Value[]): string {
    if (subs.length === 1) {
      const v = subs[0]!;
      return typeof v === 'number' && Number.isInteger(v) ? String(v) : this.rt.str(v);
    }
    return subs.map((s) => this.rt.str(s)).join(this.rt.text('SUBSEP'));
  }

  /** Reads a place whose subscripts are evaluated. */
  load(l: Lvalue, subs: readonly Value[]): Value {
    if (l.k === 'name') return this.get(l);
    if (l.k === 'field') return this.rt.field(toNumber(subs[0]!));
    const array = this.array(l.array);
    const key = this.key(subs);
    const v = array.get(key);
    if (v === undefined) array.set(key, null);
    return v ?? null;
  }

  /** Writes a place whose subscripts are evaluated. */
  store(l: Lvalue, subs: readonly Value[], v: Value): void {
    if (l.k === 'name') {
      if (l.local < 0) this.rt.setVar(l.name, v);
      else this.frame[l.local] = v;
    } else if (l.k === 'field') this.rt.setField(toNumber(subs[0]!), v);
    else this.array(l.array).set(this.key(subs), v);
  }

  /** Whether an argument of a built-in is an array and is not evaluated. */
  isArray(builtin: string, a: Expr): boolean {
    if (a.k !== 'name' || !ARRAY_TAKERS.has(builtin)) return false;
    const v = a.local < 0 ? this.rt.globals.get(a.name) : this.frame[a.local];
    return v instanceof Map;
  }
}
