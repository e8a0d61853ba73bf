/** Words: from unbash's parts to ours. */
import type * as U from 'unbash';
import type { ArithText, Param, ParamOp, Part, Statement, Word } from './ast.ts';
import { isWordRange, literal, simpleParam, onlyInput } from './grammar-parts.ts';
import { expandBraces } from './words/brace.ts';

/** Where in a word the text stands, for what is special there. */
export type WordMode = 'arg' | 'assign' | 'plain';

/** Makes the words of one source text. What is in them of commands is for who makes those. */
export abstract class WordLowering {
  protected readonly source: string;
  readonly #firstLine: number;
  #starts: number[] | null = null;

  constructor(source: string, firstLine: number) {
    this.source = source;
    this.#firstLine = firstLine;
  }

  lineAt(pos: number): number {
    if (this.#starts === null) {
      this.#starts = [0];
      for (let i = this.source.indexOf('\n'); i >= 0; i = this.source.indexOf('\n', i + 1)) this.#starts.push(i + 1);
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

  /** The commands of a substitution. */
  protected abstract script(script: U.ParsedScript | undefined, pos: number): readonly Statement[];
  /** Text that is expanded as inside double quotes. */
  protected abstract quotedText(text: string, line: number): readonly Part[];

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
    if (all.length === 1) return [this.make(w.text, all[0]!, word.line)];
    return all.map((parts) => this.make(w.text, this.tilde(parts, 'arg'), word.line)).filter((x) => x.parts.length > 0);
  }

  word(w: U.Word, mode: WordMode): Word {
    const line = this.lineAt(w.pos);
    const text = w.text;
    if (isWordRange(text)) return { text, parts: [{ k: 'lit', s: text }], value: text, line };
    const parts = w.parts === undefined ? literal(text) : w.parts.flatMap((p) => this.part(p, false));
    return this.make(text, this.tilde(parts, mode), line);
  }

  protected make(text: string, source: readonly Part[], line: number): Word {
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
  protected tilde(parts: readonly Part[], mode: WordMode): readonly Part[] {
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
    return { text, parts: /[$`\\]/.test(text) ? this.quotedText(text, this.lineAt(pos)) : null };
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
    return this.make(w.text, parts, line);
  }
}
