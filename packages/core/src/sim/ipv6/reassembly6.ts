/** Fragments put together again. RFC 8200 §4.5, RFC 5722 (overlaps). @see net/ipv6/reassembly.c */
import { putBe16, toHex } from '../../lib/bytes.ts';
import { Timer } from '../../lib/timer-heap.ts';
import {
  SKB_DROP_REASON_DUP_FRAG,
  SKB_DROP_REASON_FRAG_REASM_TIMEOUT,
  SKB_DROP_REASON_IP_INHDR,
  SKB_DROP_REASON_NOT_SPECIFIED,
} from '../../uapi/drop-reason.ts';
import { ICMPV6_EXC_FRAGTIME, ICMPV6_HDR_FIELD, ICMPV6_PARAMPROB, ICMPV6_TIME_EXCEED } from '../../uapi/icmpv6.ts';
import { IPPROTO_FRAGMENT } from '../../uapi/in.ts';
import { FRAG_HLEN, frag6Id, frag6More, frag6Offset, IPV6_HLEN, IPV6_SADDR } from '../../wire/ipv6.ts';
import { doSoftirq } from '../core/dev.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { slot, type Slot, slotGet, slotPeek } from '../core/notifier.ts';
import { allocSkb, consumeSkb, kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { IP6SKB_FRAGMENTED } from './ip6-output.ts';
import { ip6CountDev, kernelIpv6, netIpv6 } from './netns6.ts';
import { REASMFAILS, REASMOKS, REASMREQDS, REASMTIMEOUT } from './snmp6.ts';

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly skb: SkBuff;
}

/** A packet in parts. @see struct frag_queue */
class FragQueue {
  readonly key: string;
  readonly net: Net;
  readonly pieces: Piece[] = [];
  /** Length of the whole, known with the last part; -1 until then. */
  total = -1;
  bytes = 0;
  maxSize = 0;
  readonly timer: Timer;

  constructor(net: Net, key: string) {
    this.net = net;
    this.key = key;
    this.timer = new Timer(expire, this);
  }
}

const QUEUES: Slot<Net, Map<string, FragQueue>> = slot(() => new Map());

/** Packets in parts that wait, and the bytes they take, for /proc/net/sockstat6. */
export function ip6FragUse(net: Net): { queues: number; mem: number } {
  const all = [...(slotPeek(net, QUEUES)?.values() ?? [])];
  return { queues: all.length, mem: all.reduce((n, q) => n + q.bytes, 0) };
}

function finish(q: FragQueue): void {
  slotGet(q.net, QUEUES).delete(q.key);
  q.net.kernel.clock.del(q.timer);
}

/** The rest did not come in time: the sender is told if the first part did. @see ip6frag_expire_frag_queue */
function expire(q: FragQueue): void {
  finish(q);
  const first = q.pieces[0];
  if (first !== undefined) {
    ip6CountDev(first.skb.dev!, REASMFAILS);
    ip6CountDev(first.skb.dev!, REASMTIMEOUT);
    if (first.from === 0) kernelIpv6(q.net.kernel).icmpv6Send(first.skb, ICMPV6_TIME_EXCEED, ICMPV6_EXC_FRAGTIME, 0);
  }
  for (const p of q.pieces) kfreeSkb(p.skb, SKB_DROP_REASON_FRAG_REASM_TIMEOUT, 'ip6_expire_frag_queue');
  doSoftirq(q.net.kernel);
}

function discard(q: FragQueue, skb: SkBuff): number {
  finish(q);
  ip6CountDev(skb.dev!, REASMFAILS);
  for (const p of q.pieces) kfreeSkb(p.skb, SKB_DROP_REASON_NOT_SPECIFIED, 'ip6_frag_queue');
  kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'ip6_frag_queue');
  return 0;
}

function paramProb(skb: SkBuff, at: number): number {
  ip6CountDev(skb.dev!, REASMFAILS);
  kernelIpv6(skb.dev!.net.kernel).icmpv6Send(skb, ICMPV6_PARAMPROB, ICMPV6_HDR_FIELD, at);
  kfreeSkb(skb, SKB_DROP_REASON_IP_INHDR, 'ipv6_frag_rcv');
  return 0;
}

/** A fragment header at `data`. @returns 1 when it is all of the packet, else 0. @see ipv6_frag_rcv */
function fragRcv(skb: SkBuff): number {
  const dev = skb.dev!;
  const { net } = dev;
  const { buf, networkHeader: nh, data: at } = skb;
  ip6CountDev(dev, REASMREQDS);
  if (skb.len < FRAG_HLEN) return paramProb(skb, at - nh);
  const from = frag6Offset(buf, at);
  const more = frag6More(buf, at);
  if (from === 0 && !more) {
    ip6CountDev(dev, REASMOKS);
    skb.cb2 = at - nh;
    skb.cb1 |= IP6SKB_FRAGMENTED;
    skb.pull(FRAG_HLEN);
    skb.transportHeader = skb.data;
    return 1;
  }
  const size = skb.len - FRAG_HLEN;
  const to = from + size;
  if (to > 65_535) return paramProb(skb, at + 2 - nh);
  if (more && (size & 7) !== 0) return paramProb(skb, 4);
  const queues = slotGet(net, QUEUES);
  const key = `${dev.ifindex}/${frag6Id(buf, at)}/${toHex(buf.subarray(nh + IPV6_SADDR, nh + IPV6_SADDR + 32))}`;
  let q = queues.get(key);
  if (q === undefined) {
    queues.set(key, (q = new FragQueue(net, key)));
    net.kernel.clock.modTimer(q.timer, netIpv6(net).sysctl.ip6frag_time * 1e9);
  }
  if (!more) {
    if (q.total >= 0 && q.total !== to) return discard(q, skb);
    q.total = to;
  } else if (q.total >= 0 && to > q.total) return discard(q, skb);
  let i = 0;
  while (i < q.pieces.length && q.pieces[i]!.from < from) i++;
  const before = q.pieces[i - 1];
  const after = q.pieces[i];
  if (after !== undefined && after.from === from && after.to === to) {
    kfreeSkb(skb, SKB_DROP_REASON_DUP_FRAG, 'ip6_frag_queue');
    return 0;
  }
  if ((before !== undefined && before.to > from) || (after !== undefined && after.from < to)) return discard(q, skb);
  q.pieces.splice(i, 0, { from, to, skb });
  q.bytes += size;
  q.maxSize = Math.max(q.maxSize, skb.data + skb.len - nh);
  if (q.total < 0 || q.bytes !== q.total || q.pieces[0]!.from !== 0) return 0;
  return reassemble(q, skb);
}

/** All parts are there: makes the packet of them and starts its delivery over. @see ip6_frag_reasm */
function reassemble(q: FragQueue, last: SkBuff): number {
  finish(q);
  const first = q.pieces[0]!.skb;
  const nh = first.networkHeader;
  const unfrag = first.data - nh;
  const whole = allocSkb(q.net.kernel, unfrag + q.total);
  const o = whole.data;
  whole.buf.set(first.buf.subarray(nh, nh + unfrag), o);
  for (const p of q.pieces) {
    const start = p.skb.data + FRAG_HLEN;
    whole.buf.set(p.skb.buf.subarray(start, start + p.to - p.from), o + unfrag + p.from);
  }
  putBe16(whole.buf, o + 4, unfrag + q.total - IPV6_HLEN);
  const prev = first.cb2;
  whole.buf[o + prev] = first.buf[first.data]!;
  whole.len = unfrag + q.total;
  whole.networkHeader = o;
  whole.transportHeader = o + unfrag;
  whole.protocol = first.protocol;
  whole.pktType = first.pktType;
  whole.dev = first.dev;
  whole.dst = first.dst;
  whole.skbIif = first.skbIif;
  whole.mark = first.mark;
  whole.tstamp = last.tstamp;
  whole.cb0 = first.cb0;
  whole.cb1 = first.cb1 | IP6SKB_FRAGMENTED;
  whole.cb2 = prev;
  whole.cb3 = q.maxSize;
  for (const p of q.pieces) consumeSkb(p.skb);
  ip6CountDev(whole.dev!, REASMOKS);
  kernelIpv6(q.net.kernel).input(whole);
  return 0;
}

export function reassembly6Init(kernel: SimKernel): void {
  kernelIpv6(kernel).protos[IPPROTO_FRAGMENT] = { handler: fragRcv, final: false };
  kernel.pernet.push({
    exit(net) {
      for (const q of slotPeek(net, QUEUES)?.values() ?? []) {
        kernel.clock.del(q.timer);
        for (const p of q.pieces) kfreeSkb(p.skb, SKB_DROP_REASON_NOT_SPECIFIED, 'ip6_frags_exit');
      }
    },
  });
}
