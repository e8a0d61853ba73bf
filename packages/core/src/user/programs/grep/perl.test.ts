/** What grep -P -o answers: recorded.json, made anew by RECORD=1 npx vitest run packages/core/src/user/programs/grep. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Meter } from '../../../lib/regex/meter.ts';
import { RegexError, RegexExhausted } from '../../../lib/regex/pattern.ts';
import { readPerl } from '../../../lib/regex/perl/read.ts';
import { utf8Decode } from '../../../lib/text.ts';
import { PATTERNS, TEXTS } from './patterns.fixture.ts';
import { PerlMatcher } from './perl.ts';

/** pattern, options, what `grep -anoP` prints for all the texts. */
type Case = readonly [string, string, string];

const file = new URL('recorded.json', import.meta.url);
const LIMIT = "error: (standard input): exceeded PCRE's backtracking limit";

function real(pattern: string, options: string): string {
  const r = spawnSync('grep', [`-anoP${options}`, '-e', pattern], {
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
    input: `${TEXTS.join('\n')}\n`,
    timeout: 20_000,
  });
  const error = r.stderr.toString().trim();
  return r.stdout.toString() + (error === '' ? '' : `${error.replace(/^grep/, 'error')}\n`);
}

/** @returns the match that was found, and how often others had a turn meanwhile */
function run(m: PerlMatcher, line: string, at: number): { index: number; end: number } | null {
  const steps = m.search(line, at);
  for (let turns = 0; turns < 5000; turns++) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
  throw new Error('it does not end');
}

function all(m: PerlMatcher, line: string): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at <= line.length;) {
    const span = run(m, line, at);
    if (span === null) break;
    if (span.end > span.index) found.push(line.slice(span.index, span.end));
    at = span.end > span.index ? span.end : span.end + (line.codePointAt(span.end)! > 0xffff ? 2 : 1);
  }
  return found;
}

const compile = (pattern: string, options = ''): PerlMatcher => new PerlMatcher(pattern, new Set(options), new Meter());

function ours(pattern: string, options: string): string {
  let out = '';
  try {
    const m = compile(pattern, options);
    for (const [i, t] of TEXTS.entries()) for (const found of all(m, t)) out += `${i + 1}:${found}\n`;
  } catch (e) {
    if (e instanceof RegexExhausted) out += `${LIMIT}\n`;
    else if (e instanceof RegexError) out += `error: ${e.message}\n`;
    else throw e;
  }
  return out;
}

if (process.env['RECORD'] !== undefined) {
  const cases = PATTERNS.flatMap((p) => ['', 'i', 'w', 'x'].map((o): Case => [p, o, real(p, o)]));
  writeFileSync(file, `${JSON.stringify(cases).replaceAll('],[', '],\n[')}\n`);
}

describe('patterns mean what they mean to grep -P', () => {
  const recorded = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Case[]) : [];
  it('there are many', () => expect(recorded.length).toBeGreaterThan(1000));
  it.each(recorded)('%s -%s', (pattern, options, said) => {
    expect(ours(pattern, options)).toBe(said);
  });
});

describe('what takes too long', () => {
  const zeros = '0'.repeat(40);
  it.each([
    '^(0+)+[xyz]$',
    '(?:0|0)*[xyz]',
    '(0|00)+[xyz]',
    '((0*)*)*[xyz]',
    '(0?){30}0{30}0{30}[xyz]',
    '(?=(0+)+[xyz])',
    '(?<a>0|0(?&a))+[xyz]',
  ])('%s ends, and others get their turn', (p) => {
    const steps = compile(`(*LIMIT_MATCH=300000)${p}`).search(zeros, 0);
    let turns = 0;
    expect(() => {
      while (steps.next().done !== true) turns++;
    }).toThrow(RegexExhausted);
    expect(turns).toBeGreaterThan(1);
    expect(turns).toBeLessThan(100);
  });

  it('is what takes more than ten million steps, as PCRE counts them', () => {
    expect(readPerl('a', { ignoreCase: false, wholeLine: false }).limit).toBe(10_000_000);
    // Each zero doubles the steps: with eight of them PCRE takes 510.
    const text = `${'0'.repeat(8)}xy`;
    expect(run(compile('(*LIMIT_MATCH=520)^(0+)+y'), text, 0)).toBeNull();
    expect(() => run(compile('(*LIMIT_MATCH=500)^(0+)+y'), text, 0)).toThrow(RegexExhausted);
  });

  it('and what is told at once is not', () => {
    expect(run(compile('^(0+)+(?=x)x$'), zeros, 0)).toBeNull();
    expect(run(compile('(a|b)*+c'), 'ab'.repeat(50_000), 0)).toBeNull();
  });

  it.each(['(?R)', 'a|(?R)', '(?<x>b?(?&x))'])('%s calls itself for ever, and ends', (p) => {
    expect(() => run(compile(p), 'b', 0)).toThrow(RegexExhausted);
  });
});

describe('lines that are no UTF-8', () => {
  const text = (bytes: string): string => utf8Decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));
  it.each([
    ['\\w+', 'abc\xffdef', ['abc', 'def']],
    ['\\Aabc', '\xffabc', ['abc']],
    ['^abc', '\xffabc', []],
    ['c$', 'abc\xff', []],
    ['(?<!c)d', 'abc\xffd', ['d']],
    ['.', '\xc3\xa9\xc3', ['\xc3\xa9']],
  ])('%s in %s', (pattern, bytes, found) => {
    expect(all(compile(pattern), text(bytes))).toEqual(found.map(text));
  });
  it('an empty match is where the line ends, or where a character breaks off', () => {
    expect(run(compile('$'), text('abc\xff'), 0)).not.toBeNull();
    expect(run(compile('^'), text('\xff'), 0)).toBeNull();
    expect(run(compile('^'), text('\xc3a'), 0)).not.toBeNull();
  });
});

describe('size', () => {
  it('250 parentheses in each other are the most', () => {
    const nested = (n: number): string => `${'('.repeat(n)}a${')'.repeat(n)}`;
    expect(all(compile(nested(250)), 'a')).toEqual(['a']);
    expect(() => compile(nested(251))).toThrow('parentheses are too deeply nested');
    expect(() => compile('(((a{1000}){1000}){1000}')).toThrow('missing closing parenthesis');
  });
});
