import { EADDRINUSE } from '../../uapi/errno.ts';
import { SO_REUSEADDR, SO_REUSEPORT } from '../../uapi/socket.ts';
import type { Net } from '../core/net.ts';
import { slot, type Slot, slotGet, slotPeek } from '../core/notifier.ts';
import type { Sock } from '../core/sock.ts';
import { netIpv4 } from '../ipv4/netns.ts';

/** A socket as the table of ports sees it. */
export interface PortHolder extends Sock {
  sport: number;
}

/** The sockets of one family by local port, a table for each namespace. @see struct udp_table */
export class UdpPorts<S extends PortHolder> {
  readonly #table: Slot<Net, Map<number, S[]>> = slot(() => new Map<number, S[]>());
  readonly #sameAddress: (a: S, b: S) => boolean;

  /** @param sameAddress whether two sockets' addresses, bound or about to be, could both be those of one packet */
  constructor(sameAddress: (a: S, b: S) => boolean) {
    this.#sameAddress = sameAddress;
  }

  /** @see inet_rcv_saddr_equal, udp_lib_lport_inuse */
  #conflicts(sk: S, other: S): boolean {
    if (other.boundDevIf !== 0 && sk.boundDevIf !== 0 && other.boundDevIf !== sk.boundDevIf) return false;
    if (!this.#sameAddress(sk, other)) return false;
    const shared = (option: number): boolean => other.switches.get(option) === 1 && sk.switches.get(option) === 1;
    return !shared(SO_REUSEADDR) && !shared(SO_REUSEPORT);
  }

  /**
   * Gives a socket a port.
   *
   * @param want 0 for a free one of the range
   * @param none errno when there is no free one
   * @returns 0 or errno: EADDRINUSE @see udp_lib_get_port
   */
  take(sk: S, want: number, none: number): number {
    const socks = slotGet(sk.net, this.#table);
    const free = (p: number): boolean => (socks.get(p) ?? []).every((o) => !this.#conflicts(sk, o));
    let port = want;
    if (port === 0) {
      const [low, high] = netIpv4(sk.net).sysctl.ip_local_port_range;
      const n = high - low + 1;
      const start = sk.net.kernel.random.below(n);
      let i = 0;
      while (i < n && !free(low + ((start + i) % n))) i++;
      if (i === n) return none;
      port = low + ((start + i) % n);
    } else if (!free(port)) return EADDRINUSE;
    sk.sport = port;
    const list = socks.get(port);
    if (list === undefined) socks.set(port, [sk]);
    else list.push(sk);
    return 0;
  }

  /** @see udp_lib_unhash */
  drop(sk: S): void {
    const socks = slotGet(sk.net, this.#table);
    const list = socks.get(sk.sport);
    const i = list?.indexOf(sk) ?? -1;
    if (i >= 0) list!.splice(i, 1);
    if (list?.length === 0) socks.delete(sk.sport);
  }

  at(net: Net, port: number): readonly S[] {
    return slotPeek(net, this.#table)?.get(port) ?? [];
  }

  all(net: Net): readonly S[] {
    return [...(slotPeek(net, this.#table)?.values() ?? [])].flat();
  }
}
