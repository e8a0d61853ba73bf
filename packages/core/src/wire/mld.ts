/**
 * Multicast listener discovery. RFC 2710 §3 (v1), RFC 3810 §5 (v2); include/net/mld.h.
 *
 *  v1 and query:     | ICMPv6 header, rest = max response delay, 0 | group (16) |
 *  v2 query adds:    | Resv S QRV | QQIC | Number of sources | sources …
 *  v2 report (143):  | ICMPv6 header, rest = 0, number of records | records …
 *  record:           | Type | Aux words | Number of sources | group (16) | sources … | aux
 *
 * Linux sends v2 reports, and sends them as soon as a link comes up.
 */
import { be16, copyBytes, putBe16 } from '../lib/bytes.ts';
import { ICMPV6_MGM_QUERY, ICMPV6_MGM_REDUCTION, ICMPV6_MGM_REPORT, ICMPV6_MLD2_REPORT } from '../uapi/icmpv6.ts';
import { icmp6Check, icmp6Finish, icmp6Rest, putIcmp6Header } from './icmpv6.ts';

/** Length of a v1 message, and of a query before the v2 part. */
export const MLD_LEN = 24;
/** Length of a v2 record without sources. */
export const MLD2_GREC_LEN = 20;

/** Writes a v2 record without sources: what a host sends for a group it joins or leaves. Returns its length. @see add_grhead */
export function putMld2Record(b: Uint8Array, o: number, type: number, group: Uint8Array, groupOff: number): number {
  b[o] = type;
  b[o + 1] = 0;
  putBe16(b, o + 2, 0);
  copyBytes(b, o + 4, group, groupOff, 16);
  return MLD2_GREC_LEN;
}

/** One record of a v2 report. Auxiliary data is not kept; nothing defines any (RFC 3810 §5.2.11). */
export interface Mld2Record {
  readonly type: number;
  readonly group: Uint8Array;
  readonly sources: readonly Uint8Array[];
}

/** A message of either version. The checksum is implied. */
export type MldMessage =
  | { readonly type: 131 | 132; readonly maxDelay: number; readonly group: Uint8Array }
  /** `v2` null: a query of version 1. */
  | {
      readonly type: 130;
      readonly maxDelay: number;
      readonly group: Uint8Array;
      readonly v2: { readonly flags: number; readonly qqic: number; readonly sources: readonly Uint8Array[] } | null;
    }
  | { readonly type: 143; readonly records: readonly Mld2Record[] };

function addresses(b: Uint8Array, o: number, n: number): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let i = 0; i < n; i++) out.push(b.slice(o + 16 * i, o + 16 * i + 16));
  return out;
}

/** The message of `len` bytes at `o`; null when the checksum, a length or the type is not right. */
export function parseMld(b: Uint8Array, o: number, len: number, pseudo: number): MldMessage | null {
  if (!icmp6Check(b, o, len, pseudo)) return null;
  const type = b[o]!;
  if (type === ICMPV6_MLD2_REPORT) return parseReport(b, o, len);
  if (len < MLD_LEN) return null;
  const maxDelay = icmp6Rest(b, o) >>> 16;
  const group = b.slice(o + 8, o + 24);
  if (type === ICMPV6_MGM_REPORT || type === ICMPV6_MGM_REDUCTION) return { type, maxDelay, group };
  if (type !== ICMPV6_MGM_QUERY) return null;
  if (len < 28) return { type, maxDelay, group, v2: null };
  const n = be16(b, o + 26);
  if (28 + 16 * n > len) return null;
  return { type, maxDelay, group, v2: { flags: b[o + 24]!, qqic: b[o + 25]!, sources: addresses(b, o + 28, n) } };
}

function parseReport(b: Uint8Array, o: number, len: number): MldMessage | null {
  const records: Mld2Record[] = [];
  let p = 8;
  for (let i = be16(b, o + 6); i > 0; i--) {
    if (p + MLD2_GREC_LEN > len) return null;
    const n = be16(b, o + p + 2);
    const next = p + MLD2_GREC_LEN + 16 * n + 4 * b[o + p + 1]!;
    if (next > len) return null;
    const group = b.slice(o + p + 4, o + p + 20);
    records.push({ type: b[o + p]!, group, sources: addresses(b, o + p + 20, n) });
    p = next;
  }
  return { type: ICMPV6_MLD2_REPORT, records };
}

/** Writes a message with its checksum and returns its length. */
export function emitMld(m: MldMessage, b: Uint8Array, o: number, pseudo: number): number {
  let len = 8;
  if (m.type === 143) {
    putIcmp6Header(b, o, m.type, 0, m.records.length);
    for (const r of m.records) {
      putMld2Record(b, o + len, r.type, r.group, 0);
      putBe16(b, o + len + 2, r.sources.length);
      len += MLD2_GREC_LEN;
      len += putAddresses(b, o + len, r.sources);
    }
  } else {
    putIcmp6Header(b, o, m.type, 0, m.maxDelay * 0x10000);
    b.set(m.group, o + 8);
    len = MLD_LEN;
    if (m.type === 130 && m.v2 !== null) {
      b[o + 24] = m.v2.flags;
      b[o + 25] = m.v2.qqic;
      putBe16(b, o + 26, m.v2.sources.length);
      len = 28 + putAddresses(b, o + 28, m.v2.sources);
    }
  }
  icmp6Finish(b, o, len, pseudo);
  return len;
}

function putAddresses(b: Uint8Array, o: number, list: readonly Uint8Array[]): number {
  list.forEach((a, i) => b.set(a, o + 16 * i));
  return 16 * list.length;
}
