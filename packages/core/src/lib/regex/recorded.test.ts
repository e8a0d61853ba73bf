/** What the real programs answer to patterns: recorded.json, made anew by RECORD=1 npx vitest run packages/core/src/lib/regex. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  AWK,
  type Dialect,
  EGREP,
  EMACS,
  GREP,
  REGCOMP_BASIC,
  REGCOMP_EXTENDED,
  SED,
  SED_EXTENDED,
} from './dialect.ts';
import { RegexError } from './pattern.ts';
import { compilePosix } from './posix.ts';
import type { Regex } from './regex.ts';
import { extendedPatterns, oddPatterns, randomPatterns, TEXTS } from './patterns.fixture.ts';

/** pattern, text, what bash's =~ says: status, then BASH_REMATCH. */
type BashCase = readonly [string, string, readonly string[]];
/** program, pattern, text, what it prints (its error, when it has one). */
type ToolCase = readonly [string, string, string, string];

interface Recorded {
  bash: BashCase[];
  tools: ToolCase[];
}

const file = new URL('recorded.json', import.meta.url);
const ENV = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' };

/** How each program is asked, and in which dialect ours answers. */
const TOOLS: Readonly<Record<string, { argv(p: string, t: string): readonly string[]; dialect: Dialect }>> = {
  grep: { argv: (p) => ['grep', '-o', '-e', p], dialect: GREP },
  egrep: { argv: (p) => ['grep', '-oE', '-e', p], dialect: EGREP },
  'egrep -i': { argv: (p) => ['grep', '-oiE', '-e', p], dialect: EGREP },
  sed: { argv: (p) => ['sed', `s\x01${p}\x01<&>\x01g`], dialect: SED },
  'sed -E': { argv: (p) => ['sed', '-E', `s\x01${p}\x01<&>\x01g`], dialect: SED_EXTENDED },
  awk: { argv: (p) => ['awk', `BEGIN{p=${JSON.stringify(p)}} {gsub(p,"<&>");print}`], dialect: AWK },
  expr: { argv: (p, t) => ['expr', 'match', `+${t}`, `+${p}`], dialect: REGCOMP_BASIC },
  find: { argv: (p) => ['find', '.', '-maxdepth', '0', '-regex', p], dialect: EMACS },
};

function askBash(pairs: readonly (readonly [string, string])[]): BashCase[] {
  const script = `while IFS= read -r p && IFS= read -r t; do [[ $t =~ $p ]]; printf '%s' $? ; printf '\\x1f%s' "\${BASH_REMATCH[@]}"; echo; done`;
  const input = pairs.map(([p, t]) => `${p}\n${t}\n`).join('');
  const r = spawnSync('bash', ['-c', script], { env: ENV, input, timeout: 60_000, maxBuffer: 1e8 });
  const lines = r.stdout.toString().split('\n');
  return pairs.map(([p, t], i) => {
    const [status, ...rest] = lines[i]!.split('\x1f');
    return [p, t, status === '0' ? [status, ...rest] : [status!]];
  });
}

function askTool(tool: string, p: string, t: string): ToolCase {
  const [name, ...args] = TOOLS[tool]!.argv(p, t);
  const r = spawnSync(name!, args, { env: ENV, input: `${t}\n`, timeout: 5000 });
  const words = r.stderr
    .toString()
    .split('\n')
    .filter((l) => l !== '' && !l.includes('warning:'))
    .map((l) => l.replace(/^.*?: (?:-e expression #1, char \d+: |cmd\. line:1: .*invalid regexp: |failed .*': )?/, ''))
    .map((l) => (tool === 'awk' ? l.replace(/: \/.*\/$/s, '') : l));
  return [tool, p, t, words.length > 0 ? `error: ${words[0]}` : r.stdout.toString().replace(/\n$/, '')];
}

if (process.env['RECORD'] !== undefined) {
  const recorded: Recorded = { bash: [], tools: [] };
  const pairs = [...extendedPatterns(), ...randomPatterns(300)].flatMap((p) => TEXTS.map((t) => [p, t] as const));
  recorded.bash = askBash(pairs);
  for (const p of oddPatterns())
    for (const tool of ['grep', 'egrep', 'egrep -i', 'sed', 'sed -E', 'awk'])
      for (const t of ['aab*b(x)|a{1}\\nd^ Foo_Bar-9'])
        if (!(tool.startsWith('sed') && /\[[^\]]*$/.test(p))) recorded.tools.push(askTool(tool, p, t));
  writeFileSync(file, `${JSON.stringify(recorded).replaceAll('],[', '],\n[')}\n`);
}

const recorded: Recorded = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as Recorded)
  : { bash: [], tools: [] };

const known = new Map<string, Regex>();
function bash(p: string, t: string, quick: boolean): readonly string[] {
  const key = `${quick}${p}`;
  let re = known.get(key);
  if (re === undefined) {
    try {
      re = compilePosix(p, REGCOMP_EXTENDED, { quick });
    } catch (e) {
      if (e instanceof RegexError) return ['2'];
      throw e;
    }
    known.set(key, re);
  }
  const m = re.exec(t);
  return m === null ? ['1'] : ['0', ...m.groups.map((g) => g ?? '')];
}

function ours(tool: string, p: string, t: string): string {
  const { dialect } = TOOLS[tool]!;
  let re: Regex;
  try {
    re = compilePosix(p, dialect, { ignoreCase: tool === 'egrep -i' });
  } catch (e) {
    if (e instanceof RegexError) return `error: ${e.message}`;
    throw e;
  }
  if (tool.includes('grep'))
    return [...re.matches(t)]
      .map((m) => m.groups[0]!)
      .filter((m) => m !== '')
      .join('\n');
  let out = '';
  let at = 0;
  for (const m of re.matches(t)) {
    out += `${t.slice(at, m.index)}<${m.groups[0]!}>`;
    at = m.end;
  }
  return out + t.slice(at);
}

describe('patterns mean what they mean to the real programs', () => {
  it('bash: place and groups of a match', () => {
    expect(recorded.bash.length).toBeGreaterThan(2000);
    const wrong = recorded.bash
      .flatMap(([p, t, said]) => [true, false].map((quick) => [p, t, said, bash(p, t, quick)] as const))
      .filter(([, , said, our]) => JSON.stringify(said) !== JSON.stringify(our));
    expect(wrong).toEqual([]);
  });
  it.each(recorded.tools)('%s %s', (tool, p, t, said) => {
    expect(ours(tool, p, t)).toBe(said);
  });
});
