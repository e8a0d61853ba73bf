import type { RunResult } from '../instrument.ts';
import { blur } from './guidance.ts';
import { Multipath } from './multipath.ts';
import type { Item, Program } from './program.ts';
import { type Json, type Part, parts, type Row } from './state.ts';

/** One thing the two sides say differently. */
export interface Difference {
  readonly item: number;
  readonly part: string;
  /** What kind of difference it is: those of one signature are one problem, most likely. */
  readonly signature: string;
  readonly real: string;
  readonly sim: string;
}

type Found = Omit<Difference, 'item' | 'part'>;

/** What tells one row of a table from another. */
function keyOf(sort: string, r: Row): string {
  if (sort === 'link' || sort === 'addr') return word(r.ifname);
  if (sort === 'route') return JSON.stringify([r.type, r.dst, r.table, r.metric, r.tos, r.dev]);
  if (sort === 'neigh') return JSON.stringify([r.dst, r.dev]);
  if (sort === 'addr_info') return JSON.stringify([r.local, r.prefixlen, r.address]);
  return JSON.stringify(r);
}

/** A value as a word. */
const word = (v: Json | undefined): string => (typeof v === 'string' ? v : JSON.stringify(v ?? ''));

const show = (v: Json | undefined): string => (v === undefined ? '(none)' : JSON.stringify(v));

/** Names of the fields of a row, with the values that are words of Linux and not of the script. */
function shape(r: Row): string {
  const telling = ['type', 'table', 'protocol', 'scope', 'flags', 'state', 'family', 'ifname'];
  return Object.entries(r)
    .map(([k, v]) =>
      telling.includes(k) && k !== 'ifname' ? `${k}=${blur(JSON.stringify(v)).replaceAll('Q', word(v))}` : k,
    )
    .join(' ');
}

function diffRows(sort: string, a: readonly Row[], b: readonly Row[]): Found[] {
  const found: Found[] = [];
  const index = (rows: readonly Row[]): Map<string, Row> => {
    const map = new Map<string, Row>();
    for (const r of rows) {
      let key = keyOf(sort, r);
      while (map.has(key)) key += '+';
      map.set(key, r);
    }
    return map;
  };
  const [left, right] = [index(a), index(b)];
  for (const [key, r] of left) {
    const other = right.get(key);
    if (other === undefined)
      found.push({ signature: `${sort} missing: ${shape(r)}`, real: JSON.stringify(r), sim: '(none)' });
    else found.push(...diffFields(sort, r, other));
  }
  for (const [key, r] of right) {
    if (!left.has(key))
      found.push({ signature: `${sort} too many: ${shape(r)}`, real: '(none)', sim: JSON.stringify(r) });
  }
  const common = (map: Map<string, Row>, other: Map<string, Row>): string[] =>
    [...map.keys()].filter((k) => other.has(k));
  const [l, r] = [common(left, right), common(right, left)];
  if (l.join('\n') !== r.join('\n')) found.push({ signature: `${sort} order`, real: l.join('  '), sim: r.join('  ') });
  return found;
}

function diffFields(sort: string, a: Row, b: Row): Found[] {
  const found: Found[] = [];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [x, y] = [a[key], b[key]];
    if (JSON.stringify(x) === JSON.stringify(y)) continue;
    if (key === 'addr_info') {
      found.push(...diffRows(key, (x ?? []) as unknown as Row[], (y ?? []) as unknown as Row[]));
      continue;
    }
    const value = (v: Json | undefined): string => {
      const text = show(v);
      return /^"?[A-Z_]+"?$|^\[|^(true|false|null)$/.test(text) ? text.replaceAll(/\d+/g, 'N') : blur(text);
    };
    const what = ['type', 'family', 'table']
      .filter((k) => (sort === 'route' || sort === 'addr_info') && k in a)
      .map((k) => word(a[k]))
      .join(' ');
    found.push({
      signature: `${sort} ${what} ${key}: ${value(x)} -> ${value(y)}`,
      real: `${keyOf(sort, a)} ${key} ${show(x)}`,
      sim: `${keyOf(sort, b)} ${key} ${show(y)}`,
    });
  }
  if (found.length === 0 && JSON.stringify(a) !== JSON.stringify(b)) {
    found.push({ signature: `${sort} order of fields`, real: JSON.stringify(a), sim: JSON.stringify(b) });
  }
  return found;
}

/** The first lines that differ, by their kind. */
function diffText(sort: string, a: string, b: string): Found {
  const [left, right] = [a.split('\n'), b.split('\n')];
  const at = left.findIndex((line, i) => line !== right[i]);
  const i = at === -1 ? left.length : at;
  return { signature: `${sort}: ${blur(left[i] ?? '(end)')} -> ${blur(right[i] ?? '(end)')}`, real: a, sim: b };
}

export function diffParts(a: readonly Part[], b: readonly Part[]): (Found & { part: string })[] {
  const found: (Found & { part: string })[] = [];
  const right = new Map(b.map((p) => [p.name, p]));
  for (const p of a) {
    const q = right.get(p.name);
    right.delete(p.name);
    if (q === undefined) found.push({ part: p.name, signature: `${p.sort} not there`, real: p.name, sim: '(none)' });
    else if (p.rows !== undefined && q.rows !== undefined)
      found.push(...diffRows(p.sort, p.rows, q.rows).map((f) => ({ ...f, part: p.name })));
    else {
      const [x, y] = [p.text ?? JSON.stringify(p.rows), q.text ?? JSON.stringify(q.rows)];
      if (x !== y) found.push({ ...diffText(p.sort, x, y), part: p.name });
    }
  }
  for (const p of right.values())
    found.push({ part: p.name, signature: `${p.sort} too much`, real: '(none)', sim: p.name });
  return found;
}

/** Everything the two runs say differently, each thing once: a wrong state is told where it first shows. */
export function compareRuns(program: Program, items: readonly Item[], real: RunResult, sim: RunResult): Difference[] {
  const found: Difference[] = [];
  let before = new Set<string>();
  let now = new Set<string>();
  let step = -1;
  let chance: Multipath | null = null;
  const none = { stdout: '', stderr: '', status: null };
  for (const [i, item] of items.entries()) {
    const a = real.commands[i];
    if (a === undefined) break;
    if (item.step !== step && item.kind === 'state') {
      before = now;
      now = new Set();
      step = item.step;
    }
    const b = sim.commands[i] ?? none;
    if (sim.commands[i] === undefined || (b.status === null && a.status !== null)) {
      const kind = program.steps[item.step]!.kind;
      found.push({
        item: i,
        part: 'script',
        signature: `script ended at ${item.kind === 'step' ? kind : item.kind}`,
        real: String(a.status),
        sim: b.stderr.slice(-300),
      });
      break;
    }
    if (item.kind === 'state') {
      chance = new Multipath(a.stdout);
      if (chance.none) chance = null;
    }
    for (const d of diffParts(parts(program, item, a, chance), parts(program, item, b, chance))) {
      const concrete = `${item.kind} ${d.part} ${d.real} ${d.sim}`;
      if (item.kind === 'state') now.add(concrete);
      if (item.kind === 'state' && before.has(concrete)) continue;
      found.push({ item: i, ...d });
      // A command that says other words mostly ends otherwise too: that is one problem.
      if (item.kind === 'step') break;
    }
  }
  return found;
}
