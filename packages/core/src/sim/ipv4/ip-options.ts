/** IPv4 options on the way: recorded on receipt, on forwarding, and in answers. @see net/ipv4/ip_options.c */
import { be32, putBe32 } from '../../lib/bytes.ts';
import { IpOptions, ipOptionsCompile } from '../../wire/ipv4-options.ts';
import { ipHlen, ipSaddr, ipSendCheck } from '../../wire/ipv4.ts';
import type { Net } from '../core/net.ts';
import { type SkBuff, skbCow } from '../core/skbuff.ts';
import { RT_SCOPE_UNIVERSE } from '../../uapi/rtnetlink.ts';
import { inetSelectAddr } from './devinet.ts';
import { IPSKB_HAS_OPTIONS, IPSKB_RR_NEEDADDR, IPSKB_TS_NEEDADDR, IPSKB_TS_NEEDTIME } from './ipcb.ts';
import type { Rtable } from './rtable.ts';

const opt = new IpOptions();
const NS_PER_DAY = 86_400_000_000_000n;

/** Milliseconds since midnight UT. @see inet_current_timestamp */
export function inetCurrentTimestamp(net: Net): number {
  const { clock } = net.kernel;
  return Number(((clock.bootRealtime + BigInt(Math.floor(clock.now))) % NS_PER_DAY) / 1_000_000n);
}

/** Our address in an answer to this packet. @see fib_compute_spec_dst */
export function fibComputeSpecDst(skb: SkBuff, rt: Rtable): number {
  const daddr = be32(skb.buf, skb.networkHeader + 16);
  // RTCF_LOCAL without RTCF_BROADCAST or RTCF_MULTICAST.
  if ((rt.flags & 0xb0000000) >>> 0 === 0x80000000) return daddr;
  const dev = skb.dev!;
  return inetSelectAddr(dev, ipSaddr(skb.buf, skb.networkHeader), RT_SCOPE_UNIVERSE);
}

/**
 * Reads the options of a received packet and records our address where there is room.
 */
export function ipRcvOptions(skb: SkBuff, acceptSourceRoute: boolean): number {
  const hlen = ipHlen(skb.buf, skb.networkHeader);
  const bad = ipOptionsCompile(skb.buf, skb.networkHeader, hlen - 20, opt);
  if (bad !== 0) return bad;
  skb.cb0 |= IPSKB_HAS_OPTIONS;
  if (opt.srr !== 0 && !acceptSourceRoute) return -1;
  if (opt.rr === 0 && opt.ts === 0) return 0;
  skbCow(skb);
  const { buf: b, networkHeader: o } = skb;
  const rt = skb.dst as Rtable;
  if (opt.rr !== 0 && opt.rrNeedaddr) {
    const p = o + opt.rr;
    putBe32(b, p + b[p + 2]! - 1, fibComputeSpecDst(skb, rt));
    b[p + 2]! += 4;
    skb.cb0 |= IPSKB_RR_NEEDADDR;
  }
  if (opt.ts !== 0) recordTimestamp(skb, rt, o + opt.ts);
  ipSendCheck(b, o);
  return 0;
}

function recordTimestamp(skb: SkBuff, rt: Rtable, p: number): void {
  const { buf: b } = skb;
  if (opt.tsOverflow) {
    b[p + 3]! += 0x10;
    return;
  }
  const net = skb.dev!.net;
  if (opt.tsNeedaddr) {
    putBe32(b, p + b[p + 2]! - 1, fibComputeSpecDst(skb, rt));
    b[p + 2]! += 4;
    skb.cb0 |= IPSKB_TS_NEEDADDR;
  } else if ((b[p + 3]! & 15) === 3) {
    if (!isOurs(net, be32(b, p + b[p + 2]! - 1))) return;
    b[p + 2]! += 4;
  }
  if (!opt.tsNeedtime) return;
  putBe32(b, p + b[p + 2]! - 1, inetCurrentTimestamp(net));
  b[p + 2]! += 4;
  skb.cb0 |= IPSKB_TS_NEEDTIME;
}

function isOurs(net: Net, addr: number): boolean {
  for (const dev of net.devs.values()) {
    const inDev = dev.ipPtr as { ifaList: { local: number }[] } | null;
    if (inDev?.ifaList.some((x) => x.local === addr) === true) return true;
  }
  return false;
}

/** The address a forwarded packet leaves with goes where the one it came to stood. @see ip_forward_options */
export function ipForwardOptions(skb: SkBuff, rt: Rtable): void {
  if ((skb.cb0 & (IPSKB_RR_NEEDADDR | IPSKB_TS_NEEDADDR)) === 0) return;
  const { buf: b, networkHeader: o } = skb;
  ipOptionsCompile(b, o, ipHlen(b, o) - 20, opt);
  const addr = inetSelectAddr(rt.dev, rt.gw4 !== 0 ? rt.gw4 : be32(b, o + 16), RT_SCOPE_UNIVERSE);
  if ((skb.cb0 & IPSKB_RR_NEEDADDR) !== 0) putBe32(b, o + opt.rr + b[o + opt.rr + 2]! - 5, addr);
  if ((skb.cb0 & IPSKB_TS_NEEDADDR) !== 0) putBe32(b, o + opt.ts + b[o + opt.ts + 2]! - 9, addr);
  ipSendCheck(b, o);
}

/** The options an answer to this packet carries; null for none. `source` goes into the next slot. @see __ip_options_echo */
export function ipOptionsEcho(skb: SkBuff, source: number): Uint8Array | null {
  const { buf: b, networkHeader: o } = skb;
  const hlen = ipHlen(b, o);
  if (hlen === 20) return null;
  ipOptionsCompile(b, o, hlen - 20, opt);
  const out: number[] = [];
  if (opt.rr !== 0) {
    const p = o + opt.rr;
    const one = b.slice(p, p + b[p + 1]!);
    if ((skb.cb0 & IPSKB_RR_NEEDADDR) !== 0 && one[2]! + 3 <= one.length) {
      putBe32(one, one[2]! - 1, source);
      one[2]! += 4;
    }
    out.push(...one);
  }
  if (opt.ts !== 0) out.push(...echoTimestamp(skb, o + opt.ts, source));
  if (out.length === 0) return null;
  while (out.length % 4 !== 0) out.push(0);
  return Uint8Array.from(out);
}

function echoTimestamp(skb: SkBuff, p: number, source: number): Uint8Array {
  const { buf: b } = skb;
  const one = b.slice(p, p + b[p + 1]!);
  const withAddr = (one[3]! & 15) === 1;
  if (one[2]! + (withAddr ? 7 : 3) > one.length || (one[3]! & 15) === 3) return one;
  if (withAddr) {
    putBe32(one, one[2]! - 1, source);
    one[2]! += 4;
  }
  putBe32(one, one[2]! - 1, inetCurrentTimestamp(skb.dev!.net));
  one[2]! += 4;
  return one;
}

/** The options of a packet of ours: where they record, our address and the time go first. @see ip_options_build */
export function ipOptionsBuild(net: Net, options: Uint8Array, source: number): Uint8Array {
  const out = options.slice();
  for (let p = 0; p < out.length && out[p] !== 0;) {
    if (out[p] === 1) {
      p++;
      continue;
    }
    const len = Math.max(2, out[p + 1] ?? 2);
    const ptr = out[p + 2] ?? 0;
    if (out[p] === 7 && ptr + 3 <= len) {
      putBe32(out, p + ptr - 1, source);
      out[p + 2] = ptr + 4;
    } else if (out[p] === 68) {
      const flag = out[p + 3]! & 15;
      const addr = flag === 1 ? 4 : 0;
      if (flag !== 3 && ptr + addr + 3 <= len) {
        if (addr !== 0) putBe32(out, p + ptr - 1, source);
        putBe32(out, p + ptr + addr - 1, inetCurrentTimestamp(net));
        out[p + 2] = ptr + addr + 4;
      }
    }
    p += len;
  }
  return out;
}
