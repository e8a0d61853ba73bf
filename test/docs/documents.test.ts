/** Every example of the README and of docs/ is run, and prints what the document says. `WARREN_UPDATE_DOCS=1` rewrites the documents. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseDocument, rewriteDocument } from './documents.ts';

const root = resolve(import.meta.dirname, '../..');
// Inside the workspace, so that a program of the documents finds its packages.
mkdirSync(join(root, '.cache'), { recursive: true });
const scratch = mkdtempSync(join(root, '.cache/docs-'));
afterAll(() => rmSync(scratch, { recursive: true }));
mkdirSync(join(scratch, 'bin'));
symlinkSync(join(root, 'packages/warren/bin/warren.js'), join(scratch, 'bin/warren'));

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'packages/core/README.md',
  'packages/warren/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];

/** Runs a command line as a person would type it, with `warren` in PATH. @returns what it prints, both streams as they come. */
function typed(command: string, cwd: string): string {
  const env = { ...process.env, PATH: `${join(scratch, 'bin')}${delimiter}${process.env['PATH']}` };
  const { stdout, error } = spawnSync('bash', ['-c', `exec 2>&1\n${command}`], {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 30_000,
  });
  if (error !== undefined) throw error;
  return stdout;
}

describe.each(documents)('%s', (path) => {
  const text = readFileSync(join(root, path), 'utf8');
  const { files, examples } = parseDocument(text);
  const cwd = mkdtempSync(join(scratch, 'cwd-'));
  for (const [name, content] of files) writeFileSync(join(cwd, name), content);
  symlinkSync(join(root, 'scripts'), join(cwd, 'scripts'));

  if (process.env['WARREN_UPDATE_DOCS'] === '1') {
    it('is rewritten', () =>
      writeFileSync(
        join(root, path),
        rewriteDocument(text, (command) => typed(command, cwd)),
      ));
    return;
  }
  it('links to files that are there, and to functions in the files that have them', () => {
    for (const [, name, to] of text.matchAll(/\[([^\]]+)\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      const file = join(root, dirname(path), to!);
      expect(existsSync(file), to).toBe(true);
      const word = /^`(\w+)`$/.exec(name!)?.[1];
      if (word !== undefined) expect(readFileSync(file, 'utf8'), to).toMatch(new RegExp(`\\b${word}\\b`));
    }
  });
  it('can be read', () => expect(path === 'README.md' ? examples.length : 1).toBeGreaterThan(0));
  for (const { line, command, output } of examples)
    it(`line ${line}: ${command}`, () => expect(typed(command, cwd)).toBe(output));
});

describe('the reader of documents', () => {
  const text =
    'Prose.\n```bash file=a.sh\necho a\n```\n```ts file=b.ts\n1;\n```\n```ts\n2;\n```\n```console\n$ one\n1\n2\n$ two\n$ three\n\n3\n```\n';

  it('finds files, commands and what they print', () => {
    const { files, examples } = parseDocument(text);
    expect([...files]).toEqual([
      ['a.sh', 'echo a\n'],
      ['b.ts', '1;\n'],
    ]);
    expect(examples).toEqual([
      { line: 12, command: 'one', output: '1\n2\n' },
      { line: 15, command: 'two', output: '' },
      { line: 16, command: 'three', output: '\n3\n' },
    ]);
  });
  it('rewrites what they print, and nothing else', () => {
    expect(rewriteDocument(text, (command) => `${command}!\n`)).toBe(
      'Prose.\n```bash file=a.sh\necho a\n```\n```ts file=b.ts\n1;\n```\n```ts\n2;\n```\n```console\n$ one\none!\n$ two\ntwo!\n$ three\nthree!\n```\n',
    );
    expect(rewriteDocument(text, () => '')).not.toContain('\n3');
  });
  it('refuses a block that begins with output', () => {
    expect(() => parseDocument('```console\noops\n```\n')).toThrow('line 2: a console block begins with a command');
  });
});
