/** The one file that knows unbash: its tree becomes ours (ast.ts). */
import { forEachChild, parse } from 'unbash';
import type * as U from 'unbash';
import type {
  ArithText,
  ArrayElement,
  Assign,
  CondExpr,
  Node,
  Param,
  ParamOp,
  Part,
  Redir,
  Statement,
  Word,
} from './ast.ts';
import { type GrammarError, isWordRange, literal, NestedSyntaxError, onlyInput, simpleParam } from './grammar-parts.ts';
import { expandBraces } from './words/brace.ts';

/** A statement and where it stands, so that a script can be run line by line. */
export interface PlacedStatement {
  readonly pos: number;
  readonly end: number;
  /** Made on demand: a later part of a script with errors is never looked at. */
  lower(): Statement;
}

export interface ParsedText {
  readonly statements: readonly PlacedStatement[];
  readonly errors: readonly GrammarError[];
  /** A here-document that has no end yet. */
  readonly openHere: { readonly pos: number; readonly delimiter: string } | null;
}

/** Where in a word the text stands, for what is special there. */
type WordMode = 'arg' | 'assign' | 'plain';

const declares = new Set(['declare', 'typeset', 'local', 'export', 'readonly']);

/** Parses a script, or a part of one that begins at line `firstLine` of its file. */
export function parseText(source: string, firstLine = 1): ParsedText {
  const script = parse(source);
  const l = new Lowering(source, firstLine);
  return {
    statements: script.commands.map((s) => ({ pos: s.pos, end: l.endOf(s), lower: () => l.statement(s) })),
    errors: script.errors ?? [],
    openHere: source.includes('<<') ? findOpenHere(script) : null,
  };
}

function findOpenHere(node: U.SyntaxNode): ParsedText['openHere'] {
  if (node.type === 'HereDoc')
    return node.closing === undefined ? { pos: node.pos, delimiter: node.delimiter?.value ?? '' } : null;
  let open: ParsedText['openHere'] = null;
  forEachChild(node, (child) => {
    open ??= findOpenHere(child);
  });
  return open;
}

/** The names of commands that are plain words, in order. */
export function commandNames(source: string): { readonly text: string; readonly pos: number }[] {
  const found: { text: string; pos: number }[] = [];
  const visit = (node: U.SyntaxNode): void => {
    if (node.type === 'Command' && node.name !== undefined && node.name.text === node.name.value)
      found.push({ text: node.name.text, pos: node.name.pos });
    if (node.type !== 'Word') forEachChild(node, visit);
  };
  visit(parse(source));
  return found.sort((a, b) => a.pos - b.pos);
}

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

/** Parses one word from text, e.g. an index or a value found in a string. */
export function parseWord(text: string, line: number): Word {
  const command = parse(`: ${text}`).commands[0]?.command;
  const arg = command?.type === 'Command' ? command.args[0] : undefined;
  const l = new Lowering(`: ${text}`, line);
  if (arg?.type === 'Word' && arg.end === text.length + 2) return l.word(arg, 'plain');
  return { text, parts: [{ k: 'quo', s: text }], value: text, line };
}

/** Parses `(a [b]=c ...)`, the value of a compound assignment given as a string; null when it is none. */
export function parseArrayText(text: string, line: number): readonly ArrayElement[] | null {
  const source = `x=${text}`;
  const script = parse(source);
  const command = script.commands[0]?.command;
  if (script.errors !== undefined || command?.type !== 'Command') return null;
  const first = command.prefix[0];
  if (first?.type !== 'Assignment' || first.end !== source.length) return null;
  return new Lowering(source, line).assign(first).array;
}

class Lowering {
  readonly #source: string;
  readonly #firstLine: number;
  #starts: number[] | null = null;

  constructor(source: string, firstLine: number) {
    this.#source = source;
    this.#firstLine = firstLine;
  }

  lineAt(pos: number): number {
    if (this.#starts === null) {
      this.#starts = [0];
      for (let i = this.#source.indexOf('\n'); i >= 0; i = this.#source.indexOf('\n', i + 1)) this.#starts.push(i + 1);
    }
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if (this.#starts[mid]! <= pos) low = mid;
      else high = mid - 1;
    }
    return this.#firstLine + low;
  }

  /** Where a statement really ends: behind the bodies of its here-documents. */
  endOf(s: U.Statement): number {
    return s.end;
  }

  script(script: U.ParsedScript | undefined, pos: number): readonly Statement[] {
    if (script === undefined) return [];
    if (script.errors !== undefined && script.errors.length > 0) throw new NestedSyntaxError(script.errors[0]!);
    const l = script.source === undefined ? this : new Lowering(script.source, this.lineAt(pos));
    return script.commands.map((s) => l.statement(s));
  }

  list(list: U.CompoundList): readonly Statement[] {
    return list.commands.map((s) => this.statement(s));
  }

  statement(s: U.Statement): Statement {
    return {
      node: this.node(s.command),
      background: s.background === true,
      line: this.lineAt(s.pos),
      text: this.#source.slice(s.pos, s.end),
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
    const open = this.#source.indexOf('((', n.pos) + 2;
    const fields: string[] = [''];
    let depth = 0;
    for (let i = open; i < this.#source.length; i++) {
      const c = this.#source[i]!;
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
    const source = this.#source.slice(a.pos, a.end);
    const value = a.value.type === 'Word' ? this.word(a.value, 'plain') : null;
    const head = source.slice(0, a.value.pos - a.pos);
    return this.#make(
      source,
      this.#tilde([{ k: 'lit', s: head }, ...(value?.parts ?? [])], 'assign'),
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
      text: this.#source.slice(a.pos, a.end),
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
    const target = this.#make('', parts, line);
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

  /** The parts of a here-document whose delimiter is not quoted. */
  hereDocParts(body: U.HereDocBody, tabs: boolean): readonly Part[] {
    const source = body.parts ?? [
      { type: 'Literal' as const, text: body.text, value: body.text, pos: body.pos, end: body.end },
    ];
    let start = true;
    const out: Part[] = [];
    for (const p of source) {
      if (p.type !== 'Literal') {
        out.push(...this.part(p, true));
        start = false;
        continue;
      }
      let text = p.text;
      if (tabs)
        text = text.replace(/(^|\n)\t+/g, (all, nl: string, at: number) =>
          nl === '' && at === 0 && !start ? all : nl,
        );
      const s = text.replace(/\\([$`\\\n])/g, (_, c: string) => (c === '\n' ? '' : c));
      if (s !== '') out.push({ k: 'quo', s });
      start = p.text.endsWith('\n');
    }
    return out;
  }

  /** A word with its braces expanded. */
  words(w: U.Word): Word[] {
    const word = this.word(w, 'arg');
    if (!w.text.includes('{') || (word.value === w.text && !/[{].*[}]/s.test(w.text))) return [word];
    if (!word.parts.some((p) => p.k === 'lit' && p.s.includes('{'))) return [word];
    const all = expandBraces(word.parts);
    if (all.length === 1) return [this.#make(w.text, all[0]!, word.line)];
    return all
      .map((parts) => this.#make(w.text, this.#tilde(parts, 'arg'), word.line))
      .filter((x) => x.parts.length > 0);
  }

  word(w: U.Word, mode: WordMode): Word {
    const line = this.lineAt(w.pos);
    const text = w.text;
    if (isWordRange(text)) return { text, parts: [{ k: 'lit', s: text }], value: text, line };
    const parts = w.parts === undefined ? literal(text) : w.parts.flatMap((p) => this.part(p, false));
    return this.#make(text, this.#tilde(parts, mode), line);
  }

  #make(text: string, source: readonly Part[], line: number): Word {
    const parts: Part[] = [];
    for (const p of source) {
      const last = parts.at(-1);
      if (last !== undefined && (p.k === 'lit' || p.k === 'quo') && last.k === p.k)
        parts[parts.length - 1] = { k: p.k, s: last.s + p.s };
      else parts.push(p);
    }
    let value: string | null = '';
    for (const p of parts) {
      if (p.k === 'quo') value += p.s;
      else if (p.k === 'lit' && !/[*?[\]]|[!@+]\(/.test(p.s)) value += p.s;
      else if (p.k === 'dq' && p.parts.every((x) => x.k === 'quo'))
        value += p.parts.map((x) => (x.k === 'quo' ? x.s : '')).join('');
      else {
        value = null;
        break;
      }
    }
    return { text, parts, value, line };
  }

  /** Finds `~` where it is special: first in a word; in an assignment's value also after a colon. */
  #tilde(parts: readonly Part[], mode: WordMode): readonly Part[] {
    if (!parts.some((p) => p.k === 'lit' && p.s.includes('~'))) return parts;
    const out: Part[] = [];
    parts.forEach((p, i) => {
      if (p.k !== 'lit') {
        out.push(p);
        return;
      }
      let rest = p.s;
      let done = '';
      const head = mode === 'assign' && i === 0 ? /^[A-Za-z_]\w*\+?=/.exec(rest)?.[0] : undefined;
      if (head !== undefined) {
        done = head;
        rest = rest.slice(head.length);
      }
      let at = i === 0;
      while (rest !== '') {
        const m = at ? /^~([A-Za-z_][\w.-]*|[+-])?(?=$|[/:])/.exec(rest) : null;
        const whole =
          m !== null &&
          (m[0].length < rest.length ? mode !== 'plain' || rest[m[0].length] === '/' : i === parts.length - 1);
        if (m !== null && whole && (mode === 'assign' || rest[m[0].length] !== ':')) {
          if (done !== '') out.push({ k: 'lit', s: done });
          done = '';
          out.push({ k: 'tilde', user: m[1] ?? '' });
          rest = rest.slice(m[0].length);
        }
        const colon = mode === 'assign' ? rest.indexOf(':') : -1;
        const cut = colon < 0 ? rest.length : colon + 1;
        done += rest.slice(0, cut);
        rest = rest.slice(cut);
        at = true;
      }
      if (done !== '') out.push({ k: 'lit', s: done });
    });
    return out;
  }

  part(p: U.WordPart, quoted: boolean): readonly Part[] {
    switch (p.type) {
      case 'Literal':
        return quoted ? [{ k: 'quo', s: p.value }] : literal(p.text);
      case 'Glob':
        if (p.kind !== 'bracket') return [{ k: 'lit', s: p.text }];
        if (p.parts.every((x) => x.type === 'Literal')) return literal(p.text);
        return [{ k: 'lit', s: '[' }, ...p.parts.flatMap((x) => this.part(x, false)), { k: 'lit', s: ']' }];
      case 'ExtendedGlob':
        if (p.parts === undefined) return literal(p.text);
        return [
          { k: 'lit', s: `${p.operator}(` },
          ...p.parts.flatMap((x) => this.part(x, false)),
          { k: 'lit', s: ')' },
        ];
      case 'BraceExpansion':
        if (p.parts === undefined) return literal(p.text);
        return [{ k: 'lit', s: '{' }, ...p.parts.flatMap((x) => this.part(x, false)), { k: 'lit', s: '}' }];
      case 'SingleQuoted':
      case 'AnsiCQuoted':
        return [{ k: 'quo', s: p.value }];
      case 'DoubleQuoted':
      case 'LocaleString':
        return [
          { k: 'dq', parts: p.parts.flatMap((x) => this.part(x, true)).filter((x) => x.k !== 'quo' || x.s !== '') },
        ];
      case 'SimpleExpansion':
        return [simpleParam(p.text.slice(1), p.text)];
      case 'ParameterExpansion':
        return [{ k: 'param', p: this.#param(p, quoted) }];
      case 'CommandExpansion': {
        // Backquoted commands are read when they run: what is wrong in them is found only then.
        if (p.text.startsWith('`') && (p.script?.errors?.length ?? 0) > 0)
          return [{ k: 'cmd', body: [], text: p.text, file: null, broken: p.script?.source ?? p.text.slice(1, -1) }];
        const body = this.script(p.script, p.pos);
        return [{ k: 'cmd', body, text: p.text, file: onlyInput(body) }];
      }
      case 'ArithmeticExpansion': {
        const inner = p.text.startsWith('$((') ? p.text.slice(3, -2) : p.text.slice(2, -1);
        return [{ k: 'arith', expr: this.arith(inner, p.pos) }];
      }
      case 'ProcessSubstitution':
        return [{ k: 'proc', op: p.operator, body: this.script(p.script, p.pos), text: p.text }];
    }
  }

  arith(text: string, pos: number): ArithText {
    return { text, parts: /[$`\\]/.test(text) ? parseQuotedText(text, this.lineAt(pos)) : null };
  }

  #param(p: U.ParameterExpansionPart, quoted: boolean): Param {
    const index =
      p.index === undefined
        ? null
        : p.index.text === '@' || p.index.text === '*'
          ? p.index.text
          : this.word(p.index, 'plain');
    return { name: p.parameter, prefix: p.prefix ?? '', index, op: this.#operation(p.operation, quoted), text: p.text };
  }

  #operation(o: U.ParameterOperation | undefined, quoted: boolean): ParamOp | null {
    if (o === undefined) return null;
    switch (o.type) {
      case 'Default': {
        const colon = o.operator.startsWith(':');
        const sign = o.operator.slice(-1) as '-' | '=' | '+' | '?';
        return { o: 'default', sign, colon, word: this.#operand(o.operand, quoted) };
      }
      case 'Remove':
        return {
          o: 'remove',
          side: o.operator[0] as '#' | '%',
          longest: o.operator.length === 2,
          word: this.#operand(o.operand, false),
        };
      case 'Replace':
        return {
          o: 'replace',
          kind: o.operator,
          pattern: this.#operand(o.pattern, false),
          by: this.#operand(o.replacement, false),
        };
      case 'Slice':
        return {
          o: 'slice',
          offset: this.arith(o.offset.text, o.offset.pos),
          length: o.length === undefined ? null : this.arith(o.length.text, o.length.pos),
        };
      case 'CaseModification':
        return {
          o: 'case',
          kind: o.operator,
          pattern: o.operand === undefined ? null : this.#operand(o.operand, false),
        };
      case 'Transform':
        return { o: 'transform', letter: o.operand.text };
      case 'Names':
        return { o: 'names', star: o.operator === '*' };
      case 'Unknown':
        return { o: 'bad' };
    }
  }

  /** The word after an operator. Inside double quotes, single quotes and backslashes in it are as between double quotes. */
  #operand(w: U.Word, quoted: boolean): Word {
    if (!quoted) return this.word(w, 'plain');
    const line = this.lineAt(w.pos);
    const parts = (w.parts ?? []).flatMap((p): readonly Part[] => {
      if (p.type === 'SingleQuoted') return [{ k: 'quo', s: p.text }];
      if (p.type === 'Literal')
        return [{ k: 'quo', s: p.text.replace(/\\([$`"\\\n}])/g, (_, c: string) => (c === '\n' ? '' : c)) }];
      if (p.type === 'Glob' || p.type === 'ExtendedGlob' || p.type === 'BraceExpansion')
        return [{ k: 'quo', s: p.text }];
      return this.part(p, p.type !== 'DoubleQuoted');
    });
    if (w.parts === undefined && w.text !== '')
      parts.push({ k: 'quo', s: w.text.replace(/\\([$`"\\\n}])/g, (_, c: string) => (c === '\n' ? '' : c)) });
    return this.#make(w.text, parts, line);
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
