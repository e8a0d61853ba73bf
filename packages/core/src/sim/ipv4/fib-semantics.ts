/** What routes mean: making and checking them, and what devices coming and going do to them. @see net/ipv4/fib_semantics.c */
import { none, SmallMap, withLast, without } from '../../lib/small.ts';
import { ipv4Bytes, ipv4IsMulticast, ipv4IsZeronet } from '../../lib/address.ts';
import { hash3 } from '../../lib/hash.ts';
import { EINVAL, ENETDOWN, ENODEV } from '../../uapi/errno.ts';
import { IFF_LOWER_UP, IFF_RUNNING, IFF_UP } from '../../uapi/if.ts';
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RT_SCOPE_UNIVERSE,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTN_ANYCAST,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MAX,
  RTN_MULTICAST,
  RTN_NAT,
  RTN_UNICAST,
  RTN_UNSPEC,
  RTN_XRESOLVE,
  RTNH_F_DEAD,
  RTNH_F_LINKDOWN,
  RTNH_F_ONLINK,
  RTNH_F_PERVASIVE,
} from '../../uapi/rtnetlink.ts';
import { devGetFlags, NETDEV_CHANGE, NETDEV_DOWN, NETDEV_UNREGISTER, netifCarrierOk } from '../core/dev.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import { type ExtAck, nlErr } from '../core/rtnetlink.ts';
import { inetSelectAddr } from './devinet.ts';
import { FIB_LOOKUP_IGNORE_LINKSTATE, fibError, fibGetTable } from './fib-table.ts';
import { fibLookup } from './fib-rules.ts';
import { type FibConfig, FibInfo, FibNh, FibResult, Flowi4, type Metrics } from './fib-types.ts';
import { inDevGet } from './in-device.ts';
import { NUD_VALID } from '../neigh/state.ts';
import { kernelIpv4, netIpv4 } from './netns.ts';

const LOOPBACK_IFINDEX = 1;

/** The narrowest scope a type may have. @see fib_props */
function minScope(type: number): number {
  switch (type) {
    case RTN_UNSPEC:
    case RTN_NAT:
    case RTN_XRESOLVE:
      return RT_SCOPE_NOWHERE;
    case RTN_LOCAL:
      return RT_SCOPE_HOST;
    case RTN_BROADCAST:
    case RTN_ANYCAST:
      return RT_SCOPE_LINK;
    case RTN_UNICAST:
    case RTN_MULTICAST:
    default:
      return RT_SCOPE_UNIVERSE;
  }
}

/** What an address is in a table. @see __inet_dev_addr_type */
export function inetAddrTypeTable(net: Net, addr: number, tbId: number): number {
  if (ipv4IsZeronet(addr) || addr === 0xffffffff) return RTN_BROADCAST;
  if (ipv4IsMulticast(addr)) return RTN_MULTICAST;
  const table = fibGetTable(net, tbId);
  if (table === undefined) return RTN_BROADCAST;
  const fl = new Flowi4();
  const res = new FibResult();
  fl.daddr = addr;
  if (table.lookup(fl, res, 0) !== 0) return RTN_UNICAST;
  return res.type;
}

/** RTN_LOCAL, RTN_UNICAST … of an address. @see inet_addr_type */
export const inetAddrType = (net: Net, addr: number): number => inetAddrTypeTable(net, addr, RT_TABLE_LOCAL);

/** @see fib_check_nh_v4_gw */
function checkNhGw(net: Net, nh: FibNh, table: number, scope: number, extack: ExtAck): number {
  if ((nh.flags & RTNH_F_ONLINK) !== 0) {
    if (scope >= RT_SCOPE_LINK) return nlErr(extack, EINVAL, 'Nexthop has invalid scope');
    const dev = net.devs.get(nh.oif);
    if (dev === undefined) return nlErr(extack, ENODEV, 'Nexthop device required for onlink');
    if ((dev.flags & IFF_UP) === 0) return nlErr(extack, ENETDOWN, 'Nexthop device is not up');
    if (inetAddrTypeTable(net, nh.gw4, RT_TABLE_LOCAL) !== RTN_UNICAST)
      return nlErr(extack, EINVAL, 'Nexthop has invalid gateway');
    if (!netifCarrierOk(dev)) nh.flags |= RTNH_F_LINKDOWN;
    nh.dev = dev;
    nh.scope = RT_SCOPE_LINK;
    return 0;
  }
  const fl = new Flowi4();
  const res = new FibResult();
  fl.daddr = nh.gw4;
  fl.scope = Math.max(scope + 1, RT_SCOPE_LINK);
  fl.oif = nh.oif;
  fl.iif = LOOPBACK_IFINDEX;
  let err = -1;
  if (table !== 0 && table !== RT_TABLE_MAIN)
    err = fibGetTable(net, table)?.lookup(fl, res, FIB_LOOKUP_IGNORE_LINKSTATE) ?? -1;
  if (err !== 0) err = fibLookup(net, fl, res, FIB_LOOKUP_IGNORE_LINKSTATE);
  if (err !== 0) return nlErr(extack, -err, 'Nexthop has invalid gateway');
  if (res.type !== RTN_UNICAST && res.type !== RTN_LOCAL) return nlErr(extack, EINVAL, 'Nexthop has invalid gateway');
  const { dev } = res.nh!;
  nh.scope = res.scope;
  nh.oif = res.nh!.oif;
  nh.dev = dev;
  if (dev === null) return nlErr(extack, EINVAL, 'No egress device for nexthop gateway');
  if (!netifCarrierOk(dev)) nh.flags |= RTNH_F_LINKDOWN;
  return (dev.flags & IFF_UP) !== 0 ? 0 : -ENETDOWN;
}

/** @see fib_check_nh_nongw */
function checkNhNongw(net: Net, nh: FibNh, extack: ExtAck): number {
  if ((nh.flags & (RTNH_F_PERVASIVE | RTNH_F_ONLINK)) !== 0) {
    return nlErr(extack, EINVAL, 'Invalid flags for nexthop - PERVASIVE and ONLINK can not be set');
  }
  const dev = net.devs.get(nh.oif);
  if (dev === undefined || inDevGet(dev) === null) return -ENODEV;
  if ((dev.flags & IFF_UP) === 0) return nlErr(extack, ENETDOWN, 'Device for nexthop is not up');
  nh.dev = dev;
  nh.scope = RT_SCOPE_HOST;
  if (!netifCarrierOk(dev)) nh.flags |= RTNH_F_LINKDOWN;
  return 0;
}

/** @see fib_valid_prefsrc */
function validPrefsrc(net: Net, cfg: FibConfig): boolean {
  if (cfg.type === RTN_LOCAL && cfg.dst !== 0 && cfg.prefsrc === cfg.dst) return true;
  const tb = cfg.table === RT_TABLE_MAIN ? RT_TABLE_LOCAL : cfg.table;
  if (inetAddrTypeTable(net, cfg.prefsrc, tb) === RTN_LOCAL) return true;
  return tb !== RT_TABLE_LOCAL && inetAddrType(net, cfg.prefsrc) === RTN_LOCAL;
}

/** The next hops a request names. @see fib_get_nhs, fib_nh_init */
function makeNexthops(fi: FibInfo, cfg: FibConfig, extack: ExtAck): number {
  if (cfg.nexthops === null) {
    fi.nh = [new FibNh(fi, null, cfg.oif, cfg.gw, (cfg.flags & RTNH_F_ONLINK) | (cfg.flags & RTNH_F_PERVASIVE), 1)];
    return 0;
  }
  for (const one of cfg.nexthops) {
    if ((one.flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) !== 0) {
      return nlErr(extack, EINVAL, 'Invalid flags for nexthop - can not contain DEAD or LINKDOWN');
    }
    fi.nh.push(new FibNh(fi, null, one.oif, one.gw, (cfg.flags & ~0xff) | one.flags, one.hops + 1));
  }
  const first = fi.nh[0]!;
  if (cfg.oif !== 0 && first.oif !== cfg.oif)
    return nlErr(extack, EINVAL, 'Nexthop device index does not match RTA_OIF');
  if (cfg.gw !== 0 && first.gw4 !== cfg.gw)
    return nlErr(extack, EINVAL, 'Nexthop gateway does not match RTA_GATEWAY or RTA_VIA');
  return 0;
}

/** Checks the next hops of a route and finds their devices. */
function checkNexthops(net: Net, fi: FibInfo, cfg: FibConfig, extack: ExtAck): number {
  if (cfg.scope === RT_SCOPE_HOST) {
    const nh = fi.nh[0]!;
    if (fi.nh.length !== 1) return nlErr(extack, EINVAL, 'Route with host scope can not have multiple nexthops');
    if (nh.gw4 !== 0) return nlErr(extack, EINVAL, 'Route with host scope can not have a gateway');
    nh.scope = RT_SCOPE_NOWHERE;
    nh.dev = net.devs.get(nh.oif) ?? null;
    return nh.dev === null ? -ENODEV : 0;
  }
  let linkdown = 0;
  for (const nh of fi.nh) {
    const err = nh.gw4 !== 0 ? checkNhGw(net, nh, cfg.table, cfg.scope, extack) : checkNhNongw(net, nh, extack);
    if (err !== 0) return err;
    if ((nh.flags & RTNH_F_LINKDOWN) !== 0) linkdown++;
  }
  if (linkdown === fi.nh.length) fi.flags |= RTNH_F_LINKDOWN;
  return 0;
}

/**
 * What a request says, checked, as routes share it; an equal one that exists is given instead.
 * @returns -EINVAL, -ENODEV, -ENETDOWN, -ENETUNREACH … with words in extack. @see fib_create_info
 */
export function fibCreateInfo(net: Net, cfg: FibConfig, extack: ExtAck): FibInfo | number {
  if (cfg.type > RTN_MAX) return -EINVAL;
  if (minScope(cfg.type) > cfg.scope) return nlErr(extack, EINVAL, 'Invalid scope');
  if ((cfg.flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) !== 0) {
    return nlErr(extack, EINVAL, 'Invalid rtm_flags - can not contain DEAD or LINKDOWN');
  }
  const fi = new FibInfo();
  fi.protocol = cfg.protocol;
  fi.scope = cfg.scope;
  fi.flags = cfg.flags;
  fi.priority = cfg.priority;
  fi.prefsrc = cfg.prefsrc;
  fi.type = cfg.type;
  fi.tbId = cfg.table;
  fi.metrics = cfg.metrics !== null && cfg.metrics.size > 0 ? cfg.metrics : null;
  const bad = makeNexthops(fi, cfg, extack);
  if (bad !== 0) return bad;
  if (fibError(cfg.type) !== 0) {
    if (cfg.gw !== 0 || cfg.oif !== 0 || cfg.nexthops !== null) {
      return nlErr(extack, EINVAL, 'Gateway, device and multipath can not be specified for this route type');
    }
    return link(net, fi);
  }
  if (cfg.type < RTN_UNICAST || cfg.type > RTN_MULTICAST) return nlErr(extack, EINVAL, 'Invalid route type');
  if (cfg.scope > RT_SCOPE_HOST) return nlErr(extack, EINVAL, 'Invalid scope');
  const err = checkNexthops(net, fi, cfg, extack);
  if (err !== 0) return err;
  if (cfg.prefsrc !== 0 && !validPrefsrc(net, cfg)) return nlErr(extack, EINVAL, 'Invalid prefsrc address');
  fibRebalance(fi);
  return link(net, fi);
}

function sameMetrics(a: Metrics | null, b: Metrics | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.size !== b.size) return false;
  for (const [k, v] of a) if (b.get(k) !== v) return false;
  return true;
}

const COMPARE = ~(RTNH_F_DEAD | RTNH_F_LINKDOWN);

function sameNh(a: FibNh, b: FibNh): boolean {
  return (
    a.oif === b.oif &&
    a.gw4 === b.gw4 &&
    a.scope === b.scope &&
    a.weight === b.weight &&
    ((a.flags ^ b.flags) & COMPARE) === 0
  );
}

/** @see fib_find_info */
function sameInfo(a: FibInfo, b: FibInfo): boolean {
  return (
    a.nh.length === b.nh.length &&
    a.protocol === b.protocol &&
    a.scope === b.scope &&
    a.prefsrc === b.prefsrc &&
    a.priority === b.priority &&
    a.type === b.type &&
    a.tbId === b.tbId &&
    ((a.flags ^ b.flags) & COMPARE) === 0 &&
    sameMetrics(a.metrics, b.metrics) &&
    a.nh.every((nh, i) => sameNh(nh, b.nh[i]!))
  );
}

/** Enters the value among those of the namespace; an equal one is used instead. */
function link(net: Net, fi: FibInfo): FibInfo {
  const n = netIpv4(net);
  const first = fi.nh[0]!;
  const h = hash3(fi.prefsrc ^ fi.scope, first.gw4, first.oif ^ (fi.priority << 8) ^ (fi.protocol << 16));
  fi.key = h;
  const bucket = n.fibInfos.get(h) ?? none();
  const same = bucket.find((x) => sameInfo(x, fi));
  if (same !== undefined) {
    same.treeref++;
    return same;
  }
  n.fibInfos.set(h, withLast(bucket, fi));
  fi.treeref = 1;
  if (fi.prefsrc !== 0) n.laddrInfos.set(fi, true);
  for (const nh of fi.nh) {
    if (nh.dev === null) continue;
    let set = n.devNh.get(nh.dev);
    if (set === undefined) n.devNh.set(nh.dev, (set = new SmallMap()));
    set.set(nh, fi);
  }
  return fi;
}

/** A route let go of it. @see fib_release_info */
export function fibReleaseInfo(net: Net, fi: FibInfo): void {
  if (--fi.treeref > 0) return;
  const n = netIpv4(net);
  const bucket = without<FibInfo>(n.fibInfos.get(fi.key) ?? none(), fi);
  if (bucket.length === 0) n.fibInfos.delete(fi.key);
  else n.fibInfos.set(fi.key, bucket);
  n.laddrInfos.delete(fi);
  for (const nh of fi.nh) {
    const set = nh.dev === null ? undefined : n.devNh.get(nh.dev);
    if (set === undefined) continue;
    set.delete(nh);
    if (set.size === 0) n.devNh.delete(nh.dev!);
  }
}

/** Shares of the hash for each next hop, by weight of those alive. @see fib_rebalance */
export function fibRebalance(fi: FibInfo): void {
  if (fi.nh.length < 2) return;
  let total = 0;
  for (const nh of fi.nh) if ((nh.flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) === 0) total += nh.weight;
  let w = 0;
  for (const nh of fi.nh) {
    if ((nh.flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) !== 0) nh.upperBound = -1;
    else {
      w += nh.weight;
      nh.upperBound = Math.round((w * 0x80000000) / total) - 1;
    }
  }
}

/** Whether nothing is known against the gateway. @see fib_good_nh */
function fibGoodNh(nh: FibNh): boolean {
  const n =
    nh.gw4 === 0 || nh.dev === null ? null : kernelIpv4(nh.dev.net.kernel).arpTbl.lookup(ipv4Bytes(nh.gw4), 0, nh.dev);
  return n === null || (n.nudState & NUD_VALID) !== 0;
}

/** The next hop for a hash of 31 bits. @see fib_select_multipath */
export function fibSelectMultipath(res: FibResult, hash: number): void {
  const { nh } = res.fi!;
  const useNeigh = nh[0]!.dev !== null && netIpv4(nh[0]!.dev.net).sysctl.fib_multipath_use_neigh !== 0;
  let any = false;
  for (let i = 0; i < nh.length; i++) {
    const one = nh[i]!;
    if (useNeigh) {
      if (!fibGoodNh(one)) continue;
      if (!any) {
        res.nhSel = i;
        res.nh = one;
        any = true;
      }
    }
    if (one.upperBound < 0 || hash > one.upperBound) continue;
    res.nhSel = i;
    res.nh = one;
    return;
  }
}

/** The source an answer to this lookup goes out with. @see fib_result_prefsrc */
export function fibResultPrefsrc(net: Net, res: FibResult): number {
  const { fi, nh } = res;
  if (fi!.prefsrc !== 0) return fi!.prefsrc;
  const { devAddrGenid } = netIpv4(net);
  if (nh!.saddrGenid !== devAddrGenid) {
    nh!.saddr = nh!.dev === null ? 0 : inetSelectAddr(nh!.dev, nh!.gw4, fi!.scope);
    nh!.saddrGenid = devAddrGenid;
  }
  return nh!.saddr;
}

/** Which next hops of a device are of the routes given; each route once. */
function* infosOf(net: Net, dev: NetDevice): Generator<FibInfo> {
  const set = netIpv4(net).devNh.get(dev);
  if (set === undefined) return;
  yield* new Set(set.values());
}

/** A device (`force`: for good) or its carrier went. @returns how many routes are dead. @see fib_sync_down_dev */
export function fibSyncDownDev(dev: NetDevice, event: number, force: boolean): number {
  const scope = force ? -1 : RT_SCOPE_NOWHERE;
  const flags = event === NETDEV_CHANGE ? RTNH_F_LINKDOWN : RTNH_F_DEAD | RTNH_F_LINKDOWN;
  let ret = 0;
  for (const fi of infosOf(dev.net, dev)) {
    let dead = 0;
    for (const nh of fi.nh) {
      if ((nh.flags & RTNH_F_DEAD) !== 0) dead++;
      else if (nh.dev === dev && nh.scope !== scope) {
        nh.flags |= flags;
        dead++;
      }
    }
    if (dead === fi.nh.length) {
      fi.flags |= flags;
      ret++;
    }
    fibRebalance(fi);
  }
  return event === NETDEV_DOWN || event === NETDEV_UNREGISTER || event === NETDEV_CHANGE ? ret : 0;
}

/** A local address went: routes of `main` that prefer it as source are dead. @see fib_sync_down_addr */
export function fibSyncDownAddr(dev: NetDevice, local: number): number {
  let ret = 0;
  for (const fi of netIpv4(dev.net).laddrInfos.keys()) {
    if (fi.prefsrc !== local || fi.tbId !== RT_TABLE_MAIN) continue;
    fi.flags |= RTNH_F_DEAD;
    fi.prefsrcRemoved = true;
    ret++;
  }
  return ret;
}

/** A device or its carrier came back. @see fib_sync_up */
export function fibSyncUp(dev: NetDevice, nhFlags: number): void {
  if ((dev.flags & IFF_UP) === 0) return;
  let flags = nhFlags;
  if ((flags & RTNH_F_DEAD) !== 0 && (devGetFlags(dev) & (IFF_RUNNING | IFF_LOWER_UP)) !== 0) flags |= RTNH_F_LINKDOWN;
  for (const fi of infosOf(dev.net, dev)) {
    let alive = 0;
    for (const nh of fi.nh) {
      if ((nh.flags & flags) === 0) alive++;
      else if (nh.dev === dev && inDevGet(dev) !== null) {
        alive++;
        nh.flags &= ~flags;
      }
    }
    if (alive > 0) fi.flags &= ~flags;
    fibRebalance(fi);
  }
}
