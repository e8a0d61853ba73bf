/**
 * What `npm start` and `npm test` call first: installs the packages and builds the bundle, each only when it is needed.
 * Plain JavaScript without dependencies, since it runs on a fresh clone where nothing is installed.
 *
 *   node scripts/ensure.mjs            install and build
 *   node scripts/ensure.mjs install    install only
 */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { ROOT, fail, run, say } from './process.mjs';

export const BUNDLE = join(ROOT, 'packages/warren/dist/main.js');
const STAMP = join(ROOT, 'packages/warren/dist/.stamp');
/** First and second part of the oldest Node release that the tools run on. */
const OLDEST_NODE = [20, 19];

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The reason why node_modules does not match package-lock.json, or undefined when it does. */
function whyInstall() {
  const lock = readJson(join(ROOT, 'package-lock.json'));
  if (lock === undefined) fail('package-lock.json is missing or not JSON');
  // npm's own record of what is in node_modules, written last: an install that was cut short leaves none.
  const present = readJson(join(ROOT, 'node_modules/.package-lock.json'));
  if (present === undefined) return 'nothing is installed';
  for (const [path, wanted] of Object.entries(lock.packages)) {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue;
    const have = present.packages[path];
    if (have === undefined) {
      if (wanted.optional || wanted.devOptional) continue;
      return `${path} is missing`;
    }
    if (have.version !== wanted.version) return `${path} is ${have.version}, the lock says ${wanted.version}`;
    if (!existsSync(join(ROOT, path))) return `${path} is missing`;
  }
  const native = `node_modules/@esbuild/${process.platform}-${process.arch}`;
  if (native in lock.packages && !existsSync(join(ROOT, native))) return 'it was installed for another kind of machine';
  return undefined;
}

/** Where npm keeps what it downloads, when the home directory cannot hold it: users without one have nothing else. */
function cacheOf() {
  if (process.env.npm_config_cache !== undefined && canWrite(process.env.npm_config_cache)) return {};
  return canWrite(homedir()) ? {} : { npm_config_cache: join(ROOT, '.cache/npm') };
}

/** Whether a folder can be written, or made. */
function canWrite(folder) {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  try {
    accessSync(there, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs `npm ci` when node_modules does not match package-lock.json. Needs the network only then. */
export async function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    fail(`Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}`);
  }
  const why = whyInstall();
  if (why === undefined) return;
  say(`installing packages (npm ci): ${why}`);
  const started = Date.now();
  const tick = setInterval(() => {
    const folder = join(ROOT, 'node_modules');
    const count = existsSync(folder) ? readdirSync(folder).length : 0;
    say(`  ${Math.round((Date.now() - started) / 1000)} s, ${count} folders so far`);
  }, 3000);
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const stdio = ['ignore', 2, 2];
  const env = { ...process.env, ...cacheOf() };
  const status =
    npm !== undefined && /\.[cm]?js$/.test(npm)
      ? await run(process.execPath, [npm, ...args], { stdio, env })
      : await run('npm', args, { stdio, env, shell: process.platform === 'win32' });
  clearInterval(tick);
  if (status !== 0) fail(`npm ci failed with exit status ${status}`, status);
  say(`installed in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** Every file the bundle is made from, sorted. */
function sources() {
  const found = [];
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts')) found.push(path);
    }
  };
  for (const name of readdirSync(join(ROOT, 'packages'))) {
    const src = join(ROOT, 'packages', name, 'src');
    if (existsSync(src)) walk(src);
    found.push(join(ROOT, 'packages', name, 'package.json'));
  }
  found.push(join(ROOT, 'package-lock.json'), join(ROOT, 'scripts/build.mjs'));
  return found.filter((path) => existsSync(path)).sort();
}

/** Names, sizes and times of the sources as one digest: a removed file or an older branch counts as a change too. */
function sourcesDigest() {
  const hash = createHash('sha256');
  for (const path of sources()) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(ROOT, path)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Builds packages/warren/dist unless it was made from the sources as they are. */
export async function ensureBuilt() {
  const digest = sourcesDigest();
  if (existsSync(BUNDLE) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
  say('building the bundle');
  const started = Date.now();
  await build();
  writeFileSync(STAMP, digest);
  say(`built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureInstalled();
  if (process.argv[2] !== 'install') await ensureBuilt();
}
