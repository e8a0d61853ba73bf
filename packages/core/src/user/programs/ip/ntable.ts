/** `ip ntable`: settings of the tables of neighbours. @see ip-ntable(8), ip/ipntable.c */
import { type NdtaAttrs, type NdtpaAttrs, neightblFamily, type NeightblMessage } from '../../../netlink/neigh-table.ts';
import { RTM_SETNEIGHTBL } from '../../../uapi/rtnetlink.ts';
import type { Context } from './context.ts';
import { Row } from './json.ts';
import { Args, familyName, getUnsigned, incomplete, invarg, IpExit, matches } from './parse.ts';

const USAGE = `Usage: ip ntable change name NAME [ dev DEV ]
        [ thresh1 VAL ] [ thresh2 VAL ] [ thresh3 VAL ] [ gc_int MSEC ]
        [ PARMS ]
Usage: ip ntable show [ dev DEV ] [ name NAME ]
PARMS := [ base_reachable MSEC ] [ retrans MSEC ] [ gc_stale MSEC ]
         [ delay_probe MSEC ] [ queue LEN ]
         [ app_probes VAL ] [ ucast_probes VAL ] [ mcast_probes VAL ]
         [ anycast_delay MSEC ] [ proxy_delay MSEC ] [ proxy_queue LEN ]
         [ locktime MSEC ]
`;

/** Words of the settings of a device or table, line by line as they are shown. */
const LINES: readonly (readonly (readonly [word: string, key: keyof NdtpaAttrs])[])[] = [
  [
    ['refcnt', 'refcnt'],
    ['reachable', 'reachableTime'],
    ['base_reachable', 'baseReachableTime'],
    ['retrans', 'retransTime'],
  ],
  [
    ['gc_stale', 'gcStaletime'],
    ['delay_probe', 'delayProbeTime'],
    ['queue', 'queueLen'],
  ],
  [
    ['app_probes', 'appProbes'],
    ['ucast_probes', 'ucastProbes'],
    ['mcast_probes', 'mcastProbes'],
  ],
  [
    ['anycast_delay', 'anycastDelay'],
    ['proxy_delay', 'proxyDelay'],
    ['proxy_queue', 'proxyQlen'],
    ['locktime', 'locktime'],
  ],
];
const TABLE_WORDS: readonly (readonly [word: string, key: 'thresh1' | 'thresh2' | 'thresh3' | 'gcInterval'])[] = [
  ['thresh1', 'thresh1'],
  ['thresh2', 'thresh2'],
  ['thresh3', 'thresh3'],
  ['gc_int', 'gcInterval'],
];
const READ_ONLY: readonly string[] = ['refcnt', 'reachable'];

async function row(ctx: Context, m: NeightblMessage): Promise<Row> {
  const { attrs: a } = m;
  const p = a.parms ?? {};
  const out = new Row();
  const family = familyName(m.family);
  out.put('family', family, `${family} `);
  if (a.name !== undefined) out.put('name', a.name, `${a.name} `);
  out.say(ctx.nl);
  if (p.ifindex !== undefined && p.ifindex !== 0) {
    const name = await ctx.links.name(p.ifindex);
    out.say('    ').put('dev', name, `dev ${name} `).say(ctx.nl);
  }
  const line = (words: readonly (readonly [string, number | undefined])[]): void => {
    const said = words.filter(([, v]) => v !== undefined);
    if (said.length === 0) return;
    out.say('    ');
    for (const [word, v] of said) out.put(word, v!, `${word} ${v} `);
    out.say(ctx.nl);
  };
  line(TABLE_WORDS.map(([word, key]) => [word, a[key]]));
  if (a.parms !== undefined) for (const l of LINES) line(l.map(([word, key]) => [word, p[key] as number | undefined]));
  return out.say('\n');
}

async function show(ctx: Context, words: readonly string[]): Promise<number> {
  let index = 0;
  let name: string | null = null;
  for (const args = new Args(words); args.i < words.length; args.i++) {
    if (args.is('dev')) {
      const dev = args.next();
      index = await ctx.links.index(dev);
      if (index === 0) invarg('"DEV" is invalid', dev);
    } else if (args.is('name')) name = args.next();
    else invarg('unknown', args.word);
  }
  const rows: Row[] = [];
  for (const m of await ctx.rt.client.neightbl.dump({ family: ctx.family })) {
    if (index !== 0 && m.attrs.parms?.ifindex !== index) continue;
    if (name !== null && m.attrs.name !== name) continue;
    rows.push(await row(ctx, m));
  }
  await ctx.print(rows);
  return 0;
}

async function change(ctx: Context, words: readonly string[]): Promise<number> {
  const a: NdtaAttrs = {};
  const p: NdtpaAttrs = {};
  for (const args = new Args(words); args.i < words.length; args.i++) {
    const word = args.word;
    if (word === 'name') {
      a.name = args.next();
      continue;
    }
    if (word === 'dev') {
      const dev = args.next();
      p.ifindex = await ctx.links.index(dev);
      if (p.ifindex === 0) invarg('"DEV" is invalid', dev);
      continue;
    }
    const own = TABLE_WORDS.find(([w]) => w === word);
    const parm = READ_ONLY.includes(word) ? undefined : LINES.flat().find(([w]) => w === word);
    if (own === undefined && parm === undefined) invarg('unknown', word);
    const value = args.next();
    const number = getUnsigned(value);
    if (number === null) invarg(`"${word}" value is invalid`, value);
    if (own !== undefined) a[own[1]] = number!;
    else (p as Record<string, number>)[parm![1]] = number!;
  }
  if (words.length === 0) incomplete();
  if (a.name === undefined) throw new IpExit(255, 'Error: argument "NAME" is required\n');
  if (Object.keys(p).length > 0) a.parms = p;
  const payload = neightblFamily.encode({ family: ctx.family, attrs: a });
  await ctx.rt.done(ctx.rt.client.request(RTM_SETNEIGHTBL, 0, payload));
  return 0;
}

export async function doNtable(ctx: Context, words: readonly string[]): Promise<number> {
  const [word, ...rest] = words;
  if (word === undefined) return show(ctx, []);
  if (matches(word, 'change') || matches(word, 'chg')) return change(ctx, rest);
  if (matches(word, 'show') || matches(word, 'lst') || matches(word, 'list')) return show(ctx, rest);
  if (matches(word, 'help')) throw new IpExit(255, USAGE);
  throw new IpExit(255, `Command "${word}" is unknown, try "ip ntable help".\n`);
}
