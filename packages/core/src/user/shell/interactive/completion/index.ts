/** What Tab offers: commands, variables, files, and the words that some commands take. */
import { SystemError } from '../../../../syscall/index.ts';
import { S_IFDIR, S_IFMT } from '../../../../uapi/fcntl.ts';
import { RESERVED } from '../../reserved.ts';
import type { Shell } from '../../shell.ts';
import type { Candidate, Completer, Completion } from '../completing.ts';
import { wordsFor } from './programs.ts';
import { type Context, contextAt, quoteFor } from './words.ts';

const isDirectory = (sh: Shell, path: string): boolean => {
  const st = sh.fs.exists(path);
  return st !== null && (st.mode & S_IFMT) === S_IFDIR;
};

/** Names in a directory; none when it cannot be read. */
function names(sh: Shell, dir: string): readonly string[] {
  try {
    return sh.fs.readdir(dir);
  } catch (e) {
    if (e instanceof SystemError) return [];
    throw e;
  }
}

/** `~` and `~/` as the directory they stand for. */
function untilde(sh: Shell, path: string): string {
  return /^~(?=\/|$)/.test(path) ? (sh.vars.get('HOME') ?? '/root') + path.slice(1) : path;
}

/** Files whose names begin with the word. @param only which of them */
function files(sh: Shell, word: string, only: (path: string) => boolean = () => true): string[] {
  const slash = word.lastIndexOf('/') + 1;
  const dir = word.slice(0, slash);
  const base = word.slice(slash);
  const real = untilde(sh, dir);
  return names(sh, real === '' ? '.' : real)
    .filter((n) => n.startsWith(base) && (base.startsWith('.') || !n.startsWith('.')))
    .filter((n) => only(real + n) || isDirectory(sh, real + n))
    .map((n) => dir + n);
}

const isExecutable = (sh: Shell, path: string): boolean => ((sh.fs.exists(path)?.mode ?? 0) & 0o111) !== 0;

/** Commands: keywords, builtins, functions, aliases, and programs in PATH. */
function commands(sh: Shell, word: string): string[] {
  const found = new Set<string>([
    ...RESERVED,
    ...sh.hooks.builtins.keys(),
    ...sh.functions.keys(),
    ...sh.aliases.keys(),
  ]);
  for (const dir of (sh.vars.get('PATH') ?? '').split(':')) {
    for (const name of names(sh, dir === '' ? '.' : dir)) if (name.startsWith(word)) found.add(name);
  }
  return [...found].filter((n) => n.startsWith(word));
}

/** A candidate for a file: directories go on with a slash. */
function fileCandidate(sh: Shell, path: string, quote: string): Candidate {
  const directory = isDirectory(sh, untilde(sh, path));
  const label = path.slice(path.lastIndexOf('/') + 1);
  return {
    text: quoteFor(path, quote),
    label: directory ? `${label}/` : label,
    suffix: directory ? '/' : `${quote} `,
  };
}

const wordCandidate = (text: string, quote: string): Candidate => ({
  text: quoteFor(text, quote),
  label: text,
  suffix: /[=/]$/.test(text) ? '' : `${quote} `,
});

const sorted = (words: readonly string[]): string[] => [...new Set(words)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** `$NA` and `${NA`. */
function variables(sh: Shell, c: Context, line: string, cursor: number): Completion | null {
  const m = /\$(\{?)(\w*)$/.exec(line.slice(0, cursor));
  if (m === null || c.quote === "'") return null;
  const [all, brace = '', start = ''] = m;
  const found = sorted(sh.vars.names().filter((n) => n.startsWith(start)));
  return {
    from: cursor - all.length,
    candidates: found.map((n) => ({ text: `$${brace}${n}`, label: n, suffix: brace === '' ? ' ' : '}' })),
  };
}

function wordCompletion(sh: Shell, c: Context): Completion {
  const { word, quote, from, before } = c;
  const asFiles = (paths: readonly string[]): Completion => ({
    from,
    candidates: sorted(paths).map((p) => fileCandidate(sh, p, quote)),
  });
  const asWords = (words: readonly string[]): Completion => ({
    from,
    candidates: sorted(words.filter((w) => w.startsWith(word))).map((w) => wordCandidate(w, quote)),
  });
  if (c.redirected) return asFiles(files(sh, word));
  if (before.length === 0) {
    if (word.includes('/') || word.startsWith('~')) return asFiles(files(sh, word, (p) => isExecutable(sh, p)));
    const found = commands(sh, word);
    return found.length > 0 ? asWords(found) : asFiles(files(sh, word, () => false));
  }
  const offered = wordsFor(sh, before, word);
  if (offered.kind === 'command') return wordCompletion(sh, { ...c, before: offered.before });
  if (offered.kind === 'words') return asWords(offered.words);
  if (offered.kind === 'directories') return asFiles(files(sh, word, () => false));
  return asFiles(files(sh, word));
}

/** What completes file names alone. */
export const fileCompleter =
  (sh: Shell): Completer =>
  (line, cursor) => {
    const c = contextAt(line, cursor);
    return { from: c.from, candidates: sorted(files(sh, c.word)).map((p) => fileCandidate(sh, p, c.quote)) };
  };

/** What completes the word before the cursor. */
export const completerOf =
  (sh: Shell): Completer =>
  (line, cursor) => {
    const c = contextAt(line, cursor);
    return variables(sh, c, line, cursor) ?? wordCompletion(sh, c);
  };
