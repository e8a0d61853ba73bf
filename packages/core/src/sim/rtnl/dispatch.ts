/** rtnetlink's way in: finds who answers a message. @see net/core/rtnetlink.c:rtnetlink_rcv_msg */
import { EOPNOTSUPP } from '../../uapi/errno.ts';
import { NETLINK_ROUTE, NLM_F_BULK, NLM_F_DUMP } from '../../uapi/netlink.ts';
import { RTM_DELNEIGH, RTM_GETADDR, RTM_GETNETCONF, RTM_GETROUTE, RTM_GETRULE, RTM_MAX } from '../../uapi/rtnetlink.ts';
import type { SimKernel } from '../core/kernel.ts';
import { nlErr, NLMSG_HDRLEN, type NetlinkReply, type RtnlDumpit, type RtnlRequest } from '../core/rtnetlink.ts';

/** The third of each four message types is the GET. */
const isGet = (type: number): boolean => (type & 3) === 2;
const isDel = (type: number): boolean => (type & 3) === 1;
/** Message types that delete many at once. @see RTNL_FLAG_BULK_DEL_SUPPORTED */
const BULK_DEL: readonly number[] = [RTM_DELNEIGH];

/** @returns 0 or -errno; -EINTR when a dump answers. @see rtnetlink_rcv_msg */
export function rtnetlinkRcvMsg(req: RtnlRequest, reply: NetlinkReply): number {
  const { type, flags, message } = req;
  if (type > RTM_MAX) return -EOPNOTSUPP;
  if (message.length < NLMSG_HDRLEN + 1) return 0;
  const { rtnl } = req.net.kernel;
  const family = message[NLMSG_HDRLEN]!;
  if (isGet(type) && (flags & NLM_F_DUMP) !== 0) {
    const dumpit = rtnl.lookup(family, type, true)?.dumpit ?? null;
    return dumpit === null ? -EOPNOTSUPP : reply.dump(dumpit);
  }
  const doit = rtnl.lookup(family, type, false)?.doit ?? null;
  if (doit === null) return -EOPNOTSUPP;
  if (isDel(type) && (flags & NLM_F_BULK) !== 0 && !BULK_DEL.includes(type)) {
    return nlErr(req.extack, EOPNOTSUPP, 'Bulk delete is not supported');
  }
  return doit(req, reply.emit);
}

/** A dump of AF_UNSPEC: every family's, one after the other. @see rtnl_dump_all */
const dumpAll: RtnlDumpit = (req, emit) => {
  for (const dumpit of req.net.kernel.rtnl.families(req.type)) {
    const err = dumpit(req, emit);
    if (err !== 0) return err;
  }
  return 0;
};

export function rtnetlinkInit(kernel: SimKernel): void {
  kernel.netlinkInput.set(NETLINK_ROUTE, rtnetlinkRcvMsg);
  for (const type of [RTM_GETADDR, RTM_GETROUTE, RTM_GETRULE, RTM_GETNETCONF])
    kernel.rtnl.register(0, type, null, dumpAll);
}
