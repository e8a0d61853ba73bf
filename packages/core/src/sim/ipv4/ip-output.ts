/** Sending: from a route to a neighbour, cut to the device's MTU on the way. @see net/ipv4/ip_output.c */
import { copyBytes } from '../../lib/bytes.ts';
import {
  ipDaddr,
  ipFragOff,
  ipHlen,
  ipSendCheck,
  ipSetFragOff,
  ipSetTotLen,
  ipTotLen,
  putIpHeader,
} from '../../wire/ipv4.ts';
import {
  SKB_DROP_REASON_IP_OUTNOROUTES,
  SKB_DROP_REASON_NEIGH_CREATEFAIL,
  SKB_DROP_REASON_PKT_TOO_BIG,
} from '../../uapi/drop-reason.ts';
import { EINVAL, EMSGSIZE } from '../../uapi/errno.ts';
import { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED } from '../../uapi/icmp.ts';
import { ETH_P_IP } from '../../uapi/if-ether.ts';
import { IFF_LOOPBACK, IFF_POINTOPOINT } from '../../uapi/if.ts';
import { IP_DF, IP_MF, IP_OFFSET, RTCF_BROADCAST, RTCF_MULTICAST } from '../../uapi/ip.ts';
import type { Net } from '../core/net.ts';
import { allocSkb, consumeSkb, kfreeSkb, skbClone, type SkBuff } from '../core/skbuff.ts';
import { neighOutput } from '../neigh/neighbour.ts';
import { IPSKB_FORWARDED } from './ipcb.ts';
import { kernelIpv4, netIpv4 } from './netns.ts';
import { rtMtu, rtMtuLocked } from './route.ts';
import type { Rtable } from './rtable.ts';
import { countReceived, countSent } from './snmp.ts';
import type { Sock } from '../core/sock.ts';
import { IP_PMTUDISC_PROBE } from '../../uapi/socket.ts';

/** The MTU a packet of this route is cut to. @see ip_dst_mtu_maybe_forward */
export function ipDstMtuMaybeForward(rt: Rtable, forwarding: boolean): number {
  const usePmtu = !forwarding || netIpv4(rt.dev.net).sysctl.ip_forward_use_pmtu !== 0;
  if (usePmtu || rtMtuLocked(rt)) return rtMtu(rt);
  return Math.min(rt.fi?.metrics?.get(2) ?? rt.dev.mtu, 65535);
}

/** A packet of ours, header complete but for length and checksum, on its way. @see ip_local_out */
export function ipLocalOut(skb: SkBuff): number {
  const { buf: b, data: o } = skb;
  ipSetTotLen(b, o, skb.len);
  ipSendCheck(b, o);
  skb.protocol = ETH_P_IP;
  skb.networkHeader = o;
  const rt = skb.dst as Rtable;
  netIpv4(rt.dev.net).ip.OutRequests++;
  return rt.output(skb);
}

/** Out to a neighbour, whether forwarded or ours. @see ip_output */
export function ipOutput(skb: SkBuff): number {
  const rt = skb.dst as Rtable;
  skb.dev = rt.dev;
  skb.protocol = ETH_P_IP;
  return ipFinishOutput(skb, rt);
}

/** Sends what a socket or ICMP made: what is lost on the way out is counted. @returns 0 or -errno. @see ip_send_skb */
export function ipSendSkb(skb: SkBuff): number {
  const { net } = skb.dst!.dev;
  const err = ipLocalOut(skb);
  if (err !== 0) netIpv4(net).ip.OutDiscards++;
  return err;
}

/** Out to a group, or to all, ourselves among them. @see ip_mc_output */
export function ipMcOutput(skb: SkBuff): number {
  const rt = skb.dst as Rtable;
  skb.dev = rt.dev;
  if ((rt.flags & RTCF_MULTICAST) !== 0) {
    if ((skb.sk as (Sock & { mcLoop?: boolean }) | null)?.mcLoop !== false) loopBack(skb, rt);
    if (skb.buf[skb.data + 8] === 0) {
      consumeSkb(skb);
      return 0;
    }
  }
  if ((rt.flags & RTCF_BROADCAST) !== 0) loopBack(skb, rt);
  return ipFinishOutput(skb, rt);
}

/** Gives ourselves a copy. @see dev_loopback_xmit */
function loopBack(skb: SkBuff, rt: Rtable): void {
  const copy = skbClone(skb);
  copy.sk = null;
  copy.pktType = 5;
  copy.cb0 = 0;
  copy.cb2 = rt.dev.ifindex;
  copy.skbIif = rt.dev.ifindex;
  copy.tstamp = rt.dev.net.kernel.clock.now;
  countReceived(netIpv4(rt.dev.net).ip, copy.buf[copy.data + 1]!, copy.len, rt.type);
  kernelIpv4(rt.dev.net.kernel).localDeliver(copy);
}

/** The MTU for a packet: a socket that probes the path does not believe what was learned of it. @see ip_skb_dst_mtu */
function skbDstMtu(skb: SkBuff, rt: Rtable): number {
  const disc = (skb.sk as (Sock & { pmtudisc?: number }) | null)?.pmtudisc ?? 0;
  if (disc >= IP_PMTUDISC_PROBE) return Math.min(rt.dev.mtu, 65535);
  return ipDstMtuMaybeForward(rt, (skb.cb0 & IPSKB_FORWARDED) !== 0);
}

function ipFinishOutput(skb: SkBuff, rt: Rtable): number {
  const mtu = skbDstMtu(skb, rt);
  if (skb.len > mtu) return ipFragment(skb, rt, mtu);
  return ipFinishOutput2(skb, rt);
}

/** @see ip_finish_output2 */
function ipFinishOutput2(skb: SkBuff, rt: Rtable): number {
  const { dev } = rt;
  const { arpTbl } = kernelIpv4(dev.net.kernel);
  countSent(netIpv4(dev.net).ip, skb.len, rt.type);
  let hop = rt.gw4 !== 0 ? rt.gw4 : ipDaddr(skb.buf, skb.data);
  if ((dev.flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) !== 0) hop = 0;
  let n = arpTbl.lookup4(hop, dev);
  if (n === null) {
    const made = arpTbl.create4(hop, dev);
    if (typeof made === 'number') {
      kfreeSkb(skb, SKB_DROP_REASON_NEIGH_CREATEFAIL, 'ip_finish_output2');
      return -EINVAL;
    }
    n = made;
  }
  return neighOutput(n, skb);
}

/** Bytes of options that go into every fragment. */
function copiedOptions(b: Uint8Array, o: number, hlen: number): Uint8Array {
  const out = b.slice(o + 20, o + hlen);
  for (let p = 0; p < out.length;) {
    const type = out[p]!;
    if (type === 0) break;
    const len = type === 1 ? 1 : Math.max(2, out[p + 1]!);
    if ((type & 0x80) === 0) out.fill(1, p, p + len);
    p += len;
  }
  return out;
}

/**
 * Cuts a packet into pieces of the MTU. With DF its sender is told instead.
 * @returns 0 or -EMSGSIZE. @see ip_fragment, ip_do_fragment
 */
function ipFragment(skb: SkBuff, rt: Rtable, mtu: number): number {
  const { buf: b, data: o } = skb;
  const { net } = rt.dev;
  const { ip } = netIpv4(net);
  const frag = ipFragOff(b, o);
  // cb3 of a packet of ours: DF came from path MTU discovery and may be ignored.
  if ((frag & IP_DF) !== 0 && skb.cb3 === 0) {
    ip.FragFails++;
    if (skb.sk === null) kernelIpv4(net.kernel).icmpSend(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, mtu);
    kfreeSkb(skb, SKB_DROP_REASON_PKT_TOO_BIG, 'ip_fragment');
    return -EMSGSIZE;
  }
  const hlen = ipHlen(b, o);
  const total = ipTotLen(b, o) - hlen;
  const chunk = (mtu - hlen) & ~7;
  if (chunk <= 0) {
    ip.FragFails++;
    kfreeSkb(skb, SKB_DROP_REASON_PKT_TOO_BIG, 'ip_fragment');
    return -EMSGSIZE;
  }
  const rest = hlen > 20 ? copiedOptions(b, o, hlen) : null;
  const base = frag & IP_OFFSET;
  let err = 0;
  for (let off = 0; off < total && err === 0; off += chunk) {
    const n = Math.min(chunk, total - off);
    const f = allocSkb(net.kernel, hlen + n);
    const at = f.put(hlen + n);
    copyBytes(f.buf, at, b, o, hlen);
    if (off > 0 && rest !== null) f.buf.set(rest, at + 20);
    copyBytes(f.buf, at + hlen, b, o + hlen + off, n);
    f.networkHeader = at;
    f.protocol = ETH_P_IP;
    f.priority = skb.priority;
    f.mark = skb.mark;
    f.dev = rt.dev;
    f.dst = rt;
    f.cb0 = skb.cb0;
    const more = off + n < total || (frag & IP_MF) !== 0 ? IP_MF : 0;
    ipSetTotLen(f.buf, at, hlen + n);
    ipSetFragOff(f.buf, at, (base + (off >>> 3)) | more | (frag & IP_DF));
    ipSendCheck(f.buf, at);
    err = ipFinishOutput2(f, rt);
    if (err === 0) ip.FragCreates++;
  }
  if (err === 0) ip.FragOKs++;
  else ip.FragFails++;
  consumeSkb(skb);
  return err;
}

/** What a packet of ours says in its header. */
export interface IpOutParams {
  readonly protocol: number;
  readonly tos: number;
  readonly ttl: number;
  /** IP_DF or 0. */
  readonly df: number;
  /** DF may be ignored where the packet is too large: it is cut all the same. */
  readonly ignoreDf: boolean;
  readonly options: Uint8Array | null;
  readonly priority: number;
  readonly mark: number;
}

/** A new identification. @see __ip_select_ident */
export function ipSelectIdent(net: Net): number {
  const k = kernelIpv4(net.kernel);
  if (k.ipId === 0) k.ipId = net.kernel.random.split('ip_ident').below(65536);
  k.ipId = (k.ipId + 1) & 0xffff;
  return k.ipId;
}

/**
 * A packet with room for `len` bytes of transport, header written; `transportHeader` says where they start.
 * @see __ip_make_skb
 */
export function ipMakeSkb(net: Net, rt: Rtable, saddr: number, daddr: number, p: IpOutParams, len: number): SkBuff {
  const optlen = p.options === null ? 0 : p.options.length;
  const hlen = 20 + optlen;
  const skb = allocSkb(net.kernel, hlen + len);
  const at = skb.put(hlen + len);
  if (p.options !== null) skb.buf.set(p.options, at + 20);
  const id = p.df !== 0 && !p.ignoreDf ? 0 : ipSelectIdent(net);
  putIpHeader(skb.buf, at, hlen, p.tos, hlen + len, id, p.df, p.ttl, p.protocol, saddr, daddr);
  skb.networkHeader = at;
  skb.transportHeader = at + hlen;
  skb.protocol = ETH_P_IP;
  skb.priority = p.priority;
  skb.mark = p.mark;
  skb.dev = rt.dev;
  skb.dst = rt;
  skb.cb0 = 0;
  skb.cb3 = p.ignoreDf ? 1 : 0;
  return skb;
}

/** A route that only receives was asked to send. @see ip_rt_bug */
export function ipRtBug(skb: SkBuff): number {
  kfreeSkb(skb, SKB_DROP_REASON_IP_OUTNOROUTES, 'ip_rt_bug');
  return -EINVAL;
}
