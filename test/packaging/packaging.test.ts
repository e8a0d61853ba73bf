/** What is published: the right files, nothing missing, nothing of Node where a browser runs it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { importsOf } from '../boundaries.ts';

const root = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'warren-packaging-'));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Manifest {
  readonly name: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
const manifest = (name: string): Manifest =>
  JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as Manifest;

/** Paths that `npm pack` would put into the archive. */
function packed(name: string): string[] {
  const npm = process.env['npm_execpath'];
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--workspace', `packages/${name}`];
  const [command, words] =
    npm !== undefined && /\.[cm]?js$/.test(npm) ? [process.execPath, [npm, ...args]] : ['npm', args];
  const text = execFileSync(command, words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const parsed = JSON.parse(text) as { files: { path: string }[] }[] | Record<string, { files: { path: string }[] }>;
  const [archive] = Object.values(parsed);
  return archive!.files.map(({ path }) => path).sort();
}

describe('warren', () => {
  const dist = join(root, 'packages/warren/dist');
  const chunks = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'));

  it('packs the command, its bundle and the licences, and no sources', () => {
    const files = packed('warren');
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'bin/warren.js',
        'dist/main.js',
        'dist/THIRD-PARTY-LICENSES.txt',
        'package.json',
      ]),
    );
    expect(files.filter((path) => path.startsWith('src/') || path.endsWith('.ts'))).toEqual([]);
    for (const path of Object.values(manifest('warren').bin!)) expect(files).toContain(path.replace('./', ''));
  });

  it('is whole: the bundle imports only its own chunks and Node', () => {
    const wrong: string[] = [];
    for (const chunk of chunks) {
      for (const { specifier } of importsOf(readFileSync(join(dist, chunk), 'utf8'))) {
        const own = specifier.startsWith('.') && existsSync(join(dist, dirname(chunk), specifier));
        if (!own && !specifier.startsWith('node:')) wrong.push(`${chunk}: ${specifier}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('@warren/core', () => {
  it('compiles, and every path of its exports is made', () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    let errors = '';
    try {
      execFileSync(process.execPath, [tsc, '-p', 'packages/core', '--outDir', scratch], {
        cwd: root,
        encoding: 'utf8',
      });
    } catch (error) {
      errors = String((error as { stdout?: unknown }).stdout);
    }
    expect(errors).toBe('');
    for (const target of Object.values(manifest('core').exports!)) {
      expect(existsSync(join(root, 'packages/core', target['@warren/source']!))).toBe(true);
      for (const kind of ['types', 'default'])
        expect(existsSync(join(scratch, target[kind]!.replace('./dist/', ''))), target[kind]).toBe(true);
    }
  });

  it('runs where there is no Node: a browser bundle imports nothing from outside', async () => {
    const { outputFiles, metafile } = await build({
      absWorkingDir: root,
      entryPoints: ['packages/core/src/index.ts'],
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'browser',
      outdir: join(scratch, 'browser'),
      conditions: ['@warren/source'],
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    const outside = Object.values(metafile.outputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external),
    );
    expect(outside.map(({ path }) => path)).toEqual([]);
    expect(outputFiles.some(({ text }) => /['"]node:/.test(text))).toBe(false);
  });

  it('packs no sources and no tests', () => {
    expect(packed('core').filter((path) => path.startsWith('src/') || path.includes('.test.'))).toEqual([]);
  });
});

describe('the workspace', () => {
  it('has a package-lock.json that agrees with every package.json, or `npm ci` refuses', () => {
    type Wanted = Readonly<Record<string, unknown>>;
    const json = (path: string): Wanted => JSON.parse(readFileSync(join(root, path), 'utf8')) as Wanted;
    const locked = json('package-lock.json')['packages'] as Readonly<Record<string, Wanted>>;
    for (const folder of ['', 'packages/core', 'packages/warren']) {
      const wanted = json(join(folder, 'package.json'));
      for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'])
        expect(locked[folder]![kind], `${folder} ${kind}`).toEqual(wanted[kind]);
    }
  });

  it('gives each package the licence', () => {
    const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
    for (const name of ['core', 'warren'])
      expect(readFileSync(join(root, 'packages', name, 'LICENSE'), 'utf8')).toBe(licence);
  });
});
