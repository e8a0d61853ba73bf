/**
 * IGMP. RFC 1112 appendix I (v1), RFC 2236 (v2), RFC 3376 §4 (v3); include/uapi/linux/igmp.h.
 *
 *  v1, v2 and query:  | Type | Max Resp Code |   Checksum    |  Group Address |
 *  v3 query adds:     | Resv S QRV | QQIC | Number of sources | sources …
 *  v3 report (0x22):  | Type | 0 | Checksum | 0 | Number of records | records …
 *  record:            | Type | Aux words | Number of sources | Group | sources … | aux
 */
import { be16, be32, putBe16, putBe32 } from '../lib/bytes.ts';
import { checksum } from './checksum.ts';

export const IGMP_HOST_MEMBERSHIP_QUERY = 0x11;
export const IGMP_HOST_MEMBERSHIP_REPORT = 0x12;
export const IGMPV2_HOST_MEMBERSHIP_REPORT = 0x16;
export const IGMP_HOST_LEAVE_MESSAGE = 0x17;
export const IGMPV3_HOST_MEMBERSHIP_REPORT = 0x22;

export const IGMP_HLEN = 8;

/** Whether `len` bytes hold a header and a right checksum. @see net/ipv4/igmp.c:igmp_rcv */
export const igmpCheck = (b: Uint8Array, o: number, len: number): boolean =>
  len >= IGMP_HLEN && checksum(b, o, len) === 0;

/** One record of a v3 report. Auxiliary data is not kept; nothing defines any (RFC 3376 §4.2.6). */
export interface IgmpRecord {
  /** 1, 2: the mode is include, exclude; 3, 4: it changed to include, exclude; 5, 6: sources allowed, blocked. */
  readonly type: number;
  readonly group: number;
  readonly sources: readonly number[];
}

/** A message of any version. The checksum is implied. */
export type IgmpMessage =
  | { readonly type: 0x12 | 0x16 | 0x17; readonly code: number; readonly group: number }
  /** `v3` null: a query of version 1 (code 0) or 2. */
  | {
      readonly type: 0x11;
      readonly code: number;
      readonly group: number;
      readonly v3: { readonly flags: number; readonly qqic: number; readonly sources: readonly number[] } | null;
    }
  | { readonly type: 0x22; readonly records: readonly IgmpRecord[] };

function readWords(b: Uint8Array, o: number, n: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < n; i++) out.push(be32(b, o + 4 * i));
  return out;
}

/** The message of `len` bytes at `o`; null when the checksum, a length or the type is not right. */
export function parseIgmp(b: Uint8Array, o: number, len: number): IgmpMessage | null {
  if (!igmpCheck(b, o, len)) return null;
  const type = b[o]!;
  const code = b[o + 1]!;
  const group = be32(b, o + 4);
  switch (type) {
    case IGMP_HOST_MEMBERSHIP_REPORT:
    case IGMPV2_HOST_MEMBERSHIP_REPORT:
    case IGMP_HOST_LEAVE_MESSAGE:
      return { type, code, group };
    case IGMP_HOST_MEMBERSHIP_QUERY: {
      if (len < 12) return { type, code, group, v3: null };
      const n = be16(b, o + 10);
      if (12 + 4 * n > len) return null;
      return { type, code, group, v3: { flags: b[o + 8]!, qqic: b[o + 9]!, sources: readWords(b, o + 12, n) } };
    }
    case IGMPV3_HOST_MEMBERSHIP_REPORT:
      return parseReport(b, o, len);
    default:
      return null;
  }
}

function parseReport(b: Uint8Array, o: number, len: number): IgmpMessage | null {
  const records: IgmpRecord[] = [];
  let p = 8;
  for (let i = be16(b, o + 6); i > 0; i--) {
    if (p + 8 > len) return null;
    const n = be16(b, o + p + 2);
    const next = p + 8 + 4 * n + 4 * b[o + p + 1]!;
    if (next > len) return null;
    records.push({ type: b[o + p]!, group: be32(b, o + p + 4), sources: readWords(b, o + p + 8, n) });
    p = next;
  }
  return { type: IGMPV3_HOST_MEMBERSHIP_REPORT, records };
}

/** Writes a message with its checksum and returns its length. */
export function emitIgmp(m: IgmpMessage, b: Uint8Array, o: number): number {
  let len = IGMP_HLEN;
  b[o] = m.type;
  b[o + 1] = m.type === 0x22 ? 0 : m.code;
  putBe32(b, o + 4, m.type === 0x22 ? m.records.length : m.group);
  if (m.type === 0x22) {
    for (const r of m.records) len += putRecord(b, o + len, r);
  } else if (m.type === 0x11 && m.v3 !== null) {
    b[o + 8] = m.v3.flags;
    b[o + 9] = m.v3.qqic;
    putBe16(b, o + 10, m.v3.sources.length);
    len = 12;
    for (const s of m.v3.sources) {
      putBe32(b, o + len, s);
      len += 4;
    }
  }
  putBe16(b, o + 2, 0);
  putBe16(b, o + 2, checksum(b, o, len));
  return len;
}

function putRecord(b: Uint8Array, o: number, r: IgmpRecord): number {
  b[o] = r.type;
  b[o + 1] = 0;
  putBe16(b, o + 2, r.sources.length);
  putBe32(b, o + 4, r.group);
  r.sources.forEach((s, i) => putBe32(b, o + 8 + 4 * i, s));
  return 8 + 4 * r.sources.length;
}
