/** The `select` loop. */
import type { For } from './ast.ts';
import { LoopSignal, ShellError } from './errors.ts';
import type { Maybe } from './maybe.ts';
import { readLine } from './read-line.ts';
import type { Shell } from './shell.ts';
import { expandWords } from './words/expand.ts';

/** The menu in columns. @see execute_cmd.c:print_select_list */
function menu(items: readonly string[], columns: number): string {
  const digits = String(items.length).length;
  const width = items.reduce((n, i) => Math.max(n, i.length), 0) + digits + 2 + 2;
  const cols = Math.max(1, Math.min(items.length, Math.floor(columns / width)));
  let rows = Math.max(1, Math.ceil(items.length / cols));
  if (rows === 1 && items.length > 1) rows = items.length;
  if (rows === items.length) return items.map((item, i) => `${String(i + 1).padStart(digits)}) ${item}\n`).join('');
  let out = '';
  for (let r = 0; r < rows; r++) {
    let line = '';
    for (let i = r; i < items.length; i += rows)
      line += `${String(i + 1).padStart(digits)}) ${items[i]!}`.padEnd(i + rows < items.length ? width : 0);
    out += `${line}\n`;
  }
  return out;
}

export async function runSelect(sh: Shell, node: For, body: () => Maybe<number>): Promise<number> {
  sh.line = node.line;
  if (!/^[A-Za-z_]\w*$/.test(node.name)) throw new ShellError(`\`${node.name}': not a valid identifier`);
  const items = node.words === null ? sh.params : await expandWords(sh, node.words);
  if (items.length === 0) return 0;
  let status = 0;
  let show = true;
  sh.loopDepth++;
  try {
    for (;;) {
      if (show) await sh.warn(menu(items, Number(sh.vars.get('COLUMNS') ?? 80)));
      await sh.warn(sh.vars.get('PS3') ?? '#? ');
      const line = await readLine(sh, 0);
      if (line === null) {
        await sh.write(1, '\n');
        status = 1;
        return 1;
      }
      show = line === '';
      if (show) continue;
      sh.vars.set('REPLY', line);
      const n = /^\s*\d+\s*$/.test(line) ? Number(line) : 0;
      sh.vars.set(node.name, items[n - 1] ?? '');
      try {
        status = await body();
      } catch (e) {
        if (!(e instanceof LoopSignal)) throw e;
        if (e.levels > 1 && sh.loopDepth > 1) throw new LoopSignal(e.levels - 1, e.again);
        status = 0;
        if (!e.again) return 0;
      }
    }
  } finally {
    sh.loopDepth--;
    sh.status = status;
  }
}
