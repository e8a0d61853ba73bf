import type { Multipath } from './multipath.ts';
import type { Item, Program } from './program.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Row = { readonly [key: string]: Json };

/** Fields that are left out of judgement. One line each, with the reason. */
const DROPPED: Readonly<Record<string, string>> = {
  num_tx_queues: 'as many as the machine has processors',
  num_rx_queues: 'as many as the machine has processors',
  gso_max_size: "offload sizes are the driver's and the machine's",
  gso_max_segs: "offload sizes are the driver's and the machine's",
  gso_ipv4_max_size: "offload sizes are the driver's and the machine's",
  gro_max_size: "offload sizes are the driver's and the machine's",
  gro_ipv4_max_size: "offload sizes are the driver's and the machine's",
  tso_max_size: "offload sizes are the driver's and the machine's",
  tso_max_segs: "offload sizes are the driver's and the machine's",
  used: 'a running timer',
  confirmed: 'a running timer',
  updated: 'a running timer',
  probes: 'counts with a running timer',
};

/** Values that are folded. One line each, with the reason. */
const FOLDED: Readonly<Record<string, (value: Json) => Json>> = {
  // a lifetime counts down in seconds; that it runs, and whether it ended, stays
  valid_life_time: (v) => (typeof v === 'number' && v > 0 && v < 4294967295 ? 'running' : v),
  preferred_life_time: (v) => (typeof v === 'number' && v > 0 && v < 4294967295 ? 'running' : v),
  // the same for a route's
  expires: (v) => (typeof v === 'number' && v > 0 ? 'running' : v),
  // probing ends in failure, and delay in probing, after milliseconds to seconds of timers: which of the two a look sees is chance
  state: (v) =>
    Array.isArray(v)
      ? v.map((s: Json) => (s === 'INCOMPLETE' ? 'FAILED' : s === 'PROBE' || s === 'DELAY' ? 'DELAY|PROBE' : s))
      : v,
};

/** What `ip -j addr` says beyond `ip -j link`, which is judged by itself: a difference is to be told once. */
const ADDR_FIELDS = new Set(['ifname', 'addr_info']);

export function normaliseJson(value: Json, key = ''): Json {
  const fold = FOLDED[key];
  if (fold !== undefined) return fold(value);
  if (Array.isArray(value)) return value.map((v: Json) => normaliseJson(v));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([k]) => !(k in DROPPED))
      .map(([k, v]) => [k, normaliseJson(v, k)]),
  );
}

/** One comparable part of an item's answer: a table of rows, or a text. */
export interface Part {
  /** `a/route`, `a,10.0.0.1`, `stdout`. */
  readonly name: string;
  /** What the part is, without the namespace: differences are grouped by it. */
  readonly sort: string;
  readonly rows?: readonly Row[];
  readonly text?: string;
}

const SECTIONS = ['link', 'addr', 'route', 'rule', 'neigh'] as const;

/** The parts of a text that begin with a line `@ name`. */
function sections(text: string): [string, string][] {
  return text
    .split(/^@ /m)
    .slice(1)
    .map((s) => [s.slice(0, s.indexOf('\n')), s.slice(s.indexOf('\n') + 1)]);
}

const isIpv6 = (r: Row): boolean => 'pref' in r || JSON.stringify(r.dst ?? '').includes(':');
const byText = (a: Row, b: Row): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** The rows of a section; IPv6 routes and neighbours sorted, for they come in hash order. */
function order(section: string, rows: readonly Row[]): Row[] {
  if (section === 'neigh') return rows.toSorted(byText);
  if (section === 'route') return [...rows.filter((r) => !isIpv6(r)), ...rows.filter(isIpv6).toSorted(byText)];
  return [...rows];
}

/** The rows of one section in each namespace; none where it is not JSON. */
export function stateRows(stdout: string, section: (typeof SECTIONS)[number]): [ns: string, rows: readonly Row[]][] {
  return sections(stdout).map(([ns, text]) => {
    try {
      return [ns, JSON.parse(text.split('\n')[SECTIONS.indexOf(section)] ?? '[]') as Row[]];
    } catch {
      return [ns, []];
    }
  });
}

function stateParts(stdout: string): Part[] {
  return sections(stdout).flatMap(([ns, text]) => {
    const lines = text.trimEnd().split('\n');
    if (lines.length !== SECTIONS.length) return [{ name: `${ns}/state`, sort: 'state', text }];
    return SECTIONS.map((section, i): Part => {
      let rows: Row[];
      try {
        rows = normaliseJson(JSON.parse(lines[i]!) as Json) as unknown as Row[];
      } catch {
        return { name: `${ns}/${section}`, sort: section, text: lines[i]! };
      }
      if (section === 'addr')
        rows = rows.map((r) => Object.fromEntries(Object.entries(r).filter(([k]) => ADDR_FIELDS.has(k))));
      return { name: `${ns}/${section}`, sort: section, rows: order(section, rows) };
    });
  });
}

/** The answers of a batch of `ip route get`, each found by the line numbers of those that failed. */
function gridParts(program: Program, stdout: string, stderr: string, chance: Multipath | null): Part[] {
  const errors = new Map(sections(stderr));
  return sections(stdout).flatMap(([ns, text]) => {
    const failed = new Map<number, string>();
    let message = '';
    for (const line of (errors.get(ns) ?? '').split('\n')) {
      const at = /^Command failed .*:(\d+)$/.exec(line);
      if (at === null) message += `${line}\n`;
      else {
        failed.set(Number(at[1]), message);
        message = '';
      }
    }
    const answers = text.trimEnd() === '' ? [] : text.trimEnd().split('\n');
    return program.grid.map((what, i): Part => {
      const error = failed.get(i + 1);
      const answer = error === undefined ? `${answers.shift() ?? '(no answer)'}\n` : undefined;
      return {
        name: `${ns}/route get ${what}`,
        sort: 'route get',
        text: error ?? chance?.fold(ns, what.split(' ')[0]!, answer!) ?? answer!,
      };
    });
  });
}

const sortLines = (text: string): string => text.split('\n').toSorted().join('\n');

/** Whether a part `NS,TARGET` of a ping matrix is not for chance to decide. */
const judged = (name: string, chance: Multipath | null): boolean => {
  const at = name.indexOf(',');
  return chance === null || !chance.decides(name.slice(0, at), name.slice(at + 1));
};

/** An item's answer cut into what is compared. @param chance routes with several ways, null without any */
export function parts(
  program: Program,
  item: Item,
  answer: { stdout: string; stderr: string; status: number | null },
  chance: Multipath | null = null,
): Part[] {
  if (item.kind === 'state') return stateParts(answer.stdout);
  if (item.kind === 'grid') return gridParts(program, answer.stdout, answer.stderr, chance);
  if (item.kind === 'ping')
    return sections(answer.stdout)
      .filter(([name]) => judged(name, chance))
      .map(([name, text]) => ({ name, sort: 'ping matrix', text }));
  const { kind, unordered } = program.steps[item.step]!;
  const stdout = /"(valid|preferred)_life_time":|_lft /.test(answer.stdout)
    ? answer.stdout.replaceAll(/(life_time":|_lft )\d{1,4}(?=sec|,|\})/g, '$1<n>')
    : answer.stdout;
  return [
    { name: 'stderr', sort: `${kind} stderr`, text: answer.stderr },
    { name: 'stdout', sort: `${kind} stdout`, text: unordered ? sortLines(stdout) : stdout },
    { name: 'status', sort: `${kind} status`, text: String(answer.status) },
  ];
}
