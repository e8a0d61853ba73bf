/**
 * NETLINK_GENERIC: families with numbers of the kernel's choice, found by name. @see net/netlink/genetlink.c, net/ipv4/tcp_metrics.c
 *
 * Differs from Linux: there are the controller, which is asked by name only, and `tcp_metrics`, which holds nothing without TCP.
 */
import { le16, putLe16, putLe32 } from '../../lib/bytes.ts';
import { cString, utf8Encode } from '../../lib/text.ts';
import { NlWriter } from '../../netlink/writer.ts';
import { EINVAL, ENOENT, EOPNOTSUPP, ESRCH } from '../../uapi/errno.ts';
import * as genl from '../../uapi/genetlink.ts';
import { NETLINK_GENERIC, NLM_F_DUMP } from '../../uapi/netlink.ts';
import type { SimKernel } from '../core/kernel.ts';
import { type NetlinkReply, NLMSG_HDRLEN, type RtnlRequest } from '../core/rtnetlink.ts';

/** The number of the one family besides the controller. */
const TCP_METRICS_ID = 0x1b;

const ATTRS = NLMSG_HDRLEN + genl.GENL_HDRLEN;

/** The first attribute of one of these types; null when there is none. */
function attribute(message: Uint8Array, types: readonly number[]): Uint8Array | null {
  for (let o = ATTRS; o + 4 <= message.length;) {
    const len = le16(message, o);
    if (len < 4 || o + len > message.length) return null;
    if (types.includes(le16(message, o + 2) & 0x3fff)) return message.subarray(o + 4, o + len);
    o += (len + 3) & ~3;
  }
  return null;
}

const u16 = (v: number): Uint8Array => {
  const b = new Uint8Array(2);
  putLe16(b, 0, v);
  return b;
};
const u32 = (v: number): Uint8Array => {
  const b = new Uint8Array(4);
  putLe32(b, 0, v);
  return b;
};

/** @see ctrl_getfamily, ctrl_fill_info */
function getFamily(req: RtnlRequest, reply: NetlinkReply): number {
  const name = attribute(req.message, [genl.CTRL_ATTR_FAMILY_NAME]);
  if (name === null) return -EINVAL;
  if (cString(name) !== genl.TCP_METRICS_GENL_NAME) return -ENOENT;
  const w = new NlWriter();
  w.bytes(Uint8Array.of(genl.CTRL_CMD_NEWFAMILY, 2, 0, 0));
  w.attr(genl.CTRL_ATTR_FAMILY_NAME, utf8Encode(`${genl.TCP_METRICS_GENL_NAME}\0`));
  w.attr(genl.CTRL_ATTR_FAMILY_ID, u16(TCP_METRICS_ID));
  w.attr(genl.CTRL_ATTR_VERSION, u32(genl.TCP_METRICS_GENL_VERSION));
  w.attr(genl.CTRL_ATTR_HDRSIZE, u32(0));
  w.attr(genl.CTRL_ATTR_MAXATTR, u32(genl.TCP_METRICS_ATTR_MAX));
  reply.emit(genl.GENL_ID_CTRL, 0, w.buf.slice(0, w.len));
  return 0;
}

/** There are no metrics: lists are empty, and nobody is known. @see tcp_metrics_nl_cmd_get, tcp_metrics_nl_cmd_del */
function tcpMetrics(req: RtnlRequest, reply: NetlinkReply, cmd: number): number {
  if (cmd !== genl.TCP_METRICS_CMD_GET && cmd !== genl.TCP_METRICS_CMD_DEL) return -EOPNOTSUPP;
  if (cmd === genl.TCP_METRICS_CMD_GET && (req.flags & NLM_F_DUMP) !== 0) return reply.dump(() => 0);
  const addr = attribute(req.message, [genl.TCP_METRICS_ATTR_ADDR_IPV4, genl.TCP_METRICS_ATTR_ADDR_IPV6]);
  if (addr === null) return cmd === genl.TCP_METRICS_CMD_DEL ? 0 : -EINVAL;
  return -ESRCH;
}

/** @see genl_rcv_msg */
function genlRcvMsg(req: RtnlRequest, reply: NetlinkReply): number {
  const { message, type } = req;
  if (type !== genl.GENL_ID_CTRL && type !== TCP_METRICS_ID) return -ENOENT;
  if (message.length < ATTRS) return -EINVAL;
  const cmd = message[NLMSG_HDRLEN]!;
  if (type === TCP_METRICS_ID) return tcpMetrics(req, reply, cmd);
  if (cmd !== genl.CTRL_CMD_GETFAMILY || (req.flags & NLM_F_DUMP) !== 0) return -EOPNOTSUPP;
  return getFamily(req, reply);
}

export function genetlinkInit(kernel: SimKernel): void {
  kernel.netlinkInput.set(NETLINK_GENERIC, genlRcvMsg);
}
