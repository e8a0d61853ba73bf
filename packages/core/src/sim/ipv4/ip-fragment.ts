/** Putting fragments together again. RFC 791 §3.2, RFC 815; @see net/ipv4/ip_fragment.c */
import { hash4 } from '../../lib/hash.ts';
import { Timer } from '../../lib/timer-heap.ts';
import {
  ipDaddr,
  ipFragOff,
  ipHlen,
  ipId,
  ipProtocol,
  ipSaddr,
  ipSendCheck,
  ipSetFragOff,
  ipSetTotLen,
} from '../../wire/ipv4.ts';
import {
  SKB_DROP_REASON_DUP_FRAG,
  SKB_DROP_REASON_FRAG_REASM_TIMEOUT,
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_PKT_TOO_BIG,
} from '../../uapi/drop-reason.ts';
import { ICMP_EXC_FRAGTIME, ICMP_TIME_EXCEEDED } from '../../uapi/icmp.ts';
import { IP_MF, IP_OFFSET } from '../../uapi/ip.ts';
import { PACKET_HOST } from '../../uapi/if-packet.ts';
import { doSoftirq } from '../core/dev.ts';
import type { Net } from '../core/net.ts';
import { slot, type Slot, slotGet } from '../core/notifier.ts';
import { allocSkb, consumeSkb, kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { netIpv4 } from './netns.ts';
import { ipRouteInput } from './route.ts';
import { icmpSend } from './icmp-send.ts';

/** A datagram in the making. @see struct ipq */
interface Ipq {
  readonly saddr: number;
  readonly daddr: number;
  readonly id: number;
  readonly protocol: number;
  readonly hash: number;
  /** In order of offset, without overlaps. */
  readonly frags: { readonly off: number; readonly end: number; readonly skb: SkBuff }[];
  /** End of the last fragment; -1 while unknown. */
  total: number;
  meat: number;
  /** Came first in time. */
  maxSize: number;
  readonly timer: Timer;
}

class Frags {
  readonly queues: Map<number, Ipq[]> = new Map();
  mem = 0;
}
const FRAGS: Slot<Net, Frags> = slot(() => new Frags());

/** Packets in parts that wait, and the bytes they take, for /proc/net/sockstat. */
export function ipFragUse(net: Net): { queues: number; mem: number } {
  const { queues, mem } = slotGet(net, FRAGS);
  return { queues: [...queues.values()].reduce((n, l) => n + l.length, 0), mem };
}

function unlink(frags: Frags, q: Ipq): void {
  const list = frags.queues.get(q.hash);
  if (list === undefined) return;
  const i = list.indexOf(q);
  if (i >= 0) list.splice(i, 1);
  if (list.length === 0) frags.queues.delete(q.hash);
  for (const f of q.frags) frags.mem -= f.skb.len;
}

/** @see ip_expire */
function expire(net: Net, q: Ipq): void {
  unlink(slotGet(net, FRAGS), q);
  const { ip } = netIpv4(net);
  ip.ReasmFails++;
  ip.ReasmTimeout++;
  const head = q.frags[0];
  if (head !== undefined && head.off === 0) {
    const { skb } = head;
    skb.pktType = PACKET_HOST;
    const dev = net.devs.get(skb.skbIif);
    if (dev !== undefined && ipRouteInput(skb, q.daddr, q.saddr, 0, dev) === 0)
      icmpSend(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, 0);
  }
  for (const f of q.frags) kfreeSkb(f.skb, SKB_DROP_REASON_FRAG_REASM_TIMEOUT, 'ip_expire');
  doSoftirq(net.kernel);
}

function find(net: Net, b: Uint8Array, o: number): Ipq {
  const frags = slotGet(net, FRAGS);
  const saddr = ipSaddr(b, o);
  const daddr = ipDaddr(b, o);
  const id = ipId(b, o);
  const protocol = ipProtocol(b, o);
  const hash = hash4(saddr, daddr, id, protocol);
  let list = frags.queues.get(hash);
  const found = list?.find((x) => x.saddr === saddr && x.daddr === daddr && x.id === id && x.protocol === protocol);
  if (found !== undefined) return found;
  const q: Ipq = {
    saddr,
    daddr,
    id,
    protocol,
    hash,
    frags: [],
    total: -1,
    meat: 0,
    maxSize: 0,
    timer: new Timer(() => expire(net, q), null),
  };
  if (list === undefined) frags.queues.set(hash, (list = []));
  list.push(q);
  net.kernel.clock.modTimer(q.timer, netIpv4(net).sysctl.ipfrag_time * 1e9);
  return q;
}

/** Gives the whole queue up. */
function kill(net: Net, q: Ipq, reason: number): void {
  net.kernel.clock.del(q.timer);
  unlink(slotGet(net, FRAGS), q);
  netIpv4(net).ip.ReasmFails++;
  for (const f of q.frags) kfreeSkb(f.skb, reason, 'inet_frag_destroy');
}

/** Takes a fragment (data at its IP header). @returns the whole datagram once it is there, else null. @see ip_defrag */
export function ipDefrag(skb: SkBuff): SkBuff | null {
  const { net } = skb.dev!;
  const { ip, sysctl } = netIpv4(net);
  const frags = slotGet(net, FRAGS);
  ip.ReasmReqds++;
  const { buf: b, data: o } = skb;
  const field = ipFragOff(b, o);
  const hlen = ipHlen(b, o);
  const off = (field & IP_OFFSET) * 8;
  let end = off + skb.len - hlen;
  const last = (field & IP_MF) === 0;
  const q = find(net, b, o);
  if (!last && (end & 7) !== 0) {
    end &= ~7;
    skb.trim(end - off + hlen);
  }
  const bad =
    frags.mem > sysctl.ipfrag_high_thresh ||
    end === off ||
    (q.total >= 0 && (end > q.total || (last && end !== q.total)));
  if (bad || (last && q.frags.some((f) => f.end > end))) {
    ip.ReasmFails++;
    kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'ip_frag_queue');
    return null;
  }
  if (last) q.total = end;
  let at = q.frags.length;
  while (at > 0 && q.frags[at - 1]!.off > off) at--;
  const before = q.frags[at - 1];
  const after = q.frags[at];
  if (
    (before !== undefined && before.off <= off && end <= before.end) ||
    (after !== undefined && after.off === off && after.end === end)
  ) {
    kfreeSkb(skb, SKB_DROP_REASON_DUP_FRAG, 'ip_frag_queue');
    return null;
  }
  if ((before !== undefined && before.end > off) || (after !== undefined && after.off < end)) {
    ip.ReasmOverlaps++;
    kill(net, q, SKB_DROP_REASON_NOT_SPECIFIED);
    kfreeSkb(skb, SKB_DROP_REASON_DUP_FRAG, 'ip_frag_queue');
    return null;
  }
  skb.dst = null;
  q.frags.splice(at, 0, { off, end, skb });
  q.meat += end - off;
  q.maxSize = Math.max(q.maxSize, skb.len);
  frags.mem += skb.len;
  return q.meat === q.total ? reassemble(net, q) : null;
}

/** @see ip_frag_reasm */
function reassemble(net: Net, q: Ipq): SkBuff | null {
  const head = q.frags[0]!.skb;
  const hlen = ipHlen(head.buf, head.data);
  const len = hlen + q.total;
  if (len > 65535) {
    kill(net, q, SKB_DROP_REASON_PKT_TOO_BIG);
    return null;
  }
  net.kernel.clock.del(q.timer);
  unlink(slotGet(net, FRAGS), q);
  const out = allocSkb(net.kernel, len);
  const at = out.put(len);
  out.buf.set(head.buf.subarray(head.data, head.data + hlen), at);
  for (const { off, end, skb } of q.frags) {
    const from = skb.data + ipHlen(skb.buf, skb.data);
    out.buf.set(skb.buf.subarray(from, from + end - off), at + hlen + off);
  }
  out.dev = head.dev;
  out.protocol = head.protocol;
  out.pktType = head.pktType;
  out.skbIif = head.skbIif;
  out.tstamp = head.tstamp;
  out.mark = head.mark;
  out.cb0 = head.cb0;
  out.cb1 = q.maxSize;
  out.cb2 = head.cb2;
  out.networkHeader = at;
  ipSetTotLen(out.buf, at, len);
  ipSetFragOff(out.buf, at, 0);
  ipSendCheck(out.buf, at);
  for (const f of q.frags) consumeSkb(f.skb);
  netIpv4(net).ip.ReasmOKs++;
  return out;
}
