/**
 * pcapng capture files. draft-ietf-opsawg-pcapng §3, §4.
 *
 *  block:  | type | total length | body … | total length |        32-bit words, a multiple of 4 bytes
 *  option: | code | length | value, padded to 4 |                 ended by code 0 where there are any
 *
 * Written little-endian, one section; each device is an interface block with its name and times in nanoseconds.
 */
import { be16, be32, le16, le32, putLe16, putLe32 } from '../lib/bytes.ts';
import { concatBytes, utf8Decode, utf8Encode } from '../lib/text.ts';

export const PCAPNG_SHB = 0x0a0d0d0a;
export const PCAPNG_IDB = 1;
export const PCAPNG_SPB = 3;
export const PCAPNG_EPB = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

const OPT_COMMENT = 1;
const SHB_HARDWARE = 2;
const SHB_OS = 3;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_MACADDR = 6;
const IF_TSRESOL = 9;
const EPB_FLAGS = 2;

/** Direction of a packet in its flags. */
export const EPB_INBOUND = 1;
export const EPB_OUTBOUND = 2;

/** What a section header says of its origin; empty texts are left out. */
export interface PcapngSection {
  readonly hardware: string;
  readonly os: string;
  readonly userappl: string;
}

/** A device that packets were captured on. Its id is its number in the section, from 0. */
export interface PcapngInterface {
  readonly linktype: number;
  /** 0: no limit. */
  readonly snaplen: number;
  readonly name: string;
  readonly description: string;
  /** Six bytes, or null. */
  readonly mac: Uint8Array | null;
}

/** One captured frame. */
export interface PcapngPacket {
  readonly interfaceId: number;
  /** Nanoseconds since the epoch. */
  readonly tsNs: bigint;
  readonly data: Uint8Array;
  /** Length on the wire. */
  readonly origLen: number;
  /** `EPB_INBOUND`, `EPB_OUTBOUND` or 0 for unknown. */
  readonly direction: number;
  /** Empty for none. */
  readonly comment: string;
}

const pad4 = (n: number): number => (n + 3) & ~3;

function option(code: number, value: Uint8Array): Uint8Array {
  const b = new Uint8Array(4 + pad4(value.length));
  putLe16(b, 0, code);
  putLe16(b, 2, value.length);
  b.set(value, 4);
  return b;
}

const textOption = (code: number, text: string): Uint8Array =>
  text === '' ? new Uint8Array(0) : option(code, utf8Encode(text));

/** A block of its fixed part and options. */
function block(type: number, body: readonly Uint8Array[], options: readonly Uint8Array[]): Uint8Array {
  const some = options.some((o) => o.length > 0);
  const inner = concatBytes([...body, ...options, new Uint8Array(some ? 4 : 0)]);
  const b = new Uint8Array(12 + inner.length);
  putLe32(b, 0, type);
  putLe32(b, 4, b.length);
  b.set(inner, 8);
  putLe32(b, b.length - 4, b.length);
  return b;
}

/** The block a file begins with. */
export function pcapngSectionHeader(s: PcapngSection): Uint8Array {
  const body = new Uint8Array(16);
  putLe32(body, 0, BYTE_ORDER_MAGIC);
  putLe16(body, 4, 1);
  body.fill(0xff, 8, 16); // section length unknown
  return block(
    PCAPNG_SHB,
    [body],
    [textOption(SHB_HARDWARE, s.hardware), textOption(SHB_OS, s.os), textOption(SHB_USERAPPL, s.userappl)],
  );
}

/** The block that introduces a device; before its first packet. Times are in nanoseconds. */
export function pcapngInterface(i: PcapngInterface): Uint8Array {
  const body = new Uint8Array(8);
  putLe16(body, 0, i.linktype);
  putLe32(body, 4, i.snaplen);
  return block(
    PCAPNG_IDB,
    [body],
    [
      textOption(IF_NAME, i.name),
      textOption(IF_DESCRIPTION, i.description),
      i.mac === null ? new Uint8Array(0) : option(IF_MACADDR, i.mac),
      option(IF_TSRESOL, Uint8Array.of(9)),
    ],
  );
}

/** An enhanced packet block. */
export function pcapngPacket(p: PcapngPacket): Uint8Array {
  const body = new Uint8Array(20 + pad4(p.data.length));
  putLe32(body, 0, p.interfaceId);
  putLe32(body, 4, Number((p.tsNs >> 32n) & 0xffffffffn));
  putLe32(body, 8, Number(p.tsNs & 0xffffffffn));
  putLe32(body, 12, p.data.length);
  putLe32(body, 16, p.origLen);
  body.set(p.data, 20);
  const flags = p.direction === 0 ? new Uint8Array(0) : option(EPB_FLAGS, Uint8Array.of(p.direction, 0, 0, 0));
  return block(PCAPNG_EPB, [body], [textOption(OPT_COMMENT, p.comment), flags]);
}

/** A file read. Interfaces of later sections follow those of the first, and packets name them by place in this list. */
export interface PcapngFile {
  readonly section: PcapngSection;
  readonly interfaces: readonly PcapngInterface[];
  readonly packets: readonly PcapngPacket[];
  /** Why reading ended early, null when it ended well. */
  readonly error: string | null;
}

/** A reader's place: byte order of the section, and what was collected. */
interface Reader {
  readonly b: Uint8Array;
  big: boolean;
  /** Where the section's interfaces begin in `interfaces`. */
  base: number;
  section: PcapngSection | null;
  readonly interfaces: PcapngInterface[];
  /** Ticks a second of each interface. */
  readonly ticks: bigint[];
  readonly packets: PcapngPacket[];
}

const u16 = (r: Reader, o: number): number => (r.big ? be16(r.b, o) : le16(r.b, o));
const u32 = (r: Reader, o: number): number => (r.big ? be32(r.b, o) : le32(r.b, o));

/** Options between `p` and `end`, by code; the last of a code counts. Null when one does not fit. */
function readOptions(r: Reader, p: number, end: number): Map<number, Uint8Array> | null {
  const out = new Map<number, Uint8Array>();
  while (p + 4 <= end) {
    const code = u16(r, p);
    const n = u16(r, p + 2);
    if (code === 0) break;
    if (p + 4 + n > end) return null;
    out.set(code, r.b.slice(p + 4, p + 4 + n));
    p += 4 + pad4(n);
  }
  return out;
}

const text = (options: Map<number, Uint8Array>, code: number): string => {
  const v = options.get(code);
  return v === undefined ? '' : utf8Decode(v);
};

function readInterface(r: Reader, p: number, end: number): boolean {
  const o = end - p < 8 ? null : readOptions(r, p + 8, end);
  if (o === null) return false;
  const res = o.get(IF_TSRESOL)?.[0] ?? 6;
  r.ticks.push((res & 0x80) !== 0 ? 2n ** BigInt(res & 0x7f) : 10n ** BigInt(res));
  r.interfaces.push({
    linktype: u16(r, p),
    snaplen: u32(r, p + 4),
    name: text(o, IF_NAME),
    description: text(o, IF_DESCRIPTION),
    mac: o.get(IF_MACADDR) ?? null,
  });
  return true;
}

function readPacket(r: Reader, p: number, end: number): boolean {
  if (end - p < 20) return false;
  const interfaceId = r.base + u32(r, p);
  const n = u32(r, p + 12);
  const ticks = r.ticks[interfaceId];
  if (ticks === undefined || p + 20 + n > end) return false;
  const o = readOptions(r, p + 20 + pad4(n), end);
  if (o === null) return false;
  const raw = (BigInt(u32(r, p + 4)) << 32n) | BigInt(u32(r, p + 8));
  const flags = o.get(EPB_FLAGS);
  r.packets.push({
    interfaceId,
    tsNs: (raw * 1000000000n) / ticks,
    data: r.b.slice(p + 20, p + 20 + n),
    origLen: u32(r, p + 16),
    direction: flags === undefined ? 0 : (r.big ? flags[3]! : flags[0]!) & 3,
    comment: text(o, OPT_COMMENT),
  });
  return true;
}

function readSimplePacket(r: Reader, p: number, end: number): boolean {
  const iface = r.interfaces[r.base];
  if (iface === undefined || end - p < 4) return false;
  const origLen = u32(r, p);
  const n = iface.snaplen === 0 ? origLen : Math.min(origLen, iface.snaplen);
  if (p + 4 + n > end) return false;
  r.packets.push({
    interfaceId: r.base,
    tsNs: 0n,
    data: r.b.slice(p + 4, p + 4 + n),
    origLen,
    direction: 0,
    comment: '',
  });
  return true;
}

function readSection(r: Reader, p: number, end: number): boolean {
  const o = end - p < 16 || u16(r, p + 4) !== 1 ? null : readOptions(r, p + 16, end);
  if (o === null) return false;
  r.base = r.interfaces.length;
  r.section ??= { hardware: text(o, SHB_HARDWARE), os: text(o, SHB_OS), userappl: text(o, SHB_USERAPPL) };
  return true;
}

/** Reads the body of a block; kinds that are not known are passed over, as the format demands. */
function readBody(r: Reader, type: number, p: number, end: number): boolean {
  switch (type) {
    case PCAPNG_SHB:
      return readSection(r, p, end);
    case PCAPNG_IDB:
      return readInterface(r, p, end);
    case PCAPNG_EPB:
      return readPacket(r, p, end);
    case PCAPNG_SPB:
      return readSimplePacket(r, p, end);
    default:
      return true;
  }
}

/** Reads a file of either byte order, several sections too; null when it does not begin as one. */
export function parsePcapng(b: Uint8Array): PcapngFile | null {
  const r: Reader = { b, big: false, base: 0, section: null, interfaces: [], ticks: [], packets: [] };
  let error: string | null = null;
  for (let p = 0; p < b.length;) {
    if (p + 12 > b.length) {
      error = `truncated pcapng dump file; tried to read 12 bytes, only got ${b.length - p}`;
      break;
    }
    if (be32(b, p) === PCAPNG_SHB) {
      r.big = be32(b, p + 8) === BYTE_ORDER_MAGIC;
      if (!r.big && le32(b, p + 8) !== BYTE_ORDER_MAGIC) {
        error = `section header at byte ${p} has a wrong byte-order magic`;
        break;
      }
    } else if (p === 0) {
      return null;
    }
    const n = u32(r, p + 4);
    if (n < 12 || n % 4 !== 0 || p + n > b.length || u32(r, p + n - 4) !== n) {
      error = `block at byte ${p} has a wrong length`;
      break;
    }
    if (!readBody(r, u32(r, p), p + 8, p + n - 4)) {
      error = `block at byte ${p} is malformed`;
      break;
    }
    p += n;
  }
  if (r.section === null) return null;
  return { section: r.section, interfaces: r.interfaces, packets: r.packets, error };
}
