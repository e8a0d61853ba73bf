/**
 * Runs a TypeScript file: bundles it with esbuild into .cache/ts/ and runs that with node.
 *
 *   node scripts/ts.mjs [--node-flag=FLAG]... FILE.ts [ARGS...]
 *
 * `import.meta.dirname` and `import.meta.filename` are those of the source file. Packages of the workspace come from their sources;
 * those of node_modules stay where they are.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ensureInstalled } from './ensure.mjs';
import { ROOT, fail, run } from './process.mjs';

const args = process.argv.slice(2);
const flags = [];
while (args[0]?.startsWith('--node-flag=')) flags.push(args.shift().slice('--node-flag='.length));
const [file, ...rest] = args;
if (file === undefined) fail('usage: node scripts/ts.mjs [--node-flag=FLAG]... FILE.ts [ARGS...]', 2);
const entry = resolve(file);
if (!existsSync(entry)) fail(`${file}: no such file`, 2);

await ensureInstalled();
const esbuild = await import('esbuild');

/** Gives each module the import.meta.dirname and .filename of its source. */
const metaOfSource = {
  name: 'meta-of-source',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.')) return undefined;
      const contents = text
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.filename', JSON.stringify(path));
      return { contents, loader: 'ts' };
    });
  },
};

const key = createHash('sha256').update(entry).digest('hex').slice(0, 8);
const name = `${relative(ROOT, entry).replaceAll(/[^\w]+/g, '-')}-${key}`;
const outfile = join(ROOT, '.cache/ts', name, `${process.pid}.mjs`);
try {
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@warren/source'],
    plugins: [metaOfSource, { name: 'external', setup: externals }],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
} catch (error) {
  if (Array.isArray(error.errors)) fail(`${file} was not built`);
  throw error;
}

/** What is not a relative path and not of the workspace is left to Node. */
function externals(build) {
  build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
    if (kind === 'entry-point' || path.startsWith('@warren/')) return undefined;
    return { path, external: true };
  });
}

process.exitCode = await run(process.execPath, ['--enable-source-maps', ...flags, outfile, ...rest], {
  cwd: process.cwd(),
});
rmSync(dirname(outfile), { recursive: true, force: true });
