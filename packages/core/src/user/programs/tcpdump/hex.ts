/** Packets in hexadecimal. @see tcpdump print-ascii.c */
import type { Ndo } from './ndo.ts';

const printable = (c: number): string => (c > 32 && c < 127 ? String.fromCharCode(c) : '.');
const pair = (n: Ndo, o: number, i: number, length: number): string =>
  n.b[o + i]!.toString(16).padStart(2, '0') + (i + 1 < length ? n.b[o + i + 1]!.toString(16).padStart(2, '0') : '');

/** Lines of -x. */
export function hexPrint(n: Ndo, indent: string, o: number, length: number): void {
  for (let at = 0; at < length; at += 16) {
    let line = '';
    for (let i = at; i < Math.min(at + 16, length); i += 2) line += ` ${pair(n, o, i, length)}`;
    n.print(`${indent}0x${at.toString(16).padStart(4, '0')}: ${line}`);
  }
}

/** Lines of -X. */
export function hexAsciiPrint(n: Ndo, indent: string, o: number, length: number): void {
  for (let at = 0; at < length; at += 16) {
    let line = '';
    let text = '';
    for (let i = at; i < Math.min(at + 16, length); i++) {
      if ((i - at) % 2 === 0) line += ` ${pair(n, o, i, length)}`;
      text += printable(n.b[o + i]!);
    }
    n.print(`${indent}0x${at.toString(16).padStart(4, '0')}:  ${line.slice(1).padEnd(39)}  ${text}`);
  }
}

/** The text of -A. */
export function asciiPrint(n: Ndo, o: number, length: number): void {
  n.print('\n');
  let line = '';
  for (let i = 0; i < length; i++) {
    const c = n.b[o + i]!;
    if (c === 13) {
      if (i + 1 < length && n.b[o + i + 1] === 10) continue;
      line += '.';
    } else line += (c >= 32 && c < 127) || c === 9 || c === 10 ? String.fromCharCode(c) : '.';
  }
  n.print(line);
}

/** The bytes of what nobody knows, unless the whole packet is shown anyway. */
export function defaultPrint(n: Ndo, o: number, length: number): void {
  if (!n.suppressDefault) hexAsciiPrint(n, '\n\t', o, Math.min(length, n.left(o)));
}
