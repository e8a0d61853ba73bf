/** Commands: from unbash's tree to ours. */
import { parse } from 'unbash';
import type * as U from 'unbash';
import type { ArithText, ArrayElement, Assign, CondExpr, Node, Part, Redir, Statement, Word } from './ast.ts';
import { NestedSyntaxError } from './grammar-parts.ts';
import { WordLowering } from './grammar-words.ts';

const declares = new Set(['declare', 'typeset', 'local', 'export', 'readonly']);

/** Parses text that is expanded as inside double quotes, but in which `"` is an ordinary character. */
export function parseQuotedText(text: string, line: number): readonly Part[] {
  if (!/[$`\\]/.test(text)) return text === '' ? [] : [{ k: 'quo', s: text }];
  let mark = 'E_O_T';
  while (text.includes(mark)) mark += '_';
  const source = `:<<${mark}\n${text}\n${mark}\n`;
  const command = parse(source).commands[0]?.command;
  const here = command?.type === 'Command' ? command.redirects[0] : undefined;
  if (here?.type !== 'HereDoc') return [{ k: 'quo', s: text }];
  const parts = new Lowering(source, line - 1).hereDocParts(here.body, false);
  const last = parts.at(-1);
  // The newline before the mark is ours.
  if (last?.k === 'quo' && last.s.endsWith('\n')) return [...parts.slice(0, -1), { k: 'quo', s: last.s.slice(0, -1) }];
  return parts;
}

/** Makes the commands of one source text. */
export class Lowering extends WordLowering {
  /** Where a statement really ends: behind the bodies of its here-documents. */
  endOf(s: U.Statement): number {
    return s.end;
  }

  protected script(script: U.ParsedScript | undefined, pos: number): readonly Statement[] {
    if (script === undefined) return [];
    if (script.errors !== undefined && script.errors.length > 0) throw new NestedSyntaxError(script.errors[0]!);
    const l = script.source === undefined ? this : new Lowering(script.source, this.lineAt(pos));
    return script.commands.map((s) => l.statement(s));
  }

  protected quotedText(text: string, line: number): readonly Part[] {
    return parseQuotedText(text, line);
  }

  list(list: U.CompoundList): readonly Statement[] {
    return list.commands.map((s) => this.statement(s));
  }

  statement(s: U.Statement): Statement {
    return {
      node: this.node(s.command),
      background: s.background === true,
      line: this.lineAt(s.pos),
      text: this.source.slice(s.pos, s.end),
    };
  }

  node(n: U.Statement['command'] | U.CompoundList): Node {
    const line = this.lineAt(n.pos);
    switch (n.type) {
      case 'Command':
        return this.#command(n);
      case 'Pipeline': {
        const stages = n.commands.map((c) => this.node(c));
        const negated = n.prefixes.filter((p) => p.type === 'Negation').length % 2 === 1;
        const time = n.prefixes.find((p) => p.type === 'Time');
        return {
          t: 'pipe',
          negated,
          timed: time === undefined ? '' : time.type === 'Time' && time.posix !== undefined ? 'posix' : 'time',
          stages,
          both: n.operators.map((o) => o === '|&'),
          line,
        };
      }
      case 'AndOr':
        return { t: 'andor', nodes: n.commands.map((c) => this.node(c)), ops: n.operators };
      case 'If':
        return {
          t: 'if',
          branches: [n, ...n.elif].map((b) => ({ test: this.list(b.clause), body: this.list(b.then) })),
          other: n.else === undefined ? null : this.list(n.else),
        };
      case 'For':
      case 'Select':
        return {
          t: n.type === 'For' ? 'for' : 'select',
          name: n.name.text,
          words: n.wordlist === undefined ? null : n.wordlist.flatMap((w) => this.words(w)),
          body: this.list(n.body),
          line,
        };
      case 'ArithmeticFor': {
        const [init, test, step] = this.#arithHeader(n);
        return { t: 'arithfor', init, test, step, body: this.list(n.body), line };
      }
      case 'While':
        return { t: 'while', until: n.kind === 'until', test: this.list(n.clause), body: this.list(n.body) };
      case 'Case':
        return {
          t: 'case',
          word: this.word(n.word, 'plain'),
          items: n.items.map((i) => ({
            patterns: i.pattern.map((p) => this.word(p, 'plain')),
            body: this.list(i.body),
            end: i.terminator ?? ';;',
          })),
          line,
        };
      case 'Subshell':
        return { t: 'subshell', body: this.list(n.body), line };
      case 'BraceGroup':
        return { t: 'group', body: this.list(n.body), line };
      case 'CompoundList':
        return { t: 'group', body: this.list(n), line };
      case 'Redirected':
        return { t: 'redirected', node: this.node(n.command), redirs: n.redirects.map((r) => this.redir(r)), line };
      case 'Function':
        return { t: 'function', name: n.name.text, body: this.node(n.body), line };
      case 'Coproc':
        return { t: 'coproc', name: n.name?.text ?? 'COPROC', body: this.node(n.body), line };
      case 'TestCommand':
        return { t: 'cond', expr: this.cond(n.expression), line };
      case 'ArithmeticCommand':
        return { t: 'arith', expr: this.arith(n.body, n.pos), line };
    }
  }

  #arithHeader(n: U.ArithmeticFor): [ArithText, ArithText, ArithText] {
    // `for ((init; test; step))`: the text between the parentheses, cut at its semicolons.
    const open = this.source.indexOf('((', n.pos) + 2;
    const fields: string[] = [''];
    let depth = 0;
    for (let i = open; i < this.source.length; i++) {
      const c = this.source[i]!;
      if (c === '(') depth++;
      else if (c === ')' && depth-- === 0) break;
      if (c === ';' && depth === 0) fields.push('');
      else fields[fields.length - 1] += c;
    }
    const at = (i: number): ArithText => this.arith((fields[i] ?? '').trim(), n.pos);
    return [at(0), at(1), at(2)];
  }

  /** The line bash reports for a simple command: where its second token, or the only one, ends. */
  #commandLine(n: U.Command): number {
    const all: { readonly pos: number; readonly end: number }[] = [...n.prefix, ...n.suffix];
    if (n.name !== undefined) all.push(n.name);
    all.sort((a, b) => a.pos - b.pos);
    return this.lineAt((all[1] ?? all[0] ?? n).end);
  }

  #command(n: U.Command): Node {
    const line = this.#commandLine(n);
    const assigns: Assign[] = [];
    for (const p of n.prefix) if (p.type === 'Assignment') assigns.push(this.assign(p));
    const words: (Word | Assign)[] = [];
    // One by one: braces can make more words than a call can take arguments.
    const push = (all: readonly Word[]): void => {
      for (const w of all) words.push(w);
    };
    if (n.name !== undefined) push(this.words(n.name));
    const declaring =
      declares.has(n.name?.value ?? '') ||
      ((n.name?.value === 'builtin' || n.name?.value === 'command') &&
        declares.has(n.args[0]?.type === 'Word' ? n.args[0].value : ''));
    for (const a of n.args) {
      if (a.type === 'Assignment') {
        if (declaring || a.value.type === 'ArrayValue') words.push(this.assign(a));
        else words.push(this.#assignmentWord(a));
      } else if (declaring && /^[A-Za-z_]\w*(\[.*\])?\+?=/s.test(a.text)) words.push(this.word(a, 'assign'));
      else if (/^[A-Za-z_]\w*=~/.test(a.text)) words.push(this.word(a, 'assign'));
      else push(this.words(a));
    }
    return { t: 'simple', assigns, words, redirs: n.redirects.map((r) => this.redir(r)), line };
  }

  /** `name=value` that is an argument like any other. */
  #assignmentWord(a: U.Assignment): Word {
    const source = this.source.slice(a.pos, a.end);
    const value = a.value.type === 'Word' ? this.word(a.value, 'plain') : null;
    const head = source.slice(0, a.value.pos - a.pos);
    return this.make(
      source,
      this.tilde([{ k: 'lit', s: head }, ...(value?.parts ?? [])], 'assign'),
      this.lineAt(a.pos),
    );
  }

  assign(a: U.Assignment): Assign {
    const array = a.value.type === 'ArrayValue' ? a.value.elements.map((e) => this.#element(e)) : null;
    return {
      name: a.name,
      index: a.index === undefined ? null : this.word(a.index, 'plain'),
      append: a.append === true,
      value: a.value.type === 'Word' ? this.word(a.value, 'assign') : null,
      array,
      text: this.source.slice(a.pos, a.end),
    };
  }

  #element(e: U.Word): ArrayElement {
    if (e.text.startsWith('[')) {
      // `[i]=v` is read as the assignment it looks like.
      const source = `x${e.text}`;
      const command = parse(source).commands[0]?.command;
      const first = command?.type === 'Command' ? command.prefix[0] : undefined;
      if (
        first?.type === 'Assignment' &&
        first.index !== undefined &&
        first.value.type === 'Word' &&
        first.end === source.length
      ) {
        const l = new Lowering(source, this.lineAt(e.pos));
        const value = l.word(first.value, 'assign');
        return { index: l.word(first.index, 'plain'), append: first.append === true, value };
      }
    }
    return { index: null, words: this.words(e) };
  }

  redir(r: U.Redirection): Redir {
    const d = r.descriptor;
    const fd = d === undefined ? null : d.type === 'FileDescriptor' ? d.value : d.name;
    const line = this.lineAt(r.pos);
    if (r.type !== 'HereDoc') {
      const target = r.target === undefined ? null : this.#redirTarget(r.target, r.operator === '<<<');
      return { op: r.operator, fd, target, here: null, line };
    }
    const tabs = r.operator === '<<-';
    const raw = tabs ? r.body.text.replace(/^\t+/gm, '') : r.body.text;
    const quoted = r.delimiter?.quoted === true;
    const parts: readonly Part[] = quoted ? [{ k: 'quo', s: raw }] : this.hereDocParts(r.body, tabs);
    const target = this.make('', parts, line);
    return { op: '<<', fd, target, here: { delimiter: r.delimiter?.text ?? '', tabs, raw }, line };
  }

  #redirTarget(w: U.Word, hereString: boolean): Word {
    const words = hereString ? [this.word(w, 'arg')] : this.words(w);
    // More than one word out of braces: ambiguous, which the expansion finds when it sees the blank.
    if (words.length === 1) return words[0]!;
    return {
      text: w.text,
      parts: [{ k: 'param', p: { name: '@', prefix: '', index: null, op: { o: 'bad' }, text: w.text } }],
      value: null,
      line: this.lineAt(w.pos),
    };
  }

  cond(e: U.TestExpression): CondExpr {
    switch (e.type) {
      case 'TestUnary':
        return { c: 'unary', op: e.operator, word: this.word(e.operand, 'plain') };
      case 'TestBinary':
        return { c: 'binary', op: e.operator, left: this.word(e.left, 'plain'), right: this.word(e.right, 'plain') };
      case 'TestLogical':
        return { c: e.operator === '&&' ? 'and' : 'or', items: e.operands.map((o) => this.cond(o)) };
      case 'TestNot': {
        const inner = this.cond(e.operand);
        return e.negations.length % 2 === 1 ? { c: 'not', expr: inner } : inner;
      }
      case 'TestGroup':
        return { c: 'group', expr: this.cond(e.expression) };
    }
  }
}
