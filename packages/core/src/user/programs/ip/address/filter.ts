/** Which addresses `ip address show` and `flush` mean. @see ip/ipaddress.c:ipaddr_list_flush_or_save */
import { compileGlob } from '../../../../lib/regex/glob.ts';
import type { AddrMessage, LinkMessage } from '../../../../netlink/index.ts';
import { IFA_F_SECONDARY } from '../../../../uapi/if-addr.ts';
import { RT_SCOPE_NOWHERE } from '../../../../uapi/rtnetlink.ts';
import { AF_PACKET, AF_UNSPEC } from '../../../../uapi/socket.ts';
import type { Context } from '../context.ts';
import { Args, getPrefix, getUnsigned, invarg, IpExit, type Prefix } from '../parse.ts';
import { deviceIndex, filterDevice, linkFilterWord, newLinkFilter, type LinkFilter } from '../link/show.ts';
import { ADDRESS_USAGE } from '../usage.ts';
import { ADDR_FLAGS, addrFlags } from './print.ts';

export interface AddrFilter extends LinkFilter {
  family: number;
  ifindex: number;
  /** null: any. */
  scope: number | null;
  flags: number;
  flagmask: number;
  label: string | null;
  to: Prefix | null;
}

/** The number of a scope by name or number, null if it is neither. */
export function scopeNumber(ctx: Context, word: string): number | null {
  return ctx.names.number('rt_scopes', word) ?? getUnsigned(word, 0, 8);
}

/** A flag word of a filter: `dynamic`, `primary`, `-tentative`. */
function flagWord(f: AddrFilter, word: string): boolean {
  let name = word;
  let inverted = false;
  if (word === 'dynamic') {
    name = 'permanent';
    inverted = true;
  } else if (word === 'primary') {
    name = 'secondary';
    inverted = true;
  } else if (word.startsWith('-')) {
    name = word.slice(1);
    inverted = true;
  }
  const known = ADDR_FLAGS.find((x) => x.name === name);
  if (known === undefined) return false;
  f.flagmask |= known.mask;
  f.flags = inverted ? f.flags & ~known.mask : f.flags | known.mask;
  return true;
}

export async function parseFilter(ctx: Context, words: readonly string[]): Promise<AddrFilter> {
  const f: AddrFilter = {
    ...newLinkFilter(),
    family: ctx.family,
    ifindex: 0,
    scope: null,
    flags: 0,
    flagmask: 0,
    label: null,
    to: null,
  };
  const args = new Args(words);
  for (; args.left > 0; args.i++) {
    if (args.is('to')) {
      f.to = getPrefix(args.next(), f.family);
      if (f.family === AF_UNSPEC) f.family = f.to.family;
    } else if (args.is('scope')) {
      const word = args.next();
      const scope = scopeNumber(ctx, word);
      if (scope === null && word !== 'all') invarg('invalid "scope"\n', word);
      f.scope = scope === RT_SCOPE_NOWHERE + 1 ? null : scope;
    } else if (flagWord(f, args.word)) continue;
    else if (args.is('label')) f.label = args.next();
    else if (await linkFilterWord(ctx, args, f)) continue;
    else {
      if (!args.is('dev') && args.like('help')) throw new IpExit(255, ADDRESS_USAGE);
      filterDevice(args, f);
    }
  }
  if (f.dev !== null) f.ifindex = await deviceIndex(ctx, f.dev);
  return f;
}

/** Shell pattern of fnmatch(3): `*`, `?`, `[…]`. */
export function fnmatch(pattern: string, s: string): boolean {
  return compileGlob(pattern).test(s);
}

/** Whether the first `bitlen` bits agree; a prefix without bits matches everything. @see inet_addr_match */
export function inPrefix(p: Prefix, bytes: Uint8Array): boolean {
  const whole = p.bitlen >> 3;
  for (let i = 0; i < whole; i++) if (p.bytes[i] !== bytes[i]) return false;
  const bits = p.bitlen & 7;
  return bits === 0 || ((p.bytes[whole]! ^ bytes[whole]!) & (0xff00 >> bits) & 0xff) === 0;
}

/** Whether an address passes everything but the device and family. */
export async function addrMatches(ctx: Context, f: AddrFilter, m: AddrMessage): Promise<boolean> {
  if (f.scope !== null && m.scope !== f.scope) return false;
  if (((f.flags ^ addrFlags(m)) & f.flagmask) !== 0) return false;
  if (f.label !== null && !fnmatch(f.label, m.attrs.label ?? (await ctx.links.name(m.index)))) return false;
  const local = m.attrs.local ?? m.attrs.address;
  return f.to === null || f.to.family === AF_UNSPEC || (local !== undefined && inPrefix(f.to, local));
}

/** Whether the head of a device is shown: one of its addresses passes, or it has none and none is asked for. */
export async function linkHasAddrs(
  ctx: Context,
  f: AddrFilter,
  link: LinkMessage,
  addrs: readonly AddrMessage[],
): Promise<boolean> {
  let none = true;
  for (const a of addrs) {
    if (a.index !== link.index) continue;
    none = false;
    if (f.family !== AF_UNSPEC && f.family !== a.family) continue;
    if (await addrMatches(ctx, f, a)) return true;
  }
  return none && (f.family === AF_UNSPEC || f.family === AF_PACKET);
}

/** `primary` was asked for: a flush must not go on to the secondaries that get promoted. */
export const onlyPrimary = (f: AddrFilter): boolean =>
  (f.flags & IFA_F_SECONDARY) === 0 && (f.flagmask & IFA_F_SECONDARY) !== 0;
