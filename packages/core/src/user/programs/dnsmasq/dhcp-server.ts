/** The server's side of DHCP: who gets which address, and what is answered. RFC 2131 §4.3. */
import { formatMac, ipv4Mask } from '../../../lib/address.ts';
import { utf8Encode } from '../../../lib/text.ts';
import {
  DHCP_BROADCAST,
  BOOTREPLY,
  BOOTREQUEST,
  type DhcpMessage,
  DHCPACK,
  DHCPDECLINE,
  DHCPDISCOVER,
  DHCPINFORM,
  DHCPNAK,
  DHCPOFFER,
  DHCPRELEASE,
  DHCPREQUEST,
  dhcpWord,
  DHO_BROADCAST_ADDRESS,
  DHO_LEASE_TIME,
  DHO_MESSAGE_TYPE,
  DHO_REBINDING_TIME,
  DHO_RENEWAL_TIME,
  DHO_REQUESTED_ADDRESS,
  DHO_SERVER_IDENTIFIER,
  DHO_DOMAIN_NAME,
  DHO_DOMAIN_NAME_SERVERS,
  DHO_ROUTERS,
  DHO_SUBNET_MASK,
  dhcpWords,
} from '../../../wire/dhcp.ts';

/** What a server lends. Addresses are numbers. */
export interface DhcpPool {
  readonly server: number;
  readonly prefixlen: number;
  /** First and last address that it lends. */
  readonly from: number;
  readonly to: number;
  /** 0 for none. */
  readonly router: number;
  readonly nameservers: readonly number[];
  readonly domain: string;
  /** Seconds. */
  readonly leaseTime: number;
  /** Addresses kept for cards, by MAC. */
  readonly hosts?: ReadonlyMap<string, number>;
  /** Where the search for a free address begins, by MAC; at `from` without. */
  readonly start?: (mac: string) => number;
}

interface Lent {
  readonly address: number;
  /** World ns. */
  expires: number;
}

/** Where an answer goes: an address, or everybody when the client has none yet. */
export interface DhcpAnswer {
  readonly message: DhcpMessage;
  /** 0: to everybody on the cable. */
  readonly to: number;
}

/** The leases of one pool; it speaks no socket. */
export class DhcpServer {
  readonly #pool: DhcpPool;
  readonly #lent = new Map<string, Lent>();
  /** Addresses that a client found somebody else on. */
  readonly #declined = new Set<number>();

  constructor(pool: DhcpPool) {
    this.#pool = pool;
  }

  /** Answers a message; null for silence. @param now world ns */
  answer(m: DhcpMessage, now: number): DhcpAnswer | null {
    if (m.op !== BOOTREQUEST) return null;
    const client = formatMac(m.chaddr, 0, m.chaddr.length);
    const requested = dhcpWord(m, DHO_REQUESTED_ADDRESS) ?? m.ciaddr;
    const server = dhcpWord(m, DHO_SERVER_IDENTIFIER) ?? 0;
    switch (m.options.get(DHO_MESSAGE_TYPE)?.[0]) {
      case DHCPDISCOVER: {
        const address = this.#choose(client, requested, now);
        return address === 0 ? null : this.#reply(m, DHCPOFFER, address);
      }
      case DHCPREQUEST: {
        // Another server's offer was taken.
        if (server !== 0 && server !== this.#pool.server) return null;
        if (requested === 0 || this.#choose(client, requested, now) !== requested) return this.#refuse(m);
        this.#lent.set(client, { address: requested, expires: now + this.#pool.leaseTime * 1e9 });
        return this.#reply(m, DHCPACK, requested);
      }
      case DHCPDECLINE:
        this.#declined.add(requested);
        this.#lent.delete(client);
        return null;
      case DHCPRELEASE:
        this.#lent.delete(client);
        return null;
      case DHCPINFORM:
        return this.#reply(m, DHCPACK, 0);
      default:
        return null;
    }
  }

  /** The address for a client: what it has, what it asks for if that is free, the next free one; 0 when there is none. */
  #choose(client: string, requested: number, now: number): number {
    const kept = this.#pool.hosts?.get(client);
    if (kept !== undefined) return kept;
    const own = this.#lent.get(client);
    const taken = new Set<number>(this.#declined);
    for (const address of this.#pool.hosts?.values() ?? []) taken.add(address);
    for (const [other, { address, expires }] of this.#lent) if (other !== client && expires > now) taken.add(address);
    // Its time may be over, and somebody else have it by now.
    if (own !== undefined && !taken.has(own.address)) return own.address;
    const { from, to } = this.#pool;
    if (requested >= from && requested <= to && !taken.has(requested)) return requested;
    const count = to - from + 1;
    const first = (this.#pool.start?.(client) ?? from) - from;
    for (let i = 0; i < count; i++) {
      const address = from + ((first + i) % count);
      if (!taken.has(address)) return address;
    }
    return 0;
  }

  #refuse(m: DhcpMessage): DhcpAnswer {
    const options = new Map([
      [DHO_MESSAGE_TYPE, Uint8Array.of(DHCPNAK)],
      [DHO_SERVER_IDENTIFIER, dhcpWords(this.#pool.server)],
    ]);
    return { message: { ...m, op: BOOTREPLY, secs: 0, ciaddr: 0, yiaddr: 0, siaddr: 0, options }, to: 0 };
  }

  #reply(m: DhcpMessage, type: number, address: number): DhcpAnswer {
    const { server, prefixlen, router, nameservers, domain, leaseTime } = this.#pool;
    const mask = ipv4Mask(prefixlen);
    const options = new Map([
      [DHO_MESSAGE_TYPE, Uint8Array.of(type)],
      [DHO_SERVER_IDENTIFIER, dhcpWords(server)],
    ]);
    if (address !== 0) {
      options.set(DHO_LEASE_TIME, dhcpWords(leaseTime));
      options.set(DHO_RENEWAL_TIME, dhcpWords(leaseTime / 2));
      options.set(DHO_REBINDING_TIME, dhcpWords(leaseTime * 0.875));
    }
    options.set(DHO_SUBNET_MASK, dhcpWords(mask));
    options.set(DHO_BROADCAST_ADDRESS, dhcpWords(server | ~mask));
    if (router !== 0) options.set(DHO_ROUTERS, dhcpWords(router));
    if (nameservers.length > 0) {
      options.set(DHO_DOMAIN_NAME_SERVERS, Uint8Array.from(nameservers.flatMap((a) => [...dhcpWords(a)])));
    }
    if (domain !== '') options.set(DHO_DOMAIN_NAME, utf8Encode(domain));
    const message = { ...m, op: BOOTREPLY, secs: 0, yiaddr: address, siaddr: server, options };
    const broadcast = m.ciaddr === 0 && (m.flags & DHCP_BROADCAST) !== 0;
    return { message, to: m.ciaddr !== 0 ? m.ciaddr : broadcast ? 0 : address };
  }
}
