/** `ip link show`: devices with filters. */
import { NetlinkError, type LinkMessage } from '../../../../netlink/index.ts';
import { IFF_UP } from '../../../../uapi/if.ts';
import { AF_PACKET } from '../../../../uapi/socket.ts';
import type { Context } from '../context.ts';
import { Row } from '../json.ts';
import { Args, duparg2, getInteger, invarg, IpError, IpExit } from '../parse.ts';
import { netlinkWords } from '../rtnl.ts';
import { LINK_USAGE } from '../usage.ts';
import { printLink } from './print.ts';

/** Which devices to print. */
export interface LinkFilter {
  dev: string | null;
  up: boolean;
  group: number;
  /** ifindex of the master; 0 any, -1 only devices without. */
  master: number;
  kind: string | null;
  slaveKind: string | null;
}

export const newLinkFilter = (): LinkFilter => ({
  dev: null,
  up: false,
  group: -1,
  master: 0,
  kind: null,
  slaveKind: null,
});

/** The number of a device group by name or number. */
export function groupNumber(ctx: Context, word: string): number {
  const n = ctx.names.number('group', word) ?? getInteger(word);
  return n === null || n < 0 ? invarg('Invalid "group" value\n', word) : n;
}

/**
 * Reads a filter word that `ip link show` and `ip address show` share.
 * @returns false when the word is none of them
 */
export async function linkFilterWord(ctx: Context, args: Args, f: LinkFilter): Promise<boolean> {
  if (args.is('up')) f.up = true;
  else if (args.is('group')) f.group = groupNumber(ctx, args.next());
  else if (args.is('master')) {
    const word = args.next();
    f.master = await ctx.links.index(word);
    if (f.master === 0) invarg('Device does not exist\n', word);
  } else if (args.is('vrf')) {
    const word = args.next();
    const index = await ctx.links.index(word);
    const m = index === 0 ? null : await ctx.rt.linkOrNull({ index });
    if (m?.attrs.linkinfo?.kind !== 'vrf') invarg('Not a valid VRF name\n', word);
    f.master = index;
  } else if (args.is('nomaster')) f.master = -1;
  else if (args.is('type')) {
    const word = args.next();
    if (word.endsWith('_slave')) f.slaveKind = word.slice(0, -6);
    else f.kind = word;
  } else return false;
  return true;
}

/** A word that must be a device, given once. */
export function filterDevice(args: Args, f: LinkFilter): void {
  if (args.is('dev')) args.next();
  if (f.dev !== null) duparg2('dev', args.word);
  f.dev = args.word;
}

/** Whether a device passes. @see print_linkinfo */
export function linkPasses(m: LinkMessage, f: LinkFilter): boolean {
  const a = m.attrs;
  if (f.up && (m.flags & IFF_UP) === 0) return false;
  if (f.group !== -1 && a.group !== undefined && a.group !== f.group) return false;
  if (f.master > 0 && a.master !== f.master) return false;
  if (f.master === -1 && a.master !== undefined && a.master !== 0) return false;
  if (f.kind !== null && a.linkinfo?.kind !== f.kind) return false;
  return f.slaveKind === null || a.linkinfo?.slaveKind === f.slaveKind;
}

/** The device's number, or the error `Device "x" does not exist.` */
export async function deviceIndex(ctx: Context, name: string): Promise<number> {
  const index = await ctx.links.index(name);
  if (index === 0) throw new IpError(1, `Device "${name}" does not exist.\n`);
  return index;
}

async function showOne(ctx: Context, f: LinkFilter): Promise<number> {
  let m: LinkMessage;
  const index = await deviceIndex(ctx, f.dev!);
  try {
    m = await ctx.rt.link({ index }, ctx.stats);
  } catch (e) {
    if (!(e instanceof NetlinkError)) throw e;
    ctx.err(netlinkWords(e));
    ctx.err('Cannot send link get request\n');
    return 1;
  }
  ctx.links.learn(m);
  const row = new Row();
  if (linkPasses(m, f)) await printLink(ctx, row, m, { link: true, family: AF_PACKET });
  await ctx.print([row]);
  return 0;
}

export async function showLinks(ctx: Context, words: readonly string[]): Promise<number> {
  const f = newLinkFilter();
  const args = new Args(words);
  for (; args.left > 0; args.i++) {
    if (await linkFilterWord(ctx, args, f)) continue;
    if (args.like('help')) throw new IpExit(255, LINK_USAGE);
    filterDevice(args, f);
  }
  if (f.dev !== null) return showOne(ctx, f);
  const kernel = {
    ...(f.master > 0 ? { master: f.master } : {}),
    ...(f.kind === null ? {} : { kind: f.kind }),
  };
  const found = await ctx.rt.links(AF_PACKET, ctx.stats, kernel);
  for (const m of found) ctx.links.learn(m);
  const rows: Row[] = [];
  for (const m of found) {
    const row = new Row();
    if (linkPasses(m, f)) await printLink(ctx, row, m, { link: true, family: AF_PACKET });
    rows.push(row);
  }
  await ctx.print(rows);
  return 0;
}
