/**
 * The typed client: what programs and the lab API configure a network through, on either kernel.
 *
 *   const conn = openNetlink(task);
 *   await conn.link.add({ ifname: 'v0', kind: 'veth', peer: { ifname: 'v1' } });
 *   const links = await conn.link.dump();
 */
import type { Task } from '../syscall/index.ts';
import { EINTR, EPROTO } from '../uapi/errno.ts';
import { IFF_UP } from '../uapi/if.ts';
import { NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL } from '../uapi/netlink.ts';
import {
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_DELNEIGH,
  RTM_DELNETCONF,
  RTM_DELNSID,
  RTM_DELROUTE,
  RTM_DELRULE,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_GETNEIGHTBL,
  RTM_GETNETCONF,
  RTM_GETNSID,
  RTM_GETROUTE,
  RTM_GETRULE,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTM_NEWNEIGHTBL,
  RTM_NEWNETCONF,
  RTM_NEWNSID,
  RTM_NEWROUTE,
  RTM_NEWRULE,
  RTM_SETLINK,
  RTM_SETNEIGHTBL,
} from '../uapi/rtnetlink.ts';
import { addrFamily, type IfaAttrs, type Ifaddrmsg } from './addr.ts';
import { NlConnection, type ConnectionOptions, type NlReply } from './connection.ts';
import { NetlinkError } from './error.ts';
import type { Family, Message, MessageInit } from './family.ts';
import { rtmName } from './families.ts';
import { linkFamily, type IflaAttrs, type Ifinfomsg, type LinkInfo, type LinkMessage } from './link.ts';
import { neightblFamily, type NdtaAttrs } from './neigh-table.ts';
import { netconfFamily, type NetconfAttrs } from './netconf.ts';
import { neighFamily, type Ndmsg, type NdaAttrs } from './neigh.ts';
import { nsidFamily, type NetnsaAttrs, type Rtgenmsg } from './nsid.ts';
import { routeFamily, type RtaAttrs, type Rtmsg } from './route.ts';
import { ruleFamily, type FibRuleHdr, type FraAttrs } from './rule.ts';

const DUMP_TRIES = 8;

/** The message types of one kind of object. */
export interface RtmTypes {
  readonly new: number;
  readonly del: number;
  readonly get: number;
}

/** Objects of one family. Messages are given whole, so every header field and flag of the kernel's is in reach. */
export class FamilyClient<H extends object, A extends object> {
  readonly conn: NlConnection;
  readonly family: Family<H, A>;
  readonly types: RtmTypes;

  constructor(conn: NlConnection, family: Family<H, A>, types: RtmTypes) {
    this.conn = conn;
    this.family = family;
    this.types = types;
  }

  /**
   * Makes an object; with other flags changes (0), replaces or appends one.
   * @throws NetlinkError EEXIST …
   */
  create(message: MessageInit<H, A>, flags: number = NLM_F_CREATE | NLM_F_EXCL): Promise<NlReply> {
    return this.conn.request(this.types.new, flags, this.family.encode(message));
  }

  /** @throws NetlinkError ENODEV, EADDRNOTAVAIL, ESRCH, ENOENT … */
  remove(message: MessageInit<H, A>): Promise<NlReply> {
    return this.conn.request(this.types.del, 0, this.family.encode(message));
  }

  /**
   * Asks for one object.
   * @throws NetlinkError ENODEV, ENETUNREACH, ENOENT …; EPROTO when the kernel sent none.
   */
  async query(message: MessageInit<H, A>, flags = 0): Promise<Message<H, A>> {
    const reply = await this.conn.request(this.types.get, flags, this.family.encode(message));
    const first = this.decode(reply)[0];
    if (first === undefined) throw new NetlinkError(EPROTO, rtmName(this.types.get));
    return first;
  }

  /**
   * Asks for all objects the message matches. A dump that a change interrupted is asked for again.
   * @throws NetlinkError EINTR when it was interrupted every time.
   */
  async dump(filter: MessageInit<H, A> = {} as MessageInit<H, A>): Promise<Message<H, A>[]> {
    const payload = this.family.encode(filter);
    for (let i = 0; i < DUMP_TRIES; i++) {
      const reply = await this.conn.request(this.types.get, NLM_F_DUMP, payload);
      if (!reply.interrupted) return this.decode(reply);
    }
    throw new NetlinkError(EINTR, rtmName(this.types.get));
  }

  /** The objects in a reply to a raw request. */
  decode(reply: NlReply): Message<H, A>[] {
    const out: Message<H, A>[] = [];
    for (const m of reply.messages) {
      const v = m.type === this.types.new ? this.family.decode(m.payload) : undefined;
      if (v !== undefined) out.push(v);
    }
    return out;
  }
}

/** A device by ifindex or by name (alternative names too, longer than 15 bytes included). */
export type LinkRef = number | string;

/** A device to be made: its attributes, with those of IFLA_LINKINFO spread out. */
export interface LinkSpec extends IflaAttrs {
  index?: number | undefined;
  /** `veth`, `dummy`, `bridge` … */
  kind?: string | undefined;
  /** Settings of that kind. */
  data?: LinkInfo['data'];
  /** The other end of a veth. */
  peer?: IflaAttrs | undefined;
  up?: boolean | undefined;
}

function linkMessage(spec: LinkSpec): MessageInit<Ifinfomsg, IflaAttrs> {
  const { index, kind, data, peer, up, ...attrs } = spec;
  const info = peer === undefined ? data : { peer: { attrs: peer } };
  const linkinfo = kind === undefined ? {} : { linkinfo: info === undefined ? { kind } : { kind, data: info } };
  return {
    ...(index === undefined ? {} : { index }),
    ...(up === undefined ? {} : { flags: up ? IFF_UP : 0, change: IFF_UP }),
    attrs: { ...attrs, ...linkinfo },
  };
}

/** Bytes a name may have to travel as IFLA_IFNAME; longer ones are alternative names. */
const NAME_MAX = 15;

function linkRef(ref: LinkRef): MessageInit<Ifinfomsg, IflaAttrs> {
  if (typeof ref === 'number') return { index: ref, attrs: {} };
  return { attrs: ref.length > NAME_MAX ? { altIfname: ref } : { ifname: ref } };
}

/** Devices. */
export class LinkClient extends FamilyClient<Ifinfomsg, IflaAttrs> {
  constructor(conn: NlConnection) {
    super(conn, linkFamily, { new: RTM_NEWLINK, del: RTM_DELLINK, get: RTM_GETLINK });
  }

  /** @throws NetlinkError EEXIST, EOPNOTSUPP, EINVAL … */
  add(spec: LinkSpec): Promise<NlReply> {
    return this.create(linkMessage(spec));
  }

  /**
   * Changes a device, by RTM_NEWLINK without NLM_F_CREATE as `ip link set` does.
   * @throws NetlinkError ENODEV, EINVAL, EBUSY …
   */
  async set(ref: LinkRef, change: LinkSpec): Promise<NlReply> {
    const message = linkMessage(change);
    // A new name takes the attribute that would name the device.
    const byIndex = typeof ref === 'string' && (change.ifname !== undefined || change.altIfname !== undefined);
    const target = linkRef(byIndex ? (await this.get(ref)).index : ref);
    return this.create({ ...message, ...target, attrs: { ...target.attrs, ...message.attrs } }, 0);
  }

  /** The same by RTM_SETLINK, which changes nothing else than named attributes and needs the device to exist. */
  setlink(message: MessageInit<Ifinfomsg, IflaAttrs>): Promise<NlReply> {
    return this.conn.request(RTM_SETLINK, 0, linkFamily.encode(message));
  }

  /** @throws NetlinkError ENODEV, EOPNOTSUPP (`lo`). */
  del(ref: LinkRef): Promise<NlReply> {
    return this.remove(linkRef(ref));
  }

  /** @throws NetlinkError ENODEV. */
  get(ref: LinkRef, extMask?: number): Promise<LinkMessage> {
    const m = linkRef(ref);
    return this.query(extMask === undefined ? m : { ...m, attrs: { ...m.attrs, extMask } });
  }
}

/** A conversation with the kernel of `task`, in the namespace the task was in when it was opened. */
export class NetlinkClient extends NlConnection {
  readonly link: LinkClient;
  readonly addr: FamilyClient<Ifaddrmsg, IfaAttrs>;
  readonly route: FamilyClient<Rtmsg, RtaAttrs>;
  readonly neigh: FamilyClient<Ndmsg, NdaAttrs>;
  readonly nsid: FamilyClient<Rtgenmsg, NetnsaAttrs>;
  readonly rule: FamilyClient<FibRuleHdr, FraAttrs>;
  readonly netconf: FamilyClient<Rtgenmsg, NetconfAttrs>;
  /** Settings of tables of neighbours: they are only looked at through this. RTM_SETNEIGHTBL changes them. */
  readonly neightbl: FamilyClient<Rtgenmsg, NdtaAttrs>;

  constructor(task: Task, options: ConnectionOptions = {}) {
    super(task, options);
    this.link = new LinkClient(this);
    this.addr = new FamilyClient(this, addrFamily, { new: RTM_NEWADDR, del: RTM_DELADDR, get: RTM_GETADDR });
    this.route = new FamilyClient(this, routeFamily, { new: RTM_NEWROUTE, del: RTM_DELROUTE, get: RTM_GETROUTE });
    this.neigh = new FamilyClient(this, neighFamily, { new: RTM_NEWNEIGH, del: RTM_DELNEIGH, get: RTM_GETNEIGH });
    this.nsid = new FamilyClient(this, nsidFamily, { new: RTM_NEWNSID, del: RTM_DELNSID, get: RTM_GETNSID });
    this.netconf = new FamilyClient(this, netconfFamily, {
      new: RTM_NEWNETCONF,
      del: RTM_DELNETCONF,
      get: RTM_GETNETCONF,
    });
    this.neightbl = new FamilyClient(this, neightblFamily, {
      new: RTM_NEWNEIGHTBL,
      del: RTM_SETNEIGHTBL,
      get: RTM_GETNEIGHTBL,
    });
    this.rule = new FamilyClient(this, ruleFamily, { new: RTM_NEWRULE, del: RTM_DELRULE, get: RTM_GETRULE });
  }
}

/** @throws SystemError as socket(2). */
export const openNetlink = (task: Task, options: ConnectionOptions = {}): NetlinkClient =>
  new NetlinkClient(task, options);
