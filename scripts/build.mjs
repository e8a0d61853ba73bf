/**
 * Bundles the command line: packages/warren/src/main.ts -> packages/warren/dist/, as ES modules with code splitting, so that a program
 * behind a literal `import()` is a chunk of its own and costs nothing until a script names it.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, fail } from './process.mjs';

export async function build() {
  const esbuild = await import('esbuild');
  const dist = join(ROOT, 'packages/warren/dist');
  const fresh = `${dist}.${process.pid}`;
  try {
    const { metafile } = await esbuild.build({
      absWorkingDir: ROOT,
      entryPoints: { main: 'packages/warren/src/main.ts' },
      outdir: fresh,
      chunkNames: 'chunks/[name]-[hash]',
      bundle: true,
      splitting: true,
      minifyWhitespace: true,
      minifySyntax: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      conditions: ['@warren/source'],
      // Some dependencies are CommonJS and require() Node's own modules.
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
      },
      metafile: true,
      charset: 'utf8',
      treeShaking: true,
      logLevel: 'warning',
    });
    writeFileSync(join(fresh, 'THIRD-PARTY-LICENSES.txt'), licences(Object.keys(metafile.inputs)));
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (Array.isArray(error.errors)) fail(`the bundle was not built: ${error.errors.length} error(s), shown above`);
    throw error;
  }
  // The old bundle is replaced in one step: a build that failed leaves it as it was.
  const old = `${fresh}.old`;
  mkdirSync(dist, { recursive: true });
  renameSync(dist, old);
  renameSync(fresh, dist);
  if (existsSync(old)) rmSync(old, { recursive: true, force: true });
}

/** The names and licences of the packages whose files went into the bundle, as those licences ask. */
function licences(inputs) {
  const folders = new Set();
  for (const path of inputs) {
    const match = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path);
    if (match !== null) folders.add(match[0]);
  }
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(ROOT, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : `\n${readFileSync(join(ROOT, folder, file), 'utf8').trim()}\n`;
    return `${name} ${version} (${license})\n${text}`;
  });
  return texts.join('\n---\n\n');
}
