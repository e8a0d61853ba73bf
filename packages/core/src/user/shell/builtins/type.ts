/** `type`, and what `command -v` shares with it. */
import { isReserved } from '../reserved.ts';
import { printFunction } from '../printer.ts';
import type { Shell } from '../shell.ts';
import { singleQuote } from '../words/quote.ts';
import { type Builtin, findBuiltin, options, refused, texts } from './types.ts';

/** All files in PATH of that name. */
export function allFiles(sh: Shell, name: string): string[] {
  if (name.includes('/')) {
    const file = sh.fs.which(name);
    return file === null ? [] : [name];
  }
  const out: string[] = [];
  for (const dir of (sh.vars.get('PATH') ?? '').split(':')) {
    const file = sh.fs.which(name, dir === '' ? '.' : dir);
    if (file !== null && !out.includes(file)) out.push(file);
  }
  return out;
}

/** Each thing a name stands for, first the one that would run. */
function meanings(sh: Shell, name: string): { kind: string; short: string; long: string }[] {
  const out: { kind: string; short: string; long: string }[] = [];
  const alias = sh.shopts['expand_aliases'] === true ? sh.aliases.get(name) : undefined;
  if (alias !== undefined)
    out.push({
      kind: 'alias',
      short: `alias ${name}=${singleQuote(alias)}\n`,
      long: `${name} is aliased to \`${alias}'\n`,
    });
  if (isReserved(name)) out.push({ kind: 'keyword', short: `${name}\n`, long: `${name} is a shell keyword\n` });
  const fn = sh.functions.get(name);
  if (fn !== undefined)
    out.push({ kind: 'function', short: `${name}\n`, long: `${name} is a function\n${printFunction(fn.def)}\n` });
  if (findBuiltin(sh, name) !== undefined)
    out.push({ kind: 'builtin', short: `${name}\n`, long: `${name} is a shell builtin\n` });
  const hashed = name.includes('/') ? undefined : sh.hashed.get(name);
  for (const file of allFiles(sh, name)) {
    const known = hashed?.path === file;
    out.push({
      kind: 'file',
      short: `${file}\n`,
      long: known ? `${name} is hashed (${file})\n` : `${name} is ${file}\n`,
    });
  }
  return out;
}

/** What `command -v` (short) and `command -V` (long) print; null when there is no such command. */
export function describe(sh: Shell, name: string, style: 'short' | 'long'): string | null {
  return meanings(sh, name)[0]?.[style] ?? null;
}

export const TYPE: Builtin = {
  name: 'type',
  usage: 'type [-afptP] name [name ...]',
  async run(sh, args, name) {
    const p = options(args, 'afptP');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const f = new Set(p.flags.map((x) => x.letter));
    let status = 0;
    for (const word of texts(p.rest)) {
      let list = meanings(sh, word);
      if (f.has('f')) list = list.filter((m) => m.kind !== 'function');
      if (f.has('P')) list = list.filter((m) => m.kind === 'file');
      if (list.length === 0) {
        status = 1;
        if (!f.has('t') && !f.has('p') && !f.has('P')) await sh.error(`type: ${word}: not found`);
        continue;
      }
      for (const m of f.has('a') ? list : list.slice(0, 1)) {
        if (f.has('t')) await sh.write(1, `${m.kind}\n`);
        else if (f.has('p') || f.has('P')) {
          if (m.kind === 'file') await sh.write(1, m.short);
        } else await sh.write(1, f.has('a') && m.kind === 'file' ? `${word} is ${m.short}` : m.long);
      }
    }
    return status;
  },
};
