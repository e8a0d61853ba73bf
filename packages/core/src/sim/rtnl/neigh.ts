/** RTM_{NEW,DEL,GET}NEIGH of ARP and ND. @see net/core/neighbour.c */
import { NL_VALIDATE_DEPRECATED_STRICT, NL_VALIDATE_LIBERAL, NL_VALIDATE_STRICT } from '../../netlink/attr.ts';
import { neighFamily, type NeighMessage } from '../../netlink/neigh.ts';
import { EAFNOSUPPORT, EEXIST, EINVAL, ENODEV, ENOENT, EOPNOTSUPP } from '../../uapi/errno.ts';
import { NLM_F_CREATE, NLM_F_DUMP_FILTERED, NLM_F_EXCL, NLM_F_REPLACE } from '../../uapi/netlink.ts';
import {
  NTF_EXT_LEARNED,
  NTF_EXT_MANAGED,
  NTF_PROXY,
  NTF_ROUTER,
  NTF_USE,
  NUD_FAILED,
  NUD_NONE,
  NUD_PERMANENT,
} from '../../uapi/neighbour.ts';
import { RTM_DELNEIGH, RTM_GETNEIGH, RTM_NEWNEIGH, RTN_UNICAST, RTNLGRP_NEIGH } from '../../uapi/rtnetlink.ts';
import { doSoftirq } from '../core/dev.ts';
import type { SimKernel } from '../core/kernel.ts';
import { slot, slotGet, type Slot } from '../core/notifier.ts';
import { nlErr, nlInfo, type RtnlDoit, type RtnlDumpit, type RtnlRequest } from '../core/rtnetlink.ts';
import { kernelIpv4 } from '../ipv4/netns.ts';
import { neighEventSend, neighUpdate } from '../neigh/neighbour.ts';
import {
  NEIGH_UPDATE_F_ADMIN,
  NEIGH_UPDATE_F_EXT_LEARNED,
  NEIGH_UPDATE_F_ISROUTER,
  NEIGH_UPDATE_F_MANAGED,
  NEIGH_UPDATE_F_OVERRIDE,
  NEIGH_UPDATE_F_OVERRIDE_ISROUTER,
  NEIGH_UPDATE_F_USE,
  NTF_EXT_SHIFT,
  NTF_MANAGED,
  NUD_VALID,
} from '../neigh/state.ts';
import type { Neighbour, NeighTable, ProxyNeigh } from '../neigh/table.ts';

const TICK_NS = 1e7;
/** Tables by AF_*. */
const TABLES: Slot<SimKernel, Map<number, NeighTable>> = slot(() => new Map<number, NeighTable>());

/** The tables there are. */
export const neighTables = (kernel: SimKernel): NeighTable[] => [...slotGet(kernel, TABLES).values()];

/** A protocol's table takes part: notifications and requests. ND calls it too. @see neigh_table_init */
export function rtnlNeighTable(kernel: SimKernel, tbl: NeighTable): void {
  slotGet(kernel, TABLES).set(tbl.ops.family, tbl);
  tbl.notify = (n, type, info): void => {
    if (kernel.rtnl.hasListeners(n.dev.net, RTNLGRP_NEIGH, info))
      kernel.rtnl.notify(n.dev.net, RTNLGRP_NEIGH, type, fillInfo(n), info);
  };
}

/** @see neigh_fill_info */
function fillInfo(n: Neighbour): Uint8Array {
  const { now } = n.tbl.kernel.clock;
  const age = (t: number): number => Math.max(0, Math.floor((now - t) / TICK_NS));
  return neighFamily.encode({
    family: n.tbl.ops.family,
    ifindex: n.dev.ifindex,
    state: n.nudState,
    flags: n.flags & 0xff,
    type: n.type,
    attrs: {
      dst: n.primaryKey,
      lladdr: (n.nudState & NUD_VALID) !== 0 && n.dev.addrLen > 0 ? n.ha.slice(0, n.dev.addrLen) : undefined,
      cacheinfo: {
        confirmed: age(n.confirmed),
        used: age(n.used),
        updated: age(n.updated),
        refcnt: n.timer.pending ? 1 : 0,
      },
      probes: n.probes,
      flagsExt: n.flags >> NTF_EXT_SHIFT === 0 ? undefined : n.flags >> NTF_EXT_SHIFT,
      protocol: n.protocol === 0 ? undefined : n.protocol,
    },
  });
}

/** @see pneigh_fill_info */
function fillProxy(tbl: NeighTable, p: ProxyNeigh): Uint8Array {
  return neighFamily.encode({
    family: tbl.ops.family,
    ifindex: p.dev?.ifindex ?? 0,
    state: NUD_NONE,
    flags: p.flags | NTF_PROXY,
    type: RTN_UNICAST,
    attrs: { dst: p.key, protocol: p.protocol === 0 ? undefined : p.protocol },
  });
}

/** The table of a request; -EAFNOSUPPORT when there is none of that family. */
function tableOf(req: RtnlRequest, m: NeighMessage): NeighTable | number {
  return slotGet(req.net.kernel, TABLES).get(m.family) ?? -EAFNOSUPPORT;
}

/** @see neigh_add */
const neighAdd: RtnlDoit = (req) => {
  const { extack, net } = req;
  const m = neighFamily.parse(req.message, NL_VALIDATE_DEPRECATED_STRICT, extack);
  if (typeof m === 'number') return m;
  const { attrs: a } = m;
  if (a.dst === undefined) return nlErr(extack, EINVAL, 'Network address not specified');
  const ext = a.flagsExt ?? 0;
  if ((ext & ~NTF_EXT_MANAGED) !== 0)
    return nlErr(extack, EOPNOTSUPP, 'neighbour: extended flags other than NTF_EXT_MANAGED are not supported');
  const managed = (ext & NTF_EXT_MANAGED) !== 0;
  const dev = m.ifindex === 0 ? null : (net.devs.get(m.ifindex) ?? undefined);
  if (dev === undefined) return -ENODEV;
  if (dev !== null && a.lladdr !== undefined && a.lladdr.length < dev.addrLen)
    return nlErr(extack, EINVAL, 'Invalid link address');
  const tbl = tableOf(req, m);
  if (typeof tbl === 'number') return tbl;
  if (a.dst.length < tbl.ops.keyLen) return nlErr(extack, EINVAL, 'Invalid network address');
  if ((m.flags & NTF_PROXY) !== 0) {
    if (managed) return nlErr(extack, EINVAL, 'Invalid NTF_* flag combination');
    let p = tbl.proxies.find((x) => x.net === net && x.dev === dev && x.key.every((v, i) => v === a.dst![i]));
    if (p === undefined)
      tbl.proxies.push((p = { key: a.dst.slice(0, tbl.ops.keyLen), net, dev, flags: 0, protocol: 0 }));
    p.flags = m.flags;
    if (a.protocol !== undefined) p.protocol = a.protocol;
    return 0;
  }
  if (dev === null) return nlErr(extack, EINVAL, 'Device not specified');
  if (tbl.ops.parms(dev) === null) return -EINVAL;
  let flags = NEIGH_UPDATE_F_ADMIN | NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_OVERRIDE_ISROUTER;
  let n = tbl.lookup(a.dst, 0, dev);
  if (n === null) {
    if ((req.flags & NLM_F_CREATE) === 0) return -ENOENT;
    if (managed && (m.state & NUD_PERMANENT) !== 0)
      return nlErr(extack, EINVAL, 'Invalid NTF_* flag for permanent entry');
    const made = tbl.create(a.dst, dev);
    if (typeof made === 'number') return made;
    n = made;
    n.flags |= (m.flags & NTF_EXT_LEARNED) | (managed ? NTF_MANAGED : 0);
    tbl.updateManaged(n);
  } else {
    if ((req.flags & NLM_F_EXCL) !== 0) return -EEXIST;
    if ((req.flags & NLM_F_REPLACE) === 0) flags &= ~(NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_OVERRIDE_ISROUTER);
  }
  if (a.protocol !== undefined) n.protocol = a.protocol;
  if ((m.flags & NTF_EXT_LEARNED) !== 0) flags |= NEIGH_UPDATE_F_EXT_LEARNED;
  if ((m.flags & NTF_ROUTER) !== 0) flags |= NEIGH_UPDATE_F_ISROUTER;
  if ((m.flags & NTF_USE) !== 0) flags |= NEIGH_UPDATE_F_USE;
  if (managed) flags |= NEIGH_UPDATE_F_MANAGED;
  const err = neighUpdate(n, a.lladdr ?? null, m.state, flags, nlInfo(req), extack);
  if (err === 0 && ((m.flags & NTF_USE) !== 0 || managed)) neighEventSend(n, null);
  doSoftirq(net.kernel);
  return err;
};

/** @see neigh_delete */
const neighDelete: RtnlDoit = (req) => {
  const { extack, net } = req;
  const m = neighFamily.parse(req.message, NL_VALIDATE_LIBERAL, extack);
  if (typeof m === 'number') return m;
  const { dst } = m.attrs;
  if (dst === undefined) return nlErr(extack, EINVAL, 'Network address not specified');
  const dev = m.ifindex === 0 ? null : (net.devs.get(m.ifindex) ?? undefined);
  if (dev === undefined) return -ENODEV;
  const tbl = tableOf(req, m);
  if (typeof tbl === 'number') return tbl;
  if (dst.length < tbl.ops.keyLen) return nlErr(extack, EINVAL, 'Invalid network address');
  if ((m.flags & NTF_PROXY) !== 0) {
    const i = tbl.proxies.findIndex((x) => x.net === net && x.dev === dev && x.key.every((v, j) => v === dst[j]));
    if (i < 0) return -ENOENT;
    tbl.proxies.splice(i, 1);
    return 0;
  }
  if (dev === null) return -EINVAL;
  const n = tbl.lookup(dst, 0, dev);
  if (n === null) return -ENOENT;
  const err = neighUpdate(n, null, NUD_FAILED, NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN, nlInfo(req), extack);
  tbl.remove(n, RTM_DELNEIGH);
  doSoftirq(net.kernel);
  return err;
};

/** @see neigh_get */
const neighGet: RtnlDoit = (req, emit) => {
  const { extack, net } = req;
  const m = neighFamily.parse(req.message, NL_VALIDATE_DEPRECATED_STRICT, extack);
  if (typeof m === 'number') return m;
  const { dst } = m.attrs;
  const tbl = tableOf(req, m);
  if (typeof tbl === 'number')
    return nlErr(extack, EAFNOSUPPORT, 'Unsupported family in header for neighbor get request');
  if (dst === undefined) return nlErr(extack, EINVAL, 'Network address not specified');
  if (dst.length !== tbl.ops.keyLen) return nlErr(extack, EINVAL, 'Invalid network address in neighbor get request');
  const dev = m.ifindex === 0 ? null : (net.devs.get(m.ifindex) ?? undefined);
  if (dev === undefined) return nlErr(extack, ENODEV, 'Unknown device ifindex');
  if ((m.flags & NTF_PROXY) !== 0) {
    const p = tbl.proxyLookup(net, dst, 0, dev);
    if (p === null) return nlErr(extack, ENOENT, 'Proxy neighbour entry not found');
    emit(RTM_NEWNEIGH, 0, fillProxy(tbl, p));
    return 0;
  }
  if (dev === null) return nlErr(extack, EINVAL, 'No device specified');
  const n = tbl.lookup(dst, 0, dev);
  if (n === null) return nlErr(extack, ENOENT, 'Neighbour entry not found');
  emit(RTM_NEWNEIGH, 0, fillInfo(n));
  return 0;
};

/** @see neigh_valid_dump_req, neigh_dump_info */
const neighDump: RtnlDumpit = (req, emit) => {
  const { extack, message, net } = req;
  let ifindex = 0;
  let master = 0;
  let family = message[16]!;
  let proxy = false;
  const m =
    message.length < 28
      ? undefined
      : neighFamily.parse(message, req.strict ? NL_VALIDATE_STRICT : NL_VALIDATE_LIBERAL, extack);
  if (req.strict && m === undefined) return nlErr(extack, EINVAL, 'Invalid header for neighbor dump request');
  if (typeof m === 'number') {
    if (req.strict) return m;
  } else if (m !== undefined) {
    if (req.strict && (m.ifindex !== 0 || m.state !== 0 || m.type !== 0)) {
      return nlErr(extack, EINVAL, 'Invalid values in header for neighbor dump request');
    }
    if (req.strict && (m.flags & ~NTF_PROXY) !== 0)
      return nlErr(extack, EINVAL, 'Invalid flags in header for neighbor dump request');
    ({ family } = m);
    proxy = m.flags === NTF_PROXY;
    ifindex = m.attrs.ifindex ?? 0;
    master = m.attrs.master ?? 0;
  }
  const flags = ifindex !== 0 || master !== 0 ? NLM_F_DUMP_FILTERED : 0;
  for (const tbl of slotGet(net.kernel, TABLES).values()) {
    if (family !== 0 && tbl.ops.family !== family) continue;
    if (proxy) {
      for (const p of tbl.proxies) {
        if (p.net === net && (ifindex === 0 || p.dev?.ifindex === ifindex))
          emit(RTM_NEWNEIGH, flags, fillProxy(tbl, p));
      }
      continue;
    }
    for (const dev of net.devs.values()) {
      if ((ifindex !== 0 && dev.ifindex !== ifindex) || (master !== 0 && dev.master?.ifindex !== master)) continue;
      for (const n of tbl.of(dev)) emit(RTM_NEWNEIGH, flags, fillInfo(n));
    }
  }
  return 0;
};

export function rtnlNeighInit(kernel: SimKernel): void {
  kernel.rtnl.register(0, RTM_NEWNEIGH, neighAdd, null);
  kernel.rtnl.register(0, RTM_DELNEIGH, neighDelete, null);
  kernel.rtnl.register(0, RTM_GETNEIGH, neighGet, neighDump);
  rtnlNeighTable(kernel, kernelIpv4(kernel).arpTbl);
}
