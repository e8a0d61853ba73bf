/** Groups: joining, leaving, and telling routers and switches about it. RFC 3810 §6. @see net/ipv6/mcast.c */
import { none, sharedAddr, withAt, withLast, without, withoutAt } from '../../lib/small.ts';
import { copyBytes, putBe16 } from '../../lib/bytes.ts';
import { Timer } from '../../lib/timer-heap.ts';
import {
  ICMPV6_MGM_REPORT,
  ICMPV6_MLD2_REPORT,
  MLD2_CHANGE_TO_EXCLUDE,
  MLD2_CHANGE_TO_INCLUDE,
  MLD2_MODE_IS_EXCLUDE,
} from '../../uapi/icmpv6.ts';
import { IFA_F_TENTATIVE } from '../../uapi/if-addr.ts';
import { IFF_LOOPBACK, IFF_UP } from '../../uapi/if.ts';
import { DEVCONF_FORCE_MLD_VERSION, DEVCONF_MLDV2_UNSOLICITED_REPORT_INTERVAL } from '../../uapi/if-link.ts';
import { IPPROTO_HOPOPTS, IPPROTO_ICMPV6 } from '../../uapi/in.ts';
import { csumIpv6Nofold } from '../../wire/checksum.ts';
import { icmp6Finish, icmp6Rest, putIcmp6Header } from '../../wire/icmpv6.ts';
import { HOP_ROUTER_ALERT_LEN, IPV6_SADDR, putHopRouterAlert } from '../../wire/ipv6.ts';
import { MLD2_GREC_LEN, MLD_LEN, putMld2Record } from '../../wire/mld.ts';
import { doSoftirq } from '../core/dev.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { SkBuff } from '../core/skbuff.ts';
import {
  IN6ADDR_ANY,
  IN6ADDR_LINKLOCAL_ALLNODES,
  IN6ADDR_MLD2,
  ipv6AddrEqual,
  ipv6AddrType,
  SCOPE_LINKLOCAL,
  IPV6_ADDR_LINKLOCAL,
} from './addr-type.ts';
import { Flowi6 } from './fib6-types.ts';
import { icmp6OutCount } from './icmp6-send.ts';
import { type Ifmcaddr6, in6DevGet, type Inet6Dev } from './inet6-dev.ts';
import { ip6Alloc, IP6SKB_NOLOOP, ip6LocalOut, ip6PushHeader } from './ip6-output.ts';
import { devMcUpdate, mcFind } from './mcast-list.ts';
import { icmp6DstAlloc } from './ndisc-send.ts';
import { netIpv6 } from './netns6.ts';
import { ipv6GetLladdr } from './saddr.ts';

/** A tick of HZ=100: the shortest delay. */
const TICK_NS = 1e7;
const MS = 1e6;
/** The link layer listens to it. @see MAF_LOADED */
const MAF_LOADED = 1;

/** Groups nobody is told about. @see MAF_NOREPORT, add_grec */
const silent = (group: Uint8Array): boolean =>
  (group[1]! & 15) < SCOPE_LINKLOCAL || ipv6AddrEqual(group, 0, IN6ADDR_LINKLOCAL_ALLNODES, 0);

const qrv = (idev: Inet6Dev): number => netIpv6(idev.dev.net).sysctl.mld_qrv;

/** A random delay below the interval of unsolicited reports. */
function reportDelay(idev: Inet6Dev): number {
  const ms = idev.cnf.get(DEVCONF_MLDV2_UNSOLICITED_REPORT_INTERVAL);
  return 2 * TICK_NS + Math.floor(idev.dev.net.kernel.random.float() * ms) * MS;
}

interface Rec {
  readonly type: number;
  readonly group: Uint8Array;
}

/** Sends reports, as many as the MTU needs. @see mld_sendpack */
function sendReport(idev: Inet6Dev, records: readonly Rec[]): void {
  const { dev } = idev;
  const most = Math.max(1, Math.floor((Math.max(dev.mtu, 1280) - 56) / MLD2_GREC_LEN));
  for (let i = 0; i < records.length; i += most) {
    const part = records.slice(i, i + most);
    const skb = ip6Alloc(dev.net.kernel, HOP_ROUTER_ALERT_LEN + 8 + part.length * MLD2_GREC_LEN);
    const o = skb.data + HOP_ROUTER_ALERT_LEN;
    putIcmp6Header(skb.buf, o, ICMPV6_MLD2_REPORT, 0, part.length);
    part.forEach((r, n) => putMld2Record(skb.buf, o + 8 + n * MLD2_GREC_LEN, r.type, r.group, 0));
    transmit(idev, skb, IN6ADDR_MLD2);
  }
}

/** Puts checksum and headers on a message behind a hop-by-hop header's room, and sends it. @see mld_sendpack, ip6_mc_hdr */
function transmit(idev: Inet6Dev, skb: SkBuff, daddr: Uint8Array): void {
  const { dev } = idev;
  const fl = new Flowi6();
  fl.saddr.set(ipv6GetLladdr(dev, IFA_F_TENTATIVE) ?? IN6ADDR_ANY);
  fl.daddr.set(daddr);
  const o = skb.data + HOP_ROUTER_ALERT_LEN;
  const len = skb.len - HOP_ROUTER_ALERT_LEN;
  icmp6Finish(skb.buf, o, len, csumIpv6Nofold(fl.saddr, 0, fl.daddr, 0, len, IPPROTO_ICMPV6));
  const type = skb.buf[o]!;
  putHopRouterAlert(skb.buf, skb.data, IPPROTO_ICMPV6);
  ip6PushHeader(skb, fl, IPPROTO_HOPOPTS, 1);
  const rt = icmp6DstAlloc(dev);
  skb.dst = rt;
  skb.dev = dev;
  skb.cb1 = IP6SKB_NOLOOP;
  icmp6OutCount(dev.net, rt, type);
  ip6LocalOut(dev.net, skb);
}

/** Tells of what was joined and left. @see mld_send_cr */
function sendCr(idev: Inet6Dev): void {
  const records: Rec[] = [];
  for (const tomb of idev.mcTomb) records.push({ type: MLD2_CHANGE_TO_INCLUDE, group: tomb.addr });
  idev.mcTomb = idev.mcTomb.filter((tomb) => --tomb.crcount > 0);
  for (const mc of idev.mcList) {
    if (silent(mc.addr) || mc.crcount === 0) continue;
    mc.crcount--;
    records.push({ type: MLD2_CHANGE_TO_EXCLUDE, group: mc.addr });
  }
  if (records.length !== 0) sendReport(idev, records);
}

/** @see mld_ifc_work */
function ifcWork(idev: Inet6Dev): void {
  if (idev.dead) return;
  sendCr(idev);
  if (idev.mcIfcCount > 0 && --idev.mcIfcCount > 0)
    idev.dev.net.kernel.clock.modTimer(idev.mcIfcTimer!, reportDelay(idev));
  doSoftirq(idev.dev.net.kernel);
}

/** Something changed: reports follow soon, and once more. @see mld_ifc_event */
function ifcEvent(idev: Inet6Dev): void {
  idev.mcIfcTimer ??= new Timer(ifcWork, idev);
  idev.mcIfcCount = qrv(idev);
  idev.dev.net.kernel.clock.modTimer(idev.mcIfcTimer, TICK_NS);
}

/** @see igmp6_group_added */
function groupAdded(idev: Inet6Dev, mc: Ifmcaddr6): void {
  if ((mc.addr[1]! & 15) < SCOPE_LINKLOCAL) return;
  if ((mc.flags & MAF_LOADED) === 0) {
    mc.flags |= MAF_LOADED;
    devMcUpdate(idev.dev, mc.addr, 1);
  }
  if ((idev.dev.flags & IFF_UP) === 0 || silent(mc.addr)) return;
  mc.crcount = qrv(idev);
  ifcEvent(idev);
}

/** @see igmp6_group_dropped */
function groupDropped(idev: Inet6Dev, mc: Ifmcaddr6, tell: boolean): void {
  const { clock } = idev.dev.net.kernel;
  if (mc.timer !== null) clock.del(mc.timer);
  if ((mc.flags & MAF_LOADED) !== 0) {
    mc.flags &= ~MAF_LOADED;
    devMcUpdate(idev.dev, mc.addr, -1);
  }
  if (!tell || idev.dead || (idev.dev.flags & IFF_UP) === 0 || silent(mc.addr)) return;
  idev.mcTomb = withLast(idev.mcTomb, { addr: mc.addr, crcount: qrv(idev) });
  ifcEvent(idev);
}

/** Joins a group. @see ipv6_dev_mc_inc */
export function ipv6DevMcInc(dev: NetDevice, group: Uint8Array): void {
  const idev = in6DevGet(dev);
  if (idev === null || idev.dead) return;
  const known = mcFind(idev.mcList, group);
  if (known !== undefined) {
    known.users++;
    return;
  }
  const tomb = idev.mcTomb.findIndex((t) => ipv6AddrEqual(t.addr, 0, group, 0));
  idev.mcTomb = withoutAt(idev.mcTomb, tomb);
  const mc: Ifmcaddr6 = { addr: sharedAddr(group), users: 1, crcount: 0, flags: 0, timer: null };
  idev.mcList = withAt(idev.mcList, 0, mc);
  groupAdded(idev, mc);
}

/** Leaves a group. @see __ipv6_dev_mc_dec */
export function ipv6DevMcDec(idev: Inet6Dev, group: Uint8Array): void {
  const mc = mcFind(idev.mcList, group);
  if (mc === undefined || --mc.users > 0) return;
  idev.mcList = without(idev.mcList, mc);
  groupDropped(idev, mc, true);
}

/** The device came up, or roamed: reports everything. @see ipv6_mc_up */
export function ipv6McUp(idev: Inet6Dev): void {
  for (const mc of idev.mcList) groupAdded(idev, mc);
}

/** The device goes down. @see ipv6_mc_down */
export function ipv6McDown(idev: Inet6Dev): void {
  const { clock } = idev.dev.net.kernel;
  for (const mc of idev.mcList) groupDropped(idev, mc, false);
  idev.mcTomb = none();
  idev.mcIfcCount = idev.mcDadCount = 0;
  if (idev.mcIfcTimer !== null) clock.del(idev.mcIfcTimer);
  if (idev.mcDadTimer !== null) clock.del(idev.mcDadTimer);
}

/** The device is gone. @see ipv6_mc_destroy_dev */
export function ipv6McDestroyDev(idev: Inet6Dev): void {
  ipv6McDown(idev);
  idev.mcList = none();
}

/** There is a source address now: what went out from `::` is said again. @see ipv6_mc_dad_complete */
export function ipv6McDadComplete(idev: Inet6Dev): void {
  idev.mcDadCount = qrv(idev);
  if (idev.mcDadCount === 0) return;
  idev.mcDadTimer ??= new Timer(mcDadWork, idev);
  sendAll(idev, MLD2_CHANGE_TO_EXCLUDE);
  if (--idev.mcDadCount > 0) idev.dev.net.kernel.clock.modTimer(idev.mcDadTimer, reportDelay(idev));
}

/** @see mld_dad_work */
function mcDadWork(idev: Inet6Dev): void {
  if (idev.dead) return;
  sendAll(idev, MLD2_CHANGE_TO_EXCLUDE);
  if (idev.mcDadCount > 0 && --idev.mcDadCount > 0)
    idev.dev.net.kernel.clock.modTimer(idev.mcDadTimer!, reportDelay(idev));
  doSoftirq(idev.dev.net.kernel);
}

function sendAll(idev: Inet6Dev, type: number): void {
  const records = idev.mcList.filter((mc) => !silent(mc.addr)).map((mc) => ({ type, group: mc.addr }));
  if (records.length !== 0) sendReport(idev, records);
}

/** Answers for one group in the language of version 1. @see igmp6_send */
function sendV1(idev: Inet6Dev, group: Uint8Array): void {
  const skb = ip6Alloc(idev.dev.net.kernel, HOP_ROUTER_ALERT_LEN + MLD_LEN);
  const o = skb.data + HOP_ROUTER_ALERT_LEN;
  putIcmp6Header(skb.buf, o, ICMPV6_MGM_REPORT, 0, 0);
  copyBytes(skb.buf, o + 8, group, 0, 16);
  putBe16(skb.buf, o + 6, 0);
  transmit(idev, skb, group);
}

/** A router asks who listens (`data` at the ICMPv6 header); answers after a random delay. @see igmp6_event_query */
export function igmp6EventQuery(skb: SkBuff): void {
  const dev = skb.dev!;
  const idev = in6DevGet(dev);
  const { buf, data: at } = skb;
  if (idev === null || skb.len < MLD_LEN || (dev.flags & IFF_LOOPBACK) !== 0) return;
  if (
    (ipv6AddrType(buf, skb.networkHeader + IPV6_SADDR) & IPV6_ADDR_LINKLOCAL) === 0 ||
    buf[skb.networkHeader + 7] !== 1
  )
    return;
  const { kernel } = dev.net;
  const v1 = skb.len < 28 || idev.cnf.get(DEVCONF_FORCE_MLD_VERSION) === 1;
  const code = icmp6Rest(buf, at) >>> 16;
  const maxMs = v1 || code < 0x8000 ? code : ((code & 0xfff) | 0x1000) << (((code >>> 12) & 7) + 3);
  const general = ipv6AddrType(buf, at + 8) === 0;
  for (const mc of idev.mcList) {
    if (silent(mc.addr) || (!general && !ipv6AddrEqual(mc.addr, 0, buf, at + 8))) continue;
    mc.timer ??= new Timer((m: Ifmcaddr6) => {
      if (idev.dead) return;
      if (v1) sendV1(idev, m.addr);
      else sendReport(idev, [{ type: MLD2_MODE_IS_EXCLUDE, group: m.addr }]);
      doSoftirq(kernel);
    }, mc);
    if (!mc.timer.pending) kernel.clock.modTimer(mc.timer, Math.floor(kernel.random.float() * maxMs) * MS);
  }
}
