/**
 * Netlink framing: nlmsghdr, NLMSG_DONE, NLMSG_ERROR with its extended acknowledgement. netlink(7).
 *
 *  |            nlmsg_len            |  0   header included, padding not
 *  |   nlmsg_type  |   nlmsg_flags   |  4
 *  |            nlmsg_seq            |  8
 *  |            nlmsg_pid            | 12
 *  |  payload, padded to 4 bytes ... | 16
 *
 * Integers are in host order (little endian).
 */
import { le16, le32, le32s, putLe32 } from '../lib/bytes.ts';
import { cString, utf8Encode } from '../lib/text.ts';
import {
  NLA_TYPE_MASK,
  NLMSGERR_ATTR_COOKIE,
  NLMSGERR_ATTR_MISS_NEST,
  NLMSGERR_ATTR_MISS_TYPE,
  NLMSGERR_ATTR_MSG,
  NLMSGERR_ATTR_OFFS,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HDRLEN,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_MULTI,
} from '../uapi/netlink.ts';
import { newExtAck, type ExtAck } from './error.ts';
import { nlAlign, NlWriter } from './writer.ts';

/** The fields of an nlmsghdr but for its length. */
export interface NlHeader {
  readonly type: number;
  readonly flags: number;
  readonly seq: number;
  readonly pid: number;
}

/** A message as received. `raw` and `payload` are views into the datagram. */
export interface NlMessage extends NlHeader {
  /** Header and payload, without padding. Offsets in extended acks count from its start. */
  readonly raw: Uint8Array;
  readonly payload: Uint8Array;
}

/** One message in bytes, padded. */
export function encodeMessage(header: NlHeader, payload: Uint8Array): Uint8Array {
  const w = new NlWriter(nlAlign(NLMSG_HDRLEN + payload.length));
  const at = w.beginMessage(header.type, header.flags, header.seq, header.pid);
  w.bytes(payload);
  w.endMessage(at);
  return w.finish();
}

/**
 * The messages of a datagram, in order; stops at the first header whose length cannot be right, as the kernel does.
 * @see net/netlink/af_netlink.c:netlink_rcv_skb
 */
export function decodeMessages(b: Uint8Array): NlMessage[] {
  const out: NlMessage[] = [];
  for (let o = 0; o + NLMSG_HDRLEN <= b.length;) {
    const len = le32(b, o);
    if (len < NLMSG_HDRLEN || o + len > b.length) break;
    const raw = b.subarray(o, o + len);
    out.push({
      type: le16(b, o + 4),
      flags: le16(b, o + 6),
      seq: le32(b, o + 8),
      pid: le32(b, o + 12),
      raw,
      payload: raw.subarray(NLMSG_HDRLEN),
    });
    o += nlAlign(len);
  }
  return out;
}

/** What an NLMSG_ERROR says. `errno` 0 is an acknowledgement. */
export interface NlAck {
  /** Negative, or 0. */
  readonly errno: number;
  /** Present when the message carried attributes; with errno 0 its `msg` is a warning. */
  readonly extack: ExtAck | undefined;
  /** Type and sequence number of the request answered. */
  readonly request: NlHeader;
}

function decodeTlvs(b: Uint8Array, start: number): ExtAck {
  const ext = newExtAck();
  for (let o = start; o + 4 <= b.length;) {
    const len = le16(b, o);
    if (len < 4 || o + len > b.length) break;
    const n = len - 4;
    const p = o + 4;
    switch (le16(b, o + 2) & NLA_TYPE_MASK) {
      case NLMSGERR_ATTR_MSG:
        ext.msg = cString(b, p, p + n);
        break;
      case NLMSGERR_ATTR_OFFS:
        if (n >= 4) ext.offset = le32(b, p);
        break;
      case NLMSGERR_ATTR_COOKIE:
        ext.cookie = b.slice(p, p + n);
        break;
      case NLMSGERR_ATTR_MISS_TYPE:
        if (n >= 4) ext.missType = le32(b, p);
        break;
      case NLMSGERR_ATTR_MISS_NEST:
        if (n >= 4) ext.missNest = le32(b, p);
        break;
      default:
        break;
    }
    o += nlAlign(len);
  }
  return ext;
}

/** Reads an NLMSG_ERROR; undefined when it is too short to be one. */
export function decodeError(m: NlMessage): NlAck | undefined {
  const p = m.payload;
  if (p.length < 4 + NLMSG_HDRLEN) return undefined;
  const request: NlHeader = { type: le16(p, 8), flags: le16(p, 10), seq: le32(p, 12), pid: le32(p, 16) };
  let extack: ExtAck | undefined;
  if ((m.flags & NLM_F_ACK_TLVS) !== 0) {
    const echoed = (m.flags & NLM_F_CAPPED) !== 0 ? NLMSG_HDRLEN : Math.max(NLMSG_HDRLEN, le32(p, 4));
    extack = decodeTlvs(p, Math.min(p.length, 4 + nlAlign(echoed)));
  }
  return { errno: le32s(p, 0), extack, request };
}

/** Reads an NLMSG_DONE: the dump's result (0 or negative), and an extended ack if it has one. */
export function decodeDone(m: NlMessage): { readonly errno: number; readonly extack: ExtAck | undefined } {
  const errno = m.payload.length >= 4 ? le32s(m.payload, 0) : 0;
  return { errno, extack: (m.flags & NLM_F_ACK_TLVS) !== 0 ? decodeTlvs(m.payload, 4) : undefined };
}

/** What a socket asked for by setsockopt. */
export interface AckOptions {
  /** NETLINK_CAP_ACK: errors do not echo the whole request. */
  readonly capAck: boolean;
  /** NETLINK_EXT_ACK: errors and warnings carry attributes. */
  readonly extAck: boolean;
}

const u32Payload = (v: number): Uint8Array => {
  const b = new Uint8Array(4);
  putLe32(b, 0, v);
  return b;
};

function tlvs(w: NlWriter, errno: number, ext: ExtAck): void {
  if (ext.msg !== undefined) {
    const at = w.beginAttr(NLMSGERR_ATTR_MSG);
    w.bytes(utf8Encode(ext.msg));
    w.reserve(1);
    w.endAttr(at);
  }
  if (errno === 0) {
    if (ext.cookie !== undefined) w.attr(NLMSGERR_ATTR_COOKIE, ext.cookie);
    return;
  }
  if (ext.offset !== undefined) w.attr(NLMSGERR_ATTR_OFFS, u32Payload(ext.offset));
  if (ext.missType !== undefined) w.attr(NLMSGERR_ATTR_MISS_TYPE, u32Payload(ext.missType));
  if (ext.missNest !== undefined) w.attr(NLMSGERR_ATTR_MISS_NEST, u32Payload(ext.missNest));
}

const saysSomething = (errno: number, e: ExtAck): boolean =>
  e.msg !== undefined ||
  (errno === 0
    ? e.cookie !== undefined
    : e.offset !== undefined || e.missType !== undefined || e.missNest !== undefined);

/**
 * The kernel's answer to a request: NLMSG_ERROR, an acknowledgement when `errno` is 0.
 *
 * Differs from Linux: the policy of the offending attribute (NLMSGERR_ATTR_POLICY) is not described.
 * @param request the whole request, header included
 * @param pid port id of the socket answered
 * @param errno 0 or negative
 * @see net/netlink/af_netlink.c:netlink_ack
 */
export function encodeError(
  request: Uint8Array,
  pid: number,
  errno: number,
  extack: ExtAck | undefined,
  options: AckOptions,
): Uint8Array {
  const whole = errno !== 0 && !options.capAck;
  const ext = options.extAck && extack !== undefined && saysSomething(errno, extack) ? extack : undefined;
  const flags = (whole ? 0 : NLM_F_CAPPED) | (ext === undefined ? 0 : NLM_F_ACK_TLVS);
  const w = new NlWriter(64 + (whole ? request.length : 0));
  const at = w.beginMessage(NLMSG_ERROR, flags, le32(request, 8), pid);
  putLe32(w.buf, w.reserve(4), errno);
  w.bytes(whole ? request : request.subarray(0, NLMSG_HDRLEN));
  if (ext !== undefined) {
    w.align();
    tlvs(w, errno, ext);
  }
  w.endMessage(at);
  return w.finish();
}

/**
 * The end of a dump.
 * @param flags further header flags, such as NLM_F_DUMP_INTR
 * @param errno 0 or negative
 * @see net/netlink/af_netlink.c:netlink_dump_done
 */
export function encodeDone(
  seq: number,
  pid: number,
  errno: number,
  flags = 0,
  extack?: ExtAck,
  options: AckOptions = { capAck: false, extAck: false },
): Uint8Array {
  const ext = options.extAck && extack !== undefined && saysSomething(errno, extack) ? extack : undefined;
  const w = new NlWriter(32);
  const at = w.beginMessage(NLMSG_DONE, NLM_F_MULTI | flags | (ext === undefined ? 0 : NLM_F_ACK_TLVS), seq, pid);
  putLe32(w.buf, w.reserve(4), errno);
  if (ext !== undefined) tlvs(w, errno, ext);
  w.endMessage(at);
  return w.finish();
}
