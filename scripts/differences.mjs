/**
 * docs/differences.md, made of the notes `Differs from Linux:` in the sources of the core: by room, each with its file.
 *
 *   node scripts/differences.mjs           writes it
 *   node scripts/differences.mjs --check   fails when it is not up to date
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, fail } from './process.mjs';

const SOURCES = join(ROOT, 'packages/core/src');
const TARGET = join(ROOT, 'docs/differences.md');
const MARK = 'Differs from Linux:';

const HEAD = `# Where Warren differs from Linux

Made by \`node scripts/differences.mjs\` of the notes \`${MARK}\` in the sources: write there, not here.
`;

/** The notes of a source, each in one line of text. A note ends with its comment, a blank line, a \`@\` tag or the next note. */
export function notesOf(source) {
  const notes = [];
  for (const [comment] of source.matchAll(/\/\*\*?[\s\S]*?\*\/|(?:^[ \t]*\/\/.*\n)+/gm)) {
    const lines = comment.split('\n').map((line) =>
      line
        .replace(/^\s*(?:\/\*\*?|\/\/|\*(?!\/))\s?/, '')
        .replace(/\s*\*\/\s*$/, '')
        .trim(),
    );
    let open = null;
    const close = () => {
      if (open !== null) notes.push(open.trim());
      open = null;
    };
    for (const line of lines) {
      const at = line.indexOf(MARK);
      let rest = line;
      if (at >= 0) {
        close();
        open = '';
        rest = line.slice(at + MARK.length);
      } else if (line === '' || /^(?:@|- )/.test(line)) close();
      if (open === null) continue;
      const tag = rest.search(/(?:^|\s)@[a-z]+\b/);
      open += ` ${(tag < 0 ? rest : rest.slice(0, tag)).trim()}`;
      if (tag >= 0) close();
    }
    close();
  }
  return notes.map((note) => note.charAt(0).toUpperCase() + note.slice(1));
}

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts')) yield path;
  }
}

/** The whole document. */
export function differences() {
  const rooms = new Map();
  for (const path of sources(SOURCES)) {
    const notes = notesOf(readFileSync(path, 'utf8'));
    if (notes.length === 0) continue;
    const file = relative(SOURCES, path).replaceAll('\\', '/');
    const parts = file.split('/');
    const room = parts.slice(0, Math.min(2, parts.length - 1)).join('/');
    const list = rooms.get(room) ?? [];
    for (const note of notes) list.push(`- ${note} ([${file}](../packages/core/src/${file}))\n`);
    rooms.set(room, list);
  }
  return HEAD + [...rooms].map(([room, list]) => `\n## ${room}\n\n${list.join('')}`).join('');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = differences();
  if (process.argv.includes('--check')) {
    let have = '';
    try {
      have = readFileSync(TARGET, 'utf8');
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    if (have !== text) fail('docs/differences.md is not up to date: run node scripts/differences.mjs');
  } else writeFileSync(TARGET, text);
}
