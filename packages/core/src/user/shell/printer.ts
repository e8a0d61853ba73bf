/** Commands as bash prints them: `declare -f`, `type`, `jobs`. @see print_cmd.c */
import type { Assign, CondExpr, FunctionDef, Node, Redir, Simple, Statement, Word } from './ast.ts';

class Printer {
  #out = '';
  #indent = 0;
  #inFunction = 0;
  /** Bodies of here-documents still to come. */
  #here: Redir[] = [];
  /** Every line begins with one blank, as in the environment. */
  readonly #flat: boolean;

  constructor(flat = false) {
    this.#flat = flat;
  }

  get #margin(): string {
    return ' '.repeat(this.#flat && this.#indent > 0 ? 1 : this.#indent);
  }

  get text(): string {
    return this.#out;
  }
  #put(s: string): void {
    this.#out += s;
  }
  #newline(s: string): void {
    this.#out += `\n${this.#margin}${s}`;
  }

  /** Statements with what stands between them. The last gets a semicolon when `closed`. */
  list(list: readonly Statement[], closed: boolean): void {
    list.forEach((s, i) => {
      this.node(s.node);
      const last = i === list.length - 1;
      if (s.background) {
        this.#put(' &');
        if (!last) this.#put(' ');
        return;
      }
      if (this.#flush()) {
        if (!last) this.#put(this.#inFunction > 0 ? this.#margin : '');
        return;
      }
      if (!last) {
        this.#put(';');
        if (this.#inFunction > 0) this.#newline('');
        else this.#put(' ');
      } else if (closed) this.#put(';');
    });
  }

  #flush(): boolean {
    if (this.#here.length === 0) return false;
    for (const h of this.#here) this.#put(`\n${h.here!.raw}${h.here!.delimiter.replace(/['"\\]/g, '')}\n`);
    this.#here = [];
    if (this.#inFunction > 0) this.#put('\n');
    return true;
  }

  #body(list: readonly Statement[]): void {
    this.#indent += 4;
    this.#newline('');
    this.list(list, true);
    this.#indent -= 4;
  }

  node(n: Node): void {
    switch (n.t) {
      case 'simple':
        return this.#simple(n);
      case 'pipe':
        if (n.timed !== '') this.#put(n.timed === 'posix' ? 'time -p ' : 'time ');
        if (n.negated) this.#put('! ');
        n.stages.forEach((s, i) => {
          this.node(s);
          if (i < n.stages.length - 1) this.#put(n.both[i] === true ? ' 2>&1 | ' : ' | ');
        });
        return;
      case 'andor':
        n.nodes.forEach((x, i) => {
          this.node(x);
          if (i < n.ops.length) this.#put(` ${n.ops[i]!} `);
        });
        return;
      case 'if':
        return this.#if(n.branches, n.other, 0);
      case 'for':
      case 'select':
        this.#put(`${n.t} ${n.name} in ${n.words === null ? '"$@"' : n.words.map((w) => w.text).join(' ')};`);
        this.#newline('do');
        this.#body(n.body);
        this.#newline('done');
        return;
      case 'arithfor':
        this.#put(`for ((${n.init.text}; ${n.test.text}; ${n.step.text}))`);
        this.#newline('do');
        this.#body(n.body);
        this.#newline('done');
        return;
      case 'while':
        this.#put(n.until ? 'until ' : 'while ');
        this.list(n.test, false);
        this.#put('; do');
        this.#body(n.body);
        this.#newline('done');
        return;
      case 'case':
        this.#put(`case ${n.word.text} in `);
        this.#indent += 4;
        for (const item of n.items) {
          this.#newline(`${item.patterns.map((p) => p.text).join(' | ')})`);
          this.#indent += 4;
          if (item.body.length > 0) {
            this.#newline('');
            this.list(item.body, false);
          } else this.#put('\n');
          this.#indent -= 4;
          this.#newline(item.end);
        }
        this.#indent -= 4;
        this.#newline('esac');
        return;
      case 'subshell':
        this.#put('( ');
        this.list(n.body, false);
        this.#put(' )');
        return;
      case 'group':
        return this.#group(n.body);
      case 'redirected':
        this.node(n.node);
        this.#redirs(n.redirs);
        return;
      case 'function':
        return this.function(n, 'function ');
      case 'coproc':
        this.#put(`coproc ${n.name} `);
        return this.node(n.body);
      case 'cond':
        return this.#put(`[[ ${cond(n.expr)} ]]`);
      case 'arith':
        return this.#put(`((${n.expr.text}))`);
    }
  }

  #group(body: readonly Statement[]): void {
    if (this.#inFunction === 0) {
      this.#put('{ ');
      this.list(body, true);
      this.#put(' }');
      return;
    }
    this.#put('{ ');
    this.#indent += 4;
    this.#newline('');
    this.list(body, false);
    this.#indent -= 4;
    this.#newline('}');
  }

  function(f: FunctionDef, before = ''): void {
    this.#put(`${before}${f.name} () `);
    this.#newline('');
    const body = f.body.t === 'redirected' ? f.body.node : f.body;
    this.#inFunction++;
    if (body.t === 'group') this.#group(body.body);
    else this.#group([{ node: body, background: false, line: f.line, text: '' }]);
    this.#inFunction--;
    if (f.body.t === 'redirected') this.#redirs(f.body.redirs);
  }

  #if(
    branches: readonly { readonly test: readonly Statement[]; readonly body: readonly Statement[] }[],
    other: readonly Statement[] | null,
    i: number,
  ): void {
    const b = branches[i]!;
    this.#put('if ');
    this.list(b.test, false);
    this.#put('; then');
    this.#body(b.body);
    if (i + 1 < branches.length) {
      this.#newline('else');
      this.#indent += 4;
      this.#newline('');
      this.#if(branches, other, i + 1);
      this.#put(';');
      this.#indent -= 4;
    } else if (other !== null) {
      this.#newline('else');
      this.#body(other);
    }
    this.#newline('fi');
  }

  #simple(n: Simple): void {
    const words = [...n.assigns.map((a) => a.text), ...n.words.map((w: Word | Assign) => w.text)];
    this.#put(words.join(' '));
    this.#redirs(n.redirs, words.length === 0);
  }

  #redirs(redirs: readonly Redir[], first = false): void {
    redirs.forEach((r, i) => {
      if (!(first && i === 0)) this.#put(' ');
      const fd = r.fd === null ? '' : typeof r.fd === 'number' ? String(r.fd) : `{${r.fd}}`;
      if (r.here !== null) {
        this.#put(`${fd}<<${r.here.tabs ? '-' : ''}${r.here.delimiter}`);
        this.#here.push(r);
      } else {
        const target = r.target?.text ?? '';
        const close = r.op.endsWith('&') && (/^\d+-?$/.test(target) || target === '-');
        if (close) this.#put(`${fd === '' ? (r.op === '<&' ? '0' : '1') : fd}${r.op}${target}`);
        else this.#put(`${fd}${r.op} ${target}`);
      }
    });
  }
}

function cond(e: CondExpr): string {
  switch (e.c) {
    case 'unary':
      return `${e.op} ${e.word.text}`;
    case 'binary':
      return `${e.left.text} ${e.op} ${e.right.text}`;
    case 'not':
      return `! ${cond(e.expr)}`;
    case 'group':
      return `( ${cond(e.expr)} )`;
    default:
      return e.items.map(cond).join(e.c === 'and' ? ' && ' : ' || ');
  }
}

/** A command on its own. */
export function printNode(node: Node): string {
  const p = new Printer();
  p.node(node);
  return p.text;
}

/** `f () \n{ ... \n}`, as `declare -f f` prints it. */
export function printFunction(f: FunctionDef): string {
  const p = new Printer();
  p.function(f);
  return p.text;
}

/** `() {  ...\n}`, as a function stands in the environment. @see variables.c:make_func_export_array */
export function exportedFunction(f: FunctionDef): string {
  const p = new Printer(true);
  p.function(f);
  return `() { ${p.text.slice(p.text.indexOf('{ \n') + 3)}`;
}
