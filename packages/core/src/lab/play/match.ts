/**
 * Whether a line that happened is the line a document shows.
 *
 * What differs on every run is set aside on both sides: MACs and the link-local addresses made of them, times, ids,
 * lifetimes that count down, indexes of devices. So is what the author masked with X: `mtu XXXX`, `10.X.X.1`.
 */

/** Parts of a line that stand for anything of their kind. Order counts: the first that matches at a place is taken. */
const KINDS: readonly (readonly [name: string, shape: RegExp])[] = [
  ['mac', /(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![0-9a-f:])/y],
  ['link-local', /fe80:(?::?[0-9a-f]{1,4})+(?![0-9a-f:])/y],
  ['time of day', /(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d{1,9}\b/y],
  ['duration', /\d+(?:\.\d+)?(?=\s?(?:ms|us|µs|sec|seconds|secs)\b)/y],
  ['round trip', /(?<=(?:mdev|stddev) = )[\d.]+(?:\/[\d.]+)+/y],
  ['id', /(?<=\bid )\d+/y],
  ['index', /(?<=@if)\d+/y],
  ['pid', /(?<=\[\d+\] {1,2})\d+$/y],
  ['inode', /(?<=(?:net|mnt|uts|pid|user|ipc):\[)\d+/y],
];
/** The number that a device's line begins with. */
const LINE_INDEX = /^\d+(?=: \S)/;
/** Addresses that a machine of nobody's has: they are words, whatever they look like. */
const FIXED = /^(?:00:00:00:00:00:00|ff:ff:ff:ff:ff:ff)$/;

/** One piece of a line: text that must be equal, or anything of a kind. */
type Piece = { readonly text: string } | { readonly kind: string };

/** Cuts a line into pieces. */
function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  let text = '';
  const put = (kind: string): void => {
    if (text !== '') pieces.push({ text });
    text = '';
    pieces.push({ kind });
  };
  let i = 0;
  const index = LINE_INDEX.exec(line);
  if (index !== null) {
    put('index');
    i = index[0].length;
  }
  outer: while (i < line.length) {
    const wordStart = i === 0 || !/[0-9A-Za-z]/.test(line[i - 1]!);
    for (const [kind, shape] of KINDS) {
      shape.lastIndex = i;
      const found = wordStart || kind === 'index' ? shape.exec(line) : null;
      if (found === null || FIXED.test(found[0])) continue;
      put(kind);
      i += found[0].length;
      continue outer;
    }
    text += line[i++]!;
  }
  if (text !== '') pieces.push({ text });
  return pieces;
}

const normal = (line: string): string =>
  piecesOf(line.trimEnd())
    .map((p) => ('kind' in p ? `<${p.kind}>` : p.text))
    .join('');

/** Characters of a line in which masks are looked for: nobody writes them by the thousand. */
const MAX_MASKED = 2000;
const RUN = /[0-9A-Za-z.:/-]+/g;
/** A masked word: X in place of digits or letters, at least one standing alone between other signs or two together. */
const MASKED = /X{2,}|\bX\b|(?<=[.:/])X|X(?=[.:/])/i;
const isMask = (word: string): boolean => /X/.test(word) && MASKED.test(word) && /^[0-9A-FXx.:/-]*(?:sec)?$/.test(word);

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** What a masked word stands for: each run of X and what is written out around it. */
function maskPattern(word: string): string {
  // `000.X.X.X`: noughts stand for digits as well where nothing else does.
  const shape = /^[0Xx.:/-]+$/.test(word) ? word.replaceAll('0', 'X') : word;
  // `XX.X.X.XX`: as many parts as are written, each of any length. Digits beside an X are part of the mask.
  return shape.replace(/[0-9A-Fa-fXx]*X[0-9A-Fa-fXx]*|[^X]/g, (part) =>
    part.includes('X') ? '[0-9A-Fa-f]+' : escape(part),
  );
}

/** Whether a document masks something in this line. */
export const masks = (line: string): boolean => /X/.test(line) && [...line.matchAll(RUN)].some((m) => isMask(m[0]));

/** Whether `happened` is what `shown` says. Blanks at the end do not count. */
export const sameLine = (shown: string, happened: string): boolean => lineTest(shown)(lineOf(happened));

/** A line that happened, as it is compared: made once, compared with many. */
export interface HappenedLine {
  readonly text: string;
  readonly plain: string;
  readonly normal: string;
}

export const lineOf = (text: string): HappenedLine => ({ text, plain: text.trimEnd(), normal: normal(text) });

/** The test of `sameLine` for one shown line. */
export function lineTest(shown: string): (happened: HappenedLine) => boolean {
  const plain = shown.trimEnd();
  const usual = normal(shown);
  const mask = plain.length <= MAX_MASKED && masks(plain) ? maskedLine(shown) : null;
  return (happened) =>
    plain === happened.plain || usual === happened.normal || (mask !== null && mask.test(happened.plain));
}

/** A line with masks as a pattern. */
function maskedLine(shown: string): RegExp {
  // The masks are taken out first, so that what they stand for is not taken for something else.
  let pattern = '';
  let at = 0;
  const text = shown.trimEnd();
  for (const m of text.matchAll(RUN)) {
    if (!isMask(m[0])) continue;
    pattern += literal(text.slice(at, m.index)) + maskPattern(m[0]);
    at = m.index + m[0].length;
  }
  pattern += literal(text.slice(at));
  return new RegExp(`^${pattern}$`);
}

/** Kinds as patterns, for lines that also hold a mask. */
const ANY: Readonly<Record<string, string>> = {
  mac: '[0-9a-f:]{17}',
  'link-local': 'fe80:[0-9a-f:]+',
  'time of day': '[\\d: .-]+',
  duration: '[\\d.]+',
  'round trip': '[\\d./]+',
};

const literal = (text: string): string =>
  piecesOf(text)
    .map((p) => ('kind' in p ? (ANY[p.kind] ?? '\\d+') : escape(p.text)))
    .join('');

/** A line by which an author leaves lines out: `...`, `[...]`, `<snip>`. */
export const isElision = (line: string): boolean =>
  /^\s*(?:\[?\s*(?:\.{3,}|…+)\s*\]?|<(?:snip|\.\.\.)>|\(snip\)|——?snip——?)\s*$/i.test(line);

/** Words of a line that are looked at to say how alike it is. */
const MAX_WORDS = 500;

/** How alike two lines are: the share of words they have in common, 0 to 1. */
export function likeness(a: string, b: string): number {
  const left = words(a);
  const right = words(b);
  if (left.length === 0 || right.length === 0) return 0;
  const rest = [...right];
  let common = 0;
  for (const word of left) {
    const i = rest.indexOf(word);
    if (i < 0) continue;
    rest.splice(i, 1);
    common++;
  }
  return (2 * common) / (left.length + right.length);
}

const words = (line: string): string[] =>
  (
    normal(line)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).slice(0, MAX_WORDS);
