/** Expansion of words. Everything that needs no command to run is done without waiting. */
import type { ArithText, Part, Word } from '../ast.ts';
import { type Maybe, each, chain } from '../maybe.ts';
import type { Shell } from '../shell.ts';
import type { Int } from './arith.ts';
import { type Expander, paramInto } from './parameter.ts';
import { FieldSink, PatternSink, type Sink, StringSink } from './sink.ts';

/** Sends the parts, expanded, into the sink. */
export function into(sh: Shell, sink: Sink, parts: readonly Part[], quoted: boolean): Maybe<void> {
  return each(parts, (part) => one(sh, sink, part, quoted));
}

/** A part that may stand for no field at all: `"$@"`. */
const vanishing = (p: Part): boolean =>
  p.k === 'param' &&
  p.p.prefix !== '#' &&
  (p.p.name === '@' ||
    p.p.index === '@' ||
    (p.p.op?.o === 'names' && !p.p.op.star) ||
    (p.p.prefix === '!' && p.p.op === null));

function one(sh: Shell, sink: Sink, part: Part, quoted: boolean): Maybe<void> {
  switch (part.k) {
    case 'lit':
      if (quoted) sink.quo(part.s);
      else sink.lit(part.s);
      return;
    case 'quo':
      sink.quo(part.s);
      return;
    case 'dq':
      if (!part.parts.some(vanishing)) sink.mark();
      return into(sh, sink, part.parts, true);
    case 'param':
      return paramInto(sh, sink, part.p, quoted, EXPANDER);
    case 'cmd':
      return sh.hooks.substitute(sh, part).then((s) => (quoted ? sink.quo(s) : sink.split(s)));
    case 'arith':
      return chain(arithmetic(sh, part.expr), (n) => (quoted ? sink.quo(String(n)) : sink.split(String(n))));
    case 'proc':
      return chain(sh.hooks.processSubstitution(sh, part), (path) => sink.quo(path));
    case 'refused':
      return sh.warn(`${sh.name}: brace expansion: failed to allocate memory for ${part.count} elements\n`);
    case 'tilde':
      sink.quo(tilde(sh, part.user));
  }
}

function tilde(sh: Shell, user: string): string {
  if (user === '') return sh.vars.get('HOME') ?? '/root';
  if (user === '+') return sh.vars.get('PWD') ?? '~+';
  if (user === '-') return sh.vars.get('OLDPWD') ?? '~-';
  try {
    const line = sh.fs
      .readText('/etc/passwd')
      .split('\n')
      .find((l) => l.startsWith(`${user}:`));
    return line?.split(':')[5] ?? `~${user}`;
  } catch {
    return user === 'root' ? '/root' : `~${user}`;
  }
}

/** The value of an arithmetic expression after the expansions in it. */
export function arithmetic(sh: Shell, expr: ArithText, label = '', scope: 'command' | 'line' = 'line'): Maybe<Int> {
  if (expr.parts === null) return sh.evaluate(expr.text, label, scope);
  return chain(joined(sh, expr.parts), (text) => sh.evaluate(text.replaceAll('"', ''), label, scope));
}

/** Parts as one string, expanded as between double quotes. */
export function joined(sh: Shell, parts: readonly Part[]): Maybe<string> {
  const sink = new StringSink(sh);
  return chain(into(sh, sink, parts, true), () => sink.text);
}

/** A word as one string: no splitting, no file names. */
export function expandString(sh: Shell, word: Word): Maybe<string> {
  if (word.value !== null) return word.value;
  const sink = new StringSink(sh);
  return chain(into(sh, sink, word.parts, false), () => sink.text);
}

/** A word as a pattern. */
export function expandPattern(sh: Shell, word: Word): Maybe<string> {
  const sink = new PatternSink(sh);
  return chain(into(sh, sink, word.parts, false), () => sink.text);
}

const quoteRegex = (s: string): string => s.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** A word as a regular expression: quoted text stands for itself. */
export function expandRegex(sh: Shell, word: Word): Maybe<string> {
  const sink = new PatternSink(sh, quoteRegex);
  return chain(into(sh, sink, word.parts, false), () => sink.text);
}

/** One word's fields, appended to `fields`. */
export function expandWord(sh: Shell, word: Word, fields: string[]): Maybe<void> {
  if (word.value !== null) {
    fields.push(word.value);
    return;
  }
  const sink = new FieldSink(sh, fields);
  return chain(into(sh, sink, word.parts, false), () => sink.end());
}

/** Words as arguments: all expansions. */
export function expandWords(sh: Shell, words: readonly Word[]): Maybe<string[]> {
  const fields: string[] = [];
  return chain(
    each(words, (w) => expandWord(sh, w, fields)),
    () => fields,
  );
}

const EXPANDER: Expander = { into, arithmetic, string: expandString, pattern: expandPattern };
