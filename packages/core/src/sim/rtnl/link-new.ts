/** RTM_NEWLINK: makes a link, or changes one. @see net/core/rtnetlink.c:rtnl_newlink */
import { NL_VALIDATE_LIBERAL } from '../../netlink/attr.ts';
import { linkFamily, type LinkMessage } from '../../netlink/link.ts';
import { EEXIST, EINVAL, ENODEV, EOPNOTSUPP } from '../../uapi/errno.ts';
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../../uapi/netlink.ts';
import {
  devChangeFlagsQuiet,
  devCombineFlags,
  devNotifyFlags,
  devValidateMtu,
  NET_ADDR_SET,
  registerNetdevice,
  unregisterNetdevice,
} from '../core/dev-config.ts';
import type { Net } from '../core/net.ts';
import type { LinkAttrs, LinkData, NetDevice, NewlinkContext, RtnlLinkOps } from '../core/net-device.ts';
import { getNetNsById } from '../core/nsid.ts';
import { type ExtAck, nlErr, nlErrAttr, nlInfo, type RtnlDoit, type RtnlRequest } from '../core/rtnetlink.ts';
import { ensureUniqueNetns, linkGetNet } from './link-net.ts';
import { doSetlink, doSetMaster, setOperstate, validateLinkmsg } from './link-set.ts';

/** The link a request names, by index, name or alternative name. @see rtnl_dev_get */
export function linkLookup(net: Net, m: LinkMessage): NetDevice | undefined {
  if (m.index > 0) return net.devs.get(m.index);
  const name = m.attrs.ifname ?? m.attrs.altIfname;
  return name === undefined ? undefined : net.names.get(name);
}

/** @see rtnl_newlink */
export const rtnlNewlink: RtnlDoit = (req) => {
  const { extack, net } = req;
  const m = linkFamily.parse(req.message, NL_VALIDATE_LIBERAL, extack);
  if (typeof m === 'number') return m;
  const { attrs } = m;
  const info = attrs.linkinfo;
  const ops = info?.kind === undefined ? undefined : net.kernel.linkOps.get(info.kind);
  if (ops !== undefined) {
    const err = (ops.validate?.(attrs, info?.data, extack) ?? 0) || checkPeer(req, ops, info?.data);
    if (err !== 0) return err;
  }
  const unique = ensureUniqueNetns(attrs, extack, false);
  if (unique !== 0) return unique;
  const given = linkGetNet(net, attrs);
  if (typeof given === 'number') return given;
  const tgtNet = given ?? net;
  if (attrs.linkNetnsid !== undefined && getNetNsById(net, attrs.linkNetnsid) === undefined) {
    return nlErr(extack, EINVAL, 'Unknown network namespace id');
  }
  if (m.index < 0) return nlErr(extack, EINVAL, "ifindex can't be negative");
  const fresh = NLM_F_CREATE | NLM_F_EXCL;
  const dev = linkLookup((req.flags & fresh) === fresh ? tgtNet : net, m);
  if (dev !== undefined) return changeLink(req, m, dev, ops, given);
  if ((req.flags & NLM_F_CREATE) === 0) {
    return m.index === 0 && attrs.group !== undefined && attrs.ifname === undefined ? groupChange(req, m) : -ENODEV;
  }
  if (attrs.map !== undefined || attrs.protinfo !== undefined) return -EOPNOTSUPP;
  if (ops === undefined) return nlErr(extack, EOPNOTSUPP, 'Unknown device type');
  return createAndAnnounce(req, m, ops, tgtNet);
};

/** What can be said of the second device before anything is made. @see rtnl_nla_parse_ifinfomsg, rtnl_add_peer_net */
function checkPeer(req: RtnlRequest, ops: RtnlLinkOps, data: LinkData): number {
  const peer = ops.peerOf?.(data);
  if (peer === undefined) return 0;
  const { extack, message, net } = req;
  if ((peer.index ?? 0) < 0) {
    return nlErrAttr(extack, EINVAL, linkFamily.offsetOf(message, 'linkinfo.data.peer'), "ifindex can't be negative");
  }
  const err = ops.validate?.(peer.attrs, undefined, extack) ?? 0;
  if (err !== 0) return err;
  const there = linkGetNet(net, peer.attrs);
  return typeof there === 'number' ? there : 0;
}

/** @see rtnl_changelink */
function changeLink(
  req: RtnlRequest,
  m: LinkMessage,
  dev: NetDevice,
  ops: RtnlLinkOps | undefined,
  tgtNet: Net | undefined,
): number {
  if ((req.flags & NLM_F_EXCL) !== 0) return -EEXIST;
  if ((req.flags & NLM_F_REPLACE) !== 0) return -EOPNOTSUPP;
  const info = m.attrs.linkinfo;
  let status = 0;
  if (info?.data !== undefined) {
    if (ops === undefined || ops !== dev.rtnlLinkOps || ops.changelink === undefined) return -EOPNOTSUPP;
    const err = ops.changelink(dev, m.attrs, info.data, req.extack);
    if (err !== 0) return err;
    status = 3;
  }
  if (info?.slaveData !== undefined) return -EOPNOTSUPP;
  return doSetlink(dev, tgtNet, m, m.attrs, req.extack, status);
}

/** Changes every link of a group. @see rtnl_group_changelink */
function groupChange(req: RtnlRequest, m: LinkMessage): number {
  const devs = [...req.net.devs.values()].filter((dev) => dev.group === m.attrs.group);
  for (const dev of devs) {
    const err = doSetlink(dev, undefined, m, m.attrs, req.extack);
    if (err !== 0) return err;
  }
  return 0;
}

/** @see rtnl_newlink_create */
function createAndAnnounce(req: RtnlRequest, m: LinkMessage, ops: RtnlLinkOps, tgtNet: Net): number {
  const { attrs } = m;
  const { extack } = req;
  const dev = createLink(tgtNet, attrs.ifname ?? `${ops.kind}%d`, ops, attrs, extack);
  if (typeof dev === 'number') return dev;
  dev.ifindex = m.index;
  const ctx: NewlinkContext = {
    srcNet: req.net,
    tgtNet,
    peerNet: (attrs.linkNetnsid === undefined ? undefined : getNetNsById(req.net, attrs.linkNetnsid)) ?? req.net,
    linkNet: (a) => linkGetNet(req.net, a),
    createLink,
    configureLink: (d, flags, change) => configureLink(d, flags, change, req),
  };
  const data: LinkData = attrs.linkinfo?.data;
  let err = ops.newlink === undefined ? registerNetdevice(dev) : ops.newlink(ctx, dev, attrs, data, extack);
  if (err !== 0) return err;
  err = configureLink(dev, m.flags, m.change, req);
  if (err === 0 && attrs.master !== undefined) err = doSetMaster(dev, attrs.master, extack);
  if (err !== 0) {
    const doomed: NetDevice[] = [];
    ops.dellink(dev, doomed);
    for (const d of doomed) unregisterNetdevice(d);
  }
  return err;
}

function queueCount(n: number | undefined, what: string, at: number | undefined, extack: ExtAck): number {
  if (n === undefined || (n >= 1 && n <= 4096)) return 0;
  return nlErrAttr(extack, EINVAL, at, `Invalid number of ${what} queues`);
}

/** A device as the request wants it, not registered. @see rtnl_create_link */
function createLink(net: Net, name: string, ops: RtnlLinkOps, a: LinkAttrs, extack: ExtAck): NetDevice | number {
  let err =
    queueCount(a.numTxQueues, 'transmit', undefined, extack) || queueCount(a.numRxQueues, 'receive', undefined, extack);
  if (err !== 0) return err;
  const dev = ops.setup(net, name);
  err = validateLinkmsg(net, dev, true, a, extack);
  if (err !== 0) return err;
  dev.rtnlLinkOps = ops;
  dev.linkInitializing = true;
  if (a.numTxQueues !== undefined) dev.numTxQueues = a.numTxQueues;
  if (a.numRxQueues !== undefined) dev.numRxQueues = a.numRxQueues;
  if (a.mtu !== undefined) {
    err = devValidateMtu(dev, a.mtu, extack);
    if (err !== 0) return err;
    dev.mtu = a.mtu;
  }
  if (a.address !== undefined) {
    dev.devAddr = a.address.slice(0, dev.addrLen);
    dev.addrAssignType = NET_ADDR_SET;
  }
  if (a.broadcast !== undefined) dev.broadcast = a.broadcast.slice(0, dev.addrLen);
  if (a.txqlen !== undefined) dev.txQueueLen = a.txqlen;
  if (a.operstate !== undefined) setOperstate(dev, a.operstate);
  if (a.linkmode !== undefined) dev.linkMode = a.linkmode;
  if (a.group !== undefined) dev.group = a.group;
  if (a.gsoMaxSize !== undefined) dev.gsoMaxSize = a.gsoMaxSize;
  if (a.gsoMaxSegs !== undefined) dev.gsoMaxSegs = a.gsoMaxSegs;
  if (a.groMaxSize !== undefined) dev.groMaxSize = a.groMaxSize;
  return dev;
}

/** Flags as the request wants them; tells of the new device. @see rtnl_configure_link */
function configureLink(dev: NetDevice, flags: number, change: number, req: RtnlRequest): number {
  const old = dev.flags;
  if (flags !== 0 || change !== 0) {
    const err = devChangeFlagsQuiet(dev, devCombineFlags(dev, flags, change));
    if (err !== 0) return err;
  }
  const all = dev.linkInitializing ? 0xffffffff : old ^ dev.flags;
  dev.linkInitializing = false;
  devNotifyFlags(dev, old, all, nlInfo(req));
  return 0;
}
