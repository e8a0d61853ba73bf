/** `$x`, `${x...}` in all its forms. */
import type { ArithText, Param, ParamOp, Part, Word } from '../ast.ts';
import { ShellError } from '../errors.ts';
import { type Maybe, chain } from '../maybe.ts';
import { OPTION_LETTERS } from '../options.ts';
import type { Shell } from '../shell.ts';
import {
  type Variable,
  V_EXPORT,
  V_INTEGER,
  V_LOWER,
  V_NAMEREF,
  V_READONLY,
  V_TRACE,
  V_UPPER,
  parseTarget,
} from '../variables.ts';
import type { Int } from './arith.ts';
import { type Pattern, compilePattern } from './pattern.ts';
import { assignQuote, declareQuote, reusable, unescape } from './quote.ts';
import type { Sink } from './sink.ts';

/** The expansions that operands need. */
export interface Expander {
  into(sh: Shell, sink: Sink, parts: readonly Part[], quoted: boolean): Maybe<void>;
  arithmetic(sh: Shell, expr: ArithText, label?: string): Maybe<Int>;
  string(sh: Shell, word: Word): Maybe<string>;
  pattern(sh: Shell, word: Word): Maybe<string>;
}

/** What a parameter stands for: one value, or a list (`$@`, `${a[@]}`). */
interface Value {
  readonly list: readonly string[] | null;
  readonly star: boolean;
  readonly text: string | undefined;
  /** How errors and `declare` call it. */
  readonly label: string;
}

const scalar = (text: string | undefined, label: string): Value => ({ list: null, star: false, text, label });
const many = (list: readonly string[], star: boolean, label: string): Value => ({ list, star, text: undefined, label });

/** `$-` */
export const optionFlags = (sh: Shell): string =>
  OPTION_LETTERS.map(
    ([letter, name]) => (letter === 'k' && sh.interactive ? 'i' : '') + (sh.options[name] ? letter : ''),
  ).join('') + (sh.mode === 'command' ? 'c' : sh.mode === 'stdin' ? 's' : '');

/** A special or positional parameter; undefined when it is unset, null when `name` is none of them. */
function special(sh: Shell, name: string): string | undefined | null {
  const c = name.charCodeAt(0);
  if (c >= 48 && c <= 57) return name === '0' ? sh.name : sh.params[Number(name) - 1];
  switch (name) {
    case '?':
      return String(sh.status);
    case '#':
      return String(sh.params.length);
    case '$':
      return sh.shellPid;
    case '!':
      return sh.lastBackground === 0 ? undefined : String(sh.lastBackground);
    case '-':
      return optionFlags(sh);
    case '@':
    case '*':
      return sh.params.join(' ');
    default:
      return null;
  }
}

/** All elements of a variable, in order. */
export function elements(v: Variable | undefined): string[] {
  if (v === undefined) return [];
  const list = v.dynamic?.list?.();
  if (list !== undefined) return [...list];
  if (v.indexed !== null) return v.indexed.values();
  if (v.assoc !== null) return [...v.assoc.values()];
  const s = v.scalar;
  return s === undefined ? [] : [s];
}
export function keys(v: Variable | undefined): string[] {
  if (v === undefined) return [];
  const list = v.dynamic?.list?.();
  if (list !== undefined) return list.map((_, i) => String(i));
  if (v.indexed !== null) return v.indexed.keys().map(String);
  if (v.assoc !== null) return [...v.assoc.keys()];
  return v.isSet ? ['0'] : [];
}

function read(sh: Shell, name: string, index: Param['index'], x: Expander): Maybe<Value> {
  if (index === null) {
    if (name === '@' || name === '*') return many(sh.params, name === '*', name);
    const s = special(sh, name);
    if (s !== null) return scalar(s, /^[0-9]+$/.test(name) || name === '!' ? `$${name}` : name);
    const direct = sh.vars.raw(name);
    if (direct !== undefined && (direct.flags & V_NAMEREF) !== 0) {
      const t = sh.vars.resolve(name);
      if (t.sub === '@' || t.sub === '*') return many(elements(sh.vars.lookup(t.name)), t.sub === '*', name);
    }
    return scalar(sh.vars.get(name), name);
  }
  const t = sh.vars.resolve(name);
  if (index === '@' || index === '*') return many(elements(sh.vars.lookup(t.name)), index === '*', `${name}[${index}]`);
  return chain(x.string(sh, index), (sub) => scalar(sh.vars.element(t.name, sub), `${name}[${index.text}]`));
}

const isNull = (v: Value): boolean =>
  v.list === null ? (v.text ?? '') === '' : v.list.length === 0 || (v.list.length === 1 && v.list[0] === '');
const isUnset = (v: Value): boolean => (v.list === null ? v.text === undefined : v.list.length === 0);

function emit(sink: Sink, v: Value, quoted: boolean): void {
  if (v.list !== null) sink.list(v.list, v.star, quoted);
  else if (v.text !== undefined) {
    if (quoted) sink.quo(v.text);
    else sink.split(v.text);
  }
}

/** Under `set -u` an unset parameter is an error; `$@` and `$*` never are. */
function demand(sh: Shell, v: Value): void {
  if (v.list === null && v.text === undefined && sh.options.nounset)
    throw new ShellError(`${v.label}: unbound variable`, 'shell');
}

const badSubstitution = (p: Param): ShellError => new ShellError(`${p.text}: bad substitution`, 'line');

/** Sends the expansion of one parameter into the sink. */
export function paramInto(sh: Shell, sink: Sink, p: Param, quoted: boolean, x: Expander): Maybe<void> {
  if (p.prefix === '' && p.op === null) {
    if (p.name === '') throw badSubstitution(p);
    const v = read(sh, p.name, p.index, x);
    return chain(v, (value) => {
      demand(sh, value);
      emit(sink, value, quoted);
    });
  }
  if (p.prefix === '#') return length(sh, sink, p, quoted, x);
  if (p.prefix === '!') {
    if (p.op?.o === 'names') {
      const names = sh.vars
        .names()
        .filter((n) => n.startsWith(p.name) && (sh.vars.raw(n)?.isSet === true || sh.vars.raw(n)?.isArray === true));
      sink.list(names, p.op.star, quoted);
      return;
    }
    if ((p.index === '@' || p.index === '*') && p.op === null) {
      sink.list(keys(sh.vars.lookup(p.name)), p.index === '*', quoted);
      return;
    }
    const direct = sh.vars.raw(p.name);
    if (direct !== undefined && (direct.flags & V_NAMEREF) !== 0 && p.op === null && p.index === null) {
      emit(sink, scalar(direct.value ?? '', p.name), quoted);
      return;
    }
    return chain(read(sh, p.name, p.index, x), (ref) => indirect(sh, sink, p, ref, quoted, x));
  }
  return chain(read(sh, p.name, p.index, x), (v) => operate(sh, sink, p, p.name, v, quoted, x));
}

function indirect(sh: Shell, sink: Sink, p: Param, ref: Value, quoted: boolean, x: Expander): Maybe<void> {
  const text = ref.text;
  if (text === undefined) {
    if (p.op === null || p.op.o !== 'default') throw new ShellError(`${p.name}: invalid indirect expansion`, 'line');
    return operate(sh, sink, p, p.name, ref, quoted, x);
  }
  const t = parseTarget(text);
  let v: Value;
  if (t !== null) {
    const target = sh.vars.lookup(t.name);
    if (t.sub === '@' || t.sub === '*') v = many(elements(target), t.sub === '*', text);
    else v = scalar(t.sub === null ? sh.vars.get(t.name) : sh.vars.element(t.name, t.sub), text);
  } else {
    if (text === '@' || text === '*') v = many(sh.params, text === '*', text);
    else {
      const s = special(sh, text);
      if (s === null) throw new ShellError(`${text}: invalid variable name`, 'line');
      v = scalar(s, text);
    }
  }
  return operate(sh, sink, p, text, v, quoted, x);
}

function length(sh: Shell, sink: Sink, p: Param, quoted: boolean, x: Expander): Maybe<void> {
  if (p.op !== null) throw badSubstitution(p);
  const put = (n: number): void => (quoted ? sink.quo(String(n)) : sink.split(String(n)));
  return chain(read(sh, p.name, p.index, x), (v) => {
    demand(sh, v);
    if (v.list !== null) put(v.list.length);
    else put(codePoints(v.text ?? ''));
  });
}

const codePoints = (s: string): number => (/[\ud800-\udbff]/.test(s) ? [...s].length : s.length);

/** Applies the operator to a value. `name` is what `:=` assigns to. */
function operate(sh: Shell, sink: Sink, p: Param, name: string, v: Value, quoted: boolean, x: Expander): Maybe<void> {
  const op = p.op;
  if (op === null) {
    demand(sh, v);
    emit(sink, v, quoted);
    return;
  }
  switch (op.o) {
    case 'default':
      return fallback(sh, sink, p, op, name, v, quoted, x);
    case 'slice':
      demand(sh, v);
      return slice(sh, sink, p, op, v, quoted, x);
    case 'remove':
      demand(sh, v);
      return chain(x.pattern(sh, op.word), (text) => {
        const pattern = compilePattern(text);
        each(sink, v, quoted, (s) => remove(s, pattern, op.side, op.longest));
      });
    case 'replace':
      demand(sh, v);
      return chain(x.pattern(sh, op.pattern), (text) =>
        chain(op.by === null ? '' : replacement(sh, op.by, x), (by) => {
          const { kind, pattern } = replaceKind(op.kind, text === '' && op.kind === '//' ? '\0' : text);
          each(sink, v, quoted, (s) =>
            text === '' && kind.length === 1
              ? s
              : replace(s, compilePattern(pattern, true, sh.shopts['nocasematch'] === true), kind, by),
          );
        }),
      );
    case 'case':
      demand(sh, v);
      return chain(op.pattern === null ? '?' : x.pattern(sh, op.pattern), (text) => {
        const pattern = compilePattern(text === '' ? '?' : text);
        each(sink, v, quoted, (s) => changeCase(s, op.kind, pattern));
      });
    case 'transform':
      return transform(sh, sink, p, op.letter, v, quoted);
    case 'bad':
      if (/~~?\}$/.test(p.text)) {
        const all = p.text.endsWith('~~}');
        const flip = (c: string): string => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase());
        each(sink, v, quoted, (s) => (all ? [...s].map(flip).join('') : flip(s.slice(0, 1)) + s.slice(1)));
        return;
      }
      throw badSubstitution(p);
    case 'names':
      throw badSubstitution(p);
  }
}

function each(sink: Sink, v: Value, quoted: boolean, f: (s: string) => string): void {
  if (v.list !== null) sink.list(v.list.map(f), v.star, quoted);
  else emit(sink, { ...v, text: f(v.text ?? '') }, quoted);
}

function fallback(
  sh: Shell,
  sink: Sink,
  p: Param,
  op: ParamOp & { o: 'default' },
  name: string,
  v: Value,
  quoted: boolean,
  x: Expander,
): Maybe<void> {
  const missing = op.colon ? isNull(v) : isUnset(v);
  if (op.sign === '+') return missing ? undefined : operand(sh, sink, op.word, quoted, x);
  if (!missing) {
    emit(sink, v, quoted);
    return;
  }
  if (op.sign === '-') return operand(sh, sink, op.word, quoted, x);
  if (op.sign === '=') {
    if (!/^[A-Za-z_]/.test(name)) throw new ShellError(`$${name}: cannot assign in this way`, 'line');
    return chain(x.string(sh, op.word), (text) => {
      const store = (): void => {
        if (p.index !== null && typeof p.index !== 'string' && p.prefix === '') {
          const r = x.string(sh, p.index);
          if (typeof r === 'string') sh.vars.setElement(name, r, text);
        } else {
          const t = parseTarget(name);
          if (t !== null && t.sub !== null) sh.vars.setElement(t.name, t.sub, text);
          else sh.vars.set(name, text);
        }
      };
      store();
      const now = p.index === null ? (sh.vars.get(name) ?? text) : text;
      if (quoted) sink.quo(now);
      else sink.split(now);
    });
  }
  return chain(x.string(sh, op.word), (text) => {
    const message =
      text !== '' || op.word.text !== '' ? text : op.colon ? 'parameter null or not set' : 'parameter not set';
    throw new ShellError(`${v.label.replace(/^\$/, '')}: ${message}`, 'shell', 1);
  });
}

/** The word of `:-` and `:+`: an unquoted one is split like its surroundings. */
function operand(sh: Shell, sink: Sink, word: Word, quoted: boolean, x: Expander): Maybe<void> {
  if (quoted) return x.into(sh, sink, word.parts, true);
  // Blanks in it separate fields, as in the result of an expansion.
  const parts = word.parts;
  let i = 0;
  const go = (): Maybe<void> => {
    while (i < parts.length) {
      const part = parts[i++]!;
      if (part.k === 'lit' && /[\s]/.test(part.s)) sink.split(part.s);
      else {
        const r = x.into(sh, sink, [part], false);
        if (r instanceof Promise) return r.then(go);
      }
    }
  };
  return go();
}

function slice(
  sh: Shell,
  sink: Sink,
  p: Param,
  op: ParamOp & { o: 'slice' },
  v: Value,
  quoted: boolean,
  x: Expander,
): Maybe<void> {
  return chain(x.arithmetic(sh, op.offset), (offset) =>
    chain(op.length === null ? null : x.arithmetic(sh, op.length), (length) => {
      let from = Number(offset);
      const count = length === null ? null : Number(length);
      const negative = (): never => {
        throw new ShellError(`${op.length?.text ?? ''}: substring expression < 0`, 'line');
      };
      if (v.list !== null) {
        const v0 = sh.vars.lookup(p.name);
        const positional = p.name === '@' || p.name === '*';
        if (count !== null && count < 0) negative();
        if (!positional && v0 !== undefined && v0.indexed !== null) {
          // Indices count, not places: holes are stepped over.
          if (from < 0) from += v0.indexed.max + 1;
          const all = v0.indexed.keys().filter((k) => k >= from);
          const list = (from < 0 ? [] : count === null ? all : all.slice(0, count)).map((k) => v0.indexed!.get(k)!);
          sink.list(list, v.star, quoted);
          return;
        }
        const all = positional ? [sh.name, ...v.list] : v.list;
        if (from < 0) from += all.length;
        if (positional && from === 0 && Number(offset) < 0 && Number(offset) !== -all.length) from = all.length;
        if (from < 0) {
          sink.list([], v.star, quoted);
          return;
        }
        sink.list(all.slice(from, count === null ? undefined : from + count), v.star, quoted);
        return;
      }
      const text = v.text ?? '';
      const chars: string | readonly string[] = /[\ud800-\udbff]/.test(text) ? [...text] : text;
      if (from < 0) from += chars.length;
      if (from < 0 || from > chars.length) {
        emit(sink, { ...v, text: '' }, quoted);
        return;
      }
      let to = count === null ? chars.length : from + count;
      if (count !== null && count < 0) {
        to = chars.length + count;
        if (to < from) negative();
      }
      const part = chars.slice(from, to);
      emit(sink, { ...v, text: typeof part === 'string' ? part : part.join('') }, quoted);
    }),
  );
}

/** `#` and `%`: removes a prefix or a suffix. */
export function remove(s: string, pattern: Pattern, side: '#' | '%', longest: boolean): string {
  if (side === '#') {
    const end = pattern.matchAt(s, 0, longest);
    return end < 0 ? s : s.slice(end);
  }
  if (longest) {
    for (let i = 0; i <= s.length; i++) if (pattern.test(s.slice(i))) return s.slice(0, i);
  } else {
    for (let i = s.length; i >= 0; i--) if (pattern.test(s.slice(i))) return s.slice(0, i);
  }
  return s;
}

/** `${x/#p/r}`: the anchor is the operator's, or the first character of the expanded pattern. */
function replaceKind(kind: string, text: string): { kind: string; pattern: string } {
  if (kind === '/' && (text.startsWith('#') || text.startsWith('%')) && text.length >= 1)
    return { kind: `/${text[0]!}`, pattern: text.slice(1) };
  return { kind, pattern: text };
}

/** A replacement, in which an unquoted `&` is the match. Kept as pieces: null is the match. */
function replacement(sh: Shell, word: Word, x: Expander): Maybe<string | readonly (string | null)[]> {
  if (sh.shopts['patsub_replacement'] !== true) return x.string(sh, word);
  const pieces: (string | null)[] = [];
  const live = (s: string): void => {
    let text = '';
    for (let i = 0; i < s.length; i++) {
      if (s[i] === '\\' && (s[i + 1] === '&' || s[i + 1] === '\\')) text += s[++i]!;
      else if (s[i] === '&') {
        pieces.push(text, null);
        text = '';
      } else text += s[i]!;
    }
    pieces.push(text);
  };
  const sink: Sink = {
    lit: live,
    split: live,
    quo: (s) => void pieces.push(s),
    mark: () => {},
    list: (items, star, quoted) =>
      quoted ? void pieces.push(items.join(' ')) : live(items.join(star ? sh.ifs.slice(0, 1) : ' ')),
  };
  return chain(x.into(sh, sink, word.parts, false), () => pieces);
}

function replace(s: string, pattern: Pattern, kind: string, by: string | readonly (string | null)[]): string {
  const fill = (match: string): string => (typeof by === 'string' ? by : by.map((b) => b ?? match).join(''));
  if (kind === '/#') {
    const end = pattern.matchAt(s, 0, true);
    return end < 0 ? s : fill(s.slice(0, end)) + s.slice(end);
  }
  if (kind === '/%') {
    const tail = pattern.literal;
    if (tail !== null) return s.endsWith(tail) ? s.slice(0, s.length - tail.length) + fill(tail) : s;
    for (let i = 0; i <= s.length; i++) if (pattern.test(s.slice(i))) return s.slice(0, i) + fill(s.slice(i));
    return s;
  }
  const { literal } = pattern;
  if (literal === '') return s;
  if (literal !== null) return kind === '/' ? s.replace(literal, fill) : s.split(literal).join(fill(literal));
  let out = '';
  for (let i = 0; i < s.length;) {
    const end = pattern.matchAt(s, i, true);
    if (end > i) {
      out += fill(s.slice(i, end));
      i = end;
      if (kind === '/') return out + s.slice(i);
    } else out += s[i++]!;
  }
  return out;
}

function changeCase(s: string, kind: '^' | '^^' | ',' | ',,', pattern: Pattern): string {
  const turn = (c: string): string =>
    pattern.test(c) ? (kind.startsWith('^') ? c.toUpperCase() : c.toLowerCase()) : c;
  const chars = [...s];
  if (kind.length === 2) return chars.map(turn).join('');
  return chars.length === 0 ? s : turn(chars[0]!) + chars.slice(1).join('');
}

/** The letters of `declare -p` and `${x@a}`. */
export function attributes(v: Variable): string {
  let s = '';
  if (v.indexed !== null || v.dynamic?.list !== undefined) s += 'a';
  if (v.assoc !== null) s += 'A';
  if ((v.flags & V_INTEGER) !== 0) s += 'i';
  if ((v.flags & V_NAMEREF) !== 0) s += 'n';
  if ((v.flags & V_READONLY) !== 0) s += 'r';
  if ((v.flags & V_TRACE) !== 0) s += 't';
  if ((v.flags & V_EXPORT) !== 0) s += 'x';
  if ((v.flags & V_LOWER) !== 0) s += 'l';
  if ((v.flags & V_UPPER) !== 0) s += 'u';
  return s;
}

/** `([0]="a" [k]="b" )` as `declare -p` prints it. */
export function arrayText(v: Variable, quote: (s: string) => string = declareQuote): string {
  const list = v.dynamic?.list?.();
  if (list !== undefined) return `(${list.map((s, i) => `[${i}]=${quote(s)}`).join(' ')})`;
  if (v.indexed !== null)
    return `(${v.indexed
      .keys()
      .map((k) => `[${k}]=${quote(v.indexed!.get(k)!)}`)
      .join(' ')})`;
  if (v.assoc !== null) {
    const key = (k: string): string => (/^[\w.,:/@%+=-]+$/.test(k) ? k : declareQuote(k));
    return v.assoc.size === 0 ? '()' : `(${[...v.assoc].map(([k, s]) => `[${key(k)}]=${quote(s)} `).join('')})`;
  }
  return '';
}

function transform(sh: Shell, sink: Sink, p: Param, letter: string, v: Value, quoted: boolean): void {
  const variable = sh.vars.lookup(p.name);
  switch (letter) {
    case 'Q':
      if (isUnset(v)) return;
      return each(sink, v, quoted, reusable);
    case 'E':
      return each(sink, v, quoted, (s) => unescape(s, 'ansi').text);
    case 'P':
      return each(sink, v, quoted, (s) => s);
    case 'U':
      return each(sink, v, quoted, (s) => s.toUpperCase());
    case 'L':
      return each(sink, v, quoted, (s) => s.toLowerCase());
    case 'u':
      return each(sink, v, quoted, (s) => s.slice(0, 1).toUpperCase() + s.slice(1));
    case 'a': {
      const letters = variable === undefined ? '' : attributes(variable);
      return each(sink, v, quoted, () => letters);
    }
    case 'A': {
      if (variable === undefined || isUnset(v)) return;
      const letters = attributes(variable);
      const body = v.list !== null && variable.isArray ? `=${arrayText(variable)}` : `=${reusable(v.text ?? '')}`;
      const text = letters === '' ? `${p.name}${body}` : `declare -${letters} ${p.name}${body}`;
      return quoted ? sink.quo(text) : sink.split(text);
    }
    case 'K':
    case 'k':
      if (v.list !== null && variable?.isArray === true) {
        const pairs = keys(variable).flatMap((k, i) => [k, v.list![i] ?? '']);
        if (letter === 'k') sink.list(pairs, v.star, quoted);
        else {
          const text = keys(variable)
            .map((k, i) => `${assignQuote(k)} ${declareQuote(v.list![i] ?? '')}`)
            .join(' ');
          if (quoted) sink.quo(text);
          else sink.split(text);
        }
        return;
      }
      return each(sink, v, quoted, reusable);
    default:
      throw badSubstitution(p);
  }
}
