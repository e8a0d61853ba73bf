/** The server's side of DHCP: who gets which address, and what is answered. RFC 2131 §4.3. */
import { formatMac, ipv4Mask } from '../../../lib/address.ts';
import { latin1Decode, utf8Encode } from '../../../lib/text.ts';
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
  DHO_CLIENT_IDENTIFIER,
  DHO_HOST_NAME,
  DHO_PARAMETER_REQUEST_LIST,
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
import type { DhcpOption } from './dhcp-options.ts';

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
  readonly hosts?: ReadonlyMap<string, KeptHost>;
  /** Beside and instead of what it would say, in the order of the command line; an empty one of its own is left out. */
  readonly options?: readonly DhcpOption[];
  /** Called when the leases have changed. */
  readonly onChange?: () => void;
  /** Where the search for a free address begins, by MAC; at `from` without. */
  readonly start?: (mac: string) => number;
}

/** What is known of a card in advance. */
export interface KeptHost {
  readonly address: number;
  /** '' for what it calls itself. */
  readonly name: string;
  /** Seconds; null as everybody. */
  readonly leaseTime: number | null;
}

export interface Lent {
  readonly address: number;
  /** World ns; Infinity for ever. */
  readonly expires: number;
  /** '' for none. */
  readonly name: string;
  /** Its client identifier, null for none. */
  readonly id: Uint8Array | null;
}

/** Seconds of a lease that never ends. */
const FOR_EVER = 0xffffffff;

/** Where an answer goes: an address, or everybody when the client has none yet. */
export interface DhcpAnswer {
  readonly message: DhcpMessage;
  /** 0: to everybody on the cable. */
  readonly to: number;
  /** What a log says beside it: the client's name, why it was refused. */
  readonly note: string;
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

  /** By MAC. */
  get lent(): ReadonlyMap<string, Lent> {
    return this.#lent;
  }

  /** Knows a lease from before. */
  restore(mac: string, lent: Lent): void {
    this.#lent.set(mac, lent);
  }

  #forget(client: string): void {
    if (this.#lent.delete(client)) this.#pool.onChange?.();
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
        return address === 0 ? null : this.#reply(m, DHCPOFFER, address, '');
      }
      case DHCPREQUEST: {
        // Another server's offer was taken.
        if (server !== 0 && server !== this.#pool.server) return null;
        if (requested === 0 || this.#choose(client, requested, now) !== requested) return this.#refuse(m);
        const name = this.#pool.hosts?.get(client)?.name || nameOf(m);
        const leaseTime = this.#leaseTime(client);
        const expires = leaseTime === FOR_EVER ? Infinity : now + leaseTime * 1e9;
        this.#lent.set(client, { address: requested, expires, name, id: m.options.get(DHO_CLIENT_IDENTIFIER) ?? null });
        this.#pool.onChange?.();
        return this.#reply(m, DHCPACK, requested, name);
      }
      case DHCPDECLINE:
        this.#declined.add(requested);
        this.#forget(client);
        return null;
      case DHCPRELEASE:
        this.#forget(client);
        return null;
      case DHCPINFORM:
        return this.#reply(m, DHCPACK, 0, '');
      default:
        return null;
    }
  }

  /** The address for a client: what it has, what it asks for if that is free, the next free one; 0 when there is none. */
  #choose(client: string, requested: number, now: number): number {
    const kept = this.#pool.hosts?.get(client);
    if (kept !== undefined) return kept.address;
    const own = this.#lent.get(client);
    const taken = new Set<number>(this.#declined);
    for (const { address } of this.#pool.hosts?.values() ?? []) taken.add(address);
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

  #leaseTime(client: string): number {
    return this.#pool.hosts?.get(client)?.leaseTime ?? this.#pool.leaseTime;
  }

  #refuse(m: DhcpMessage): DhcpAnswer {
    const options = new Map([
      [DHO_MESSAGE_TYPE, Uint8Array.of(DHCPNAK)],
      [DHO_SERVER_IDENTIFIER, dhcpWords(this.#pool.server)],
    ]);
    const message = { ...m, op: BOOTREPLY, secs: 0, ciaddr: 0, yiaddr: 0, siaddr: 0, options };
    return { message, to: 0, note: 'wrong address' };
  }

  #reply(m: DhcpMessage, type: number, address: number, name: string): DhcpAnswer {
    const { server, prefixlen, router, nameservers, domain } = this.#pool;
    const leaseTime = this.#leaseTime(formatMac(m.chaddr));
    const mask = ipv4Mask(prefixlen);
    const options = new Map([
      [DHO_MESSAGE_TYPE, Uint8Array.of(type)],
      [DHO_SERVER_IDENTIFIER, dhcpWords(server)],
    ]);
    if (address !== 0) {
      options.set(DHO_LEASE_TIME, dhcpWords(leaseTime));
      if (leaseTime !== FOR_EVER) {
        options.set(DHO_RENEWAL_TIME, dhcpWords(leaseTime / 2));
        options.set(DHO_REBINDING_TIME, dhcpWords(leaseTime * 0.875));
      }
    }
    const wanted = m.options.get(DHO_PARAMETER_REQUEST_LIST);
    const put = (code: number, value: Uint8Array, forced = false): void => {
      if (forced || wanted === undefined || wanted.includes(code)) options.set(code, value);
    };
    put(DHO_SUBNET_MASK, dhcpWords(mask));
    put(DHO_BROADCAST_ADDRESS, dhcpWords(server | ~mask));
    if (router !== 0) put(DHO_ROUTERS, dhcpWords(router));
    if (nameservers.length > 0) put(DHO_DOMAIN_NAME_SERVERS, dhcpWords(...nameservers));
    if (domain !== '') put(DHO_DOMAIN_NAME, utf8Encode(domain));
    if (name !== '') put(DHO_HOST_NAME, utf8Encode(name));
    const seen = new Set<number>();
    // The last one said comes first, and alone.
    for (const { code, forced, value } of (this.#pool.options ?? []).toReversed()) {
      if (seen.has(code)) continue;
      seen.add(code);
      if (code !== DHO_RENEWAL_TIME && code !== DHO_REBINDING_TIME) options.delete(code);
      const bytes = value(server);
      if (bytes.length > 0 || !LEFT_OUT.has(code)) put(code, bytes, forced);
    }
    const message = { ...m, op: BOOTREPLY, secs: 0, yiaddr: address, siaddr: server, options };
    const broadcast = m.ciaddr === 0 && (m.flags & DHCP_BROADCAST) !== 0;
    return { message, to: m.ciaddr !== 0 ? m.ciaddr : broadcast ? 0 : address, note: name };
  }
}

/** Options that the server would give by itself: one without a value says that it shall not. */
const LEFT_OUT: ReadonlySet<number> = new Set([
  DHO_SUBNET_MASK,
  DHO_ROUTERS,
  DHO_DOMAIN_NAME_SERVERS,
  DHO_HOST_NAME,
  DHO_DOMAIN_NAME,
  DHO_BROADCAST_ADDRESS,
]);

/** What a client calls itself, without a domain; '' for nothing that could be a name. */
function nameOf(m: DhcpMessage): string {
  const text = latin1Decode(m.options.get(DHO_HOST_NAME) ?? new Uint8Array(0)).replace(/\0$/, '');
  return /^[\w-]+(?=$|\.)/.exec(text)?.[0] ?? '';
}
