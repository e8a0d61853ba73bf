import type { Process } from '../../process/types.ts';
import { AWK } from '../../../lib/regex/dialect.ts';
import { Meter } from '../../../lib/regex/meter.ts';
import { RegexError } from '../../../lib/regex/pattern.ts';
import { compilePosix } from '../../../lib/regex/posix.ts';
import type { Regex } from '../../../lib/regex/regex.ts';
import { splitFields } from './builtins.ts';
import { type AwkArray, fromInput, numberToString, toNumber, type Value } from './value.ts';

/** Ends an awk program with a message. */
export class AwkFatal extends Error {}

/** Variables, fields and conversions: what an awk program works on. */
export class Runtime {
  readonly proc: Process;
  readonly globals: Map<string, Value | AwkArray> = new Map();
  /** rand's state and srand's last argument. */
  random = 0;
  seed = 0;
  readonly #regexes: Map<string, Regex> = new Map();
  /** Counts what the patterns do. */
  readonly meter: Meter = new Meter();
  #record = '';
  /** Fields 1.., when they are split. */
  #fields: Value[] = [];
  #split = true;
  /** $0 is to be made of the fields. */
  #stale = false;
  #fs: Value = ' ';

  constructor(proc: Process) {
    this.proc = proc;
    const defaults: readonly [string, Value][] = [
      ['FS', ' '],
      ['OFS', ' '],
      ['RS', '\n'],
      ['ORS', '\n'],
      ['NR', 0],
      ['FNR', 0],
      ['SUBSEP', '\x1c'],
      ['CONVFMT', '%.6g'],
      ['OFMT', '%.6g'],
      ['RSTART', 0],
      ['RLENGTH', -1],
      ['FILENAME', ''],
      ['RT', ''],
      ['IGNORECASE', 0],
    ];
    for (const [k, v] of defaults) this.globals.set(k, v);
  }

  fatal(message: string): never {
    throw new AwkFatal(message);
  }

  /** A value as text, numbers by CONVFMT. */
  str(v: Value): string {
    if (typeof v === 'string') return v;
    if (v === null) return '';
    return typeof v === 'number' ? numberToString(v, this.text('CONVFMT')) : v.s;
  }

  /** As print writes it: numbers by OFMT. */
  output(v: Value): string {
    return typeof v === 'number' ? numberToString(v, this.text('OFMT')) : this.str(v);
  }

  text(name: string): string {
    const v = this.globals.get(name) ?? null;
    if (typeof v === 'string') return v;
    return v instanceof Map ? '' : typeof v === 'number' ? String(v) : v === null ? '' : v.s;
  }

  /** Records are paragraphs: newlines separate fields, too. */
  get paragraphs(): boolean {
    return this.globals.get('RS') === '';
  }

  regex(source: string): Regex {
    const ignoreCase = toNumber(this.getVar('IGNORECASE')) !== 0;
    const key = ignoreCase ? `i${source}` : ` ${source}`;
    let re = this.#regexes.get(key);
    if (re === undefined) {
      try {
        re = compilePosix(source, AWK, { ignoreCase, meter: this.meter });
      } catch (e) {
        if (e instanceof RegexError) this.fatal(`fatal: invalid regexp: ${e.message}: /${source}/`);
        throw e;
      }
      this.#regexes.set(key, re);
    }
    return re;
  }

  /** Compares as numbers where both look like them, else as text. */
  compare(op: string, a: Value, b: Value): boolean {
    const numeric = (v: Value): boolean => typeof v !== 'string';
    let order: number;
    if (numeric(a) && numeric(b)) {
      const [x, y] = [toNumber(a), toNumber(b)];
      order = x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN;
      if (Number.isNaN(order)) return op === '!=';
    } else {
      const [x, y] = [this.str(a), this.str(b)];
      order = x < y ? -1 : x > y ? 1 : 0;
    }
    switch (op) {
      case '<':
        return order < 0;
      case '<=':
        return order <= 0;
      case '==':
        return order === 0;
      case '!=':
        return order !== 0;
      case '>':
        return order > 0;
      default:
        return order >= 0;
    }
  }

  // ---- variables

  getVar(name: string): Value {
    if (name === 'NF') {
      this.#doSplit();
      return this.#fields.length;
    }
    const v = this.globals.get(name);
    if (v instanceof Map) this.fatal(`fatal: attempt to use array \`${name}' in a scalar context`);
    return v ?? null;
  }

  setVar(name: string, value: Value): void {
    if (name === 'NF') this.setCount(toNumber(value));
    else if (this.globals.get(name) instanceof Map)
      this.fatal(`fatal: attempt to use array \`${name}' in a scalar context`);
    else this.globals.set(name, value);
  }

  array(name: string): AwkArray {
    const v = this.globals.get(name);
    if (v instanceof Map) return v;
    if (v !== undefined && v !== null) this.fatal(`fatal: attempt to use scalar \`${name}' as an array`);
    const made: AwkArray = new Map();
    this.globals.set(name, made);
    return made;
  }

  // ---- fields

  setRecord(text: string): void {
    this.#record = text;
    this.#split = false;
    this.#stale = false;
    // FS counts as it is when the record is read.
    this.#fs = this.getVar('FS');
  }

  #doSplit(): void {
    if (this.#split) return;
    this.#split = true;
    this.#fields = splitFields(this, this.#record, this.#fs).map(fromInput);
  }

  #index(n: number): number {
    if (n < 0) this.fatal(`fatal: attempt to access field ${Math.trunc(n)}`);
    return Math.trunc(n);
  }

  field(n: number): Value {
    const i = this.#index(n);
    if (i === 0) return fromInput(this.record);
    this.#doSplit();
    return this.#fields[i - 1] ?? null;
  }

  setField(n: number, value: Value): void {
    const i = this.#index(n);
    if (i === 0) {
      this.setRecord(this.str(value));
      return;
    }
    this.#doSplit();
    while (this.#fields.length < i - 1) this.#fields.push('');
    this.#fields[i - 1] = typeof value === 'number' ? fromInput(this.str(value)) : (value ?? '');
    this.#stale = true;
  }

  setCount(n: number): void {
    this.#doSplit();
    const count = Math.max(0, Math.trunc(n));
    if (n < 0) this.fatal('fatal: NF set to negative value');
    while (this.#fields.length < count) this.#fields.push('');
    this.#fields.length = count;
    this.#stale = true;
  }

  get record(): string {
    if (this.#stale) {
      this.#record = this.#fields.map((f) => this.str(f)).join(this.text('OFS'));
      this.#stale = false;
    }
    return this.#record;
  }
}
