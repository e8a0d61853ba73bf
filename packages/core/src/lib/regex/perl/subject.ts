import type { PerlAssertion } from './tree.ts';

/** The part of a text that is searched: nothing outside is seen. */
export interface Subject {
  readonly text: string;
  readonly from: number;
  readonly end: number;
  /** Where the search begins. */
  readonly search: number;
  /** `from` is no start of a line, `end` no end. @see PCRE2_NOTBOL, PCRE2_NOTEOL */
  readonly notStart: boolean;
  readonly notEnd: boolean;
}

const WORD = /[\p{L}\p{N}_]/u;

function isWord(s: Subject, at: number, ucp: boolean): boolean {
  if (at < s.from || at >= s.end) return false;
  const unit = s.text.charCodeAt(at);
  if (unit < 128)
    return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || (unit >= 48 && unit <= 57) || unit === 95;
  if (!ucp) return false;
  const low = (unit & 0xfc00) === 0xdc00 && at > s.from;
  return WORD.test(String.fromCodePoint(s.text.codePointAt(low ? at - 1 : at)!));
}

export function holdsAt(what: PerlAssertion, s: Subject, at: number, ucp: boolean): boolean {
  switch (what) {
    case 'start':
      return at === s.from && !s.notStart;
    case 'end':
      return at === s.end && !s.notEnd;
    case 'line-start':
      // Behind a newline that ends the text no line begins.
      return at === s.from ? !s.notStart : at < s.end && s.text[at - 1] === '\n';
    case 'line-end':
      return at === s.end ? !s.notEnd : s.text[at] === '\n';
    case 'text-start':
      return at === s.from;
    case 'text-end':
      return at === s.end;
    case 'text-end-newline':
      return at === s.end || (at === s.end - 1 && s.text[at] === '\n');
    case 'search-start':
      return at === s.search;
    case 'word-edge':
      return isWord(s, at - 1, ucp) !== isWord(s, at, ucp);
    case 'no-word-edge':
      return isWord(s, at - 1, ucp) === isWord(s, at, ucp);
  }
}

/** Whether n units of the text are the same at both places. */
export function sameText(text: string, a: number, b: number, n: number, fold: boolean): boolean {
  const [x, y] = [text.slice(a, a + n), text.slice(b, b + n)];
  return x === y || (fold && (x.toLowerCase() === y.toLowerCase() || x.toUpperCase() === y.toUpperCase()));
}

const CONTROL = /\p{Cc}|[\u2028\u2029]/u;
const EXTENDS = /\p{M}|\p{Emoji_Modifier}|[\u200c\uff9e\uff9f]|\u200d/u;
const FLAG = /\p{Regional_Indicator}/u;
const PICTURE = /\p{Extended_Pictographic}/u;
/** Hangul's leading consonants, vowels, trailing consonants and syllables. */
const HANGUL = /[\u1100-\u11ff\ua960-\ua97c\uac00-\ud7fb]/;

/** Where the extended grapheme cluster at `at` ends. @see UAX #29 */
export function graphemeEnd(text: string, at: number, end: number): number {
  const char = (i: number): string => (i < end ? String.fromCodePoint(text.codePointAt(i)!) : '');
  const first = char(at);
  let i = at + first.length;
  if (first === '\r' && char(i) === '\n') return i + 1;
  if (CONTROL.test(first)) return i;
  let flag = FLAG.test(first);
  let picture = PICTURE.test(first);
  for (let before = first; i < end;) {
    const c = char(i);
    const joined =
      EXTENDS.test(c) ||
      (flag && FLAG.test(c)) ||
      (picture && before === '\u200d' && PICTURE.test(c)) ||
      (HANGUL.test(before) && HANGUL.test(c) && hangul(before, c));
    if (!joined) break;
    if (FLAG.test(c)) flag = false;
    picture ||= PICTURE.test(c);
    before = c;
    i += c.length;
  }
  return i;
}

/** Whether two Hangul characters are of one syllable. */
function hangul(a: string, b: string): boolean {
  const kind = (c: string): string =>
    /[\u1100-\u115f\ua960-\ua97c]/.test(c)
      ? 'L'
      : /[\u1160-\u11a7\ud7b0-\ud7c6]/.test(c)
        ? 'V'
        : /[\u11a8-\u11ff\ud7cb-\ud7fb]/.test(c)
          ? 'T'
          : (c.charCodeAt(0) - 0xac00) % 28 === 0
            ? 'LV'
            : 'LVT';
  const [x, y] = [kind(a), kind(b)];
  if (x === 'L') return y !== 'T';
  return x === 'V' || x === 'LV' ? y === 'V' || y === 'T' : y === 'T';
}
