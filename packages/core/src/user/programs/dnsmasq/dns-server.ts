/** What dnsmasq answers of itself: its command line, and hosts files. @see dnsmasq rfc1035.c:answer_request */
import { formatIpv4, parseIpv4 } from '../../../lib/address.ts';
import { be16, putBe16 } from '../../../lib/bytes.ts';
import { concatBytes, latin1Encode } from '../../../lib/text.ts';
import {
  addressData,
  addressOfReverse,
  C_IN,
  DNS_AA,
  DNS_QR,
  DNS_RA,
  DNS_RD,
  type DnsMessage,
  type DnsQuestion,
  type DnsRecord,
  dnsTypeName,
  ednsOption,
  encodeDnsName,
  NOERROR,
  NXDOMAIN,
  optRecord,
  REFUSED,
  T_A,
  T_AAAA,
  T_ANY,
  T_CNAME,
  T_MX,
  T_OPT,
  T_PTR,
  T_TXT,
} from '../../../wire/dns.ts';
import { type HostEntry, sameAddress } from '../netdb/hosts.ts';
import { serverText } from '../netdb/resolver.ts';
import type { DnsmasqOptions } from './options.ts';

type Address = number | Uint8Array;

/** The size of UDP packets that dnsmasq takes. @see edns-packet-max */
const EDNS_SIZE = 1232;
/** Extended DNS error: no upstream server. RFC 8914 */
const NOT_READY = 14;

const plain = (name: string): string => name.replace(/\.$/, '').toLowerCase();
/** Whether a name is a domain's; `#` is everybody's. @see dnsmasq(8) --server */
const within = (name: string, domain: string): boolean =>
  domain === '#' || name === domain || name.endsWith(`.${domain}`);

/** Of the options those that answers are made of. */
export type Zone = Pick<
  DnsmasqOptions,
  'addresses' | 'cnames' | 'hostRecords' | 'local' | 'localTtl' | 'mx' | 'synth' | 'txt'
>;

/** Names from somewhere: a file's path, or `DHCP`. */
export interface HostSource {
  readonly source: string;
  readonly entries: readonly HostEntry[];
}

/** An address of a name, or the name of an address, and who said so. */
interface Found<T> {
  readonly value: T;
  readonly source: string;
  readonly ttl: number;
}

/** Names, and the addresses they are made of. @see synth-domain */
const synthName = (z: Zone['synth'][number], address: number): string =>
  `${z.prefix}${formatIpv4(address).replaceAll('.', '-')}.${z.domain}`;

export class DnsServer {
  readonly #o: Zone;
  readonly #sources: () => readonly HostSource[];
  readonly #log: (text: string) => void;

  /** @param log gets a line, without `dnsmasq: `, for every question and every record of an answer */
  constructor(zone: Zone, sources: () => readonly HostSource[], log: (text: string) => void = () => {}) {
    this.#o = zone;
    this.#sources = sources;
    this.#log = log;
  }

  /** The addresses of a name; null when the name is not known at all. */
  #addresses(name: string): Found<Address>[] | null {
    const { localTtl } = this.#o;
    const out: Found<Address>[] = [];
    let known = false;
    for (const r of this.#o.hostRecords.filter((x) => x.names.includes(name))) {
      known = true;
      for (const value of r.addresses) out.push({ value, source: 'config', ttl: r.ttl ?? localTtl });
    }
    for (const { source, entries } of this.#sources()) {
      for (const e of entries) {
        if (![e.name, ...e.aliases].some((n) => n.toLowerCase() === name)) continue;
        known = true;
        out.push({ value: e.address, source, ttl: localTtl });
      }
    }
    if (known) return out;
    const made = this.#made(name);
    if (made !== null) return [{ value: made, source: 'config', ttl: localTtl }];
    const [match] = this.#o.addresses
      .filter((a) => within(name, a.domain))
      .toSorted((a, b) => b.domain.length - a.domain.length);
    if (match === undefined || match.addresses.length === 0) return null;
    return match.addresses.map((value) => ({ value, source: 'config', ttl: localTtl }));
  }

  /** The address a name was made of. */
  #made(name: string): number | null {
    for (const z of this.#o.synth) {
      const value = parseIpv4(name.slice(z.prefix.length, -z.domain.length - 1).replaceAll('-', '.'));
      if (value !== null && value >= z.from && value <= z.to && synthName(z, value) === name) return value;
    }
    return null;
  }

  /** Whether a name is written down, and not only covered by a rule: it exists whatever is asked of it. */
  #written(name: string): boolean {
    return (
      this.#o.hostRecords.some((r) => r.names.includes(name)) ||
      this.#sources().some((s) => s.entries.some((e) => [e.name, ...e.aliases].some((n) => n.toLowerCase() === name)))
    );
  }

  /** The name of an address. */
  #nameOf(address: Address): Found<string> | null {
    const ttl = this.#o.localTtl;
    const record = this.#o.hostRecords.find((r) => r.addresses.some((a) => sameAddress(a, address)));
    if (record !== undefined) return { value: record.names[0]!, source: 'config', ttl: record.ttl ?? ttl };
    for (const { source, entries } of this.#sources()) {
      const entry = entries.find((e) => sameAddress(e.address, address));
      if (entry !== undefined) return { value: entry.name, source, ttl };
    }
    if (typeof address !== 'number') return null;
    const made = this.#o.synth.find((z) => address >= z.from && address <= z.to);
    return made === undefined ? null : { value: synthName(made, address), source: 'config', ttl };
  }

  /** The records that answer a question, null when the name is not known here. */
  #records(q: DnsQuestion): DnsRecord[] | null {
    const out: DnsRecord[] = [];
    let name = plain(q.name);
    let owner = q.name;
    let known = false;
    const { localTtl } = this.#o;
    const push = (type: number, data: Uint8Array, what: string, ttl = localTtl, source = 'config'): void => {
      out.push({ name: owner, type, class: C_IN, ttl, data });
      this.#log(`${source} ${what}`);
    };
    const wants = (type: number): boolean => q.type === type || q.type === T_ANY;
    for (let i = 0; i < 10; i++) {
      const alias = this.#o.cnames.get(name);
      if (alias === undefined) break;
      const { target, ttl } = alias;
      known = true;
      push(T_CNAME, encodeDnsName(target) ?? Uint8Array.of(0), `${name} is <CNAME>`, ttl ?? localTtl);
      name = target;
      owner = `${target}.`;
      if (q.type === T_CNAME) return out;
    }
    for (const t of this.#o.txt.filter((r) => r.name === name)) {
      known = true;
      if (wants(T_TXT))
        push(
          T_TXT,
          concatBytes(t.texts.flatMap((x) => [Uint8Array.of(x.length), latin1Encode(x)])),
          `${name} is <TXT>`,
        );
    }
    for (const m of this.#o.mx.filter((r) => r.name === name)) {
      known = true;
      const preference = new Uint8Array(2);
      putBe16(preference, 0, m.preference);
      if (wants(T_MX))
        push(T_MX, concatBytes([preference, encodeDnsName(m.target) ?? Uint8Array.of(0)]), `${name} is <MX>`);
    }
    const reverse = addressOfReverse(q.name);
    if (reverse !== null && wants(T_PTR)) {
      const found = this.#nameOf(reverse);
      if (found !== null) {
        known = true;
        const { value, ttl, source } = found;
        push(T_PTR, encodeDnsName(value) ?? Uint8Array.of(0), `${serverText(reverse)} is ${value}`, ttl, source);
      }
    }
    const found = this.#addresses(name);
    known ||= found !== null && this.#written(name);
    for (const { value, ttl, source } of found ?? []) {
      const type = typeof value === 'number' ? T_A : T_AAAA;
      if (!wants(type)) continue;
      known = true;
      push(type, addressData(value), `${name} is ${serverText(value)}`, ttl, source);
    }
    return known ? out : null;
  }

  /** Whether a name is this server's alone, so that nobody else is asked for it. */
  #isLocal(name: string): boolean {
    return [...this.#o.local, ...this.#o.addresses.map((a) => a.domain)].some((d) => within(name, d));
  }

  /** The answer, or null when another server has to be asked. @param upstream whether there is one @param from who asks */
  answer(query: DnsMessage, upstream: boolean, from: Address): DnsMessage | null {
    const [q] = query.question;
    if (q === undefined || query.question.length !== 1 || (query.flags & DNS_QR) !== 0) return null;
    const name = plain(q.name);
    this.#log(`query[${dnsTypeName(q.type).replace(/^TYPE(\d+)$/, 'type=$1')}] ${name} from ${serverText(from)}`);
    const records = this.#records(q);
    const base = DNS_QR | DNS_RA | (query.flags & DNS_RD);
    if (records !== null) {
      if (records.length === 0)
        this.#log(`config ${name} is NODATA${q.type === T_A ? '-IPv4' : q.type === T_AAAA ? '-IPv6' : ''}`);
      return this.#reply(query, base | (records.length > 0 ? DNS_AA : 0) | NOERROR, records);
    }
    if (this.#isLocal(name)) {
      const below = this.#below(name);
      this.#log(`config ${name} is ${below ? 'NODATA' : 'NXDOMAIN'}`);
      return this.#reply(query, base | (below ? NOERROR : NXDOMAIN), []);
    }
    if (upstream) return null;
    this.#log('config error is REFUSED (EDE: not ready)');
    const error = new Uint8Array(2);
    putBe16(error, 0, NOT_READY);
    return this.#reply(query, base | REFUSED, [], ednsOption(15, error));
  }

  /** Whether something is known below a name, so that the name itself exists. */
  #below(name: string): boolean {
    const all = [
      ...this.#o.hostRecords.flatMap((r) => r.names),
      ...this.#sources().flatMap((s) => s.entries.flatMap((e) => [e.name, ...e.aliases])),
      ...this.#o.cnames.keys(),
      ...this.#o.txt.map((r) => r.name),
      ...this.#o.mx.map((r) => r.name),
    ];
    return name === '' || this.#made(name) !== null || all.some((n) => n.toLowerCase().endsWith(`.${name}`));
  }

  #reply(query: DnsMessage, flags: number, answer: readonly DnsRecord[], option?: Uint8Array): DnsMessage {
    const edns = query.additional.some((r) => r.type === T_OPT);
    return {
      id: query.id,
      flags,
      question: query.question,
      answer,
      authority: [],
      additional: edns ? [optRecord(EDNS_SIZE, option)] : [],
    };
  }
}

/** The number of a message, before anybody reads it. */
export const dnsId = (b: Uint8Array): number => (b.length < 2 ? -1 : be16(b, 0));
