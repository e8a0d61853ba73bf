/** Packets in hexadecimal. @see tcpdump print-ascii.c */
import { hex, type Ndo, TRUNCATED } from './ndo.ts';

const printable = (c: number): string => (c > 32 && c < 127 ? String.fromCharCode(c) : '.');

/** Lines of -x. */
export function hexPrint(n: Ndo, ident: string, o: number, length: number): void {
  n.hexLines(ident, o, length);
}

/** Lines of -X. @throws TRUNCATED after them when not all bytes were captured. */
export function hexAsciiPrint(n: Ndo, ident: string, o: number, length: number): void {
  const size = Math.min(length, Math.max(0, n.end - o));
  for (let at = 0; at < size; at += 16) {
    let line = '';
    let text = '';
    for (let i = at; i < Math.min(at + 16, size); i++) {
      line += `${(i - at) % 2 === 0 ? ' ' : ''}${hex(n.b[o + i]!, 2)}`;
      text += printable(n.b[o + i]!);
    }
    n.print(`${ident}0x${hex(at, 4)}: ${line.padEnd(40)}  ${text}`);
  }
  if (size < length) throw TRUNCATED;
}

/** The text of -A. */
export function asciiPrint(n: Ndo, o: number, length: number): void {
  let line = '\n';
  for (let i = 0; i < length; i++) {
    const c = n.b[o + i]!;
    if (c === 13) {
      // The newline that follows is enough; at the very end nothing shows.
      if (i + 2 < length && n.b[o + i + 1] !== 10) line += '.';
    } else line += (c >= 32 && c < 127) || c === 9 || c === 10 ? String.fromCharCode(c) : '.';
  }
  n.print(line);
}

/** The bytes of what nobody knows. @see ND_DEFAULTPRINT */
export function dump(n: Ndo, o: number, length: number): void {
  hexAsciiPrint(n, '\n\t', o, length);
}

/** The same, unless the whole packet is shown anyway. */
export function defaultPrint(n: Ndo, o: number, length: number): void {
  if (!n.suppressDefault) dump(n, o, length);
}
