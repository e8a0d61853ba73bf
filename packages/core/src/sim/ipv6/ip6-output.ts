/**
 * IPv6 on its way out: header, fragments, neighbour. @see net/ipv6/ip6_output.c
 *
 * `IP6CB` in the words of an skb: cb0 the interface it came in by (that of the address for looped ones), cb1 IP6SKB_*,
 * cb2 where the number of the current header stands (offset from the network header), cb3 the largest fragment it came in.
 */
import { copyBytes, putBe16 } from '../../lib/bytes.ts';
import { EINVAL, EMSGSIZE } from '../../uapi/errno.ts';
import {
  SKB_DROP_REASON_IPV6DISABLED,
  SKB_DROP_REASON_NEIGH_CREATEFAIL,
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_PKT_TOO_BIG,
} from '../../uapi/drop-reason.ts';
import { ETH_P_IPV6 } from '../../uapi/if-ether.ts';
import { IFF_LOOPBACK } from '../../uapi/if.ts';
import { DEVCONF_DISABLE_IPV6 } from '../../uapi/if-link.ts';
import { IPPROTO_DSTOPTS, IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT } from '../../uapi/in.ts';
import { FRAG_HLEN, IPV6_DADDR, IPV6_HLEN, ip6HopLimit, putFrag6, putIpv6Header } from '../../wire/ipv6.ts';
import { netifRx } from '../core/dev.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import {
  allocSkb,
  CHECKSUM_UNNECESSARY,
  consumeSkb,
  HEADROOM,
  kfreeSkb,
  skbCopy,
  type SkBuff,
} from '../core/skbuff.ts';
import { neighOutput } from '../neigh/neighbour.ts';
import { IPV6_ADDR_MULTICAST, ipv6AddrType, SCOPE_NODELOCAL } from './addr-type.ts';
import type { Flowi6, Rt6 } from './fib6-types.ts';
import { ipv6ChkMcastAddr } from './mcast-list.ts';
import { ip6Count, kernelIpv6 } from './netns6.ts';
import { ip6Mtu, rt6Idev } from './rt6.ts';
import type { Sock } from '../core/sock.ts';
import { IPV6_PMTUDISC_PROBE } from '../../uapi/socket.ts';
import {
  FRAGCREATES,
  FRAGFAILS,
  FRAGOKS,
  OUTDISCARDS,
  OUTMCASTOCTETS,
  OUTMCASTPKTS,
  OUTOCTETS,
  OUTPKTS,
  OUTREQUESTS,
} from './snmp6.ts';

export const IP6SKB_FORWARDED = 0x2;
export const IP6SKB_FRAGMENTED = 0x10;
/** Not Linux's: the sender wants no copy of its own multicasts (IPV6_MULTICAST_LOOP off). */
export const IP6SKB_NOLOOP = 0x1000;

/** A packet with room for `len` bytes of payload at `data`; headers go in front. */
export function ip6Alloc(kernel: SimKernel, len: number): SkBuff {
  const skb = allocSkb(kernel, len + IPV6_HLEN + FRAG_HLEN + 64);
  skb.data = HEADROOM + IPV6_HLEN;
  skb.len = len;
  skb.transportHeader = skb.data;
  return skb;
}

/** Puts the header in front of what is at `data`, as the flow says. */
export function ip6PushHeader(skb: SkBuff, fl: Flowi6, nexthdr: number, hopLimit: number): void {
  const payload = skb.len;
  const o = skb.push(IPV6_HLEN);
  skb.networkHeader = o;
  skb.protocol = ETH_P_IPV6;
  putIpv6Header(
    skb.buf,
    o,
    fl.tclass,
    fl.flowlabel,
    payload > 65_535 ? 0 : payload,
    nexthdr,
    hopLimit,
    fl.saddr,
    0,
    fl.daddr,
    0,
  );
}

/** Sends a packet of ours; `dst` and header are in place. Takes it over. @returns 0 or -errno. @see ip6_local_out */
export function ip6LocalOut(net: Net, skb: SkBuff): number {
  const rt = skb.dst as Rt6;
  ip6Count(net, rt6Idev(rt), OUTREQUESTS);
  return rt.output(skb);
}

/** The same for what a socket or ICMP made: what is lost on the way out is counted. @see ip6_send_skb */
export function ip6SendSkb(net: Net, skb: SkBuff): number {
  const rt = skb.dst as Rt6;
  const err = ip6LocalOut(net, skb);
  if (err !== 0) ip6Count(net, rt6Idev(rt), OUTDISCARDS);
  return err;
}

/** @see ip6_output */
export function ip6Output(skb: SkBuff): number {
  const rt = skb.dst as Rt6;
  const { dev } = rt;
  const { net } = dev;
  const idev = rt6Idev(rt);
  skb.dev = dev;
  skb.protocol = ETH_P_IPV6;
  if (idev !== null && idev.cnf.get(DEVCONF_DISABLE_IPV6) !== 0) {
    ip6Count(net, idev, OUTDISCARDS);
    kfreeSkb(skb, SKB_DROP_REASON_IPV6DISABLED, 'ip6_output');
    return 0;
  }
  // A socket that probes the path does not believe what was learned of it. @see ip6_skb_dst_mtu
  const disc = (skb.sk as (Sock & { pmtudisc?: number }) | null)?.pmtudisc ?? 0;
  const mtu = disc >= IPV6_PMTUDISC_PROBE ? dev.mtu : ip6Mtu(net, rt);
  return skb.len > mtu ? ip6Fragment(net, skb, mtu) : finishOutput2(net, skb, rt);
}

/** Multicasts come back to this host if it listens. @see ip6_finish_output2 */
function loopMulticast(skb: SkBuff, rt: Rt6): void {
  const { buf, networkHeader: nh } = skb;
  if ((rt.dev.flags & IFF_LOOPBACK) !== 0 || (skb.cb1 & (IP6SKB_NOLOOP | IP6SKB_FORWARDED)) !== 0) return;
  if (!ipv6ChkMcastAddr(rt.dev, buf, nh + IPV6_DADDR)) return;
  const copy = skbCopy(skb);
  copy.dst = null;
  copy.ipSummed = CHECKSUM_UNNECESSARY;
  if (rt.dev.headerOps !== null) rt.dev.headerOps.create(copy, rt.dev, ETH_P_IPV6, rt.dev.devAddr, null);
  netifRx(copy, rt.dev);
}

/** @see ip6_finish_output2, neigh_output */
function finishOutput2(net: Net, skb: SkBuff, rt: Rt6): number {
  const { buf, networkHeader: nh } = skb;
  const { dev } = rt;
  const idev = rt6Idev(rt);
  if ((ipv6AddrType(buf, nh + IPV6_DADDR) & IPV6_ADDR_MULTICAST) !== 0) {
    loopMulticast(skb, rt);
    if (ip6HopLimit(buf, nh) === 0) {
      ip6Count(net, idev, OUTDISCARDS);
      consumeSkb(skb);
      return 0;
    }
    ip6Count(net, idev, OUTMCASTPKTS);
    ip6Count(net, idev, OUTMCASTOCTETS, skb.len);
    if ((buf[nh + IPV6_DADDR + 1]! & 15) <= SCOPE_NODELOCAL && (dev.flags & IFF_LOOPBACK) === 0) {
      consumeSkb(skb);
      return 0;
    }
  }
  ip6Count(net, idev, OUTPKTS);
  ip6Count(net, idev, OUTOCTETS, skb.len);
  const { ndTbl } = kernelIpv6(net.kernel);
  const { gateway } = rt;
  const key = gateway ?? buf;
  const at = gateway === null ? nh + IPV6_DADDR : 0;
  const neigh = ndTbl.lookup(key, at, dev) ?? ndTbl.create(at === 0 ? key : key.slice(at, at + 16), dev);
  if (typeof neigh === 'number') {
    kfreeSkb(skb, SKB_DROP_REASON_NEIGH_CREATEFAIL, 'ip6_finish_output2');
    return -EINVAL;
  }
  return neighOutput(neigh, skb);
}

/** Where the part that is cut begins, and where the number of its first header stands. @see ip6_find_1stfragopt */
function firstFragOpt(skb: SkBuff): { hlen: number; prev: number } {
  const { buf, networkHeader: nh } = skb;
  let prev = nh + 6;
  let at = nh + IPV6_HLEN;
  let nexthdr = buf[prev]!;
  const end = skb.data + skb.len;
  while ((nexthdr === IPPROTO_HOPOPTS || nexthdr === IPPROTO_ROUTING || nexthdr === IPPROTO_DSTOPTS) && at + 8 <= end) {
    const len = (buf[at + 1]! + 1) << 3;
    if (at + len > end) break;
    if (nexthdr === IPPROTO_DSTOPTS && buf[at] !== IPPROTO_ROUTING) break;
    prev = at;
    nexthdr = buf[at]!;
    at += len;
  }
  return { hlen: at - nh, prev: prev - nh };
}

/** Cuts a packet to pieces of at most `mtu` bytes. Takes it over. @returns 0 or -errno. @see ip6_fragment */
function ip6Fragment(net: Net, skb: SkBuff, mtu: number): number {
  const rt = skb.dst as Rt6;
  const idev = rt6Idev(rt);
  const { hlen, prev } = firstFragOpt(skb);
  const room = (mtu - hlen - FRAG_HLEN) & ~7;
  if (mtu < 1280 || room < 8) {
    ip6Count(net, idev, FRAGFAILS);
    kfreeSkb(skb, SKB_DROP_REASON_PKT_TOO_BIG, 'ip6_fragment');
    return -EMSGSIZE;
  }
  const nh = skb.networkHeader;
  const body = skb.len - hlen;
  const nexthdr = skb.buf[nh + prev]!;
  const id = net.kernel.random.u32();
  let err = 0;
  for (let off = 0; off < body && err === 0; off += room) {
    const len = Math.min(room, body - off);
    const f = allocSkb(net.kernel, hlen + FRAG_HLEN + len);
    f.len = hlen + FRAG_HLEN + len;
    const at = f.data;
    copyBytes(f.buf, at, skb.buf, nh, hlen);
    f.buf[at + prev] = IPPROTO_FRAGMENT;
    putFrag6(f.buf, at + hlen, nexthdr, off, off + len < body, id);
    f.buf.set(skb.buf.subarray(nh + hlen + off, nh + hlen + off + len), at + hlen + FRAG_HLEN);
    putBe16(f.buf, at + 4, f.len - IPV6_HLEN);
    f.networkHeader = at;
    f.transportHeader = at + hlen;
    f.protocol = ETH_P_IPV6;
    f.dev = skb.dev;
    f.dst = rt;
    f.sk = skb.sk;
    f.mark = skb.mark;
    f.cb0 = skb.cb0;
    f.cb1 = skb.cb1;
    ip6Count(net, idev, FRAGCREATES);
    err = finishOutput2(net, f, rt);
  }
  if (err === 0) {
    ip6Count(net, idev, FRAGOKS);
    consumeSkb(skb);
  } else {
    ip6Count(net, idev, FRAGFAILS);
    kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'ip6_fragment');
  }
  return err;
}
