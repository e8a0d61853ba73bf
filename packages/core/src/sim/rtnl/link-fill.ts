/** What RTM_NEWLINK and RTM_DELLINK say of a device. @see net/core/rtnetlink.c:rtnl_fill_ifinfo */
import type { AfSpec, IflaAttrs, LinkStats } from '../../netlink/link.ts';
import { linkFamily } from '../../netlink/link.ts';
import { IF_OPER_DOWN } from '../../uapi/if.ts';
import { AF_UNSPEC } from '../../uapi/socket.ts';
import { RTNLGRP_LINK } from '../../uapi/rtnetlink.ts';
import { devGetFlags, netifRunning } from '../core/dev.ts';
import type { SimKernel } from '../core/kernel.ts';
import { devGetIflink } from '../core/link-watch.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { Net } from '../core/net.ts';
import { peernet2idAlloc } from '../core/nsid.ts';
import type { IfinfoExtra } from '../core/rtnetlink.ts';

const EMPTY = new Uint8Array(0);

/** @see dev_get_stats */
export function linkStatsOf(dev: NetDevice): LinkStats {
  const s = dev.stats;
  return {
    rxPackets: s.rxPackets,
    txPackets: s.txPackets,
    rxBytes: s.rxBytes,
    txBytes: s.txBytes,
    rxErrors: s.rxErrors,
    txErrors: s.txErrors,
    rxDropped: s.rxDropped,
    txDropped: s.txDropped,
    multicast: s.multicast,
    collisions: s.collisions,
    rxLengthErrors: 0,
    rxOverErrors: 0,
    rxCrcErrors: 0,
    rxFrameErrors: 0,
    rxFifoErrors: 0,
    rxMissedErrors: 0,
    txAbortedErrors: 0,
    txCarrierErrors: 0,
    txFifoErrors: 0,
    txHeartbeatErrors: 0,
    txWindowErrors: 0,
    rxCompressed: 0,
    txCompressed: 0,
    rxNohandler: s.rxNohandler,
    rxOtherhostDropped: 0,
  };
}

/** What is asked of a link message. */
export interface FillOptions {
  /** The namespace of who reads it: ids are its. */
  readonly srcNet: Net;
  readonly change: number;
  /** RTEXT_FILTER_*. */
  readonly extMask: number;
  /** The id by which the reader asked for this namespace. */
  readonly targetNetnsid: number | undefined;
  readonly extra: IfinfoExtra;
}

/** The payload of a link message. Attributes come in the kernel's order. */
export function fillIfinfo(dev: NetDevice, options: FillOptions): Uint8Array {
  const { extMask, extra, targetNetnsid } = options;
  const a: IflaAttrs = {};
  if (targetNetnsid !== undefined) a.targetNetnsid = targetNetnsid;
  fillBasics(dev, a);
  if (extra.event !== undefined) a.event = extra.event;
  if (dev.addrLen !== 0) {
    a.address = dev.devAddr;
    a.broadcast = dev.broadcast;
  }
  const stats = linkStatsOf(dev);
  a.stats64 = stats;
  a.stats = stats;
  a.xdp = { attached: 0 };
  const ops = dev.rtnlLinkOps;
  if (ops !== null) {
    a.linkinfo = { kind: ops.kind };
    const data = ops.fillInfo?.(dev);
    if (data !== undefined) a.linkinfo.data = data;
  }
  if (extra.newNsid !== undefined) a.newNetnsid = extra.newNsid;
  if (extra.newIfindex !== undefined) a.newIfindex = extra.newIfindex;
  if (dev.permAddr !== null && dev.permAddr.some((b) => b !== 0)) a.permAddress = dev.permAddr;
  fillLinkNetns(dev, a, options.srcNet);
  a.qdisc = dev.qdisc;
  if (dev.ifalias !== '') a.ifalias = dev.ifalias;
  const spec: AfSpec = {};
  for (const af of dev.net.kernel.rtnl.afOps) af.fillLinkAf?.(dev, spec, extMask);
  a.afSpec = spec;
  a.map = { memStart: 0, memEnd: 0, baseAddr: 0, irq: 0, dma: 0, port: 0 };
  if (dev.altnames.length !== 0) a.propList = dev.altnames;
  a.devlinkPort = EMPTY;
  a.dpllPin = EMPTY;
  return linkFamily.encode({
    family: AF_UNSPEC,
    type: dev.type,
    index: dev.ifindex,
    flags: devGetFlags(dev),
    change: options.change,
    attrs: a,
  });
}

function fillBasics(dev: NetDevice, a: IflaAttrs): void {
  a.ifname = dev.name;
  a.txqlen = dev.txQueueLen;
  a.operstate = netifRunning(dev) ? dev.operstate : IF_OPER_DOWN;
  a.linkmode = dev.linkMode;
  a.netnsImmutable = Number(dev.netnsLocal);
  a.mtu = dev.mtu;
  a.minMtu = dev.minMtu;
  a.maxMtu = dev.maxMtu;
  a.group = dev.group;
  a.promiscuity = dev.promiscuity;
  a.allmulti = dev.allmulti;
  a.numTxQueues = dev.numTxQueues;
  a.gsoMaxSegs = dev.gsoMaxSegs;
  a.gsoMaxSize = dev.gsoMaxSize;
  a.groMaxSize = dev.groMaxSize;
  a.gsoIpv4MaxSize = dev.gsoIpv4MaxSize;
  a.groIpv4MaxSize = dev.groIpv4MaxSize;
  a.tsoMaxSize = dev.tsoMaxSize;
  a.tsoMaxSegs = dev.tsoMaxSegs;
  a.maxPacingOffloadHorizon = 0;
  a.numRxQueues = dev.numRxQueues;
  if (dev.master !== null) a.master = dev.master.ifindex;
  a.carrier = Number(!dev.noCarrier);
  a.carrierChanges = dev.carrierUpCount + dev.carrierDownCount;
  a.carrierUpCount = dev.carrierUpCount;
  a.carrierDownCount = dev.carrierDownCount;
  a.headroom = 0;
  a.tailroom = 0;
  a.protoDown = Number(dev.protoDown);
}

/** IFLA_LINK, with the id of the namespace it is in when that is another. @see rtnl_fill_link_netnsid */
function fillLinkNetns(dev: NetDevice, a: IflaAttrs, srcNet: Net): void {
  const linkNet = dev.rtnlLinkOps?.getLinkNet?.(dev) ?? dev.net;
  const iflink = devGetIflink(dev);
  if (linkNet !== dev.net) {
    a.linkNetnsid = peernet2idAlloc(srcNet, linkNet);
    a.link = iflink;
  } else if (iflink !== dev.ifindex) a.link = iflink;
}

/** Tells RTNLGRP_LINK of a device. @see rtmsg_ifinfo_event */
export function rtmsgIfinfoInit(kernel: SimKernel): void {
  const { rtnl } = kernel;
  rtnl.onIfinfo = (type, dev, change, info, extra) => {
    if (!rtnl.hasListeners(dev.net, RTNLGRP_LINK, info)) {
      fillLinkNetns(dev, {}, dev.net); // gives the other end's namespace its id, heard or not
      return;
    }
    const payload = fillIfinfo(dev, { srcNet: dev.net, change, extMask: 0, targetNetnsid: undefined, extra });
    rtnl.notify(dev.net, RTNLGRP_LINK, type, payload, info);
  };
}
