/** Sets of characters as Perl's patterns have them. */
import { RegexError } from '../pattern.ts';

/** Code points from `lo` to `hi`, both in it. */
export type Range = readonly [lo: number, hi: number];

/** A set: its ranges and JavaScript classes (`\p{L}`, flag `u`), or all the rest. */
export interface SetSource {
  readonly ranges: readonly Range[];
  /** Parts of a JavaScript alternation, each of one character; letters' cases are not folded in them. */
  readonly classes: readonly string[];
  readonly negated: boolean;
  /** Cases are folded in the ranges. */
  readonly fold: boolean;
}

const hex = (cp: number): string => `\\u{${cp.toString(16)}}`;

/** `.`, and what it is with (?s): parts of `SetSource.classes`. */
export const DOT = '[^\\n]';
export const ALL = '[^]';

const KNOWN_NO = 1;
const KNOWN_YES = 2;

/** A set that remembers what it was asked. */
export class CharSet {
  readonly #source: SetSource;
  readonly #ascii: Uint8Array = new Uint8Array(128);
  readonly #others: Map<number, boolean> = new Map();
  #re: readonly RegExp[] | null = null;

  constructor(source: SetSource) {
    this.#source = source;
  }

  /** The one ASCII character it is, in both cases where it is both; [] where it is more, or a letter with a third form. */
  get forms(): readonly string[] {
    const { ranges, classes, negated, fold } = this.#source;
    if (negated || classes.length > 0 || ranges.length === 0) return [];
    if (ranges.some(([lo, hi]) => lo !== hi || lo > 127)) return [];
    const all = new Set(ranges.map(([cp]) => String.fromCharCode(cp)));
    if (all.size === 1 && !fold) return [...all];
    const [first] = all;
    const [low, high] = [first!.toLowerCase(), first!.toUpperCase()];
    if ([...all].some((c) => c !== low && c !== high)) return [];
    if (low === high) return [low];
    return low === 'k' || low === 's' ? [] : [low, high];
  }

  /** It is the dot: all but a newline, or all. */
  get dot(): boolean {
    const { classes, ranges, negated } = this.#source;
    return !negated && ranges.length === 0 && classes.length === 1 && (classes[0] === DOT || classes[0] === ALL);
  }

  has(cp: number): boolean {
    if (cp < 128) {
      const known = this.#ascii[cp]!;
      if (known !== 0) return known === KNOWN_YES;
      const yes = this.#look(cp);
      this.#ascii[cp] = yes ? KNOWN_YES : KNOWN_NO;
      return yes;
    }
    let yes = this.#others.get(cp);
    if (yes === undefined) {
      if (this.#others.size > 5000) this.#others.clear();
      this.#others.set(cp, (yes = this.#look(cp)));
    }
    return yes;
  }

  /** Whether it surely has no character of the other: both are ASCII's, as written. */
  apart(other: CharSet): boolean {
    if (!this.#narrow && !other.#narrow) return false;
    for (let cp = 0; cp < 128; cp++) if (this.has(cp) && other.has(cp)) return false;
    return true;
  }

  /** No character that is not ASCII's is in it. */
  get #narrow(): boolean {
    const { ranges, classes, negated, fold } = this.#source;
    return (
      !negated &&
      ranges.every(([, hi]) => hi < 128 && !fold) &&
      classes.every((c) => c === '\\w' || /^\[(?!\^)(?:[ -[\]-~]|\\[tr])+\]$/.test(c))
    );
  }

  #look(cp: number): boolean {
    const { ranges, classes, negated, fold } = this.#source;
    if (ranges.some(([lo, hi]) => cp >= lo && cp <= hi)) return !negated;
    if (this.#re === null) {
      const re: RegExp[] = [];
      if (fold && ranges.length > 0)
        re.push(new RegExp(`^[${ranges.map(([lo, hi]) => `${hex(lo)}-${hex(hi)}`).join('')}]$`, 'iu'));
      if (classes.length > 0) re.push(new RegExp(`^(?:${classes.join('|')})$`, 'su'));
      this.#re = re;
    }
    const c = String.fromCodePoint(cp);
    return this.#re.some((re) => re.test(c)) !== negated;
  }
}

/** One character alone. */
export const single = (cp: number): CharSet =>
  new CharSet({ ranges: [[cp, cp]], classes: [], negated: false, fold: false });

const HORIZONTAL = '\\t \\u00a0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000';
const VERTICAL = '\\n-\\r\\u0085\\u2028\\u2029';
/** Perl's spaces, with (*UCP). */
const SPACE = `${HORIZONTAL}${VERTICAL}`;

/** POSIX's names, as parts of JavaScript classes. @see pcre2pattern(3), POSIX CHARACTER CLASSES */
const POSIX: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  lower: 'a-z',
  upper: 'A-Z',
  alnum: 'A-Za-z0-9',
  ascii: '\\0-\\x7f',
  blank: ' \\t',
  cntrl: '\\0-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t-\\r ',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};
/** The same with (*UCP). */
const POSIX_UCP: Readonly<Record<string, string>> = {
  ...POSIX,
  alpha: '\\p{L}',
  lower: '\\p{Ll}',
  upper: '\\p{Lu}',
  alnum: '\\p{L}\\p{N}',
  blank: HORIZONTAL,
  cntrl: '\\p{Cc}',
  digit: '\\p{Nd}',
  graph: '\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}',
  print: '\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Zs}',
  punct: '\\p{P}$+<=>^`|~',
  space: SPACE,
  word: '\\p{L}\\p{N}_',
};

/** A POSIX class by its name, perhaps with a circumflex before it; null when there is none. */
export function posixClass(name: string, fold: boolean, ucp: boolean): string | null {
  const negated = name.startsWith('^');
  let word = negated ? name.slice(1) : name;
  if (fold && (word === 'lower' || word === 'upper')) word = 'alpha';
  const table = ucp ? POSIX_UCP : POSIX;
  return Object.hasOwn(table, word) ? `[${negated ? '^' : ''}${table[word]!}]` : null;
}

/** What \d \w \s \h \v \N and their opposites stand for. */
export function typeClass(letter: string, ucp: boolean): string | null {
  switch (letter) {
    case 'd':
      return ucp ? '\\p{Nd}' : '[0-9]';
    case 'D':
      return ucp ? '\\P{Nd}' : '[^0-9]';
    case 'w':
      return ucp ? '[\\p{L}\\p{N}_]' : '\\w';
    case 'W':
      return ucp ? '[^\\p{L}\\p{N}_]' : '\\W';
    case 's':
      return ucp ? `[${SPACE}]` : '[\\t-\\r ]';
    case 'S':
      return ucp ? `[^${SPACE}]` : '[^\\t-\\r ]';
    case 'h':
      return `[${HORIZONTAL}]`;
    case 'H':
      return `[^${HORIZONTAL}]`;
    case 'v':
      return `[${VERTICAL}]`;
    case 'V':
      return `[^${VERTICAL}]`;
    default:
      return null;
  }
}

/** Properties of PCRE's own. */
const OWN: Readonly<Record<string, string>> = {
  any: '[^]',
  'l&': '[\\p{Lu}\\p{Ll}\\p{Lt}]',
  lc: '[\\p{Lu}\\p{Ll}\\p{Lt}]',
  xan: '[\\p{L}\\p{N}]',
  xsp: `[${SPACE}]`,
  xps: `[${SPACE}]`,
  xwd: '[\\p{L}\\p{N}_]',
  xuc: '[$@`\\u00a0-\\ud7ff\\ue000-\\u{10ffff}]',
};

/** Properties that are so or not, JavaScript's names. */
const BINARY: readonly string[] = (
  'ASCII ASCII_Hex_Digit AHex Alphabetic Alpha Bidi_Control Bidi_C Bidi_Mirrored Bidi_M Case_Ignorable CI Cased ' +
  'Changes_When_Casefolded CWCF Changes_When_Casemapped CWCM Changes_When_Lowercased CWL Changes_When_Titlecased CWT ' +
  'Changes_When_Uppercased CWU Dash Default_Ignorable_Code_Point DI Deprecated Dep Diacritic Dia Emoji Emoji_Component ' +
  'EComp Emoji_Modifier EMod Emoji_Modifier_Base EBase Emoji_Presentation EPres Extended_Pictographic ExtPict Extender Ext ' +
  'Grapheme_Base Gr_Base Grapheme_Extend Gr_Ext Hex_Digit Hex IDS_Binary_Operator IDSB IDS_Trinary_Operator IDST ' +
  'ID_Continue IDC ID_Start IDS Ideographic Ideo Join_Control Join_C Logical_Order_Exception LOE Lowercase Lower Math ' +
  'Noncharacter_Code_Point NChar Pattern_Syntax Pat_Syn Pattern_White_Space Pat_WS Quotation_Mark QMark Radical ' +
  'Regional_Indicator RI Sentence_Terminal STerm Soft_Dotted SD Terminal_Punctuation Term Unified_Ideograph UIdeo ' +
  'Uppercase Upper Variation_Selector VS White_Space space XID_Continue XIDC XID_Start XIDS'
).split(' ');

const isClass = (source: string): boolean => {
  try {
    return new RegExp(source, 'u').test('') || true;
  } catch {
    return false;
  }
};

/** The property in \p{name}: as JavaScript has it, or made of what it has. @throws RegexError */
export function propertyClass(text: string, negated: boolean): string {
  const not = text.startsWith('^') !== negated;
  const asked = text.replace(/^\^/, '');
  const kind = /^(sc|script|scx|scriptextensions|bidiclass|bc)\s*[=:](.*)$/i.exec(
    asked.replace(/[_\s-]+(?=\w*[=:])/g, ''),
  );
  const name = (kind === null ? asked : kind[2]!).trim();
  const own = OWN[name.toLowerCase().replace(/[\s_-]/g, '')];
  const p = not ? 'P' : 'p';
  if (kind === null && own !== undefined) return not ? `(?!${own})[^]` : own;
  // Case, spaces, hyphens and underscores of a name do not count.
  const plain = name.toLowerCase().replace(/[\s_-]/g, '');
  const words = name.split(/[\s_-]+/).map((w) => w.charAt(0).toUpperCase() + w.slice(1).toLowerCase());
  const script = kind !== null && /^sc(ript)?$/i.test(kind[1]!) ? 'Script' : 'Script_Extensions';
  const forms = [name, words.join('_'), words.join('')].map((form) => `${script}=${form}`);
  if (kind === null) {
    const binary = BINARY.find((x) => x.toLowerCase().replaceAll('_', '') === plain);
    if (binary !== undefined) forms.unshift(binary);
    if (plain.length <= 2) forms.unshift(plain.charAt(0).toUpperCase() + plain.slice(1));
  } else if (/^b/i.test(kind[1]!)) forms.length = 0;
  for (const form of forms) {
    const source = `\\${p}{${form}}`;
    if (/^[\w=]+$/.test(form) && isClass(source)) return source;
  }
  throw new RegexError('unknown property after \\P or \\p');
}
