/** `ip address add`, `change`, `replace`, `delete`. @see ip/ipaddress.c:ipaddr_modify */
import { addrFamily, type IfaAttrs, type Ifaddrmsg } from '../../../../netlink/index.ts';
import { IFA_F_MCAUTOJOIN } from '../../../../uapi/if-addr.ts';
import { RTM_DELADDR, RT_SCOPE_HOST } from '../../../../uapi/rtnetlink.ts';
import { AF_INET, AF_INET6, AF_UNSPEC } from '../../../../uapi/socket.ts';
import type { Context } from '../context.ts';
import {
  Args,
  duparg,
  duparg2,
  getAddr,
  getPrefix,
  getUnsigned,
  invarg,
  IpError,
  IpExit,
  nodev,
  type Prefix,
} from '../parse.ts';
import { ADDRESS_USAGE } from '../usage.ts';
import { scopeNumber } from './filter.ts';
import { ADDR_FLAGS, INFINITY } from './print.ts';

/** A lifetime in seconds, `forever` the largest. */
const lifetime = (word: string): number | null => (word === 'forever' ? INFINITY : getUnsigned(word));

/** The directed broadcast (`+`) or network address (`-`) of a prefix of at most 30 bits. */
function impliedBroadcast(p: Prefix, ones: boolean): Uint8Array | null {
  if (p.bitlen > 30) return null;
  return p.bytes.map((b, i) => {
    const bits = Math.min(8, Math.max(0, p.bitlen - 8 * i));
    const host = 0xff >> bits;
    return ones ? b | host : b & ~host;
  });
}

const multicast = (p: Prefix): boolean =>
  p.family === AF_INET ? p.bytes[0]! >> 4 === 14 : p.family === AF_INET6 && p.bytes[0] === 0xff;

export async function modifyAddr(ctx: Context, words: readonly string[], cmd: number, flags: number): Promise<number> {
  const header: Partial<Ifaddrmsg> = { family: ctx.family };
  const a: IfaAttrs = {};
  let local: { readonly prefix: Prefix; readonly word: string } | null = null;
  let peer: Prefix | null = null;
  let dev: string | null = null;
  let brd: 'none' | 'given' | '+' | '-' = 'none';
  let scoped = false;
  let valid: number | undefined;
  let preferred: number | undefined;
  let ifaFlags = 0;
  const family = (): number => header.family ?? AF_UNSPEC;
  const meet = (p: Prefix): void => {
    if (family() === AF_UNSPEC) header.family = p.family;
  };
  const args = new Args(words);
  for (; args.left > 0; args.i++) {
    const known = ADDR_FLAGS.find((x) => x.name === args.word);
    if (args.is('peer') || args.is('remote')) {
      const word = args.next();
      if (peer !== null) duparg('peer', word);
      peer = getPrefix(word, family());
      meet(peer);
      a.address = peer.bytes;
      header.prefixlen = peer.bitlen;
    } else if (args.like('broadcast') || args.is('brd')) {
      const word = args.next();
      if (brd !== 'none') duparg('broadcast', word);
      if (word === '+' || word === '-') brd = word;
      else {
        const p = getAddr(word, family());
        meet(p);
        a.broadcast = p.bytes;
        brd = 'given';
      }
    } else if (args.is('anycast')) {
      const word = args.next();
      if (a.anycast !== undefined) duparg('anycast', word);
      const p = getAddr(word, family());
      meet(p);
      a.anycast = p.bytes;
    } else if (args.is('scope')) {
      const word = args.next();
      header.scope = scopeNumber(ctx, word) ?? invarg('invalid scope value.', word);
      scoped = true;
    } else if (args.is('dev')) dev = args.next();
    else if (args.is('label')) a.label = args.next();
    else if (args.like('metric') || args.like('priority') || args.like('preference')) {
      const word = args.next();
      a.rtPriority = getUnsigned(word) ?? invarg('"metric" value is invalid\n', word);
    } else if (args.like('valid_lft')) {
      if (valid !== undefined) duparg('valid_lft', args.word);
      const word = args.next();
      valid = lifetime(word) ?? invarg('valid_lft value', word);
    } else if (args.like('preferred_lft')) {
      if (preferred !== undefined) duparg('preferred_lft', args.word);
      const word = args.next();
      preferred = lifetime(word) ?? invarg('preferred_lft value', word);
    } else if (known !== undefined) {
      if (known.fixed) ctx.err(`Warning: ${known.name} option is not mutable from userspace\n`);
      else if (known.v6 && family() !== AF_INET6) {
        ctx.err(`Warning: ${known.name} option can be set only for IPv6 addresses\n`);
      } else ifaFlags |= known.mask;
    } else {
      if (args.is('local')) args.next();
      if (args.like('help')) throw new IpExit(255, ADDRESS_USAGE);
      if (local !== null) duparg2('local', args.word);
      const prefix = getPrefix(args.word, family());
      local = { prefix, word: args.word };
      meet(prefix);
      a.local = prefix.bytes;
    }
  }
  if (ifaFlags <= 0xff) header.flags = ifaFlags;
  else a.flags = ifaFlags;
  if (dev === null) throw new IpError(1, 'Not enough information: "dev" argument is required.\n');
  const remove = cmd === RTM_DELADDR;
  if (peer === null && local !== null) {
    if (remove && local.prefix.family === AF_INET && !local.prefix.lenGiven) {
      ctx.err(
        'Warning: Executing wildcard deletion to stay compatible with old scripts.\n' +
          `         Explicitly specify the prefix length (${local.word}/${local.prefix.bytes.length * 8}) to avoid this warning.\n` +
          '         This special behaviour is likely to disappear in further releases,\n' +
          '         fix your scripts!\n',
      );
    } else {
      peer = local.prefix;
      a.address = peer.bytes;
    }
  }
  if ((header.prefixlen ?? 0) === 0) header.prefixlen = local?.prefix.bitlen ?? 0;
  if ((brd === '+' || brd === '-') && !remove) {
    if (family() !== AF_INET) throw new IpError(1, 'Broadcast can be set only for IPv4 addresses\n');
    const implied = peer === null ? null : impliedBroadcast(peer, brd === '+');
    if (implied !== null) a.broadcast = implied;
  }
  if (!scoped && !remove && family() === AF_INET && local?.prefix.bytes[0] === 127) header.scope = RT_SCOPE_HOST;
  const index = await ctx.links.index(dev);
  if (index === 0) nodev(dev);
  header.index = index;
  if (valid !== undefined || preferred !== undefined) {
    const v = valid ?? INFINITY;
    const p = preferred ?? INFINITY;
    if (v === 0) throw new IpError(1, 'valid_lft is zero\n');
    if (v < p) throw new IpError(1, 'preferred_lft is greater than valid_lft\n');
    a.cacheinfo = { valid: v, prefered: p, cstamp: 0, tstamp: 0 };
  }
  if ((ifaFlags & IFA_F_MCAUTOJOIN) !== 0 && (local === null || !multicast(local.prefix))) {
    throw new IpError(1, 'autojoin needs multicast address\n');
  }
  await ctx.rt.done(ctx.rt.client.request(cmd, flags, addrFamily.encode({ ...header, attrs: a })));
  return 0;
}
