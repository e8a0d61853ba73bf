/** Variables: scalars, arrays, attributes, and the dynamic scope of functions. */
import { ShellError } from './errors.ts';

export const V_EXPORT = 1;
export const V_READONLY = 2;
export const V_INTEGER = 4;
export const V_LOWER = 8;
export const V_UPPER = 16;
export const V_NAMEREF = 32;
export const V_TRACE = 64;

/** An indexed array: holes allowed, order by index. */
export class IndexedArray {
  #map = new Map<number, string>();
  #max = -1;
  #sorted = true;

  static of(values: readonly string[]): IndexedArray {
    const a = new IndexedArray();
    values.forEach((v, i) => a.set(i, v));
    return a;
  }
  get size(): number {
    return this.#map.size;
  }
  /** Highest index, -1 when empty. */
  get max(): number {
    return this.#max;
  }
  get(i: number): string | undefined {
    return this.#map.get(i);
  }
  set(i: number, value: string): void {
    if (i > this.#max) this.#max = i;
    else if (!this.#map.has(i)) this.#sorted = false;
    this.#map.set(i, value);
  }
  delete(i: number): void {
    if (!this.#map.delete(i) || i !== this.#max) return;
    this.#max = -1;
    for (const k of this.#map.keys()) if (k > this.#max) this.#max = k;
  }
  #sort(): void {
    if (this.#sorted) return;
    this.#map = new Map([...this.#map].sort((a, b) => a[0] - b[0]));
    this.#sorted = true;
  }
  keys(): number[] {
    this.#sort();
    return [...this.#map.keys()];
  }
  values(): string[] {
    this.#sort();
    return [...this.#map.values()];
  }
  copy(): IndexedArray {
    const a = new IndexedArray();
    for (const [k, v] of this.#map) a.set(k, v);
    return a;
  }
}

/** A variable whose value is made when it is asked for. */
export interface Dynamic {
  get(): string;
  /** Absent: assignments are ignored, as bash ignores them. */
  set?(value: string): void;
  /** Of an array. */
  list?(): readonly string[];
}

export class Variable {
  flags = 0;
  /** null: declared, but unset. */
  value: string | null = null;
  indexed: IndexedArray | null = null;
  assoc: Map<string, string> | null = null;
  dynamic: Dynamic | null = null;
  /** An array that was declared, but never given a value. */
  bare = false;

  copy(): Variable {
    const v = new Variable();
    v.takeOver(this);
    return v;
  }
  /** Becomes what another one is. */
  takeOver(other: Variable): void {
    this.flags = other.flags;
    this.value = other.value;
    this.indexed = other.indexed?.copy() ?? null;
    this.assoc = other.assoc === null ? null : new Map(other.assoc);
    this.dynamic = other.dynamic;
    this.bare = other.bare;
  }
  get isArray(): boolean {
    return this.indexed !== null || this.assoc !== null;
  }
  get isSet(): boolean {
    if (this.dynamic !== null) return this.dynamic.list === undefined || this.dynamic.list().length > 0;
    if (this.indexed !== null) return this.indexed.get(0) !== undefined;
    if (this.assoc !== null) return this.assoc.has('0');
    return this.value !== null;
  }
  /** The scalar, or element 0. */
  get scalar(): string | undefined {
    if (this.dynamic !== null) return this.dynamic.list === undefined ? this.dynamic.get() : this.dynamic.list()[0];
    if (this.indexed !== null) return this.indexed.get(0);
    if (this.assoc !== null) return this.assoc.get('0');
    return this.value ?? undefined;
  }
}

/** A function's (or a temporary environment's) local variables: what each name meant before. */
interface Frame {
  readonly saved: Map<string, Variable | undefined>;
  readonly temporary: boolean;
}

/** A variable or an element, as text names it: `x`, `a[3]`, `m[key]`. */
export interface Target {
  readonly name: string;
  /** Text between the brackets, or null. */
  readonly sub: string | null;
}

export function parseTarget(text: string): Target | null {
  const m = /^([A-Za-z_]\w*)(?:\[(.*)\])?$/s.exec(text);
  if (m === null || m[2] === '') return null;
  return { name: m[1]!, sub: m[2] ?? null };
}

export class Variables {
  #map = new Map<string, Variable>();
  #frames: Frame[] = [];
  /** Evaluates an integer expression; set by the shell. */
  arith: (text: string) => number | bigint = () => 0;
  /** Called when the variable IFS, PATH … changed. */
  changed: (name: string) => void = () => {};

  fork(): Variables {
    const copy = new Variables();
    const made = new Map<Variable, Variable>();
    const dup = (v: Variable): Variable => {
      let c = made.get(v);
      if (c === undefined) made.set(v, (c = v.copy()));
      return c;
    };
    for (const [k, v] of this.#map) copy.#map.set(k, dup(v));
    copy.#frames = this.#frames.map((f) => ({
      saved: new Map([...f.saved].map(([k, v]) => [k, v === undefined ? undefined : dup(v)])),
      temporary: f.temporary,
    }));
    return copy;
  }

  // ---- scopes
  push(temporary = false): void {
    this.#frames.push({ saved: new Map(), temporary });
  }
  pop(): void {
    const frame = this.#frames.pop()!;
    for (const [name, old] of frame.saved) {
      if (old === undefined) this.#map.delete(name);
      else this.#map.set(name, old);
      this.changed(name);
    }
  }
  get depth(): number {
    return this.#frames.length;
  }
  /** Names local to the innermost function. */
  localNames(): string[] {
    const f = this.#frames.findLast((x) => !x.temporary);
    return f === undefined ? [] : [...f.saved.keys()];
  }
  isLocal(name: string): boolean {
    return this.#frames.findLast((x) => !x.temporary)?.saved.has(name) ?? false;
  }
  /** Makes `name` local to the innermost frame; with `temporary`, to a command's own environment. */
  makeLocal(name: string, temporary = false): Variable {
    let i = this.#frames.length - 1;
    const inherited: Variable | undefined = this.#map.get(name);
    if (!temporary) while (i >= 0 && this.#frames[i]!.temporary) i--;
    const frame = this.#frames[i]!;
    if (frame.saved.has(name)) return inherited ?? this.#fresh(name);
    frame.saved.set(name, inherited);
    const v = this.#fresh(name);
    // A variable of the command's own environment stays visible in the function it calls.
    if (
      inherited !== undefined &&
      !temporary &&
      this.#frames[i - 1]?.temporary === true &&
      this.#frames[i - 1]!.saved.has(name)
    ) {
      v.value = inherited.value;
      v.flags = inherited.flags & V_EXPORT;
    }
    return v;
  }
  #fresh(name: string): Variable {
    const v = new Variable();
    this.#map.set(name, v);
    return v;
  }
  /** The global one of that name, whatever local stands before it (`declare -g`). */
  global(name: string, make: boolean): Variable | undefined {
    const f = this.#frames.find((x) => x.saved.has(name));
    if (f === undefined) return this.#map.get(name) ?? (make ? this.#fresh(name) : undefined);
    let v = f.saved.get(name);
    if (v === undefined && make) f.saved.set(name, (v = new Variable()));
    return v;
  }

  // ---- by name
  raw(name: string): Variable | undefined {
    return this.#map.get(name);
  }
  /** Follows name references. */
  resolve(name: string): Target {
    let target: Target = { name, sub: null };
    for (let i = 0; i < 10; i++) {
      const v = this.#map.get(target.name);
      if (v === undefined || (v.flags & V_NAMEREF) === 0 || v.value === null || v.value === '') return target;
      const t = parseTarget(v.value);
      if (t === null || t.name === target.name) return target;
      target = t.sub === null ? { name: t.name, sub: target.sub } : t;
    }
    return target;
  }
  lookup(name: string): Variable | undefined {
    const v = this.#map.get(name);
    if (v === undefined || (v.flags & V_NAMEREF) === 0) return v;
    return this.#map.get(this.resolve(name).name);
  }
  get(name: string): string | undefined {
    const v = this.#map.get(name);
    if (v === undefined) return undefined;
    if ((v.flags & V_NAMEREF) !== 0) {
      const t = this.resolve(name);
      return t.sub === null ? this.#map.get(t.name)?.scalar : this.element(t.name, t.sub);
    }
    return v.scalar;
  }
  /** One element; the index as text. */
  element(name: string, sub: string): string | undefined {
    const v = this.lookup(name);
    if (v === undefined) return undefined;
    if (v.assoc !== null) return v.assoc.get(sub);
    const list = v.dynamic?.list?.();
    const i = this.index(name, sub, v.indexed === null ? (list?.length ?? (v.isSet ? 1 : 0)) - 1 : v.indexed.max);
    if (v.indexed !== null) return v.indexed.get(i);
    if (list !== undefined) return list[i];
    return i === 0 ? v.scalar : undefined;
  }
  /** An index expression's value. @throws ShellError bad array subscript */
  index(name: string, sub: string, max: number): number {
    let i = Number(/^\d+$/.test(sub) ? sub : this.arith(sub));
    if (i < 0) {
      i += max + 1;
      if (i < 0) throw new ShellError(`${name}[${sub}]: bad array subscript`);
    }
    return i;
  }
  names(): string[] {
    return [...this.#map.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  // ---- changes
  #writable(name: string): Variable {
    const v = this.#map.get(name);
    if (v === undefined) return this.#fresh(name);
    if ((v.flags & V_READONLY) !== 0) throw new ShellError(`${name}: readonly variable`);
    return v;
  }
  /** What an assignment of `text` really stores, by the variable's attributes. */
  #convert(v: Variable, text: string, append: boolean, old: string | undefined): string {
    if ((v.flags & V_INTEGER) !== 0) {
      const n = this.arith(text === '' ? '0' : text);
      if (!append) return String(n);
      return String(this.arith(`${old ?? '0'}+(${n})`));
    }
    const s = append ? (old ?? '') + text : text;
    if ((v.flags & V_LOWER) !== 0) return s.toLowerCase();
    if ((v.flags & V_UPPER) !== 0) return s.toUpperCase();
    return s;
  }
  /** `name=text`. @throws ShellError readonly variable */
  set(name: string, text: string, append = false): void {
    const plain = this.#map.get(name);
    if (plain !== undefined && (plain.flags & V_NAMEREF) !== 0) {
      const t = this.resolve(name);
      if (t.sub !== null) return this.setElement(t.name, t.sub, text, append);
      if (t.name !== name) return this.set(t.name, text, append);
      if (text !== '' && parseTarget(text) === null)
        throw new ShellError(`\`${text}': invalid variable name for name reference`);
    }
    const v = this.#writable(name);
    this.store(v, text, append);
    this.changed(name);
  }
  /** As `set`, into a variable that was found already. */
  store(v: Variable, text: string, append = false): void {
    if (v.dynamic !== null) {
      v.dynamic.set?.(text);
      return;
    }
    if (v.indexed !== null) v.indexed.set(0, this.#convert(v, text, append, v.indexed.get(0)));
    else if (v.assoc !== null) v.assoc.set('0', this.#convert(v, text, append, v.assoc.get('0')));
    else v.value = v.flags === 0 && !append ? text : this.#convert(v, text, append, v.value ?? undefined);
  }
  setElement(name: string, sub: string, text: string, append = false): void {
    const t = this.resolve(name);
    const v = this.#writable(t.name);
    this.storeElement(t.name, v, sub, text, append);
  }
  storeElement(name: string, v: Variable, sub: string, text: string, append = false): void {
    if (v.assoc !== null) {
      v.assoc.set(sub, this.#convert(v, text, append, v.assoc.get(sub)));
      return;
    }
    if (v.indexed === null) {
      if (v.dynamic !== null) return;
      v.indexed = new IndexedArray();
      if (v.value !== null) v.indexed.set(0, v.value);
      v.value = null;
    }
    const i = this.index(name, sub, v.indexed.max);
    v.indexed.set(i, this.#convert(v, text, append, v.indexed.get(i)));
  }
  /** Replaces the whole value by an indexed array. */
  setArray(name: string, values: readonly string[]): void {
    const v = this.#writable(this.resolve(name).name);
    v.indexed = IndexedArray.of(values);
    v.assoc = null;
    v.value = null;
  }
  writable(name: string): Variable {
    return this.#writable(this.resolve(name).name);
  }
  /** Unsets a variable or an element. @throws ShellError readonly */
  unset(name: string): boolean {
    const v = this.#map.get(name);
    if (v === undefined) return false;
    if ((v.flags & V_READONLY) !== 0) throw new ShellError(`${name}: cannot unset: readonly variable`);
    const i = this.#frames.findLastIndex((f) => f.saved.has(name));
    if (i < 0) this.#map.delete(name);
    else if (this.#frames.slice(i).every((f, k) => k === 0 || f.temporary) && !this.#frames[i]!.temporary) {
      // Local to this very function: it stays local, without a value.
      this.#map.set(name, new Variable());
    } else {
      const old = this.#frames[i]!.saved.get(name);
      this.#frames[i]!.saved.delete(name);
      if (old === undefined) this.#map.delete(name);
      else this.#map.set(name, old);
    }
    this.changed(name);
    return true;
  }
  unsetElement(name: string, sub: string): void {
    const v = this.lookup(name);
    if (v === undefined) return;
    if ((v.flags & V_READONLY) !== 0) throw new ShellError(`${name}: cannot unset: readonly variable`);
    if (v.assoc !== null) v.assoc.delete(sub);
    else if (v.indexed !== null) {
      if (sub === '@' || sub === '*') v.indexed = new IndexedArray();
      else v.indexed.delete(this.index(name, sub, v.indexed.max));
    } else if (this.index(name, sub, 0) === 0) this.unset(name);
  }
  define(name: string, dynamic: Dynamic, flags = 0): void {
    const v = this.#fresh(name);
    v.dynamic = dynamic;
    v.flags = flags;
  }
  /** The environment of a child, in order of definition. */
  exported(): Map<string, string> {
    const env = new Map<string, string>();
    for (const [name, v] of this.#map) {
      if ((v.flags & V_EXPORT) === 0) continue;
      const s = v.isArray ? undefined : v.scalar;
      if (s !== undefined) env.set(name, s);
    }
    return env;
  }
}
