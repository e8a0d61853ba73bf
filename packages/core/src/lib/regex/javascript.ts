/**
 * Reads a pattern written for JavaScript, as far as it says the same as an automaton can: to tell in linear time whether a text holds
 * a match at all. Which of several matches comes first is not asked.
 */
import type { Node } from './pattern.ts';

const MAX_DEPTH = 200;

class Reader {
  readonly #s: string;
  #at = 0;
  #depth = 0;
  /** It has what an automaton has not: back references, looking around. */
  refused = false;

  constructor(source: string) {
    this.#s = source;
  }

  alternatives(): Node {
    const branches = [this.#branch()];
    while (this.#s[this.#at] === '|') {
      this.#at++;
      branches.push(this.#branch());
    }
    return branches.length === 1 ? branches[0]! : { k: 'alt', branches };
  }

  get done(): boolean {
    return this.#at >= this.#s.length;
  }

  #branch(): Node {
    const parts: Node[] = [];
    while (!this.refused && this.#at < this.#s.length && this.#s[this.#at] !== '|' && this.#s[this.#at] !== ')')
      parts.push(this.#repeated(this.#atom()));
    return { k: 'cat', parts };
  }

  #repeated(body: Node): Node {
    const m = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(this.#s.slice(this.#at, this.#at + 20));
    if (m === null) return body;
    this.#at += m[0].length;
    if (m[1] !== undefined) return { k: 'repeat', body, min: m[1] === '+' ? 1 : 0, max: m[1] === '?' ? 1 : Infinity };
    const min = Number(m[2]);
    return { k: 'repeat', body, min, max: m[3] === '' ? min : m[4] === '' ? Infinity : Number(m[4]) };
  }

  #atom(): Node {
    const rest = this.#s.slice(this.#at);
    const group = /^\((?:\?:|\?<[A-Za-z_]\w*>|(?!\?))/.exec(rest);
    if (group !== null) {
      this.#at += group[0].length;
      if (++this.#depth > MAX_DEPTH) this.refused = true;
      const body = this.alternatives();
      this.#depth--;
      if (this.#s[this.#at++] !== ')') this.refused = true;
      return body;
    }
    const token =
      /^(?:\[(?:\\[^]|[^\]\\])*\]|\\(?:u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[pP]\{[^}]*\}|c[A-Za-z]|[^1-9kuxpPc])|[^\\[()*+?{|])/u.exec(
        rest,
      )?.[0];
    if (token === undefined) {
      this.refused = true;
      return { k: 'cat', parts: [] };
    }
    this.#at += token.length;
    switch (token) {
      case '^':
        return { k: 'assert', what: 'line-start' };
      case '$':
        return { k: 'assert', what: 'line-end' };
      case '.':
        return { k: 'set', source: '[^\\n\\r\\u2028\\u2029]' };
      case '\\b':
      case '\\B':
        // JavaScript's words are ASCII's.
        this.refused = true;
        return { k: 'cat', parts: [] };
      default:
        return { k: 'set', source: token };
    }
  }
}

/** The tree of a JavaScript pattern (flag `u`, not `s` and not `m`), or null when no automaton says the same. */
export function parseJavaScript(source: string): Node | null {
  const reader = new Reader(source);
  const tree = reader.alternatives();
  return reader.refused || !reader.done ? null : tree;
}
