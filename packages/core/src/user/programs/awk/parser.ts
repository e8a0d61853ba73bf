import type { AwkProgram, Expr, Func, Lvalue, Name, Redirect, Rule, Stmt } from './ast.ts';
import { AwkSyntaxError, Lexer, type Token } from './lexer.ts';

const ASSIGN: ReadonlySet<string> = new Set(['=', '+=', '-=', '*=', '/=', '%=', '^=']);
const COMPARE: ReadonlySet<string> = new Set(['<', '<=', '==', '!=', '>', '>=']);

/** Reads a program. The grammar is POSIX's with gawk's commonest additions. @throws AwkSyntaxError */
export function parse(source: string, heed?: (at: number, warning: string) => void): AwkProgram {
  return new Parser(source, heed).program();
}

class Parser {
  readonly #lexer: Lexer;
  #token: Token;
  #params: readonly string[] = [];
  /** In print's list a bare `>` redirects; in `for (` a bare `in` belongs to the statement. */
  #noGreater = false;
  #noIn = false;

  constructor(source: string, heed?: (at: number, warning: string) => void) {
    this.#lexer = new Lexer(source, heed);
    this.#token = this.#lexer.next();
  }

  #fail(): never {
    throw new AwkSyntaxError(
      this.#token.t === 'end' ? 'unexpected newline or end of string' : 'syntax error',
      this.#token.at,
    );
  }

  #advance(): Token {
    const t = this.#token;
    this.#token = this.#lexer.next();
    return t;
  }

  #is(text: string): boolean {
    return this.#token.text === text && (this.#token.t === 'op' || this.#token.t === 'keyword');
  }

  #accept(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#advance();
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) this.#fail();
  }

  #newlines(): void {
    while (this.#token.t === 'newline') this.#advance();
  }

  #terminators(): void {
    while (this.#token.t === 'newline' || this.#is(';')) this.#advance();
  }

  program(): AwkProgram {
    const rules: Rule[] = [];
    const functions = new Map<string, Func>();
    this.#terminators();
    while (this.#token.t !== 'end') {
      if (this.#is('function')) this.#function(functions);
      else rules.push(this.#rule());
      this.#terminators();
    }
    return { rules, functions };
  }

  #function(functions: Map<string, Func>): void {
    this.#advance();
    const { t, text, at } = this.#advance();
    if (t !== 'name' && t !== 'funcname') throw new AwkSyntaxError('syntax error', at);
    this.#expect('(');
    const params: string[] = [];
    this.#newlines();
    while (!this.#is(')')) {
      if (this.#token.t !== 'name') this.#fail();
      params.push(this.#advance().text);
      this.#newlines();
      if (!this.#is(')')) this.#expect(',');
      this.#newlines();
    }
    this.#expect(')');
    this.#newlines();
    if (functions.has(text)) throw new AwkSyntaxError(`function name \`${text}' previously defined`, at);
    const f: Func = { name: text, params, body: { k: 'block', body: [] } };
    functions.set(text, f);
    this.#params = params;
    f.body = this.#block();
    this.#params = [];
  }

  #rule(): Rule {
    if (this.#is('BEGIN') || this.#is('END')) {
      const kind = this.#advance().text as 'BEGIN' | 'END';
      if (!this.#is('{')) this.#fail();
      return { kind, from: null, to: null, body: this.#block() };
    }
    let from: Expr | null = null;
    let to: Expr | null = null;
    if (!this.#is('{')) {
      from = this.#expr();
      if (this.#accept(',')) {
        this.#newlines();
        to = this.#expr();
      }
    }
    const body = this.#is('{') ? this.#block() : null;
    if (body === null && this.#token.t !== 'newline' && this.#token.t !== 'end' && !this.#is(';')) this.#fail();
    return { kind: 'main', from, to, body };
  }

  // ---- statements

  #block(): Stmt {
    this.#expect('{');
    const body: Stmt[] = [];
    this.#terminators();
    while (!this.#is('}')) {
      body.push(this.#statement());
      this.#terminators();
    }
    this.#expect('}');
    return { k: 'block', body };
  }

  /** The end of a simple statement. */
  #end(): void {
    if (this.#is(';') || this.#token.t === 'newline') this.#advance();
    else if (!this.#is('}') && this.#token.t !== 'end') this.#fail();
  }

  #body(): Stmt {
    this.#newlines();
    if (this.#accept(';')) return { k: 'block', body: [] };
    return this.#statement();
  }

  #statement(): Stmt {
    if (this.#is('{')) return this.#block();
    if (this.#token.t !== 'keyword') {
      const s = this.#simple();
      this.#end();
      return s;
    }
    switch (this.#token.text) {
      case 'if': {
        this.#advance();
        const c = this.#parenthesised();
        const a = this.#body();
        this.#terminators();
        if (this.#accept('else')) return { k: 'if', c, a, b: this.#body() };
        return { k: 'if', c, a, b: null };
      }
      case 'while': {
        this.#advance();
        const c = this.#parenthesised();
        return { k: 'while', c, body: this.#body() };
      }
      case 'do': {
        this.#advance();
        const body = this.#body();
        this.#terminators();
        this.#expect('while');
        const c = this.#parenthesised();
        this.#end();
        return { k: 'do', c, body };
      }
      case 'for':
        return this.#for();
      case 'break':
      case 'continue':
      case 'next':
      case 'nextfile': {
        const how = this.#advance().text as 'next';
        this.#end();
        return { k: 'jump', how };
      }
      case 'exit':
      case 'return': {
        const k = this.#advance().text as 'exit';
        const bare = this.#bare();
        const e = bare ? null : this.#expr();
        this.#end();
        return { k, e };
      }
      default: {
        const s = this.#simple();
        this.#end();
        return s;
      }
    }
  }

  /** Nothing more on this statement. */
  #bare(): boolean {
    return this.#is(';') || this.#is('}') || this.#token.t === 'newline' || this.#token.t === 'end';
  }

  #parenthesised(): Expr {
    this.#expect('(');
    const e = this.#expr();
    this.#expect(')');
    return e;
  }

  #for(): Stmt {
    this.#advance();
    this.#expect('(');
    if (this.#accept(';')) return this.#forRest(null);
    this.#noIn = true;
    const init = this.#simple();
    this.#noIn = false;
    if (init.k === 'expr' && this.#is('in')) {
      this.#advance();
      const array = this.#name();
      this.#expect(')');
      const v = init.e.k === 'group' ? init.e.e : init.e;
      return { k: 'forin', v: this.#lvalue(v), array, body: this.#body() };
    }
    this.#expect(';');
    return this.#forRest(init);
  }

  #forRest(init: Stmt | null): Stmt {
    this.#newlines();
    const c = this.#is(';') ? null : this.#expr();
    this.#expect(';');
    this.#newlines();
    const step = this.#is(')') ? null : this.#simple();
    this.#expect(')');
    return { k: 'for', init, c, step, body: this.#body() };
  }

  #simple(): Stmt {
    if (this.#is('print') || this.#is('printf')) return this.#print();
    if (this.#is('delete')) {
      this.#advance();
      const array = this.#name();
      if (!this.#accept('[')) return { k: 'delete', array, subs: null };
      const subs = this.#list(']');
      return { k: 'delete', array, subs };
    }
    return { k: 'expr', e: this.#expr() };
  }

  #print(): Stmt {
    const format = this.#advance().text === 'printf';
    let args: Expr[] = [];
    const outer = this.#noGreater;
    this.#noGreater = true;
    const ends = (): boolean =>
      this.#is(';') ||
      this.#is('}') ||
      this.#is('>') ||
      this.#is('>>') ||
      this.#is('|') ||
      this.#token.t === 'newline' ||
      this.#token.t === 'end';
    if (!ends()) {
      const first = this.#exprOrList();
      if (Array.isArray(first)) args = first;
      else {
        args = [first];
        while (this.#accept(',')) {
          this.#newlines();
          args.push(this.#expr());
        }
      }
    }
    this.#noGreater = outer;
    let redirect: Redirect | null = null;
    if (this.#is('>') || this.#is('>>') || this.#is('|')) {
      const op = this.#advance().text as '>';
      redirect = { op, to: this.#concat(true) };
    }
    if (format && args.length === 0) this.#fail();
    return { k: 'print', format, args, redirect };
  }

  /** An expression, or the `(a, b)` of print. */
  #exprOrList(): Expr | Expr[] {
    if (!this.#is('(')) return this.#expr();
    const list = this.#grouping();
    if (list.length > 1 && !this.#is('in')) return list;
    const primary = list.length > 1 ? this.#inArray(list) : this.#postfix({ k: 'group', e: list[0]! });
    return this.#ternary(primary);
  }

  #list(close: string): Expr[] {
    const list: Expr[] = [];
    this.#newlines();
    const [greater, noIn] = [this.#noGreater, this.#noIn];
    this.#noGreater = this.#noIn = false;
    while (!this.#is(close)) {
      list.push(this.#expr());
      this.#newlines();
      if (this.#accept(',')) this.#newlines();
      else if (!this.#is(close)) this.#fail();
    }
    this.#noGreater = greater;
    this.#noIn = noIn;
    this.#expect(close);
    return list;
  }

  #grouping(): Expr[] {
    this.#expect('(');
    const list = this.#list(')');
    if (list.length === 0) this.#fail();
    return list;
  }

  // ---- expressions, loosest first. `start` is an operand read already.

  #expr(): Expr {
    return this.#ternary();
  }

  #ternary(start?: Expr): Expr {
    const c = this.#or(start);
    if (this.#is('?')) {
      this.#advance();
      this.#newlines();
      const a = this.#ternary();
      this.#newlines();
      this.#expect(':');
      this.#newlines();
      return { k: 'cond', c, a, b: this.#ternary() };
    }
    if (this.#token.t === 'op' && ASSIGN.has(this.#token.text) && isLvalue(c)) {
      const op = this.#advance().text;
      this.#newlines();
      return { k: 'assign', op, l: c, r: this.#ternary() };
    }
    return c;
  }

  #or(start?: Expr): Expr {
    let l = this.#and(start);
    while (this.#accept('||')) {
      this.#newlines();
      l = { k: 'logic', op: '||', l, r: this.#assignable(this.#and()) };
    }
    return l;
  }

  #and(start?: Expr): Expr {
    let l = this.#in(start);
    while (this.#accept('&&')) {
      this.#newlines();
      l = { k: 'logic', op: '&&', l, r: this.#assignable(this.#in()) };
    }
    return l;
  }

  /** `a && b = c` assigns to b, as everybody's grammar has it. */
  #assignable(e: Expr): Expr {
    if (this.#token.t !== 'op' || !ASSIGN.has(this.#token.text)) return e;
    const op = this.#token.text;
    if (isLvalue(e)) {
      this.#advance();
      return { k: 'assign', op, l: e, r: this.#ternary() };
    }
    if (e.k === 'unary' && e.op === '!' && isLvalue(e.e)) {
      this.#advance();
      return { k: 'unary', op: '!', e: { k: 'assign', op, l: e.e, r: this.#ternary() } };
    }
    return e;
  }

  #in(start?: Expr): Expr {
    let l = this.#match(start);
    while (!this.#noIn && this.#is('in')) l = this.#inArray([l]);
    return l;
  }

  #inArray(subs: readonly Expr[]): Expr {
    this.#expect('in');
    return { k: 'in', subs, array: this.#name() };
  }

  #match(start?: Expr): Expr {
    let l = this.#compare(start);
    while (this.#is('~') || this.#is('!~')) {
      const negated = this.#advance().text === '!~';
      l = { k: 'match', negated, l, r: this.#compare() };
    }
    return l;
  }

  #compare(start?: Expr): Expr {
    const l = this.#pipe(this.#concat(false, start));
    if (this.#token.t !== 'op' || !COMPARE.has(this.#token.text) || (this.#noGreater && this.#is('>'))) return l;
    const op = this.#advance().text;
    return this.#pipe({ k: 'binary', op, l, r: this.#concat(false) });
  }

  /** `command | getline [var]`. */
  #pipe(start: Expr): Expr {
    let l = start;
    while (this.#is('|') && !(this.#noGreater && !this.#getlineFollows())) {
      if (!this.#getlineFollows()) break;
      this.#advance();
      this.#advance();
      l = { k: 'getline', from: 'command', l: this.#optionalLvalue(), source: l };
    }
    return l;
  }

  #getlineFollows(): boolean {
    return /^\s*getline\b/.test(this.#lexer.source.slice(this.#token.at + 1));
  }

  #concat(plain: boolean, start?: Expr): Expr {
    let l = this.#additive(start);
    for (;;) {
      const { t, text } = this.#token;
      const starts =
        t === 'number' ||
        t === 'string' ||
        t === 'name' ||
        t === 'funcname' ||
        t === 'builtin' ||
        (t === 'op' &&
          (text === '$' ||
            text === '(' ||
            text === '-' ||
            text === '+' ||
            text === '++' ||
            text === '--' ||
            text === '!'));
      if (!starts || text === '!' || (plain && text === 'in')) return l;
      l = { k: 'binary', op: ' ', l, r: this.#additive() };
    }
  }

  #additive(start?: Expr): Expr {
    let l = this.#multiplicative(start);
    while (this.#is('+') || this.#is('-')) {
      const op = this.#advance().text;
      l = { k: 'binary', op, l, r: this.#multiplicative() };
    }
    return l;
  }

  #multiplicative(start?: Expr): Expr {
    let l = this.#unary(start);
    while (this.#is('*') || this.#is('/') || this.#is('%')) {
      const op = this.#advance().text;
      const r = this.#unary();
      if (op !== '*' && l.k === 'number' && r.k === 'number' && r.value === 0) {
        throw new AwkSyntaxError(`error: division by zero attempted${op === '%' ? " in `%'" : ''}`, this.#token.at);
      }
      l = { k: 'binary', op, l, r };
    }
    return l;
  }

  #unary(start?: Expr): Expr {
    if (start !== undefined) return this.#power(start);
    if (this.#is('!') || this.#is('-') || this.#is('+')) {
      const op = this.#advance().text as '!';
      return { k: 'unary', op, e: this.#unary() };
    }
    return this.#power();
  }

  #power(start?: Expr): Expr {
    const l = start ?? this.#postfix(this.#primary());
    if (!this.#accept('^')) return l;
    const negative = this.#is('-') || this.#is('+') || this.#is('!');
    return { k: 'binary', op: '^', l, r: negative ? this.#unary() : this.#power() };
  }

  #postfix(e: Expr): Expr {
    if (isLvalue(e) && (this.#is('++') || this.#is('--'))) {
      return { k: 'step', prefix: false, delta: this.#advance().text === '++' ? 1 : -1, l: e };
    }
    return e;
  }

  #primary(): Expr {
    const { t, text, value } = this.#token;
    switch (t) {
      case 'number':
        this.#advance();
        return { k: 'number', value };
      case 'string':
        this.#advance();
        return { k: 'string', value: text };
      case 'regex':
        this.#advance();
        return { k: 'regex', source: text };
      case 'name': {
        const name = this.#name();
        return this.#accept('[') ? { k: 'index', array: name, subs: this.#list(']') } : name;
      }
      case 'funcname':
        this.#advance();
        this.#expect('(');
        return { k: 'call', name: text, args: this.#list(')') };
      case 'builtin':
        this.#advance();
        if (!this.#accept('(')) {
          if (text !== 'length') this.#fail();
          return { k: 'builtin', name: text, args: [] };
        }
        return { k: 'builtin', name: text, args: this.#list(')') };
      default:
    }
    if (this.#is('getline')) {
      this.#advance();
      const l = this.#optionalLvalue();
      if (!this.#accept('<')) return { k: 'getline', from: 'main', l, source: null };
      return { k: 'getline', from: 'file', l, source: this.#postfix(this.#primary()) };
    }
    if (this.#is('(')) {
      const list = this.#grouping();
      return list.length > 1 ? this.#inArray(list) : { k: 'group', e: list[0]! };
    }
    if (this.#accept('$')) {
      if (this.#is('++') || this.#is('--') || this.#is('-') || this.#is('+') || this.#is('!'))
        return { k: 'field', e: this.#stepOrUnary() };
      return { k: 'field', e: this.#primary() };
    }
    if (this.#is('++') || this.#is('--')) return this.#stepOrUnary();
    if (this.#is('-') || this.#is('+') || this.#is('!')) return this.#unary();
    return this.#fail();
  }

  #stepOrUnary(): Expr {
    if (!this.#is('++') && !this.#is('--')) return this.#unary();
    const delta = this.#advance().text === '++' ? 1 : -1;
    return { k: 'step', prefix: true, delta, l: this.#lvalue(this.#primary()) };
  }

  #name(): Name {
    if (this.#token.t !== 'name') this.#fail();
    const name = this.#advance().text;
    return { k: 'name', name, local: this.#params.indexOf(name) };
  }

  #lvalue(e: Expr): Lvalue {
    return isLvalue(e) ? e : this.#fail();
  }

  #optionalLvalue(): Lvalue | null {
    return this.#token.t === 'name' || this.#is('$') ? this.#lvalue(this.#primary()) : null;
  }
}

const isLvalue = (e: Expr): e is Lvalue => e.k === 'name' || e.k === 'index' || e.k === 'field';
