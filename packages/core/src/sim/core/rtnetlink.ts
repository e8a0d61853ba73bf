import type { Net } from './net.ts';
import type { SimTask } from './task.ts';

/** Words and the place of the offending attribute that go back with an error (or a warning on success). */
export interface ExtAck {
  msg: string;
  /** Offset of the offending attribute from the start of the netlink message; 0 for none. @see NLMSGERR_ATTR_OFFS */
  badAttr: number;
  /** Attribute that is missing, 0 for none. @see NLMSGERR_ATTR_MISS_TYPE */
  missType: number;
}

export const newExtAck = (): ExtAck => ({ msg: '', badAttr: 0, missType: 0 });

/** Sets the message and returns `-errno`, so a handler can `return nlErr(extack, EINVAL, '...')`. */
export function nlErr(extack: ExtAck, errno: number, msg: string): number {
  extack.msg = msg;
  return -errno;
}

/** The same, naming the attribute at byte `offset` of the message. @see NL_SET_ERR_MSG_ATTR */
export function nlErrAttr(extack: ExtAck, errno: number, offset: number, msg: string): number {
  extack.msg = msg;
  extack.badAttr = offset;
  return -errno;
}

/** One request as a handler sees it. */
export interface RtnlRequest {
  /** Namespace of the socket it came by. */
  readonly net: Net;
  /** Who sent it: resolves pids and descriptors named in attributes. Null for the kernel's own. */
  readonly task: SimTask | null;
  readonly type: number;
  /** NLM_F_*. */
  readonly flags: number;
  readonly seq: number;
  readonly portid: number;
  /** NETLINK_GET_STRICT_CHK is on: dump requests are checked and filtered. */
  readonly strict: boolean;
  /** The whole message, nlmsghdr included: attribute offsets in extacks count from its start. */
  readonly message: Uint8Array;
  readonly extack: ExtAck;
}

/** Length of nlmsghdr: where the family header begins in `RtnlRequest.message`. */
export const NLMSG_HDRLEN = 16;

/** Emits one message: its type, NLM_F_* beside those the caller adds (MULTI …), and what follows the nlmsghdr. */
export type RtnlEmit = (type: number, flags: number, payload: Uint8Array) => void;

/** Does a request. `emit` answers it (RTM_GET…). @returns 0 or -errno. Validate everything, then change anything. */
export type RtnlDoit = (req: RtnlRequest, emit: RtnlEmit) => number;
/** Lists. @returns 0 or -errno */
export type RtnlDumpit = (req: RtnlRequest, emit: RtnlEmit) => number;

interface Handler {
  readonly doit: RtnlDoit | null;
  readonly dumpit: RtnlDumpit | null;
}

/** Who sends a notification about a change: for NLM_F_ECHO and to keep seq and portid. */
export interface NlInfo {
  readonly portid: number;
  readonly seq: number;
  /** NLM_F_ECHO, NLM_F_REPLACE … of the request. */
  readonly flags: number;
}

/** A change nobody asked for by netlink. */
export const KERNEL_INFO: NlInfo = { portid: 0, seq: 0, flags: 0 };

export const nlInfo = (req: RtnlRequest): NlInfo => ({ portid: req.portid, seq: req.seq, flags: req.flags });

/** The table of RTM_* handlers and the way out for notifications. @see net/core/rtnetlink.c */
export class Rtnetlink {
  readonly #handlers = new Map<number, Handler>();
  /** Set by af_netlink: sends to a multicast group (RTNLGRP_*) of NETLINK_ROUTE sockets in `net`. */
  broadcast: ((net: Net, group: number, type: number, payload: Uint8Array, info: NlInfo, nsidOf?: Net) => void) | null = null;

  /** @param family AF_* or 0 for those without a handler of their own. @see rtnl_register */
  register(family: number, type: number, doit: RtnlDoit | null, dumpit: RtnlDumpit | null): void {
    this.#handlers.set(family * 65536 + type, { doit, dumpit });
  }

  /** The family's handler; AF_UNSPEC's when the family has none (of that kind). */
  lookup(family: number, type: number, dump: boolean): Handler | undefined {
    const own = this.#handlers.get(family * 65536 + type);
    if (own !== undefined && (dump ? own.dumpit : own.doit) !== null) return own;
    return this.#handlers.get(type);
  }

  /** Tells who listens to the group. @see rtnl_notify */
  notify(net: Net, group: number, type: number, payload: Uint8Array, info: NlInfo): void {
    this.broadcast?.(net, group, type, payload, info);
  }
}
