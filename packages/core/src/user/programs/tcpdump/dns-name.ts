/** Domain names with compression. RFC 1035 §4.1.4; bit labels: RFC 2673. @see tcpdump print-domain.c */
import { hex, type Ndo } from './ndo.ts';

const CUT = -1;
const POINTER = 0xc0;
const RESERVED = 0x80;
const EDNS0 = 0x40;
/** Characters of a name after which nothing more of it is shown. */
const MAX_NAME = 255;

/** @returns what follows the name, or -1 when it is cut or wrong */
export function skipName(n: Ndo, o: number): number {
  if (!n.has(o, 1)) return CUT;
  for (let c = n.u8(o++); c !== 0;) {
    switch (c & 0xc0) {
      case POINTER:
        return o + 1;
      case EDNS0: {
        if ((c & 0x3f) !== 1 || !n.has(o, 1)) return CUT;
        o += 1 + (((n.u8(o) || 256) + 7) >>> 3);
        break;
      }
      case RESERVED:
        return CUT;
      default:
        o += c;
    }
    if (!n.has(o, 1)) return CUT;
    c = n.u8(o++);
  }
  return o;
}

/** Length of the label that begins at `o`; a pointer's is its first byte. -1 when it is wrong, which is said. */
function labelLength(n: Ndo, o: number): number {
  if (!n.has(o, 1)) return CUT;
  const c = n.u8(o);
  switch (c & 0xc0) {
    case EDNS0:
      if ((c & 0x3f) !== 1) {
        n.print(`<ELT ${c & 0x3f}>`);
        return CUT;
      }
      if (!n.has(o + 1, 1)) return CUT;
      return (((n.u8(o + 1) || 256) + 7) >>> 3) + 1;
    case POINTER:
    case 0:
      return c;
    default:
      n.print('<BAD LABEL TYPE>');
      return CUT;
  }
}

/** A bit label. @returns whether it was whole */
function bitLabel(n: Ndo, o: number): boolean {
  if (!n.has(o, 1)) return false;
  const size = n.u8(o) || 256;
  const limit = o + 1 + ((size + 3) >>> 2);
  n.print('\\[x');
  let p = o + 1;
  let left = size;
  for (; p < limit && left > 7; left -= 8) n.print(hex(n.u8(p++), 2));
  if (left > 4) n.print(hex(n.u8(p) & ((0xff << (8 - left)) >>> 0), 2));
  else if (left > 0) n.print(hex((n.u8(p) >>> 4) & 15 & (15 << (4 - left))));
  n.print(`/${size}]`);
  return true;
}

/** A name, printed. @param base where the message begins, for pointers. @returns what follows, or -1 */
export function fqdnPrint(n: Ndo, o: number, base: number): number {
  let len = labelLength(n, o);
  if (len === CUT) return CUT;
  let limit = (o - base) >>> 0;
  let p = o;
  let c = n.u8(p++);
  let compressed = false;
  let rest = (c & 0xc0) === POINTER ? CUT : p + len;
  let chars = 0;
  if (c === 0) {
    n.print('.');
    return rest;
  }
  while (c !== 0 && p < n.end) {
    if ((c & 0xc0) === POINTER) {
      if (!compressed) {
        rest = p + 1;
        compressed = true;
      }
      if (!n.has(p, 1)) return CUT;
      const offset = ((c << 8) | n.u8(p)) & 0x3fff;
      if (offset >= limit) {
        n.print('<BAD PTR>');
        return CUT;
      }
      limit = offset;
      p = base + offset;
      if (!n.has(p, 1)) return CUT;
      c = n.u8(p);
      len = labelLength(n, p);
      if (len === CUT) return CUT;
      p++;
      continue;
    }
    if ((c & 0xc0) === EDNS0) {
      if (!bitLabel(n, p)) return CUT;
    } else if (chars + len <= MAX_NAME) {
      if (n.printn(p, len, n.end)) return CUT;
    } else if (chars < MAX_NAME && n.printn(p, MAX_NAME - chars, n.end)) return CUT;
    if ((c & 0xc0) !== EDNS0) chars += len;
    p += len;
    if (chars <= MAX_NAME) n.print('.');
    chars++;
    if (!n.has(p, 1)) return CUT;
    c = n.u8(p);
    len = labelLength(n, p);
    if (len === CUT) return CUT;
    p++;
    if (!compressed) rest += len + 1;
  }
  if (chars > MAX_NAME) n.print('<DOMAIN NAME TOO LONG>');
  return rest;
}
