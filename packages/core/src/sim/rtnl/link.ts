/** RTM_{GET,SET,DEL}LINK, RTM_{NEW,DEL}LINKPROP and dumps. @see net/core/rtnetlink.c */
import { without } from '../../lib/small.ts';
import { le16 } from '../../lib/bytes.ts';
import { cString } from '../../lib/text.ts';
import { NL_VALIDATE_DEPRECATED_STRICT, NL_VALIDATE_LIBERAL, NL_VALIDATE_STRICT } from '../../netlink/attr.ts';
import { linkFamily, type IflaAttrs, type LinkMessage } from '../../netlink/link.ts';
import { nlAlign } from '../../netlink/writer.ts';
import { EINVAL, ENODEV, ENOENT, EOPNOTSUPP, EPERM, ERANGE } from '../../uapi/errno.ts';
import { ALTIFNAMSIZ } from '../../uapi/if.ts';
import { IFLA_ALT_IFNAME } from '../../uapi/if-link.ts';
import { NLA_HDRLEN, NLA_TYPE_MASK, NLM_F_DUMP_FILTERED } from '../../uapi/netlink.ts';
import {
  RTM_DELLINK,
  RTM_DELLINKPROP,
  RTM_GETLINK,
  RTM_NEWLINK,
  RTM_NEWLINKPROP,
  RTM_SETLINK,
} from '../../uapi/rtnetlink.ts';
import { devAltnameAdd, unregisterNetdeviceMany } from '../core/dev-config.ts';
import type { SimKernel } from '../core/kernel.ts';
import { linkwatchSyncDev, netdevStateChange } from '../core/link-watch.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice, RtnlLinkOps } from '../core/net-device.ts';
import { getNetNsById } from '../core/nsid.ts';
import {
  NLMSG_HDRLEN,
  nlErr,
  nlErrAttr,
  nlInfo,
  type RtnlDoit,
  type RtnlDumpit,
  type RtnlRequest,
} from '../core/rtnetlink.ts';
import { fillIfinfo, rtmsgIfinfoInit } from './link-fill.ts';
import { ensureUniqueNetns, linkGetNet } from './link-net.ts';
import { linkLookup, rtnlNewlink } from './link-new.ts';
import { doSetlink } from './link-set.ts';
import { EVENTS } from './link-event.ts';

const IFINFOMSG_LEN = 16;

const named = (m: LinkMessage): boolean => m.attrs.ifname !== undefined || m.attrs.altIfname !== undefined;

/** The first attribute present that is not among those allowed. */
const hasOther = (a: IflaAttrs, allowed: readonly (keyof IflaAttrs)[]): boolean =>
  (Object.keys(a) as (keyof IflaAttrs)[]).some((k) => !allowed.includes(k));

/** @see rtnl_valid_getlink_req */
function parseGet(req: RtnlRequest): LinkMessage | number {
  const { message, extack } = req;
  if (message.length < NLMSG_HDRLEN + IFINFOMSG_LEN) return nlErr(extack, EINVAL, 'Invalid header for get link');
  if (!req.strict) return linkFamily.parse(message, NL_VALIDATE_LIBERAL, extack);
  const head = linkFamily.decode(message.subarray(NLMSG_HDRLEN))!;
  if (head.type !== 0 || head.flags !== 0 || head.change !== 0) {
    return nlErr(extack, EINVAL, 'Invalid values in header for get link request');
  }
  const m = linkFamily.parse(message, NL_VALIDATE_DEPRECATED_STRICT, extack);
  if (typeof m !== 'number' && hasOther(m.attrs, ['ifname', 'altIfname', 'extMask', 'targetNetnsid'])) {
    return nlErr(extack, EINVAL, 'Unsupported attribute in get link request');
  }
  return m;
}

/** @see rtnl_getlink */
const rtnlGetlink: RtnlDoit = (req, emit) => {
  const m = parseGet(req);
  if (typeof m === 'number') return m;
  const { attrs } = m;
  const bad = ensureUniqueNetns(attrs, req.extack, true);
  if (bad !== 0) return bad;
  let { net }: { net: Net } = req;
  if (attrs.targetNetnsid !== undefined) {
    const target = getNetNsById(req.net, attrs.targetNetnsid);
    if (target === undefined) return -EINVAL;
    net = target;
  }
  if (m.index <= 0 && !named(m)) return -EINVAL;
  const dev = linkLookup(net, m);
  if (dev === undefined) return -ENODEV;
  linkwatchSyncDev(dev);
  const extMask = attrs.extMask ?? 0;
  emit(
    RTM_NEWLINK,
    0,
    fillIfinfo(dev, { srcNet: req.net, change: 0, extMask, targetNetnsid: attrs.targetNetnsid, extra: {} }),
  );
  return 0;
};

/** @see rtnl_valid_dump_ifinfo_req, rtnl_dump_ifinfo */
function parseDump(req: RtnlRequest): LinkMessage | number {
  const { message, extack } = req;
  if (!req.strict) {
    if (message.length < NLMSG_HDRLEN + IFINFOMSG_LEN) {
      return { family: 0, type: 0, index: 0, flags: 0, change: 0, attrs: {} };
    }
    return linkFamily.parse(message, NL_VALIDATE_LIBERAL, extack);
  }
  if (message.length < NLMSG_HDRLEN + IFINFOMSG_LEN) return nlErr(extack, EINVAL, 'Invalid header for link dump');
  const head = linkFamily.decode(message.subarray(NLMSG_HDRLEN))!;
  if (head.type !== 0 || head.flags !== 0 || head.change !== 0) {
    return nlErr(extack, EINVAL, 'Invalid values in header for link dump request');
  }
  if (head.index !== 0) return nlErr(extack, EINVAL, 'Filter by device index not supported for link dumps');
  return linkFamily.parse(message, NL_VALIDATE_DEPRECATED_STRICT, extack);
}

/** What a dump leaves out. */
interface DumpFilter {
  /** ifindex, 0 for any. */
  readonly master: number;
  /** Of this kind; undefined for any. */
  readonly ops: RtnlLinkOps | undefined;
}

const kept = (dev: NetDevice, f: DumpFilter): boolean =>
  (f.master === 0 || dev.master?.ifindex === f.master) && (f.ops === undefined || dev.rtnlLinkOps === f.ops);

/** @see rtnl_dump_ifinfo */
const rtnlDumpIfinfo: RtnlDumpit = (req, emit) => {
  const m = parseDump(req);
  if (typeof m === 'number') return m;
  const { attrs } = m;
  let { net }: { net: Net } = req;
  if (attrs.targetNetnsid !== undefined) {
    const target = getNetNsById(req.net, attrs.targetNetnsid);
    if (target === undefined) return nlErr(req.extack, EINVAL, 'Invalid target network namespace id');
    net = target;
  }
  if (req.strict && hasOther(attrs, ['targetNetnsid', 'extMask', 'master', 'linkinfo'])) {
    return nlErr(req.extack, EINVAL, 'Unsupported attribute in link dump request');
  }
  const kind = attrs.linkinfo?.kind;
  const filter: DumpFilter = {
    master: attrs.master ?? 0,
    ops: kind === undefined ? undefined : net.kernel.linkOps.get(kind), // a kind nobody knows filters nothing
  };
  const flags = filter.master !== 0 || filter.ops !== undefined ? NLM_F_DUMP_FILTERED : 0;
  const options = {
    srcNet: req.net,
    change: 0,
    extMask: attrs.extMask ?? 0,
    targetNetnsid: attrs.targetNetnsid,
    extra: {},
  };
  for (const dev of linksByIndex(net)) {
    if (kept(dev, filter)) emit(RTM_NEWLINK, flags, fillIfinfo(dev, options));
  }
  return 0;
};

/** Devices as dumps list them. @see for_each_netdev_dump */
export function linksByIndex(net: Net): NetDevice[] {
  return [...net.devs.values()].sort((a, b) => a.ifindex - b.ifindex);
}

/** @see rtnl_setlink */
const rtnlSetlink: RtnlDoit = (req) => {
  const { extack } = req;
  const m = linkFamily.parse(req.message, NL_VALIDATE_LIBERAL, extack);
  if (typeof m === 'number') return m;
  const bad = ensureUniqueNetns(m.attrs, extack, false);
  if (bad !== 0) return bad;
  const tgtNet = linkGetNet(req.net, m.attrs);
  if (typeof tgtNet === 'number') return tgtNet;
  if (m.index <= 0 && !named(m)) return -EINVAL;
  const dev = linkLookup(req.net, m);
  return dev === undefined ? -ENODEV : doSetlink(dev, tgtNet, m, m.attrs, extack);
};

/** @see rtnl_dellink */
const rtnlDellink: RtnlDoit = (req) => {
  const { extack } = req;
  const m = linkFamily.parse(req.message, NL_VALIDATE_LIBERAL, extack);
  if (typeof m === 'number') return m;
  const bad = ensureUniqueNetns(m.attrs, extack, true);
  if (bad !== 0) return bad;
  let { net }: { net: Net } = req;
  if (m.attrs.targetNetnsid !== undefined) {
    const target = getNetNsById(req.net, m.attrs.targetNetnsid);
    if (target === undefined) return -EINVAL;
    net = target;
  }
  if (m.index <= 0 && !named(m)) return m.attrs.group === undefined ? -EINVAL : groupDellink(net, m.attrs.group, req);
  const dev = linkLookup(net, m);
  return dev === undefined ? -ENODEV : deleteLinks([dev], req);
};

/** @see rtnl_group_dellink */
function groupDellink(net: Net, group: number, req: RtnlRequest): number {
  if (group === 0) return -EPERM;
  const devs = linksByIndex(net).filter((dev) => dev.group === group);
  return devs.length === 0 ? -ENODEV : deleteLinks(devs, req);
}

/** @see rtnl_delete_link */
function deleteLinks(devs: readonly NetDevice[], req: RtnlRequest): number {
  if (devs.some((dev) => dev.rtnlLinkOps === null)) return -EOPNOTSUPP;
  const doomed: NetDevice[] = [];
  for (const dev of devs) dev.rtnlLinkOps!.dellink(dev, doomed);
  unregisterNetdeviceMany(doomed, nlInfo(req));
  return 0;
}

/** Alternative names. @see rtnl_linkprop */
function linkprop(req: RtnlRequest, change: (dev: NetDevice, name: string) => number): number {
  const m = linkFamily.parse(req.message, NL_VALIDATE_STRICT, req.extack);
  if (typeof m === 'number') return m;
  const bad = ensureUniqueNetns(m.attrs, req.extack, true);
  if (bad !== 0) return bad;
  if (m.index <= 0 && !named(m)) return -EINVAL;
  const dev = linkLookup(req.net, m);
  if (dev === undefined) return -ENODEV;
  const names = altNames(req);
  if (typeof names === 'number') return names;
  for (const name of names) {
    const err = change(dev, name);
    if (err !== 0) return err;
  }
  if (names.length !== 0) netdevStateChange(dev);
  return 0;
}

/** The names in IFLA_PROP_LIST; what else is in it is passed over. @see rtnl_alt_ifname */
function altNames(req: RtnlRequest): string[] | number {
  const { message, extack } = req;
  const list = linkFamily.offsetOf(message, 'propList');
  const names: string[] = [];
  if (list === undefined) return names;
  const end = list + le16(message, list);
  for (let at = list + NLA_HDRLEN; at + NLA_HDRLEN <= end;) {
    const len = le16(message, at);
    if (len < NLA_HDRLEN || at + len > end) break;
    if ((le16(message, at + 2) & NLA_TYPE_MASK) === IFLA_ALT_IFNAME) {
      const name = cString(message, at + NLA_HDRLEN, at + len);
      if (len === NLA_HDRLEN || len - NLA_HDRLEN - Number(message[at + len - 1] === 0) >= ALTIFNAMSIZ) {
        return nlErrAttr(extack, ERANGE, at, 'Attribute failed policy validation');
      }
      names.push(name);
    }
    at += nlAlign(len);
  }
  return names;
}

const rtnlNewlinkprop: RtnlDoit = (req) => linkprop(req, devAltnameAdd);

/** @see netdev_name_node_alt_destroy */
const rtnlDellinkprop: RtnlDoit = (req) =>
  linkprop(req, (dev, name) => {
    const owner = dev.net.names.get(name);
    if (owner === undefined) return -ENOENT;
    if (owner !== dev || name === dev.name) return -EINVAL;
    dev.altnames = without(dev.altnames, name);
    dev.net.names.delete(name);
    return 0;
  });

/** Registers the handlers. @see rtnetlink_init */
export function rtnlLinkInit(kernel: SimKernel): void {
  const { rtnl } = kernel;
  rtnl.register(0, RTM_GETLINK, rtnlGetlink, rtnlDumpIfinfo);
  rtnl.register(0, RTM_SETLINK, rtnlSetlink, null);
  rtnl.register(0, RTM_NEWLINK, rtnlNewlink, null);
  rtnl.register(0, RTM_DELLINK, rtnlDellink, null);
  rtnl.register(0, RTM_NEWLINKPROP, rtnlNewlinkprop, null);
  rtnl.register(0, RTM_DELLINKPROP, rtnlDellinkprop, null);
  rtmsgIfinfoInit(kernel);
  kernel.netdevChain.register((event, dev) => {
    const ifla = EVENTS.get(event);
    if (ifla !== undefined) rtnl.ifinfo(RTM_NEWLINK, dev, 0, undefined, ifla === 0 ? {} : { event: ifla });
  });
}
