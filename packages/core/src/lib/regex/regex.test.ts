import { describe, expect, it } from 'vitest';
import { AWK, EGREP, GREP, REGCOMP_EXTENDED } from './dialect.ts';
import { compileGlob } from './glob.ts';
import { Meter } from './meter.ts';
import { type Node, RegexError, RegexExhausted } from './pattern.ts';
import { parsePosix } from './parse.ts';
import { randomPatterns, TEXTS } from './patterns.fixture.ts';
import { compilePosix } from './posix.ts';
import { holds } from './program.ts';
import { quick } from './quick.ts';
import { Regex } from './regex.ts';

const sets = new Map<string, RegExp>();
/** A set's regular expression. */
function setOf(source: string): RegExp {
  let re = sets.get(source);
  if (re === undefined) sets.set(source, (re = new RegExp(`^${source}$`, 'su')));
  return re;
}

const WORD = /[\p{L}\p{N}_]/u;

/** Every end of a match of a tree that begins at `at`: by the book, in exponential time. */
function ends(n: Node, s: readonly string[], at: number): Set<number> {
  switch (n.k) {
    case 'char':
      return new Set(s[at] === n.c ? [at + 1] : []);
    case 'set':
      return new Set(at < s.length && setOf(n.source).test(s[at]!) ? [at + 1] : []);
    case 'cat':
      return n.parts.reduce((from, p) => new Set([...from].flatMap((i) => [...ends(p, s, i)])), new Set([at]));
    case 'alt':
      return new Set(n.branches.flatMap((b) => [...ends(b, s, at)]));
    case 'group':
      return ends(n.body, s, at);
    case 'repeat': {
      const out = new Set<number>();
      let now = new Set([at]);
      for (let i = 0; i <= Math.min(n.max, n.min + s.length + 1); i++) {
        if (i >= n.min) for (const x of now) out.add(x);
        const next = new Set([...now].flatMap((x) => [...ends(n.body, s, x)]));
        // From here on it would only go on alike.
        if (i >= n.min && [...next].every((x) => out.has(x))) break;
        now = next;
      }
      return out;
    }
    case 'assert': {
      const kind = (c: string | undefined): number => (c === undefined ? 3 : c === '\n' ? 2 : WORD.test(c) ? 1 : 0);
      return new Set(holds(n.what, false, kind(s[at - 1]), kind(s[at])) ? [at] : []);
    }
    case 'back':
      throw new Error('not by the book');
  }
}

/** Start and end of the leftmost, longest match, in characters. */
function byTheBook(tree: Node, text: string): readonly [number, number] | null {
  const s = [...text];
  for (let at = 0; at <= s.length; at++) {
    const all = ends(tree, s, at);
    if (all.size > 0) return [at, Math.max(...all)];
  }
  return null;
}

const ATOMS = ['a', 'b', '.', '[ab]', '[^a]', '\\w', '\\W', '^', '$', '\\b', '\\<', '\\>', '\\B', 'é', 'a', 'b', '😀'];
const STRINGS = [...TEXTS, 'éa b', 'a😀b', '\udcffab', 'ba ab', 'bbb'];

describe('automata', () => {
  it('find the leftmost, longest match, and JavaScript where it is asked the same', () => {
    const wrong: unknown[] = [];
    for (const p of randomPatterns(400, ATOMS)) {
      const { tree, groups } = parsePosix(p, REGCOMP_EXTENDED, false);
      const slow = new Regex(tree, groups, { quick: false });
      const fast = new Regex(tree, groups);
      for (const t of STRINGS) {
        const want = byTheBook(tree, t);
        const [index, end] = want?.map((i) => [...t].slice(0, i).join('').length) ?? [];
        for (const re of [slow, fast]) {
          const [found, m] = [re.find(t), re.exec(t)];
          if (found?.index !== index || found?.end !== end || re.test(t) !== (want !== null)) wrong.push([p, t, found]);
          if (m?.index !== index || m?.end !== end) wrong.push([p, t, m]);
        }
        const all = (re: Regex): string => JSON.stringify([...re.matches(t)].map((m) => [m.index, [...m.groups]]));
        if (all(slow) !== all(fast)) wrong.push([p, t, all(slow), all(fast)]);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('find the same in a text they have scanned from behind', () => {
    const re = compilePosix('[0-9]+x|y', EGREP, { quick: false });
    const digits = '1234567890'.repeat(500);
    const t = `${digits} 12x ${digits}`;
    expect(re.find(t)).toEqual({ index: 5001, end: 5004 });
    expect(re.find(t, 5002)).toEqual({ index: 5002, end: 5004 });
    expect(re.find(t, 5004)).toBeNull();
    expect(re.find('7x')).toEqual({ index: 0, end: 2 });
  });
});

describe('work', () => {
  const zeros = '0'.repeat(2000);
  it.each([
    '^(0+)+[xX]$',
    '(0*)*[xX]',
    '((0|00)*0*)*[xX]',
    '(0|0)*(0|0)*[xX]',
    '0*0*0*0*0*0*[xX]',
    '(.*)(.*)(.*)(.*)(.*)[xX]',
    '(0?){30}0{30}[xX]',
    '(0+)+$[xX]',
    '[0-9]+[xX]',
  ])('of %s grows as the text does', (p) => {
    const cost = (t: string): number => {
      const meter = new Meter();
      const re = compilePosix(p, EGREP, { meter });
      expect(re.test(t)).toBe(false);
      expect(re.find(t)).toBeNull();
      return meter.total;
    };
    const [one, two] = [cost(zeros), cost(zeros + zeros)];
    expect(one).toBeGreaterThan(zeros.length - 1);
    expect(two).toBeLessThan(2.5 * one + 20_000);
    expect(two).toBeLessThan(100 * 2 * zeros.length);
  });

  it('of groups grows as the match does', () => {
    const meter = new Meter();
    const m = compilePosix('((0|00)*)*(0*)', EGREP, { meter }).exec(zeros);
    expect(m?.groups).toEqual([zeros, zeros, '0', '']);
    expect(meter.total).toBeLessThan(100 * zeros.length);
  });

  it('of JavaScript is bounded by the lengths it is asked about', () => {
    for (const p of ['0*0*x', '.*.*.*x', '[0-9]+x', 'a.*b.*c']) {
      const q = quick(parsePosix(p, EGREP, false).tree, {})!;
      const open = p.match(/[*+]/g)!.length;
      expect(q.testLimit ** (open + (p === '[0-9]+x' ? 0 : 1))).toBeLessThanOrEqual(2 ** 18);
    }
    for (const p of ['(0+)+x', '(0|00)*x', '(0*){3,}x', '(0)\\1'])
      expect(quick(parsePosix(p, EGREP, false).tree, {})).toBeNull();
  });

  it('of back references ends', () => {
    const re = compilePosix('^(0*)(0*)(0*)(0*)(0*)\\1\\2\\3\\4\\5[xX]', EGREP);
    expect(() => re.test('0'.repeat(300))).toThrow(RegexExhausted);
    expect(re.test('0000x')).toBe(true);
    expect(compilePosix('(a*)*\\1[bB]', EGREP).test('a'.repeat(40))).toBe(false);
    expect(compilePosix('\\(.\\)\\(.\\)\\2\\1', GREP).exec('xabbay')?.groups).toEqual(['abba', 'a', 'b']);
  });

  it('is told to who must let others run', () => {
    const meter = new Meter();
    const re = compilePosix('(0+)+x', EGREP, { meter });
    expect(meter.heavy).toBe(false);
    re.test('0'.repeat(1_100_000));
    expect([meter.heavy, meter.heavy]).toEqual([true, false]);
  });
});

describe('size', () => {
  it.each(['a{32768}', '((a{1,255}){1,255}){1,255}', '(((a{9}){99}){99}){99}'])('%s is too big', (p) => {
    expect(() => compilePosix(p, EGREP)).toThrow(new RegexError('Regular expression too big'));
  });
  it('what glibc takes is taken', () => {
    expect(compilePosix('(a{1,255}){1,255}', EGREP).find('baaab')).toEqual({ index: 1, end: 4 });
    expect(compilePosix('a{1,32767}', EGREP).test('ba')).toBe(true);
    expect(compilePosix('x*'.repeat(5000), EGREP).test('ba')).toBe(true);
  });
  it('too many parentheses are refused, and so is nothing that is long alone', () => {
    expect(() => compilePosix('('.repeat(50_000), EGREP)).toThrow(RegexError);
    expect(compilePosix(`${'('.repeat(300)}a${')'.repeat(300)}`, EGREP).exec('a')?.groups.length).toBe(301);
    expect(compilePosix(`a${'*'.repeat(50_000)}`, EGREP).find('aa')).toEqual({ index: 0, end: 2 });
    expect(compilePosix(`a${'+'.repeat(50_000)}`, EGREP).find('aa')).toEqual({ index: 0, end: 2 });
  });
});

describe('characters', () => {
  it('a byte that is no UTF-8 matches itself alone, and a pair is not two', () => {
    const re = compilePosix('.', REGCOMP_EXTENDED);
    expect([...re.matches('a\udcff😀')].map((m) => m.groups[0])).toEqual(['a', '😀']);
    expect(compilePosix('é\udcff+', REGCOMP_EXTENDED).test('é\udcff\udcff')).toBe(true);
    expect([...compilePosix('x*', REGCOMP_EXTENDED).matches('😀')].map((m) => m.index)).toEqual([0, 2]);
    expect(compilePosix('[[:alpha:]]', REGCOMP_EXTENDED).test('\udcff')).toBe(false);
  });
  it('escapes mean what sed and awk mean by them', () => {
    expect(compilePosix('\\yb\\y', AWK).test('a b c')).toBe(true);
    expect(compilePosix('\\101', AWK).test('A')).toBe(true);
    expect(compilePosix('[\\]x]', AWK).test(']')).toBe(true);
  });
});

describe('globs', () => {
  it('match whole texts, many stars in linear time', () => {
    const g = compileGlob('*0'.repeat(20) + 'x');
    expect(g.test('0'.repeat(3000))).toBe(false);
    expect(g.test(`${'0'.repeat(3000)}x`)).toBe(true);
    expect(compileGlob('[!a-c]?[]x]*').test('dé]😀')).toBe(true);
    expect(compileGlob('a*b', { pathname: true }).test('a/b')).toBe(false);
    expect(compileGlob('[a').test('[a')).toBe(true);
    expect(compileGlob('\\*').test('*')).toBe(true);
  });
});
