/** Duplicate address detection, and what follows once an address is ours. RFC 4862 §5.4, RFC 7527. @see net/ipv6/addrconf.c */
import { solicitedNode } from '../../lib/address.ts';
import {
  IFA_F_DADFAILED,
  IFA_F_NODAD,
  IFA_F_OPTIMISTIC,
  IFA_F_PERMANENT,
  IFA_F_STABLE_PRIVACY,
  IFA_F_TENTATIVE,
} from '../../uapi/if-addr.ts';
import { IFF_LOOPBACK, IFF_NOARP } from '../../uapi/if.ts';
import {
  DEVCONF_ACCEPT_DAD,
  DEVCONF_DAD_TRANSMITS,
  DEVCONF_ENHANCED_DAD,
  DEVCONF_FORWARDING,
  DEVCONF_NDISC_NOTIFY,
  DEVCONF_RTR_SOLICIT_DELAY,
  DEVCONF_RTR_SOLICITS,
} from '../../uapi/if-link.ts';
import { RTM_DELADDR, RTM_NEWADDR } from '../../uapi/rtnetlink.ts';
import { doSoftirq } from '../core/dev.ts';
import { KERNEL_INFO, newExtAck } from '../core/rtnetlink.ts';
import { IN6ADDR_ANY, IN6ADDR_LINKLOCAL_ALLNODES } from './addr-type.ts';
import { anycastJoin, anycastLeave } from './anycast.ts';
import { fib6Add, fib6Del } from './fib6-table.ts';
import {
  IFA_LINK,
  IFADDR_STATE_DAD,
  IFADDR_STATE_DEAD,
  IFADDR_STATE_ERRDAD,
  IFADDR_STATE_POSTDAD,
  type Inet6Dev,
  type Inet6Ifaddr,
} from './inet6-dev.ts';
import { ipv6DevMcDec, ipv6DevMcInc, ipv6McDadComplete } from './mcast.ts';
import { ndiscSendNa, ndiscSendNs } from './ndisc-send.ts';
import { kernelIpv6, netIpv6, rtGenidBumpIpv6 } from './netns6.ts';
import { addrconfPrefixRoute, addrconfGetPrefixRoute } from './prefix-route.ts';
import { ipv6AcceptRa, startRouterSolicitation } from './router-solicit.ts';

const TICK_NS = 1e7;

/** Listens for solicitations for the address. @see addrconf_join_solict */
function joinSolicit(ifp: Inet6Ifaddr): void {
  const { dev } = ifp.idev;
  if ((dev.flags & (IFF_LOOPBACK | IFF_NOARP)) === 0) ipv6DevMcInc(dev, solicitedNode(ifp.addr));
}

/** @see addrconf_leave_solict */
export function leaveSolicit(ifp: Inet6Ifaddr): void {
  if ((ifp.idev.dev.flags & (IFF_LOOPBACK | IFF_NOARP)) === 0) ipv6DevMcDec(ifp.idev, solicitedNode(ifp.addr));
}

/**
 * Tells of an address and, for RTM_NEWADDR and RTM_DELADDR, lets its routes come and go. `event` 0 only tells.
 * @see __ipv6_ifa_notify
 */
export function ipv6IfaNotify(event: number, ifp: Inet6Ifaddr): void {
  const { dev } = ifp.idev;
  const { net } = dev;
  const forwarding = ifp.idev.cnf.get(DEVCONF_FORWARDING) !== 0;
  kernelIpv6(net.kernel).ifaNotify(event === 0 ? RTM_NEWADDR : event, ifp);
  if (event === RTM_NEWADDR) {
    if (ifp.rt !== null && ifp.rt.node === null) fib6Add(net, ifp.rt, null, KERNEL_INFO, newExtAck());
    if (forwarding) anycastJoin(ifp);
    if (ifp.peer !== null) addrconfPrefixRoute(ifp.peer, 128, ifp.rtPriority, dev, 0, 0);
  } else if (event === RTM_DELADDR) {
    if (forwarding) anycastLeave(ifp);
    leaveSolicit(ifp);
    if (ifp.peer !== null) {
      const rt = addrconfGetPrefixRoute(ifp.peer, 128, dev, 0, 0);
      if (rt !== null) fib6Del(net, rt);
    }
    if (ifp.rt !== null) {
      fib6Del(net, ifp.rt);
      ifp.rt = null;
    }
  } else return;
  rtGenidBumpIpv6(net);
}

/** Starts detection, or skips it. @see addrconf_dad_start, addrconf_dad_begin */
export function addrconfDadStart(ifp: Inet6Ifaddr): void {
  if (ifp.state === IFADDR_STATE_DEAD) return;
  const { idev } = ifp;
  const { dev } = idev;
  const { net } = dev;
  ifp.state = IFADDR_STATE_DAD;
  joinSolicit(ifp);
  const off =
    (dev.flags & (IFF_NOARP | IFF_LOOPBACK)) !== 0 ||
    (netIpv6(net).devconfAll.get(DEVCONF_ACCEPT_DAD) < 1 && idev.cnf.get(DEVCONF_ACCEPT_DAD) < 1) ||
    (ifp.flags & IFA_F_TENTATIVE) === 0 ||
    (ifp.flags & IFA_F_NODAD) !== 0;
  if (off) {
    settle(ifp);
    return;
  }
  if (!idev.ready) {
    dadStop(ifp, false);
    return;
  }
  if ((ifp.flags & IFA_F_OPTIMISTIC) !== 0 && ifp.rt !== null && ifp.rt.node === null)
    fib6Add(net, ifp.rt, null, KERNEL_INFO, newExtAck());
  kick(ifp);
}

/** Waits a random moment, so that hosts switched on together do not collide. @see addrconf_dad_kick */
function kick(ifp: Inet6Ifaddr): void {
  const { cnf, dev } = ifp.idev;
  const { random, clock } = dev.net.kernel;
  const most = cnf.get(DEVCONF_RTR_SOLICIT_DELAY) * 1e9;
  const delay = (ifp.flags & IFA_F_OPTIMISTIC) !== 0 ? 0 : Math.floor((random.float() * most) / TICK_NS) * TICK_NS;
  ifp.dadNonce = cnf.get(DEVCONF_ENHANCED_DAD) !== 0 ? random.bytes(6) : null;
  ifp.dadProbes = cnf.get(DEVCONF_DAD_TRANSMITS);
  clock.modTimer(ifp.dadTimer, delay);
}

/** Solicits, or is done. @see addrconf_dad_work */
export function addrconfDadWork(ifp: Inet6Ifaddr): void {
  const { idev } = ifp;
  const { dev } = idev;
  const { kernel } = dev.net;
  if (ifp.state !== IFADDR_STATE_DAD || idev.dead) return;
  if (!idev.ready) {
    dadStop(ifp, false);
    return;
  }
  if (ifp.dadProbes === 0) settle(ifp);
  else {
    ifp.dadProbes--;
    kernel.clock.modTimer(ifp.dadTimer, Math.max(idev.ndParms.retransTime, TICK_NS));
    ndiscSendNs(dev, ifp.addr, solicitedNode(ifp.addr), IN6ADDR_ANY, ifp.dadNonce);
  }
  doSoftirq(kernel);
}

/** The address is ours. */
function settle(ifp: Inet6Ifaddr): void {
  const sendNa = (ifp.flags & IFA_F_TENTATIVE) !== 0 && (ifp.flags & IFA_F_OPTIMISTIC) === 0;
  ifp.flags &= ~(IFA_F_TENTATIVE | IFA_F_OPTIMISTIC | IFA_F_DADFAILED);
  dadCompleted(ifp, sendNa);
}

/** Whether it is the device's only usable link-local address. @see ipv6_lonely_lladdr */
const lonely = (ifp: Inet6Ifaddr): boolean =>
  !ifp.idev.addrList.some(
    (x) =>
      x !== ifp &&
      x.scope === IFA_LINK &&
      (x.flags & (IFA_F_PERMANENT | IFA_F_TENTATIVE | IFA_F_OPTIMISTIC | IFA_F_DADFAILED)) === IFA_F_PERMANENT,
  );

/** @see addrconf_dad_completed */
function dadCompleted(ifp: Inet6Ifaddr, sendNa: boolean): void {
  const { idev } = ifp;
  const { dev } = idev;
  dev.net.kernel.clock.del(ifp.dadTimer);
  ipv6IfaNotify(RTM_NEWADDR, ifp);
  const sendMld = ifp.scope === IFA_LINK && lonely(ifp);
  const sendRs =
    sendMld && ipv6AcceptRa(idev) && idev.cnf.get(DEVCONF_RTR_SOLICITS) !== 0 && (dev.flags & IFF_LOOPBACK) === 0;
  if (sendMld) ipv6McDadComplete(idev);
  const notify =
    idev.cnf.get(DEVCONF_NDISC_NOTIFY) !== 0 || netIpv6(dev.net).devconfAll.get(DEVCONF_NDISC_NOTIFY) !== 0;
  if (sendNa && notify)
    ndiscSendNa(dev, IN6ADDR_LINKLOCAL_ALLNODES, ifp.addr, idev.cnf.get(DEVCONF_FORWARDING) !== 0, false, true, true);
  if (sendRs) startRouterSolicitation(idev);
}

/** Cannot go on: stays tentative, or goes when somebody has it and it was not for ever. @see addrconf_dad_stop */
function dadStop(ifp: Inet6Ifaddr, failed: boolean): void {
  const { kernel } = ifp.idev.dev.net;
  if ((ifp.flags & IFA_F_PERMANENT) === 0 && failed) {
    kernelIpv6(kernel).delAddr(ifp);
    return;
  }
  kernel.clock.del(ifp.dadTimer);
  ifp.flags |= IFA_F_TENTATIVE;
  if (failed) ifp.flags |= IFA_F_DADFAILED;
  else ifp.flags &= ~IFA_F_OPTIMISTIC;
  if (failed) ipv6IfaNotify(0, ifp);
}

/** Somebody else has the address. @see addrconf_dad_failure */
export function addrconfDadFailure(ifp: Inet6Ifaddr): void {
  if (ifp.state !== IFADDR_STATE_DAD) return;
  ifp.state = (ifp.flags & IFA_F_STABLE_PRIVACY) !== 0 ? IFADDR_STATE_POSTDAD : IFADDR_STATE_ERRDAD;
  dadStop(ifp, true);
}

/** Runs detection for the addresses that waited for the link. @see addrconf_dad_run */
export function addrconfDadRun(idev: Inet6Dev): void {
  for (const ifp of idev.addrList) if ((ifp.flags & IFA_F_TENTATIVE) !== 0 && ifp.state === IFADDR_STATE_DAD) kick(ifp);
}
