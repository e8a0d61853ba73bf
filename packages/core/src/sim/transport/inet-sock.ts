/** Options of AF_INET sockets. @see net/ipv4/ip_sockglue.c, net/core/sock.c */
import { be32, le32, putBe32 } from '../../lib/bytes.ts';
import type { Socket } from '../../syscall/index.ts';
import {
  EADDRINUSE,
  EADDRNOTAVAIL,
  EINVAL,
  ENOBUFS,
  ENODEV,
  ENOPROTOOPT,
  ENOTCONN,
  EOPNOTSUPP,
} from '../../uapi/errno.ts';
import { IpOptions, ipOptionsCompile } from '../../wire/ipv4-options.ts';
import * as so from '../../uapi/socket.ts';
import { ipMcDecGroup, ipMcIncGroup } from '../ipv4/devinet.ts';
import { sockGetsockopt, sockSetsockopt } from '../core/sock-option.ts';
import { Flowi4 } from '../ipv4/fib-types.ts';
import { inDevGet } from '../ipv4/in-device.ts';
import { netIpv4 } from '../ipv4/netns.ts';
import { ipRouteOutputKey, rtMtu } from '../ipv4/route.ts';
import { InetQueueSock } from './inet-queue.ts';
import { int32, intOf } from './sock-cmsg.ts';

export { icmpErrConvert, type Ipcm } from './inet-queue.ts';

/** Where IP_OPTIONS are looked at. */
const OPTIONS = new IpOptions();

export abstract class InetSock extends InetQueueSock implements Socket {
  setsockopt(level: number, option: number, value: Uint8Array | number): void {
    if (level === so.SOL_SOCKET) sockSetsockopt(this, level, option, value);
    else if (level === so.SOL_IP) this.#setIp(option, value);
    else this.setOther(level, option, value);
  }

  protected setOther(_level: number, _option: number, _value: Uint8Array | number): void {
    this.fail(ENOPROTOOPT, 'setsockopt');
  }

  #setIp(option: number, value: Uint8Array | number): void {
    const v = typeof value !== 'number' && value.length < 4 ? (value[0] ?? 0) : intOf(value);
    const on = v !== 0;
    switch (option) {
      case so.IP_TOS:
        this.tos = v & 255;
        break;
      case so.IP_TTL:
        if (v !== -1 && (v < 1 || v > 255)) this.fail(EINVAL, 'setsockopt');
        this.ttl = v;
        break;
      case so.IP_HDRINCL:
        if (this.type !== so.SOCK_RAW) this.fail(ENOPROTOOPT, 'setsockopt');
        this.hdrincl = on;
        break;
      case so.IP_OPTIONS:
        this.#setOptions(value);
        break;
      case so.IP_MTU_DISCOVER:
        if (v < 0 || v > so.IP_PMTUDISC_OMIT) this.fail(EINVAL, 'setsockopt');
        this.pmtudisc = v;
        break;
      case so.IP_RECVERR:
        this.recvErr = on;
        if (!on) this.purgeErrors();
        break;
      case so.IP_PKTINFO:
      case so.IP_RECVTTL:
      case so.IP_RECVTOS:
      case so.IP_RECVOPTS:
      case so.IP_RETOPTS:
      case so.IP_RECVORIGDSTADDR:
        if (on) this.wants.add(option);
        else this.wants.delete(option);
        break;
      case so.IP_FREEBIND:
        this.freebind = on;
        break;
      case so.IP_TRANSPARENT:
        this.transparent = on;
        break;
      case so.IP_MULTICAST_TTL:
        if (v < -1 || v > 255) this.fail(EINVAL, 'setsockopt');
        this.mcTtl = v === -1 ? 1 : v;
        break;
      case so.IP_MULTICAST_LOOP:
        this.mcLoop = on;
        break;
      case so.IP_MULTICAST_IF:
        this.#multicastIf(value);
        break;
      case so.IP_ADD_MEMBERSHIP:
      case so.IP_DROP_MEMBERSHIP:
        this.#membership(option === so.IP_ADD_MEMBERSHIP, value);
        break;
      default:
        this.fail(ENOPROTOOPT, 'setsockopt');
    }
  }

  /**
   * IP_OPTIONS. @see ip_options_get
   *
   * Differs from Linux: a source route in IP_OPTIONS is refused with EOPNOTSUPP.
   */
  #setOptions(value: Uint8Array | number): void {
    if (typeof value === 'number' || value.length > 40) return this.fail(EINVAL, 'setsockopt');
    const header = new Uint8Array(20 + ((value.length + 3) & ~3));
    header.set(value, 20);
    if (ipOptionsCompile(header, 0, header.length - 20, OPTIONS) !== 0) this.fail(EINVAL, 'setsockopt');
    if (OPTIONS.srr !== 0) this.fail(EOPNOTSUPP, 'setsockopt');
    this.options = header.length === 20 ? null : header.slice(20);
  }

  #multicastIf(value: Uint8Array | number): void {
    if (typeof value === 'number' || value.length < 4) return this.fail(EINVAL, 'setsockopt');
    const ifindex = value.length >= 12 ? le32(value, 8) : 0;
    const addr = be32(value, value.length >= 8 ? 4 : 0);
    const dev = ifindex !== 0 ? this.net.devs.get(ifindex) : netIpv4(this.net).addrs.get(addr)?.inDev.dev;
    if (dev === undefined && (ifindex !== 0 || addr !== 0)) this.fail(EADDRNOTAVAIL, 'setsockopt');
    this.mcIndex = dev?.ifindex ?? 0;
    this.mcAddr = addr;
  }

  /** @see ip_mc_join_group, ip_mc_leave_group */
  #membership(add: boolean, value: Uint8Array | number): void {
    if (typeof value === 'number' || value.length < 8) return this.fail(EINVAL, 'setsockopt');
    const group = be32(value, 0);
    const addr = be32(value, 4);
    let ifindex = value.length >= 12 ? le32(value, 8) : 0;
    if (group >>> 28 !== 14) this.fail(EINVAL, 'setsockopt');
    if (ifindex === 0) {
      if (addr !== 0) ifindex = netIpv4(this.net).addrs.get(addr)?.inDev.dev.ifindex ?? 0;
      else {
        const fl = new Flowi4();
        fl.daddr = group;
        const rt = ipRouteOutputKey(this.net, fl);
        ifindex = typeof rt === 'number' ? 0 : rt.dev.ifindex;
      }
    }
    const dev = this.net.devs.get(ifindex);
    const inDev = dev === undefined ? null : inDevGet(dev);
    if (inDev === null) return this.fail(ENODEV, 'setsockopt');
    const i = this.groups.findIndex((g) => g.group === group && g.ifindex === ifindex);
    if (add) {
      if (i >= 0) this.fail(EADDRINUSE, 'setsockopt');
      if (this.groups.length >= netIpv4(this.net).sysctl.igmp_max_memberships) this.fail(ENOBUFS, 'setsockopt');
      this.groups.push({ group, ifindex });
      ipMcIncGroup(inDev, group);
    } else {
      if (i < 0) this.fail(EADDRNOTAVAIL, 'setsockopt');
      this.groups.splice(i, 1);
      ipMcDecGroup(inDev, group);
    }
  }

  getsockopt(level: number, option: number): Uint8Array {
    if (level === so.SOL_SOCKET) return sockGetsockopt(this, level, option);
    if (level === so.SOL_IP) return this.#getIp(option);
    return this.getOther(level, option);
  }

  protected getOther(_level: number, _option: number): Uint8Array {
    return this.fail(ENOPROTOOPT, 'getsockopt');
  }

  #getIp(option: number): Uint8Array {
    switch (option) {
      case so.IP_TOS:
        return int32(this.tos);
      case so.IP_TTL:
        return int32(this.ttl === -1 ? netIpv4(this.net).sysctl.ip_default_ttl : this.ttl);
      case so.IP_MTU_DISCOVER:
        return int32(this.pmtudisc);
      case so.IP_RECVERR:
        return int32(this.recvErr ? 1 : 0);
      case so.IP_HDRINCL:
        return int32(this.hdrincl ? 1 : 0);
      case so.IP_MTU: {
        if (!this.connected) this.fail(ENOTCONN, 'getsockopt');
        const rt = ipRouteOutputKey(this.net, this.flow(this.cookie(undefined), this.daddr));
        return typeof rt === 'number' ? this.fail(ENOTCONN, 'getsockopt') : int32(rtMtu(rt));
      }
      case so.IP_MULTICAST_TTL:
        return int32(this.mcTtl);
      case so.IP_MULTICAST_LOOP:
        return int32(this.mcLoop ? 1 : 0);
      case so.IP_MULTICAST_IF:
        return sockAddrBytes(this.mcAddr);
      case so.IP_OPTIONS:
        return this.options?.slice() ?? new Uint8Array(0);
      case so.IP_FREEBIND:
        return int32(this.freebind ? 1 : 0);
      case so.IP_TRANSPARENT:
        return int32(this.transparent ? 1 : 0);
      case so.IP_PKTINFO:
      case so.IP_RECVTTL:
      case so.IP_RECVTOS:
      case so.IP_RECVOPTS:
      case so.IP_RETOPTS:
      case so.IP_RECVORIGDSTADDR:
        return int32(this.wants.has(option) ? 1 : 0);
      default:
        return this.fail(ENOPROTOOPT, 'getsockopt');
    }
  }
}

/** struct in_addr. */
function sockAddrBytes(address: number): Uint8Array {
  const b = new Uint8Array(4);
  putBe32(b, 0, address);
  return b;
}

/** Whether DF is set on what this socket sends over the route. @see ip_dont_fragment */
export const ipDontFragment = (pmtudisc: number, locked: boolean): boolean =>
  pmtudisc === so.IP_PMTUDISC_DO || (pmtudisc === so.IP_PMTUDISC_WANT && !locked) || pmtudisc === so.IP_PMTUDISC_PROBE;

/** Whether a packet larger than the MTU may be cut. @see ip_sk_ignore_df */
export const ipSkIgnoreDf = (pmtudisc: number): boolean =>
  pmtudisc < so.IP_PMTUDISC_DO || pmtudisc === so.IP_PMTUDISC_OMIT;
