/** What dnsmasq answers of itself: its command line, and hosts files. @see dnsmasq rfc1035.c:answer_request */
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
import type { DnsmasqOptions } from './options.ts';

type Address = number | Uint8Array;

/** The size of UDP packets that dnsmasq takes. @see edns-packet-max */
const EDNS_SIZE = 1232;
/** Extended DNS error: no upstream server. RFC 8914 */
const NOT_READY = 14;

const plain = (name: string): string => name.replace(/\.$/, '').toLowerCase();
const within = (name: string, domain: string): boolean => name === domain || name.endsWith(`.${domain}`);

export class DnsServer {
  readonly #o: DnsmasqOptions;
  readonly #hosts: readonly HostEntry[];

  constructor(options: DnsmasqOptions, hosts: readonly HostEntry[]) {
    this.#o = options;
    this.#hosts = hosts;
  }

  /** The addresses of a name, and whether the name is known at all. */
  #addresses(name: string): { readonly known: boolean; readonly addresses: readonly Address[] } {
    const records = this.#o.hostRecords.filter((r) => r.names.includes(name));
    const entries = this.#hosts.filter((e) => [e.name, ...e.aliases].some((n) => n.toLowerCase() === name));
    const addresses = [...records.flatMap((r) => r.addresses), ...entries.map((e) => e.address)];
    return { known: records.length > 0 || entries.length > 0, addresses };
  }

  /** The name of an address. */
  #nameOf(address: Address): string | null {
    const record = this.#o.hostRecords.find((r) => r.addresses.some((a) => sameAddress(a, address)));
    return record?.names[0] ?? this.#hosts.find((e) => sameAddress(e.address, address))?.name ?? null;
  }

  /** The records that answer a question, null when the name is not known here. */
  #records(q: DnsQuestion): DnsRecord[] | null {
    const out: DnsRecord[] = [];
    let name = plain(q.name);
    let owner = q.name;
    let known = false;
    const push = (type: number, data: Uint8Array): number => out.push({ name: owner, type, class: C_IN, ttl: 0, data });
    const wants = (type: number): boolean => q.type === type || q.type === T_ANY;
    for (let i = 0; i < 10; i++) {
      const target = this.#o.cnames.get(name);
      if (target === undefined) break;
      known = true;
      push(T_CNAME, encodeDnsName(target) ?? Uint8Array.of(0));
      name = target;
      owner = `${target}.`;
      if (q.type === T_CNAME) return out;
    }
    for (const t of this.#o.txt.filter((r) => r.name === name)) {
      known = true;
      if (wants(T_TXT)) push(T_TXT, concatBytes(t.texts.flatMap((x) => [Uint8Array.of(x.length), latin1Encode(x)])));
    }
    for (const m of this.#o.mx.filter((r) => r.name === name)) {
      known = true;
      const preference = new Uint8Array(2);
      putBe16(preference, 0, m.preference);
      if (wants(T_MX)) push(T_MX, concatBytes([preference, encodeDnsName(m.target) ?? Uint8Array.of(0)]));
    }
    const reverse = addressOfReverse(q.name);
    if (reverse !== null && wants(T_PTR)) {
      const found = this.#nameOf(reverse);
      if (found !== null) {
        known = true;
        push(T_PTR, encodeDnsName(found) ?? Uint8Array.of(0));
      }
    }
    let found = this.#addresses(name);
    if (!found.known) {
      const [match] = this.#o.addresses
        .filter((a) => within(name, a.domain))
        .toSorted((a, b) => b.domain.length - a.domain.length);
      if (match !== undefined && match.addresses.length > 0) found = { known: true, addresses: match.addresses };
    }
    known ||= found.known;
    for (const address of found.addresses) {
      const type = typeof address === 'number' ? T_A : T_AAAA;
      if (wants(type)) push(type, addressData(address));
    }
    return known ? out : null;
  }

  /** Whether a name is this server's alone, so that nobody else is asked for it. */
  #isLocal(name: string): boolean {
    return [...this.#o.local, ...this.#o.addresses.map((a) => a.domain)].some((d) => within(name, d));
  }

  /** The answer, or null when another server has to be asked. @param upstream whether there is one */
  answer(query: DnsMessage, upstream: boolean): DnsMessage | null {
    const [q] = query.question;
    if (q === undefined || query.question.length !== 1 || (query.flags & DNS_QR) !== 0) return null;
    const records = this.#records(q);
    const base = DNS_QR | DNS_RA | (query.flags & DNS_RD);
    if (records !== null) {
      return this.#reply(query, base | (records.length > 0 ? DNS_AA : 0) | NOERROR, records);
    }
    if (this.#isLocal(plain(q.name))) {
      const below = this.#below(plain(q.name));
      return this.#reply(query, base | (below ? NOERROR : NXDOMAIN), []);
    }
    if (upstream) return null;
    const error = new Uint8Array(2);
    putBe16(error, 0, NOT_READY);
    return this.#reply(query, base | REFUSED, [], ednsOption(15, error));
  }

  /** Whether something is known below a name, so that the name itself exists. */
  #below(name: string): boolean {
    const all = [
      ...this.#o.hostRecords.flatMap((r) => r.names),
      ...this.#hosts.flatMap((e) => [e.name, ...e.aliases]),
      ...this.#o.cnames.keys(),
      ...this.#o.txt.map((r) => r.name),
      ...this.#o.mx.map((r) => r.name),
    ];
    return all.some((n) => n.toLowerCase().endsWith(`.${name}`));
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
