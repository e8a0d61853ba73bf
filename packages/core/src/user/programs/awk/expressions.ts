import { errorText } from '../coreutils/command.ts';
import type { AwkProgram, Expr, Func, Lvalue, Stmt } from './ast.ts';
import type { Analysis } from './asyncness.ts';
import { callBuiltin, pattern } from './builtin-calls.ts';
import { type Flow, Jump } from './flow.ts';
import type { Streams } from './io.ts';
import type { MainInput } from './main-input.ts';
import { arith, binary, unary } from './operators.ts';
import type { Frame, Places } from './places.ts';
import type { Runtime } from './runtime.ts';
import { type AwkArray, fromInput, toNumber, truth, type Value } from './value.ts';

/** Depth of function calls that fits the stack. */
const MAX_DEPTH = 1500;

/** Runs a function's body, at once or not. */
export interface BodyRunner {
  now(body: Stmt): Flow;
  waiting(body: Stmt): Promise<Flow>;
}

/** Evaluates expressions. Each kind of node that may wait has two arms: one that does, one that does not. */
export class Expressions {
  readonly rt: Runtime;
  readonly places: Places;
  readonly streams: Streams;
  readonly main: MainInput;
  readonly #program: AwkProgram;
  readonly #an: Analysis;
  readonly #body: BodyRunner;
  #depth = 0;
  /** What `return` gave. */
  returned: Value = null;

  constructor(program: AwkProgram, an: Analysis, places: Places, streams: Streams, main: MainInput, body: BodyRunner) {
    this.rt = places.rt;
    this.places = places;
    this.streams = streams;
    this.main = main;
    this.#program = program;
    this.#an = an;
    this.#body = body;
  }

  #subs(l: Lvalue): readonly Value[] {
    if (l.k === 'name') return [];
    return l.k === 'field' ? [this.evalNow(l.e)] : l.subs.map((s) => this.evalNow(s));
  }

  /** The values of a place's subscripts. */
  async subsWaiting(l: Lvalue): Promise<readonly Value[]> {
    if (l.k === 'name') return [];
    return l.k === 'field' ? [await this.eval(l.e)] : this.list(l.subs);
  }

  /** The values, in order. */
  async list(es: readonly Expr[]): Promise<Value[]> {
    const out: Value[] = [];
    for (const e of es) out.push(await this.eval(e));
    return out;
  }

  #assigned(l: Lvalue, op: string, subs: readonly Value[], v: Value): Value {
    const value = op === '=' ? v : arith(this.rt, op, toNumber(this.places.load(l, subs)), toNumber(v));
    this.places.store(l, subs, value);
    return value;
  }

  #stepped(e: Extract<Expr, { k: 'step' }>, subs: readonly Value[]): Value {
    const old = toNumber(this.places.load(e.l, subs));
    this.places.store(e.l, subs, old + e.delta);
    return e.prefix ? old + e.delta : old;
  }

  // ---- expressions that do not wait

  /** The value of an expression that does not wait. */
  evalNow(e: Expr): Value {
    switch (e.k) {
      case 'number':
      case 'string':
        return e.value;
      case 'regex':
        return this.rt.regex(e.source).test(this.rt.record) ? 1 : 0;
      case 'group':
        return this.evalNow(e.e);
      case 'name':
        return this.places.get(e);
      case 'field':
        return this.rt.field(toNumber(this.evalNow(e.e)));
      case 'index':
        return this.places.load(e, this.#subs(e));
      case 'unary':
        return unary(e.op, this.evalNow(e.e));
      case 'binary': {
        const l = this.evalNow(e.l);
        return binary(this.rt, e.op, l, this.evalNow(e.r));
      }
      case 'logic':
        return truth(this.evalNow(e.l)) === (e.op === '||')
          ? e.op === '||'
            ? 1
            : 0
          : truth(this.evalNow(e.r))
            ? 1
            : 0;
      case 'cond':
        return this.evalNow(truth(this.evalNow(e.c)) ? e.a : e.b);
      case 'match': {
        const text = this.rt.str(this.evalNow(e.l));
        return pattern(this.rt, e.r, e.r.k === 'regex' ? null : this.evalNow(e.r)).test(text) !== e.negated ? 1 : 0;
      }
      case 'in':
        return this.places.array(e.array).has(this.places.key(e.subs.map((s) => this.evalNow(s)))) ? 1 : 0;
      case 'assign': {
        const v = this.evalNow(e.r);
        return this.#assigned(e.l, e.op, this.#subs(e.l), v);
      }
      case 'step':
        return this.#stepped(e, this.#subs(e.l));
      case 'call': {
        const f = this.#function(e.name);
        const frame = e.args.map((a, i) => this.#argument(f, a, i) ?? this.evalNow(a));
        return this.#call(f, frame);
      }
      case 'builtin':
        return callBuiltin(
          this.places,
          e,
          e.args.map((a) => (a.k === 'regex' || this.places.isArray(e.name, a) ? null : this.evalNow(a))),
          () => (e.args[2] === undefined || e.args[2].k === 'name' ? [] : this.#subs(e.args[2] as Lvalue)),
        );
      default:
        throw new Error('getline waits');
    }
  }

  // ---- expressions that may wait

  /** The value of any expression. */
  async eval(e: Expr): Promise<Value> {
    if (!this.#an.waits(e)) return this.evalNow(e);
    switch (e.k) {
      case 'group':
        return this.eval(e.e);
      case 'field':
        return this.rt.field(toNumber(await this.eval(e.e)));
      case 'index':
        return this.places.load(e, await this.list(e.subs));
      case 'unary':
        return unary(e.op, await this.eval(e.e));
      case 'binary': {
        const l = await this.eval(e.l);
        return binary(this.rt, e.op, l, await this.eval(e.r));
      }
      case 'logic':
        if (truth(await this.eval(e.l)) === (e.op === '||')) return e.op === '||' ? 1 : 0;
        return truth(await this.eval(e.r)) ? 1 : 0;
      case 'cond':
        return this.eval(truth(await this.eval(e.c)) ? e.a : e.b);
      case 'match': {
        const text = this.rt.str(await this.eval(e.l));
        return pattern(this.rt, e.r, e.r.k === 'regex' ? null : await this.eval(e.r)).test(text) !== e.negated ? 1 : 0;
      }
      case 'in':
        return this.places.array(e.array).has(this.places.key(await this.list(e.subs))) ? 1 : 0;
      case 'assign': {
        const v = await this.eval(e.r);
        return this.#assigned(e.l, e.op, await this.subsWaiting(e.l), v);
      }
      case 'step':
        return this.#stepped(e, await this.subsWaiting(e.l));
      case 'call': {
        const f = this.#function(e.name);
        const frame: Frame = [];
        for (let i = 0; i < e.args.length; i++)
          frame.push(this.#argument(f, e.args[i]!, i) ?? (await this.eval(e.args[i]!)));
        return this.#callWaiting(f, frame);
      }
      case 'builtin': {
        const args: Value[] = [];
        for (const a of e.args)
          args.push(a.k === 'regex' || this.places.isArray(e.name, a) ? null : await this.eval(a));
        switch (e.name) {
          case 'system':
            return this.streams.system(this.rt.str(args[0] ?? null));
          case 'close':
            return this.streams.close(this.rt.str(args[0] ?? null));
          case 'fflush':
            await this.streams.flushAll();
            return 0;
          default:
            return callBuiltin(this.places, e, args, () => this.#subs(e.args[2] as Lvalue));
        }
      }
      case 'getline':
        return this.#getline(e);
      default:
        return this.evalNow(e);
    }
  }

  async #getline(e: Extract<Expr, { k: 'getline' }>): Promise<Value> {
    const { rt } = this;
    let record: string | null;
    if (e.from === 'main') record = await this.main.record();
    else {
      const name = rt.str(await this.eval(e.source!));
      const input = await this.streams.input(e.from, name);
      if (input === null) return -1;
      try {
        record = await this.main.read(input);
      } catch (error) {
        errorText(error);
        return -1;
      }
      if (record !== null && e.from === 'command') rt.globals.set('NR', toNumber(rt.getVar('NR')) + 1);
    }
    if (record === null) return 0;
    if (e.l === null) rt.setRecord(record);
    else this.places.store(e.l, await this.subsWaiting(e.l), fromInput(record));
    return 1;
  }

  // ---- functions

  #function(name: string): Func {
    return this.#program.functions.get(name) ?? this.rt.fatal(`fatal: function \`${name}' not defined`);
  }

  /** An argument that is passed as it is: an array. */
  #argument(f: Func, a: Expr, i: number): AwkArray | null {
    if (a.k !== 'name') return null;
    const v = a.local < 0 ? this.rt.globals.get(a.name) : this.places.frame[a.local];
    if (v instanceof Map) return v;
    return this.#an.arrayParams.has(`${f.name}:${i}`) ? this.places.array(a) : null;
  }

  #enter(f: Func, frame: Frame): Frame {
    if (frame.length > f.params.length)
      this.rt.fatal(`fatal: function \`${f.name}' called with more arguments than declared`);
    if (++this.#depth > MAX_DEPTH) this.rt.fatal('fatal: function calls are nested too deep');
    while (frame.length < f.params.length) frame.push(null);
    const outer = this.places.frame;
    this.places.frame = frame;
    this.returned = null;
    return outer;
  }

  #leave(outer: Frame, flow: Flow): Value {
    this.places.frame = outer;
    this.#depth--;
    const v = this.returned;
    this.returned = null;
    if (flow !== 'go' && flow !== 'return') throw new Jump(flow);
    return v;
  }

  #call(f: Func, frame: Frame): Value {
    const outer = this.#enter(f, frame);
    return this.#leave(outer, this.#body.now(f.body));
  }

  async #callWaiting(f: Func, frame: Frame): Promise<Value> {
    const outer = this.#enter(f, frame);
    return this.#leave(outer, await this.#body.waiting(f.body));
  }
}
