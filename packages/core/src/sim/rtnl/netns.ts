/** RTM_{NEW,GET}NSID: the numbers by which one namespace knows another. @see net/core/net_namespace.c */
import { NL_VALIDATE_DEPRECATED_STRICT, NL_VALIDATE_LIBERAL } from '../../netlink/attr.ts';
import { nsidFamily, type NetnsaAttrs, type NsidMessage } from '../../netlink/nsid.ts';
import { EBADF, EEXIST, EINVAL, ENOENT, ENOSPC, ESRCH } from '../../uapi/errno.ts';
import { NETNSA_NSID_NOT_ASSIGNED, RTM_GETNSID, RTM_NEWNSID, RTNLGRP_NSID } from '../../uapi/rtnetlink.ts';
import { AF_UNSPEC } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { freeNsid, getNetNsById, peernet2id, setNsid } from '../core/nsid.ts';
import {
  type ExtAck,
  nlErr,
  nlErrAttr,
  nlInfo,
  type RtnlDoit,
  type RtnlDumpit,
  type RtnlRequest,
} from '../core/rtnetlink.ts';

/** The namespace that NETNSA_PID, _FD (or _NSID, for a get) names. @returns -EINVAL, -EBADF, -ESRCH, -ENOENT */
function peerOf(req: RtnlRequest, a: NetnsaAttrs, byId: boolean): Net | number {
  const { extack, net } = req;
  const { kernel } = net;
  const fail = (errno: number, path: string): number =>
    nlErrAttr(extack, errno, nsidFamily.offsetOf(req.message, path), 'Peer netns reference is invalid');
  if (a.pid !== undefined) return kernel.findTaskByVpid(a.pid)?.net ?? fail(ESRCH, 'pid');
  if (a.fd !== undefined) return kernel.netnsFds.get(a.fd) ?? fail(EBADF, 'fd');
  if (byId && a.nsid !== undefined) return getNetNsById(net, a.nsid) ?? fail(ENOENT, 'nsid');
  return nlErr(extack, EINVAL, 'Peer netns reference is missing');
}

/** @see rtnl_net_newid */
const rtnlNetNewid: RtnlDoit = (req) => {
  const { extack, net } = req;
  const m = nsidFamily.parse(req.message, NL_VALIDATE_LIBERAL, extack);
  if (typeof m === 'number') return m;
  const { attrs } = m;
  if (attrs.nsid === undefined) return nlErr(extack, EINVAL, 'nsid is missing');
  const peer = peerOf(req, attrs, false);
  if (typeof peer === 'number') return peer;
  const at = (path: string): number | undefined => nsidFamily.offsetOf(req.message, path);
  if (peernet2id(net, peer) >= 0) {
    const ref = at(attrs.pid !== undefined ? 'pid' : 'fd');
    return nlErrAttr(extack, EEXIST, ref, 'Peer netns already has a nsid assigned');
  }
  let id = attrs.nsid;
  if (id >= 0 && net.nsids.has(id)) return nlErrAttr(extack, EEXIST, at('nsid'), 'The specified nsid is already used');
  if (id < NETNSA_NSID_NOT_ASSIGNED) return -ENOSPC;
  if (id === NETNSA_NSID_NOT_ASSIGNED) id = freeNsid(net);
  setNsid(net, id, peer, nlInfo(req));
  return 0;
};

/** The namespace to look from: the socket's, or one it knows by id. */
function targetOf(req: RtnlRequest, a: NetnsaAttrs, why: string): Net | number {
  if (a.targetNsid === undefined) return req.net;
  return (
    getNetNsById(req.net, a.targetNsid) ??
    nlErrAttr(req.extack, EINVAL, nsidFamily.offsetOf(req.message, 'targetNsid'), why)
  );
}

function checkGet(req: RtnlRequest, dump: boolean, extack: ExtAck): NsidMessage | number {
  const m = nsidFamily.parse(req.message, req.strict ? NL_VALIDATE_DEPRECATED_STRICT : NL_VALIDATE_LIBERAL, extack);
  if (typeof m === 'number' || !req.strict) return m;
  const allowed = dump ? ['targetNsid'] : ['pid', 'fd', 'nsid', 'targetNsid'];
  const other = Object.keys(m.attrs).find((k) => !allowed.includes(k));
  if (other === undefined) return m;
  return nlErrAttr(
    extack,
    EINVAL,
    nsidFamily.offsetOf(req.message, other),
    dump ? 'Unsupported attribute in dump request' : 'Unsupported attribute in peer netns getid request',
  );
}

/** @see rtnl_net_getid */
const rtnlNetGetid: RtnlDoit = (req, emit) => {
  const m = checkGet(req, false, req.extack);
  if (typeof m === 'number') return m;
  const peer = peerOf(req, m.attrs, true);
  if (typeof peer === 'number') return peer;
  const target = targetOf(req, m.attrs, 'Target netns reference is invalid');
  if (typeof target === 'number') return target;
  const attrs: NetnsaAttrs = { nsid: peernet2id(target, peer) };
  if (m.attrs.targetNsid !== undefined) attrs.currentNsid = peernet2id(req.net, peer);
  emit(RTM_NEWNSID, 0, nsidFamily.encode({ family: AF_UNSPEC, attrs }));
  return 0;
};

/** @see rtnl_net_dumpid */
const rtnlNetDumpid: RtnlDumpit = (req, emit) => {
  const m = checkGet(req, true, req.extack);
  if (typeof m === 'number') return m;
  const target = targetOf(req, m.attrs, 'Invalid target network namespace id');
  if (typeof target === 'number') return target;
  for (const [id, peer] of [...target.nsids].sort((a, b) => a[0] - b[0])) {
    const attrs: NetnsaAttrs = { nsid: id };
    if (m.attrs.targetNsid !== undefined) attrs.currentNsid = peernet2id(req.net, peer);
    emit(RTM_NEWNSID, 0, nsidFamily.encode({ family: AF_UNSPEC, attrs }));
  }
  return 0;
};

export function rtnlNsidInit(kernel: SimKernel): void {
  const { rtnl } = kernel;
  rtnl.register(0, RTM_NEWNSID, rtnlNetNewid, null);
  rtnl.register(0, RTM_GETNSID, rtnlNetGetid, rtnlNetDumpid);
  rtnl.onNsid = (net, type, id, info) => {
    rtnl.notify(net, RTNLGRP_NSID, type, nsidFamily.encode({ family: AF_UNSPEC, attrs: { nsid: id } }), info);
  };
}
