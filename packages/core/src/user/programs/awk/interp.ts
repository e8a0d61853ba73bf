import type { Process } from '../../process/types.ts';
import { errorText } from '../coreutils/command.ts';
import { giveWay } from '../give-way.ts';
import type { AwkProgram, Expr, Rule, Stmt } from './ast.ts';
import { Analysis } from './asyncness.ts';
import { format } from './builtins.ts';
import { Expressions } from './expressions.ts';
import { type Flow, fromKey, Jump } from './flow.ts';
import { Streams } from './io.ts';
import { MainInput } from './main-input.ts';
import { Places } from './places.ts';
import { Runtime } from './runtime.ts';
import { toNumber, truth, type Value } from './value.ts';

/** Runs a program: its rules over the records, and their statements. */
export class Interpreter {
  readonly rt: Runtime;
  readonly #proc: Process;
  readonly #program: AwkProgram;
  readonly #an: Analysis;
  readonly #streams: Streams;
  readonly #places: Places;
  readonly #ex: Expressions;
  readonly main: MainInput;
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
    this.#places = new Places(this.rt);
    this.#ex = new Expressions(program, this.#an, this.#places, this.#streams, this.main, {
      now: (body) => this.#execNow(body),
      waiting: (body) => this.#exec(body),
    });
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
        const turn = giveWay(this.#proc, this.rt.meter);
        if (turn !== null) await turn;
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
      truth(this.#an.waits(e) ? await this.#ex.eval(e) : this.#ex.evalNow(e));
    if (r.to === null) return holds(r.from);
    if (!this.#inRange.has(r) && !(await holds(r.from))) return false;
    this.#inRange.add(r);
    if (await holds(r.to)) this.#inRange.delete(r);
    return true;
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
        this.#ex.evalNow(s.e);
        return 'go';
      case 'print':
        this.#proc.out(
          this.#printed(
            s,
            s.args.map((a) => this.#ex.evalNow(a)),
          ),
        );
        return 'go';
      case 'if':
        if (truth(this.#ex.evalNow(s.c))) return this.#execNow(s.a);
        return s.b === null ? 'go' : this.#execNow(s.b);
      case 'delete':
        return this.#delete(s, s.subs?.map((e) => this.#ex.evalNow(e)) ?? null);
      case 'jump':
        return s.how;
      case 'exit':
      case 'return':
        return this.#end(s.k, s.e === null ? undefined : this.#ex.evalNow(s.e));
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
    const array = this.#places.array(s.array);
    if (subs === null) array.clear();
    else array.delete(this.#places.key(subs));
    return 'go';
  }

  #end(k: 'exit' | 'return', v: Value | undefined): Flow {
    if (k === 'return') this.#ex.returned = v ?? null;
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
        await this.#ex.eval(s.e);
        return 'go';
      case 'print': {
        const args = await this.#ex.list(s.args);
        const text = this.#printed(s, args);
        if (s.redirect === null) this.#proc.out(text);
        else await this.#redirected(s.redirect.op, this.rt.str(await this.#ex.eval(s.redirect.to)), text);
        return 'go';
      }
      case 'if':
        if (truth(await this.#ex.eval(s.c))) return this.#execWaiting(s.a);
        return s.b === null ? 'go' : this.#execWaiting(s.b);
      case 'while':
        while (truth(await this.#ex.eval(s.c))) {
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
        } while (truth(await this.#ex.eval(s.c)));
        return 'go';
      case 'for':
        if (s.init !== null) await this.#execWaiting(s.init);
        while (s.c === null || truth(this.#an.waits(s.c) ? await this.#ex.eval(s.c) : this.#ex.evalNow(s.c))) {
          const flow = await this.#body(s.body);
          if (flow === 'break') break;
          if (flow !== 'go') return flow;
          if (s.step !== null) await this.#execWaiting(s.step);
        }
        return 'go';
      case 'forin': {
        const array = this.#places.array(s.array);
        for (const key of Array.from(array.keys())) {
          this.#places.store(s.v, await this.#ex.subsWaiting(s.v), fromKey(key));
          const flow = await this.#body(s.body);
          if (flow === 'break') break;
          if (flow !== 'go') return flow;
        }
        return 'go';
      }
      case 'delete':
        return this.#delete(s, s.subs === null ? null : await this.#ex.list(s.subs));
      case 'exit':
      case 'return':
        return this.#end(s.k, s.e === null ? undefined : await this.#ex.eval(s.e));
      default:
        return this.#execNow(s);
    }
  }

  /** A turn of a loop: others get theirs, too. */
  async #body(body: Stmt): Promise<Flow> {
    if ((++this.#turns & 63) === 0) await this.#proc.drain();
    const turn = giveWay(this.#proc, this.rt.meter);
    if (turn !== null) await turn;
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
