/** What a DHCP server lent: read from its answer, written to /etc/resolv.conf. */
import { be32 } from '../../../lib/bytes.ts';
import { ipv4Bytes } from '../../../lib/address.ts';
import {
  type DhcpMessage,
  dhcpWord,
  DHO_DOMAIN_NAME,
  DHO_DOMAIN_NAME_SERVERS,
  DHO_LEASE_TIME,
  DHO_REBINDING_TIME,
  DHO_RENEWAL_TIME,
  DHO_ROUTERS,
  DHO_SERVER_IDENTIFIER,
  DHO_SUBNET_MASK,
} from '../../../wire/dhcp.ts';

/** What a server lent. Addresses are numbers. */
export interface Lease {
  readonly address: number;
  readonly prefixlen: number;
  readonly server: number;
  /** 0 for none. */
  readonly router: number;
  readonly nameservers: readonly number[];
  readonly domain: string;
  /** Seconds. */
  readonly lifetime: number;
  /** Seconds after which it is renewed with its server (T1), and with any (T2). */
  readonly renewal: number;
  readonly rebinding: number;
}

const words = (value: Uint8Array | undefined): number[] => {
  const out: number[] = [];
  for (let i = 0; value !== undefined && i + 4 <= value.length; i += 4) out.push(be32(value, i));
  return out;
};

const text = (value: Uint8Array | undefined): string =>
  value === undefined ? '' : String.fromCharCode(...value).replace(/\0+$/, '');

/** Bits set at the front of a mask. */
const maskLength = (mask: number): number => Math.clz32(~mask >>> 0);

/** The lease in an acknowledgement; where the server does not say, a mask of 24 bits and an hour. */
export function leaseOf(m: DhcpMessage): Lease {
  const { yiaddr, options } = m;
  const lifetime = dhcpWord(m, DHO_LEASE_TIME) ?? 3600;
  return {
    address: yiaddr,
    prefixlen: maskLength(dhcpWord(m, DHO_SUBNET_MASK) ?? 0xffffff00),
    server: dhcpWord(m, DHO_SERVER_IDENTIFIER) ?? 0,
    router: words(options.get(DHO_ROUTERS))[0] ?? 0,
    nameservers: words(options.get(DHO_DOMAIN_NAME_SERVERS)),
    domain: text(options.get(DHO_DOMAIN_NAME)),
    lifetime,
    renewal: dhcpWord(m, DHO_RENEWAL_TIME) ?? Math.floor(lifetime / 2),
    rebinding: dhcpWord(m, DHO_REBINDING_TIME) ?? Math.floor(lifetime * 0.875),
  };
}

/** Text of /etc/resolv.conf for a lease. */
export function resolvConf({ nameservers, domain }: Lease): string {
  const lines = nameservers.map((a) => `nameserver ${[...ipv4Bytes(a)].join('.')}`);
  if (domain !== '') lines.push(`search ${domain}`);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
