/** Routes of devices that go up and down. @see net/ipv6/route.c:rt6_sync_up, rt6_sync_down_dev */
import { RTF_ANYCAST, RTF_LOCAL } from '../../uapi/ip.ts';
import { RTNH_F_DEAD, RTNH_F_LINKDOWN } from '../../uapi/rtnetlink.ts';
import { NETDEV_CHANGE, NETDEV_DOWN, netifCarrierOk } from '../core/dev.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import { fib6CleanAll, fib6Tables, fib6Walk, rt6MultipathRebalance } from './fib6-table.ts';
import { rtGenidBumpIpv6 } from './netns6.ts';

/** The device is up again (DEAD), or has a carrier again (LINKDOWN). @see rt6_sync_up */
export function rt6SyncUp(dev: NetDevice, flags: number): void {
  const clear = (flags & RTNH_F_DEAD) !== 0 && netifCarrierOk(dev) ? flags | RTNH_F_LINKDOWN : flags;
  for (const table of fib6Tables(dev.net)) {
    for (const rt of fib6Walk(table)) {
      if ((rt.nh.flags & clear) === 0 || rt.nh.dev !== dev) continue;
      rt.nh.flags &= ~clear;
      if (rt.siblings !== null) rt6MultipathRebalance(rt.siblings);
    }
  }
  rtGenidBumpIpv6(dev.net);
}

/** The device goes, or loses its carrier (NETDEV_CHANGE). @see rt6_sync_down_dev, fib6_ifdown */
export function rt6SyncDownDev(dev: NetDevice, event: number): void {
  fib6CleanAll(dev.net, (rt) => {
    if (rt.nh.dev !== dev) return false;
    if (event === NETDEV_CHANGE) {
      if ((rt.flags & (RTF_LOCAL | RTF_ANYCAST)) !== 0) return false;
      rt.nh.flags |= RTNH_F_LINKDOWN;
      if (rt.siblings !== null) rt6MultipathRebalance(rt.siblings);
      return false;
    }
    if (
      event !== NETDEV_DOWN ||
      rt.siblings === null ||
      rt.siblings.every((x) => x.nh.dev === dev || (x.nh.flags & RTNH_F_DEAD) !== 0)
    )
      return true;
    rt.nh.flags |= RTNH_F_DEAD | RTNH_F_LINKDOWN;
    rt6MultipathRebalance(rt.siblings);
    return false;
  });
  rtGenidBumpIpv6(dev.net);
}

/** @see rt6_disable_ip */
export function rt6DisableIp(dev: NetDevice, event: number): void {
  rt6SyncDownDev(dev, event);
}

/** Forgets what was learned about single destinations. @see rt6_flush_exceptions, by net.ipv6.route.flush */
export function fib6FlushExceptions(net: Net): void {
  for (const table of fib6Tables(net)) {
    for (const rt of fib6Walk(table)) {
      for (const e of rt.nh.exceptions?.values() ?? []) e.obsolete = true;
      rt.nh.exceptions = null;
    }
  }
}

/** The device's MTU changed: what was learned above it is void. @see rt6_mtu_change */
export function rt6MtuChange(dev: NetDevice, mtu: number): void {
  for (const table of fib6Tables(dev.net)) {
    for (const rt of fib6Walk(table)) {
      if (rt.nh.dev !== dev) continue;
      const metric = rt.metrics?.mtu ?? 0;
      if (metric !== 0 && (metric > mtu || metric === dev.mtu)) rt.metrics = { ...rt.metrics, mtu };
      for (const [key, e] of rt.nh.exceptions ?? []) {
        if (e.pmtu <= mtu) continue;
        e.obsolete = true;
        rt.nh.exceptions!.delete(key);
      }
    }
  }
  rtGenidBumpIpv6(dev.net);
}
