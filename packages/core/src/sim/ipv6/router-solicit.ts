/** Looking for routers. RFC 4861 §6.3.7, RFC 7559 (backoff). @see net/ipv6/addrconf.c:addrconf_rs_timer */
import { Timer } from '../../lib/timer-heap.ts';
import { IFA_F_TENTATIVE } from '../../uapi/if-addr.ts';
import {
  DEVCONF_ACCEPT_RA,
  DEVCONF_FORWARDING,
  DEVCONF_RTR_SOLICIT_DELAY,
  DEVCONF_RTR_SOLICIT_INTERVAL,
  DEVCONF_RTR_SOLICIT_MAX_INTERVAL,
  DEVCONF_RTR_SOLICITS,
} from '../../uapi/if-link.ts';
import { doSoftirq } from '../core/dev.ts';
import { IN6ADDR_LINKLOCAL_ALLROUTERS } from './addr-type.ts';
import { IF_RA_RCVD, IF_RS_SENT, type Inet6Dev } from './inet6-dev.ts';
import { ndiscSendRs } from './ndisc-send.ts';
import { ipv6GetLladdr } from './saddr.ts';

/** Whether the device listens to routers. @see ipv6_accept_ra */
export const ipv6AcceptRa = (idev: Inet6Dev): boolean =>
  idev.cnf.get(DEVCONF_FORWARDING) !== 0
    ? idev.cnf.get(DEVCONF_ACCEPT_RA) === 2
    : idev.cnf.get(DEVCONF_ACCEPT_RA) !== 0;

/** A share of `ns` between 0.9 and 1.1. */
const vary = (idev: Inet6Dev, ns: number): number => Math.floor(ns * (0.9 + 0.2 * idev.dev.net.kernel.random.float()));

function solicit(idev: Inet6Dev): boolean {
  const saddr = ipv6GetLladdr(idev.dev, IFA_F_TENTATIVE);
  if (saddr === null) return false;
  ndiscSendRs(idev.dev, saddr, IN6ADDR_LINKLOCAL_ALLROUTERS);
  return true;
}

/** The link-local address is usable: asks for routers, and asks again. */
export function startRouterSolicitation(idev: Inet6Dev): void {
  if (!solicit(idev)) return;
  idev.rsIntervalNs = vary(idev, idev.cnf.get(DEVCONF_RTR_SOLICIT_INTERVAL) * 1e9);
  idev.rsProbes = 1;
  idev.ifFlags |= IF_RS_SENT;
  idev.rsTimer ??= new Timer(rsTimer, idev);
  idev.dev.net.kernel.clock.modTimer(idev.rsTimer, idev.rsIntervalNs);
}

function rsTimer(idev: Inet6Dev): void {
  const { kernel } = idev.dev.net;
  const most = idev.cnf.get(DEVCONF_RTR_SOLICITS);
  if (idev.dead || !idev.ready || !ipv6AcceptRa(idev) || (idev.ifFlags & IF_RA_RCVD) !== 0) return;
  if (most >= 0 && idev.rsProbes >= most) return;
  idev.rsProbes++;
  if (!solicit(idev)) return;
  const cap = idev.cnf.get(DEVCONF_RTR_SOLICIT_MAX_INTERVAL) * 1e9;
  const next = idev.rsIntervalNs + vary(idev, idev.rsIntervalNs);
  idev.rsIntervalNs = next > cap ? vary(idev, cap) : next;
  kernel.clock.modTimer(
    idev.rsTimer!,
    idev.rsProbes === most ? idev.cnf.get(DEVCONF_RTR_SOLICIT_DELAY) * 1e9 : idev.rsIntervalNs,
  );
  doSoftirq(kernel);
}
