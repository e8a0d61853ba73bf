import { NLM_F_ECHO } from '../../uapi/netlink.ts';
import { newExtAck, nlErr, type ExtAck } from '../../netlink/error.ts';
import type { AfSpec } from '../../netlink/link.ts';
import type { Net } from './net.ts';
import type { NetDevice } from './net-device.ts';
import type { SimTask } from './task.ts';

export { newExtAck, nlErr, type ExtAck };

/** The same as `nlErr`, naming the attribute at byte `offset` of the message. @see NL_SET_ERR_MSG_ATTR */
export function nlErrAttr(extack: ExtAck, errno: number, offset: number | undefined, msg: string): number {
  extack.msg = msg;
  extack.offset = offset;
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

/** What comes back to who asked: messages at once, or a dump in pieces. */
export interface NetlinkReply {
  /** One message as an answer, with the request's seq. */
  readonly emit: RtnlEmit;
  /** Runs a dump and queues it. @returns -EINTR (the dump answers itself), or -EBUSY while another goes on */
  dump(run: RtnlDumpit): number;
}

/** What a netlink protocol's kernel side does with each message. @returns 0 or -errno; -EINTR: answered already */
export type NetlinkInput = (req: RtnlRequest, reply: NetlinkReply) => number;

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

/** A protocol's part of a link: its room in IFLA_AF_SPEC. @see struct rtnl_af_ops */
export interface RtnlAfOps {
  /** AF_*. */
  readonly family: number;
  /** Its key in IFLA_AF_SPEC. */
  readonly key: 'inet' | 'inet6';
  /** Fills in its part (`spec.inet = …`) of an answer; does nothing for a device it has no state on. `extMask`: RTEXT_FILTER_* */
  fillLinkAf?(dev: NetDevice, spec: AfSpec, extMask: number): void;
  /** `dev` is null for one not made yet. @returns 0 or -errno */
  validateLinkAf?(dev: NetDevice | null, spec: AfSpec, extack: ExtAck): number;
  setLinkAf?(dev: NetDevice, spec: AfSpec, extack: ExtAck): number;
}

/** What a link message says besides the device's state. */
export interface IfinfoExtra {
  /** IFLA_EVENT_*. */
  readonly event?: number;
  /** Where a device went that leaves this namespace: its id here and the new index. */
  readonly newNsid?: number;
  readonly newIfindex?: number;
}

/** The table of RTM_* handlers and the way out for notifications. @see net/core/rtnetlink.c */
export class Rtnetlink {
  readonly #handlers = new Map<number, Handler>();
  /** Set by af_netlink: sends to a multicast group (RTNLGRP_*) of NETLINK_ROUTE sockets in `net`. */
  broadcast:
    | ((net: Net, group: number, type: number, payload: Uint8Array, info: NlInfo, nlFlags: number) => void)
    | null = null;
  /** Set by af_netlink: whether a notification has a reader. */
  listening: ((net: Net, group: number) => boolean) | null = null;
  /** Set by rtnl/link. */
  onIfinfo: ((type: number, dev: NetDevice, change: number, info: NlInfo, extra: IfinfoExtra) => void) | null = null;
  /** Set by rtnl/netns: an id for `peer` came or went in `net`. */
  onNsid: ((net: Net, type: number, id: number, info: NlInfo) => void) | null = null;
  /** Protocols with a part in links, in order of registration. @see rtnl_af_register */
  readonly afOps: RtnlAfOps[] = [];

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

  /** Tells who listens to the group. `nlFlags` are the message's own NLM_F_*. @see rtnl_notify */
  notify(net: Net, group: number, type: number, payload: Uint8Array, info: NlInfo, nlFlags = 0): void {
    this.broadcast?.(net, group, type, payload, info, nlFlags);
  }

  /** Whether anybody would hear a notification to this group of `net`; saves making it. */
  hasListeners(net: Net, group: number, info: NlInfo): boolean {
    return (info.flags & NLM_F_ECHO) !== 0 || (this.listening?.(net, group) ?? false);
  }

  /** The handlers of one message type, in order of family. For dumps of AF_UNSPEC. */
  families(type: number): readonly RtnlDumpit[] {
    const out: [number, RtnlDumpit][] = [];
    for (const [key, h] of this.#handlers) {
      const family = Math.floor(key / 65536);
      if (family !== 0 && key % 65536 === type && h.dumpit !== null) out.push([family, h.dumpit]);
    }
    return out.sort((a, b) => a[0] - b[0]).map((e) => e[1]);
  }

  /** Tells of a device: RTM_NEWLINK or RTM_DELLINK to RTNLGRP_LINK. `change` are the IFF_* that changed. @see rtmsg_ifinfo */
  ifinfo(type: number, dev: NetDevice, change: number, info: NlInfo = KERNEL_INFO, extra: IfinfoExtra = {}): void {
    this.onIfinfo?.(type, dev, change, info, extra);
  }
}
