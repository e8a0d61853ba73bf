/**
 * The options of AF_INET6 datagram sockets.
 * Differs from Linux: these sockets carry no IPv4, so IPV6_V6ONLY is always on, and switching it off is refused (EOPNOTSUPP).
 * @see net/ipv6/ipv6_sockglue.c
 */
import { le32 } from '../../lib/bytes.ts';
import type { Socket } from '../../syscall/index.ts';
import { EADDRINUSE, EADDRNOTAVAIL, EINVAL, ENODEV, ENOPROTOOPT, ENOTCONN, EOPNOTSUPP } from '../../uapi/errno.ts';
import { DEVCONF_HOPLIMIT } from '../../uapi/if-link.ts';
import * as so from '../../uapi/socket.ts';
import { sockGetsockopt, sockSetsockopt } from '../core/sock-option.ts';
import { ipv6AddrEqual, ipv6AddrType } from '../ipv6/addr-type.ts';
import { Flowi6 } from '../ipv6/fib6-types.ts';
import { in6DevGet } from '../ipv6/inet6-dev.ts';
import { ipv6DevMcInc } from '../ipv6/mcast.ts';
import { netIpv6 } from '../ipv6/netns6.ts';
import { ip6Mtu, ip6RouteOutput } from '../ipv6/rt6.ts';
import { sockAddr6 } from './inet6-cmsg.ts';
import { SWITCHES, WANTS } from './inet6-options.ts';
import { Inet6QueueSock } from './inet6-queue.ts';
import { int32, intOf } from './sock-cmsg.ts';

export abstract class Inet6Sock extends Inet6QueueSock implements Socket {
  setsockopt(level: number, option: number, value: Uint8Array | number): void {
    if (level === so.SOL_SOCKET) sockSetsockopt(this, level, option, value);
    else if (level === so.SOL_IPV6) this.#setIpv6(option, value);
    else this.setOther(level, option, value);
  }

  protected setOther(_level: number, _option: number, _value: Uint8Array | number): void {
    this.fail(ENOPROTOOPT, 'setsockopt');
  }

  /** @see do_ipv6_setsockopt */
  #setIpv6(option: number, value: Uint8Array | number): void {
    const v = intOf(value);
    const within = (low: number, high: number): number => (v < low || v > high ? this.fail(EINVAL, 'setsockopt') : v);
    if (WANTS.has(option)) {
      if (v !== 0) this.wants.add(option);
      else this.wants.delete(option);
      return;
    }
    if (option === so.IPV6_V6ONLY) {
      if (this.sport !== 0) this.fail(EINVAL, 'setsockopt');
      if (v === 0) this.fail(EOPNOTSUPP, 'setsockopt');
      return;
    }
    if (SWITCHES.has(option)) {
      this.switches6.set(option, v !== 0 ? 1 : 0);
      return;
    }
    switch (option) {
      case so.IPV6_UNICAST_HOPS:
        this.hopLimit = within(-1, 255);
        break;
      case so.IPV6_MULTICAST_HOPS:
        this.mcastHops = within(-1, 255) === -1 ? 1 : v;
        break;
      case so.IPV6_MULTICAST_LOOP:
        this.mcLoop = within(0, 1) !== 0;
        break;
      case so.IPV6_MULTICAST_IF:
      case so.IPV6_UNICAST_IF: {
        const index =
          option === so.IPV6_UNICAST_IF && typeof value !== 'number'
            ? ((value[0]! << 24) | (value[1]! << 16) | (value[2]! << 8) | value[3]!) >>> 0
            : v;
        if (index !== 0 && !this.net.devs.has(index))
          this.fail(option === so.IPV6_MULTICAST_IF ? ENODEV : EADDRNOTAVAIL, 'setsockopt');
        if (index !== 0 && this.boundDevIf !== 0 && this.boundDevIf !== index) this.fail(EINVAL, 'setsockopt');
        if (option === so.IPV6_MULTICAST_IF) this.mcastOif = index;
        else this.ucastOif = index;
        break;
      }
      case so.IPV6_TCLASS:
        this.tclass = within(-1, 255) === -1 ? 0 : v;
        break;
      case so.IPV6_MTU_DISCOVER:
        this.pmtudisc = within(so.IPV6_PMTUDISC_DONT, so.IPV6_PMTUDISC_OMIT);
        break;
      case so.IPV6_MINHOPCOUNT:
        this.minHopcount = within(0, 255);
        break;
      case so.IPV6_RECVERR:
        this.recvErr = v !== 0;
        if (v === 0) this.purgeErrors();
        break;
      case so.IPV6_PKTINFO:
        this.#setPktinfo(value);
        break;
      case so.IPV6_JOIN_GROUP:
      case so.IPV6_LEAVE_GROUP:
        this.#membership(option === so.IPV6_JOIN_GROUP, value);
        break;
      default:
        this.fail(ENOPROTOOPT, 'setsockopt');
    }
  }

  #setPktinfo(value: Uint8Array | number): void {
    if (typeof value === 'number' || value.length < 20) return this.fail(EINVAL, 'setsockopt');
    const ifindex = le32(value, 16);
    if (this.boundDevIf !== 0 && ifindex !== 0 && ifindex !== this.boundDevIf) this.fail(EINVAL, 'setsockopt');
    this.stickyIfindex = ifindex;
    this.stickyAddr = ipv6AddrType(value) === 0 ? null : value.slice(0, 16);
  }

  /** struct ipv6_mreq: group, interface. @see ipv6_sock_mc_join, ipv6_sock_mc_drop */
  #membership(add: boolean, value: Uint8Array | number): void {
    if (typeof value === 'number' || value.length < 20) return this.fail(EINVAL, 'setsockopt');
    const group = value.slice(0, 16);
    let ifindex = le32(value, 16);
    if (group[0] !== 0xff) this.fail(EINVAL, 'setsockopt');
    if (ifindex === 0) {
      const fl = new Flowi6();
      fl.daddr.set(group);
      const rt = ip6RouteOutput(this.net, fl);
      if (rt.error === 0) ({ ifindex } = rt.dev);
    }
    const dev = this.net.devs.get(ifindex);
    if (dev === undefined || in6DevGet(dev) === null) return this.fail(ENODEV, 'setsockopt');
    const i = this.groups.findIndex((g) => g.ifindex === ifindex && ipv6AddrEqual(g.group, 0, group, 0));
    if (add) {
      if (i >= 0) this.fail(EADDRINUSE, 'setsockopt');
      this.groups.push({ group, ifindex });
      ipv6DevMcInc(dev, group);
    } else {
      if (i < 0) this.fail(EADDRNOTAVAIL, 'setsockopt');
      this.groups.splice(i, 1);
      this.leave(ifindex, group);
    }
    this.flush();
  }

  getsockopt(level: number, option: number): Uint8Array {
    if (level === so.SOL_SOCKET) return sockGetsockopt(this, level, option);
    if (level !== so.SOL_IPV6) return this.getOther(level, option);
    if (WANTS.has(option)) return int32(this.wants.has(option) ? 1 : 0);
    if (option === so.IPV6_V6ONLY) return int32(1);
    if (SWITCHES.has(option))
      return int32(
        this.switches6.get(option) ?? (option === so.IPV6_AUTOFLOWLABEL || option === so.IPV6_MULTICAST_ALL ? 1 : 0),
      );
    switch (option) {
      case so.IPV6_UNICAST_HOPS:
        return int32(this.hopLimit < 0 ? netIpv6(this.net).devconfAll.get(DEVCONF_HOPLIMIT) : this.hopLimit);
      case so.IPV6_MULTICAST_HOPS:
        return int32(this.mcastHops);
      case so.IPV6_MULTICAST_LOOP:
        return int32(this.mcLoop ? 1 : 0);
      case so.IPV6_MULTICAST_IF:
        return int32(this.mcastOif);
      case so.IPV6_TCLASS:
        return int32(this.tclass);
      case so.IPV6_MTU_DISCOVER:
        return int32(this.pmtudisc);
      case so.IPV6_MINHOPCOUNT:
        return int32(this.minHopcount);
      case so.IPV6_UNICAST_IF:
        return int32(this.ucastOif);
      case so.IPV6_RECVERR:
        return int32(this.recvErr ? 1 : 0);
      case so.IPV6_MTU: {
        if (!this.connected) this.fail(ENOTCONN, 'getsockopt');
        return int32(
          ip6Mtu(this.net, this.route(sockAddr6(this.daddr, this.dport, 0), this.cookie(undefined), 'getsockopt').rt),
        );
      }
      default:
        return this.fail(ENOPROTOOPT, 'getsockopt');
    }
  }

  protected getOther(_level: number, _option: number): Uint8Array {
    return this.fail(ENOPROTOOPT, 'getsockopt');
  }
}
