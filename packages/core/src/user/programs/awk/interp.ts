import type { Process } from '../../process/types.ts';
import { errorText } from '../coreutils/command.ts';
import type { AwkProgram, Expr, Func, Lvalue, Name, Rule, Stmt } from './ast.ts';
import { Analysis } from './asyncness.ts';
import { asort, format, SIMPLE, split, substitute } from './builtins.ts';
import { ARRAY_TAKERS, type Flow, fromKey, Jump } from './flow.ts';
import { Streams } from './io.ts';
import { MainInput } from './main-input.ts';
import { arith, binary, unary } from './operators.ts';
import { Runtime } from './runtime.ts';
import { type AwkArray, fromInput, toNumber, truth, type Value } from './value.ts';

type Frame = (Value | AwkArray)[];
/** Depth of function calls that fits the stack. */
const MAX_DEPTH = 1500;

/** Runs a program. Each kind of node that may wait has two arms: one that does, one that does not. */
export class Interpreter {
  readonly rt: Runtime;
  readonly #proc: Process;
  readonly #program: AwkProgram;
  readonly #an: Analysis;
  readonly #streams: Streams;
  readonly main: MainInput;
  #frame: Frame = [];
  #depth = 0;
  #returned: Value = null;
  #status = 0;
  #turns = 0;
  readonly #inRange: Set<Rule> = new Set();

  constructor(proc: Process, program: AwkProgram) {
    this.#proc = proc;
    this.#program = program;
    this.#an = new Analysis(program);
    this.rt = new Runtime(proc);
    this.#streams = new Streams(proc);
    this.main = new MainInput(proc, this.rt);
    for (const name of this.#an.globalArrays) if (!program.functions.has(name)) this.rt.globals.set(name, new Map());
  }

  // ---- the run

  async run(): Promise<number> {
    const { rules } = this.#program;
    let flow: Flow = 'go';
    for (const r of rules) {
      if (r.kind !== 'BEGIN') continue;
      flow = await this.#exec(r.body!);
      if (flow === 'exit') break;
    }
    const ends = rules.filter((r) => r.kind === 'END');
    const main = rules.filter((r) => r.kind === 'main');
    if (flow !== 'exit' && (main.length > 0 || ends.length > 0)) {
      while (flow !== 'exit') {
        const record = await this.main.record();
        if (record === null) break;
        this.rt.setRecord(record);
        flow = await this.#rules(main);
        if (flow === 'nextfile') this.main.close();
        await this.#proc.drain();
      }
    }
    // An exit in BEGIN or a rule still runs END.
    for (const r of ends) if ((await this.#exec(r.body!)) === 'exit') break;
    return this.#finish();
  }

  async #finish(): Promise<number> {
    await this.#streams.closeAll();
    return this.#status;
  }

  async #rules(rules: readonly Rule[]): Promise<Flow> {
    for (const r of rules) {
      if (!(await this.#selects(r))) continue;
      if (r.body === null) {
        this.#proc.out(this.rt.record + this.rt.text('ORS'));
        continue;
      }
      const flow = this.#an.waits(r.body) ? await this.#exec(r.body) : this.#execNow(r.body);
      if (flow === 'next') return 'go';
      if (flow !== 'go') return flow;
    }
    return 'go';
  }

  async #selects(r: Rule): Promise<boolean> {
    if (r.from === null) return true;
    const holds = async (e: Expr): Promise<boolean> =>
      truth(this.#an.waits(e) ? await this.#eval(e) : this.#evalNow(e));
    if (r.to === null) return holds(r.from);
    if (!this.#inRange.has(r) && !(await holds(r.from))) return false;
    this.#inRange.add(r);
    if (await holds(r.to)) this.#inRange.delete(r);
    return true;
  }

  // ---- names

  #array(n: Name): AwkArray {
    if (n.local < 0) return this.rt.array(n.name);
    const v = this.#frame[n.local];
    if (v instanceof Map) return v;
    if (v !== undefined && v !== null) this.rt.fatal(`fatal: attempt to use scalar parameter \`${n.name}' as an array`);
    const made: AwkArray = new Map();
    this.#frame[n.local] = made;
    return made;
  }

  #get(n: Name): Value {
    if (n.local < 0) return this.rt.getVar(n.name);
    const v = this.#frame[n.local];
    if (v instanceof Map) this.rt.fatal(`fatal: attempt to use array \`${n.name}' in a scalar context`);
    return v ?? null;
  }

  #key(subs: readonly Value[]): string {
    if (subs.length === 1) {
      const v = subs[0]!;
      return typeof v === 'number' && Number.isInteger(v) ? String(v) : this.rt.str(v);
    }
    return subs.map((s) => this.rt.str(s)).join(this.rt.text('SUBSEP'));
  }

  /** Reads a place whose subscripts are evaluated. */
  #load(l: Lvalue, subs: readonly Value[]): Value {
    if (l.k === 'name') return this.#get(l);
    if (l.k === 'field') return this.rt.field(toNumber(subs[0]!));
    const array = this.#array(l.array);
    const key = this.#key(subs);
    const v = array.get(key);
    if (v === undefined) array.set(key, null);
    return v ?? null;
  }

  #store(l: Lvalue, subs: readonly Value[], v: Value): void {
    if (l.k === 'name') {
      if (l.local < 0) this.rt.setVar(l.name, v);
      else this.#frame[l.local] = v;
    } else if (l.k === 'field') this.rt.setField(toNumber(subs[0]!), v);
    else this.#array(l.array).set(this.#key(subs), v);
  }

  #subs(l: Lvalue): readonly Value[] {
    if (l.k === 'name') return [];
    return l.k === 'field' ? [this.#evalNow(l.e)] : l.subs.map((s) => this.#evalNow(s));
  }

  async #subsWaiting(l: Lvalue): Promise<readonly Value[]> {
    if (l.k === 'name') return [];
    return l.k === 'field' ? [await this.#eval(l.e)] : this.#list(l.subs);
  }

  async #list(es: readonly Expr[]): Promise<Value[]> {
    const out: Value[] = [];
    for (const e of es) out.push(await this.#eval(e));
    return out;
  }

  // ---- operators on values

  #pattern(e: Expr, v: Value): RegExp {
    return this.rt.regex(e.k === 'regex' ? e.source : this.rt.str(v));
  }

  #assigned(l: Lvalue, op: string, subs: readonly Value[], v: Value): Value {
    const value = op === '=' ? v : arith(this.rt, op, toNumber(this.#load(l, subs)), toNumber(v));
    this.#store(l, subs, value);
    return value;
  }

  #stepped(e: Extract<Expr, { k: 'step' }>, subs: readonly Value[]): Value {
    const old = toNumber(this.#load(e.l, subs));
    this.#store(e.l, subs, old + e.delta);
    return e.prefix ? old + e.delta : old;
  }

  // ---- expressions that do not wait

  #evalNow(e: Expr): Value {
    switch (e.k) {
      case 'number':
      case 'string':
        return e.value;
      case 'regex':
        return this.rt.regex(e.source).test(this.rt.record) ? 1 : 0;
      case 'group':
        return this.#evalNow(e.e);
      case 'name':
        return this.#get(e);
      case 'field':
        return this.rt.field(toNumber(this.#evalNow(e.e)));
      case 'index':
        return this.#load(e, this.#subs(e));
      case 'unary':
        return unary(e.op, this.#evalNow(e.e));
      case 'binary': {
        const l = this.#evalNow(e.l);
        return binary(this.rt, e.op, l, this.#evalNow(e.r));
      }
      case 'logic':
        return truth(this.#evalNow(e.l)) === (e.op === '||')
          ? e.op === '||'
            ? 1
            : 0
          : truth(this.#evalNow(e.r))
            ? 1
            : 0;
      case 'cond':
        return this.#evalNow(truth(this.#evalNow(e.c)) ? e.a : e.b);
      case 'match': {
        const text = this.rt.str(this.#evalNow(e.l));
        return this.#pattern(e.r, e.r.k === 'regex' ? null : this.#evalNow(e.r)).test(text) !== e.negated ? 1 : 0;
      }
      case 'in':
        return this.#array(e.array).has(this.#key(e.subs.map((s) => this.#evalNow(s)))) ? 1 : 0;
      case 'assign': {
        const v = this.#evalNow(e.r);
        return this.#assigned(e.l, e.op, this.#subs(e.l), v);
      }
      case 'step':
        return this.#stepped(e, this.#subs(e.l));
      case 'call': {
        const f = this.#function(e.name);
        const frame = e.args.map((a, i) => this.#argument(f, a, i) ?? this.#evalNow(a));
        return this.#call(f, frame);
      }
      case 'builtin':
        return this.#builtin(
          e,
          e.args.map((a) => (a.k === 'regex' || this.#isArray(e.name, a) ? null : this.#evalNow(a))),
          () => (e.args[2] === undefined || e.args[2].k === 'name' ? [] : this.#subs(e.args[2] as Lvalue)),
        );
      default:
        throw new Error('getline waits');
    }
  }

  // ---- expressions that may wait

  async #eval(e: Expr): Promise<Value> {
    if (!this.#an.waits(e)) return this.#evalNow(e);
    switch (e.k) {
      case 'group':
        return this.#eval(e.e);
      case 'field':
        return this.rt.field(toNumber(await this.#eval(e.e)));
      case 'index':
        return this.#load(e, await this.#list(e.subs));
      case 'unary':
        return unary(e.op, await this.#eval(e.e));
      case 'binary': {
        const l = await this.#eval(e.l);
        return binary(this.rt, e.op, l, await this.#eval(e.r));
      }
      case 'logic':
        if (truth(await this.#eval(e.l)) === (e.op === '||')) return e.op === '||' ? 1 : 0;
        return truth(await this.#eval(e.r)) ? 1 : 0;
      case 'cond':
        return this.#eval(truth(await this.#eval(e.c)) ? e.a : e.b);
      case 'match': {
        const text = this.rt.str(await this.#eval(e.l));
        return this.#pattern(e.r, e.r.k === 'regex' ? null : await this.#eval(e.r)).test(text) !== e.negated ? 1 : 0;
      }
      case 'in':
        return this.#array(e.array).has(this.#key(await this.#list(e.subs))) ? 1 : 0;
      case 'assign': {
        const v = await this.#eval(e.r);
        return this.#assigned(e.l, e.op, await this.#subsWaiting(e.l), v);
      }
      case 'step':
        return this.#stepped(e, await this.#subsWaiting(e.l));
      case 'call': {
        const f = this.#function(e.name);
        const frame: Frame = [];
        for (let i = 0; i < e.args.length; i++)
          frame.push(this.#argument(f, e.args[i]!, i) ?? (await this.#eval(e.args[i]!)));
        return this.#callWaiting(f, frame);
      }
      case 'builtin': {
        const args: Value[] = [];
        for (const a of e.args) args.push(a.k === 'regex' || this.#isArray(e.name, a) ? null : await this.#eval(a));
        switch (e.name) {
          case 'system':
            return this.#streams.system(this.rt.str(args[0] ?? null));
          case 'close':
            return this.#streams.close(this.rt.str(args[0] ?? null));
          case 'fflush':
            await this.#streams.flushAll();
            return 0;
          default:
            return this.#builtin(e, args, () => this.#subs(e.args[2] as Lvalue));
        }
      }
      case 'getline':
        return this.#getline(e);
      default:
        return this.#evalNow(e);
    }
  }

  async #getline(e: Extract<Expr, { k: 'getline' }>): Promise<Value> {
    const { rt } = this;
    let record: string | null;
    if (e.from === 'main') record = await this.main.record();
    else {
      const name = rt.str(await this.#eval(e.source!));
      const input = await this.#streams.input(e.from, name);
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
    else this.#store(e.l, await this.#subsWaiting(e.l), fromInput(record));
    return 1;
  }

  // ---- functions

  #function(name: string): Func {
    return this.#program.functions.get(name) ?? this.rt.fatal(`fatal: function \`${name}' not defined`);
  }

  /** An argument that is passed as it is: an array. */
  #argument(f: Func, a: Expr, i: number): AwkArray | null {
    if (a.k !== 'name') return null;
    const v = a.local < 0 ? this.rt.globals.get(a.name) : this.#frame[a.local];
    if (v instanceof Map) return v;
    return this.#an.arrayParams.has(`${f.name}:${i}`) ? this.#array(a) : null;
  }

  #enter(f: Func, frame: Frame): Frame {
    if (frame.length > f.params.length)
      this.rt.fatal(`fatal: function \`${f.name}' called with more arguments than declared`);
    if (++this.#depth > MAX_DEPTH) this.rt.fatal('fatal: function calls are nested too deep');
    while (frame.length < f.params.length) frame.push(null);
    const outer = this.#frame;
    this.#frame = frame;
    this.#returned = null;
    return outer;
  }

  #leave(outer: Frame, flow: Flow): Value {
    this.#frame = outer;
    this.#depth--;
    const v = this.#returned;
    this.#returned = null;
    if (flow !== 'go' && flow !== 'return') throw new Jump(flow);
    return v;
  }

  #call(f: Func, frame: Frame): Value {
    const outer = this.#enter(f, frame);
    return this.#leave(outer, this.#execNow(f.body));
  }

  async #callWaiting(f: Func, frame: Frame): Promise<Value> {
    const outer = this.#enter(f, frame);
    return this.#leave(outer, await this.#exec(f.body));
  }

  #isArray(builtin: string, a: Expr): boolean {
    if (a.k !== 'name' || !ARRAY_TAKERS.has(builtin)) return false;
    const v = a.local < 0 ? this.rt.globals.get(a.name) : this.#frame[a.local];
    return v instanceof Map;
  }

  #builtin(e: Extract<Expr, { k: 'builtin' }>, args: readonly Value[], target: () => readonly Value[]): Value {
    const { rt } = this;
    const { name, args: exprs } = e;
    const re = (i: number): RegExp => this.#pattern(exprs[i]!, args[i] ?? null);
    const arr = (i: number): AwkArray => {
      const a = exprs[i];
      return a?.k === 'name' ? this.#array(a) : rt.fatal(`fatal: ${name}: argument ${i + 1} is not an array`);
    };
    const need = (min: number, max: number): void => {
      if (exprs.length < min || exprs.length > max)
        rt.fatal(`fatal: ${exprs.length} is invalid as number of arguments for ${name}`);
    };
    switch (name) {
      case 'length': {
        if (exprs.length === 0) return [...rt.record].length;
        const a = exprs[0]!;
        if (this.#isArray(name, a)) return this.#array(a as Name).size;
        const s = rt.str(args[0]!);
        return /[\ud800-\udbff]/.test(s) ? [...s].length : s.length;
      }
      case 'split': {
        need(2, 4);
        const a = exprs[2];
        const fs = a === undefined ? rt.getVar('FS') : a.k === 'regex' ? rt.regex(a.source) : args[2]!;
        return split(rt, rt.str(args[0]!), arr(1), fs, exprs.length > 3 ? arr(3) : null);
      }
      case 'sub':
      case 'gsub': {
        need(2, 3);
        const l = exprs[2];
        const place: Lvalue | null =
          l === undefined ? null : l.k === 'name' || l.k === 'index' || l.k === 'field' ? l : null;
        const text = l === undefined ? rt.record : rt.str(args[2]!);
        const done = substitute(re(0), text, rt.str(args[1]!), name === 'sub' ? 1 : 0, false);
        if (done.count > 0) {
          if (l === undefined) rt.setRecord(done.text);
          else if (place !== null) this.#store(place, target(), done.text);
        }
        return done.count;
      }
      case 'gensub': {
        need(3, 4);
        const how = rt.str(args[2]!);
        const which = /^[gG]/.test(how) ? 0 : Math.max(1, Math.trunc(toNumber(args[2]!)));
        return substitute(re(0), exprs.length > 3 ? rt.str(args[3]!) : rt.record, rt.str(args[1]!), which, true).text;
      }
      case 'match': {
        need(2, 3);
        const m = re(1).exec(rt.str(args[0]!));
        rt.globals.set('RSTART', m === null ? 0 : m.index + 1);
        rt.globals.set('RLENGTH', m === null ? -1 : m[0].length);
        if (exprs.length > 2) {
          const into = arr(2);
          into.clear();
          m?.forEach((g, i) => {
            if (g !== undefined) into.set(String(i), fromInput(g));
          });
        }
        return m === null ? 0 : m.index + 1;
      }
      case 'asort':
      case 'asorti':
        return asort(rt, arr(0), arr(exprs.length > 1 ? 1 : 0), name === 'asorti');
      default:
        return SIMPLE[name]!(rt, args);
    }
  }

  // ---- statements

  /** A statement that does not wait. */
  #execNow(s: Stmt): Flow {
    switch (s.k) {
      case 'block':
        for (const inner of s.body) {
          const flow = this.#execNow(inner);
          if (flow !== 'go') return flow;
        }
        return 'go';
      case 'expr':
        this.#evalNow(s.e);
        return 'go';
      case 'print':
        this.#proc.out(
          this.#printed(
            s,
            s.args.map((a) => this.#evalNow(a)),
          ),
        );
        return 'go';
      case 'if':
        if (truth(this.#evalNow(s.c))) return this.#execNow(s.a);
        return s.b === null ? 'go' : this.#execNow(s.b);
      case 'delete':
        return this.#delete(s, s.subs?.map((e) => this.#evalNow(e)) ?? null);
      case 'jump':
        return s.how;
      case 'exit':
      case 'return':
        return this.#end(s.k, s.e === null ? undefined : this.#evalNow(s.e));
      default:
        throw new Error('loops wait');
    }
  }

  #printed(s: Extract<Stmt, { k: 'print' }>, args: readonly Value[]): string {
    const { rt } = this;
    if (s.format) return format(rt, args);
    if (args.length === 0) return rt.record + rt.text('ORS');
    return args.map((a) => rt.output(a)).join(rt.text('OFS')) + rt.text('ORS');
  }

  #delete(s: Extract<Stmt, { k: 'delete' }>, subs: readonly Value[] | null): Flow {
    const array = this.#array(s.array);
    if (subs === null) array.clear();
    else array.delete(this.#key(subs));
    return 'go';
  }

  #end(k: 'exit' | 'return', v: Value | undefined): Flow {
    if (k === 'return') this.#returned = v ?? null;
    else if (v !== undefined) this.#status = Math.trunc(toNumber(v)) & 255;
    return k;
  }

  async #exec(s: Stmt): Promise<Flow> {
    try {
      return await this.#execWaiting(s);
    } catch (e) {
      if (e instanceof Jump) return e.flow;
      throw e;
    }
  }

  async #execWaiting(s: Stmt): Promise<Flow> {
    if (!this.#an.waits(s)) return this.#execNow(s);
    switch (s.k) {
      case 'block':
        for (const inner of s.body) {
          const flow = this.#an.waits(inner) ? await this.#execWaiting(inner) : this.#execNow(inner);
          if (flow !== 'go') return flow;
        }
        return 'go';
      case 'expr':
        await this.#eval(s.e);
        return 'go';
      case 'print': {
        const args = await this.#list(s.args);
        const text = this.#printed(s, args);
        if (s.redirect === null) this.#proc.out(text);
        else await this.#redirected(s.redirect.op, this.rt.str(await this.#eval(s.redirect.to)), text);
        return 'go';
      }
      case 'if':
        if (truth(await this.#eval(s.c))) return this.#execWaiting(s.a);
        return s.b === null ? 'go' : this.#execWaiting(s.b);
      case 'while':
        while (truth(await this.#eval(s.c))) {
          const flow = await this.#body(s.body);
          if (flow === 'break') break;
          if (flow !== 'go') return flow;
        }
        return 'go';
      case 'do':
        do {
          const flow = await this.#body(s.body);
          if (flow === 'break') break;
          if (flow !== 'go') return flow;
        } while (truth(await this.#eval(s.c)));
        return 'go';
      case 'for':
        if (s.init !== null) await this.#execWaiting(s.init);
        while (s.c === null || truth(this.#an.waits(s.c) ? await this.#eval(s.c) : this.#evalNow(s.c))) {
          const flow = await this.#body(s.body);
          if (flow === 'break') break;
          if (flow !== 'go') return flow;
          if (s.step !== null) await this.#execWaiting(s.step);
        }
        return 'go';
      case 'forin': {
        const array = this.#array(s.array);
        for (const key of Array.from(array.keys())) {
          this.#store(s.v, await this.#subsWaiting(s.v), fromKey(key));
          const flow = await this.#body(s.body);
          if (flow === 'break') break;
          if (flow !== 'go') return flow;
        }
        return 'go';
      }
      case 'delete':
        return this.#delete(s, s.subs === null ? null : await this.#list(s.subs));
      case 'exit':
      case 'return':
        return this.#end(s.k, s.e === null ? undefined : await this.#eval(s.e));
      default:
        return this.#execNow(s);
    }
  }

  /** A turn of a loop: others get theirs, too. */
  async #body(body: Stmt): Promise<Flow> {
    if ((++this.#turns & 63) === 0) await this.#proc.drain();
    const flow = this.#an.waits(body) ? await this.#execWaiting(body) : this.#execNow(body);
    return flow === 'continue' ? 'go' : flow;
  }

  async #redirected(op: '>' | '>>' | '|', name: string, text: string): Promise<void> {
    let output: Awaited<ReturnType<Streams['output']>>;
    try {
      output = await this.#streams.output(op, name);
    } catch (e) {
      return this.rt.fatal(`fatal: cannot redirect to \`${name}': ${errorText(e)}`);
    }
    await this.#streams.write(name, output, text);
  }
}
