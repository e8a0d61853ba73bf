/** Changes to a link. @see net/core/rtnetlink.c:do_setlink, validate_linkmsg */
import type { AfSpec, Ifinfomsg } from '../../netlink/link.ts';
import { EAFNOSUPPORT, EBADF, EINVAL, EOPNOTSUPP } from '../../uapi/errno.ts';
import { IF_OPER_DORMANT, IF_OPER_TESTING, IF_OPER_UNKNOWN, IF_OPER_UP } from '../../uapi/if.ts';
import { NLA_TYPE_MASK } from '../../uapi/netlink.ts';
import { AF_BRIDGE, AF_MCTP, AF_MPLS } from '../../uapi/socket.ts';
import { NETDEV_CHANGEADDR } from '../core/dev.ts';
import {
  devChangeFlags,
  devChangeName,
  devChangeTxQueueLen,
  devCombineFlags,
  devSetAlias,
  devSetMacAddress,
  devSetMtu,
} from '../core/dev-config.ts';
import { devChangeNetNamespace } from '../core/dev-netns.ts';
import { netdevStateChange } from '../core/link-watch.ts';
import type { Net } from '../core/net.ts';
import type { LinkAttrs, NetDevice } from '../core/net-device.ts';
import { KERN_WARNING } from '../core/printk.ts';
import { type ExtAck, nlErr, type RtnlAfOps } from '../core/rtnetlink.ts';

const GSO_MAX_SEGS = 65535;
const GRO_MAX_SIZE = 8 * 65535;

/** What of a request can be judged before anything changes. `dev` is null for one not made yet. @see validate_linkmsg */
export function validateLinkmsg(net: Net, dev: NetDevice, isNew: boolean, a: LinkAttrs, extack: ExtAck): number {
  if (a.address !== undefined && a.address.length < dev.addrLen) return -EINVAL;
  if (a.broadcast !== undefined && a.broadcast.length < dev.addrLen) return -EINVAL;
  if ((a.gsoMaxSize ?? 0) > dev.tsoMaxSize) return nlErr(extack, EINVAL, 'too big gso_max_size');
  if ((a.gsoMaxSegs ?? 0) > Math.min(GSO_MAX_SEGS, dev.tsoMaxSegs))
    return nlErr(extack, EINVAL, 'too big gso_max_segs');
  if ((a.groMaxSize ?? 0) > GRO_MAX_SIZE) return nlErr(extack, EINVAL, 'too big gro_max_size');
  if ((a.gsoIpv4MaxSize ?? 0) > dev.tsoMaxSize) return nlErr(extack, EINVAL, 'too big gso_ipv4_max_size');
  if ((a.groIpv4MaxSize ?? 0) > GRO_MAX_SIZE) return nlErr(extack, EINVAL, 'too big gro_ipv4_max_size');
  return a.afSpec === undefined ? 0 : validateAfSpec(net, isNew ? null : dev, a.afSpec, extack);
}

/** The families' own parts that a request holds, with who answers for them; -errno when nobody does. */
function afParts(net: Net, spec: AfSpec): RtnlAfOps[] | number {
  for (const u of spec.unknown ?? []) {
    const family = u.type & NLA_TYPE_MASK;
    return [AF_BRIDGE, AF_MPLS, AF_MCTP].includes(family) ? -EOPNOTSUPP : -EAFNOSUPPORT;
  }
  const found: RtnlAfOps[] = [];
  for (const key of ['inet', 'inet6'] as const) {
    if (spec[key] === undefined) continue;
    const ops = net.kernel.rtnl.afOps.find((o) => o.key === key);
    if (ops === undefined) return -EAFNOSUPPORT;
    if (ops.setLinkAf === undefined) return -EOPNOTSUPP;
    found.push(ops);
  }
  return found;
}

function validateAfSpec(net: Net, dev: NetDevice | null, spec: AfSpec, extack: ExtAck): number {
  const parts = afParts(net, spec);
  if (typeof parts === 'number') return parts;
  for (const ops of parts) {
    const err = ops.validateLinkAf?.(dev, spec, extack) ?? 0;
    if (err !== 0) return err;
  }
  return 0;
}

/** @see set_operstate */
export function setOperstate(dev: NetDevice, transition: number): void {
  let state = dev.operstate;
  const up = state === IF_OPER_UP || state === IF_OPER_UNKNOWN;
  if (transition === IF_OPER_UP) {
    if ((state === IF_OPER_DORMANT || state === IF_OPER_TESTING || state === IF_OPER_UNKNOWN) && !dev.dormant)
      state = IF_OPER_UP;
  } else if (transition === IF_OPER_TESTING || transition === IF_OPER_DORMANT) {
    if (up) state = transition;
  }
  if (state === dev.operstate) return;
  dev.operstate = state;
  netdevStateChange(dev);
}

/** Joins a device to a bridge, bond or VRF; 0 leaves. @returns 0, -EINVAL, -EOPNOTSUPP. @see do_set_master */
export function doSetMaster(dev: NetDevice, ifindex: number, extack: ExtAck): number {
  const old = dev.master;
  if (old !== null) {
    if (old.ifindex === ifindex) return 0;
    const err = old.netdevOps.delSlave?.(old, dev) ?? -EOPNOTSUPP;
    if (err !== 0) return err;
  }
  if (ifindex === 0) return 0;
  const upper = dev.net.devs.get(ifindex);
  if (upper === undefined) return -EINVAL;
  return upper.netdevOps.addSlave?.(upper, dev, extack) ?? -EOPNOTSUPP;
}

/** What a change was: none, one that its own notification tells of, or one that needs telling. */
const MODIFIED = 1;
const NOTIFY = 3;

class LinkChange {
  status = 0;
  readonly dev: NetDevice;
  readonly extack: ExtAck;

  constructor(dev: NetDevice, extack: ExtAck, status: number) {
    this.dev = dev;
    this.extack = extack;
    this.status = status;
  }

  /** Notes a change that was made, or passes its error on. */
  did(err: number, status: number): number {
    if (err === 0) this.status |= status;
    return err;
  }
}

/**
 * Changes a link, attribute after attribute in the kernel's order; what was done before an error stays done.
 * @param tgtNet where it goes, undefined to stay
 * @param status what was changed already
 */
export function doSetlink(
  dev: NetDevice,
  tgtNet: Net | undefined,
  m: Ifinfomsg,
  a: LinkAttrs,
  extack: ExtAck,
  status = 0,
): number {
  let err = validateLinkmsg(dev.net, dev, false, a, extack);
  const c = new LinkChange(dev, extack, status);
  if (err === 0) err = moveAndAddress(c, tgtNet, a);
  if (err === 0) err = namesAndFlags(c, m, a);
  if (err === 0) err = queueAndState(c, a);
  if (err === 0) err = familiesAndRest(c, a);
  if ((c.status & NOTIFY) === NOTIFY) netdevStateChange(dev);
  const { log } = dev.net.kernel;
  if (err < 0 && (c.status & MODIFIED) !== 0 && log.netRatelimit()) log.print(KERN_WARNING, halfDone(dev.name));
  return err;
}

const halfDone = (name: string): string =>
  `A link change request failed with some changes committed already. Interface ${name} may have been left with an inconsistent configuration, please check.`;

function moveAndAddress(c: LinkChange, tgtNet: Net | undefined, a: LinkAttrs): number {
  const { dev, extack } = c;
  let err = 0;
  if (tgtNet !== undefined && tgtNet !== dev.net) {
    err = c.did(devChangeNetNamespace(dev, tgtNet, a.ifname ?? '', a.newIfindex ?? 0, extack), MODIFIED);
    if (err !== 0) return err;
  }
  if (a.map !== undefined) return -EOPNOTSUPP;
  if (a.address !== undefined) err = devSetMacAddress(dev, a.address);
  if (err === 0 && a.mtu !== undefined) err = c.did(devSetMtu(dev, a.mtu, extack), MODIFIED);
  if (err === 0 && a.group !== undefined) {
    dev.group = a.group;
    c.status |= NOTIFY;
  }
  return err;
}

function namesAndFlags(c: LinkChange, m: Ifinfomsg, a: LinkAttrs): number {
  const { dev, extack } = c;
  let err = 0;
  if (m.index > 0 && a.ifname !== undefined && a.ifname !== '') err = c.did(devChangeName(dev, a.ifname), MODIFIED);
  if (err === 0 && a.ifalias !== undefined) err = c.did(devSetAlias(dev, a.ifalias), NOTIFY);
  if (err !== 0) return err;
  if (a.broadcast !== undefined) {
    dev.broadcast = a.broadcast.slice(0, dev.addrLen);
    dev.net.kernel.netdevChain.call(NETDEV_CHANGEADDR, dev);
  }
  if (m.flags !== 0 || m.change !== 0) err = devChangeFlags(dev, devCombineFlags(dev, m.flags, m.change));
  if (err === 0 && a.master !== undefined) err = c.did(doSetMaster(dev, a.master, extack), MODIFIED);
  return err;
}

function queueAndState(c: LinkChange, a: LinkAttrs): number {
  const { dev } = c;
  let err = 0;
  if (a.carrier !== undefined) err = c.did(dev.changeCarrier?.(dev, a.carrier !== 0) ?? -EOPNOTSUPP, MODIFIED);
  if (err === 0 && a.txqlen !== undefined) err = c.did(devChangeTxQueueLen(dev, a.txqlen), MODIFIED);
  if (err !== 0) return err;
  for (const key of ['gsoMaxSize', 'gsoMaxSegs', 'groMaxSize', 'gsoIpv4MaxSize', 'groIpv4MaxSize'] as const) {
    const v = a[key];
    if (v === undefined || v === dev[key]) continue;
    dev[key] = v;
    if (key === 'gsoMaxSize') dev.gsoIpv4MaxSize = Math.min(v, 65536);
    if (key === 'groMaxSize') dev.groIpv4MaxSize = Math.min(v, 65536);
    c.status |= MODIFIED;
  }
  if (a.operstate !== undefined) setOperstate(dev, a.operstate);
  if (a.linkmode !== undefined) {
    if (dev.linkMode !== a.linkmode) c.status |= NOTIFY;
    dev.linkMode = a.linkmode;
  }
  return 0;
}

function familiesAndRest(c: LinkChange, a: LinkAttrs): number {
  const { dev, extack } = c;
  if (a.vfPorts !== undefined || a.portSelf !== undefined) return -EOPNOTSUPP;
  if (a.afSpec !== undefined) {
    const parts = afParts(dev.net, a.afSpec);
    if (typeof parts === 'number') return parts;
    for (const ops of parts) {
      const err = c.did(ops.setLinkAf!(dev, a.afSpec, extack), NOTIFY);
      if (err !== 0) return err;
    }
  }
  if (a.protoDown !== undefined || a.protoDownReason !== undefined) {
    return nlErr(extack, EOPNOTSUPP, 'Protodown not supported by device');
  }
  if (a.xdp?.fd !== undefined) return a.xdp.fd < 0 ? 0 : -EBADF;
  return 0;
}
