/** History expansion: `!!`, `!-2`, `!ping`, `!$`, `^old^new`. @see bash(1) HISTORY EXPANSION */
import type { History } from './history.ts';

export type Expansion =
  | { readonly kind: 'text'; readonly text: string; readonly changed: boolean; readonly printOnly: boolean }
  | { readonly kind: 'error'; readonly message: string };

class ExpansionError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

interface State {
  printOnly: boolean;
  /** What `!?text?` and `:s` looked for last. */
  search: string;
}

/** The words of a line as the shell divides them: operators are words too. */
export function wordsOf(line: string): string[] {
  const out: string[] = [];
  const word =
    /\s*((?:[^\s;&|()<>'"\\`$]|\\[^]|'[^']*'?|"(?:[^"\\]|\\[^])*"?|\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`?|\$)+|&&|\|\||>>|<<<?|[;&|()<>])/y;
  for (;;) {
    const m = word.exec(line);
    if (m === null) return out;
    out.push(m[1]!);
  }
}

/** The line that an event designator names, and what is behind the designator. */
function event(history: History, text: string, at: number, state: State): { line: string; end: number } | null {
  const rest = text.slice(at);
  const from = (m: RegExpExecArray, line: string | undefined): { line: string; end: number } => {
    if (line === undefined) throw new ExpansionError(`!${m[0]}: event not found`);
    return { line, end: at + m[0].length };
  };
  let m = /^!/.exec(rest);
  if (m !== null) return from(m, history.lines.at(-1));
  m = /^-?\d+/.exec(rest);
  if (m !== null) {
    const n = Number(m[0]);
    return from(m, n < 0 ? history.lines.at(n) : history.at(n));
  }
  m = /^\?([^?\n]+)\??/.exec(rest);
  if (m !== null) {
    const wanted = m[1]!;
    state.search = wanted;
    return from(
      m,
      history.lines.findLast((l) => l.includes(wanted)),
    );
  }
  // `!$`, `!^`, `!*`, `!:2`: of the line before.
  if (/^[$^*:]/.test(rest)) {
    const line = history.lines.at(-1);
    if (line === undefined) throw new ExpansionError(`!${rest[0]}: event not found`);
    return { line, end: at };
  }
  m = /^[^\s:^$*?"';&|()<>=]+/.exec(rest);
  if (m === null) return null;
  const start = m[0];
  return from(
    m,
    history.lines.findLast((l) => l.startsWith(start)),
  );
}

/** The words that a designator behind an event chooses. */
function designated(line: string, text: string, at: number): { text: string; end: number } {
  const rest = text.slice(at);
  const m = /^:?([$^*])|^:?(\d+|-)?(?:-(\d+|\$)|(\*))|^:(\d+)(-)?/.exec(
    rest.startsWith(':') ? rest : rest.replace(/^(?![$^*]).*/s, ''),
  );
  if (m === null) return { text: line, end: at };
  const words = wordsOf(line);
  const last = words.length - 1;
  const end = at + m[0].length;
  const pick = (a: number, b: number): { text: string; end: number } => {
    if (a > last + 1 || (a > last && a === b) || b > last) throw new ExpansionError(`${m[0]}: bad word specifier`);
    return { text: words.slice(a, b + 1).join(' '), end };
  };
  if (m[1] === '$') return pick(last, last);
  if (m[1] === '^') return pick(1, 1);
  if (m[1] === '*') return last < 1 ? { text: '', end } : pick(1, last);
  if (m[5] !== undefined) return m[6] === undefined ? pick(Number(m[5]), Number(m[5])) : pick(Number(m[5]), last - 1);
  const a = m[2] === undefined || m[2] === '-' ? 0 : Number(m[2]);
  return m[4] !== undefined || m[3] === '$' ? pick(a, last) : pick(a, Number(m[3]));
}

/** `:h :t :r :e :p :q :s/a/b/ :gs :&` behind it. */
function modified(given: string, text: string, at: number, state: State): { text: string; end: number } {
  let out = given;
  let end = at;
  for (;;) {
    const rest = text.slice(end);
    const s = /^:(g?)s(.)/.exec(rest);
    if (s !== null) {
      const d = s[2]!;
      const body = rest.slice(s[0].length);
      const [a = '', b = ''] = body.split(d);
      end += s[0].length + Math.min(body.length, a.length + b.length + 2);
      const wanted = a === '' ? state.search : a;
      state.search = wanted;
      if (wanted === '' || !out.includes(wanted))
        throw new ExpansionError(`:s${d}${a}${d}${b}${d}: substitution failed`);
      const by = b.replaceAll('&', wanted);
      out = s[1] === 'g' ? out.replaceAll(wanted, () => by) : out.replace(wanted, () => by);
      continue;
    }
    const m = /^:([htrepqx])/.exec(rest);
    if (m === null) return { text: out, end };
    end += 2;
    const slash = out.lastIndexOf('/');
    const dot = out.lastIndexOf('.');
    if (m[1] === 'h') out = slash > 0 ? out.slice(0, slash) : out;
    else if (m[1] === 't') out = out.slice(slash + 1);
    else if (m[1] === 'r') out = dot > slash ? out.slice(0, dot) : out;
    else if (m[1] === 'e') out = dot > slash ? out.slice(dot) : out;
    else if (m[1] === 'p') state.printOnly = true;
    else out = `'${out.replaceAll("'", "'\\''")}'`;
  }
}

function expand(history: History, line: string, state: State): string {
  let out = '';
  let quote = '';
  for (let i = 0; i < line.length;) {
    const c = line[i]!;
    const next = line[i + 1];
    if (c === '\\' && quote !== "'") {
      out += line.slice(i, i + 2);
      i += 2;
      continue;
    }
    if (quote === '' ? c === "'" || c === '"' : c === quote) quote = quote === '' ? c : '';
    const starts =
      c === '!' && quote !== "'" && next !== undefined && !/[\s=(]/.test(next) && !(quote === '"' && next === '"');
    // `$!`, `${!` and `[!` are the shell's own.
    const own = out.endsWith('$') || out.endsWith('${') || out.endsWith('[');
    const found = starts && !own ? event(history, line, i + 1, state) : null;
    if (found === null) {
      out += c;
      i++;
      continue;
    }
    const words = designated(found.line, line, found.end);
    const made = modified(words.text, line, words.end, state);
    out += made.text;
    i = made.end;
  }
  return out;
}

/** Expands a line as it was typed. */
export function expandHistory(history: History, line: string): Expansion {
  const state: State = { printOnly: false, search: '' };
  try {
    const quick = /^\^([^^]+)\^([^^\n]*)\^?(.*)$/s.exec(line);
    if (quick !== null) {
      const [, from = '', to = '', rest = ''] = quick;
      const last = history.lines.at(-1) ?? '';
      if (!last.includes(from)) throw new ExpansionError(`:s${line}: substitution failed`);
      return { kind: 'text', text: last.replace(from, () => to) + rest, changed: true, printOnly: false };
    }
    if (!line.includes('!')) return { kind: 'text', text: line, changed: false, printOnly: false };
    const text = expand(history, line, state);
    return { kind: 'text', text, changed: text !== line || state.printOnly, printOnly: state.printOnly };
  } catch (e) {
    if (!(e instanceof ExpansionError)) throw e;
    return { kind: 'error', message: e.message };
  }
}
