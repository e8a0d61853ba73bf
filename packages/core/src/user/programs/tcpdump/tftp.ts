/** TFTP. RFC 1350, options: RFC 2347. @see tcpdump print-tftp.c */
import { type Ndo, tok, type Tokens } from './ndo.ts';

const OP: Tokens = { 1: 'RRQ', 2: 'WRQ', 3: 'DATA', 4: 'ACK', 5: 'ERROR', 6: 'OACK' };
const ERROR: Tokens = {
  0: 'EUNDEF',
  1: 'ENOTFOUND',
  2: 'EACCESS',
  3: 'ENOSPACE',
  4: 'EBADOP',
  5: 'EBADID',
  6: 'EEXISTS',
  7: 'ENOUSER',
};

export function tftpPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'tftp';
  n.caps();
  n.print(`, length ${length}`);
  if (length < 2 || !message(n, o, length)) n.trunc();
}

/** Strings to the end, each after a blank unless empty. @returns false when the last has no end */
function strings(n: Ndo, o: number, length: number): boolean {
  while (length !== 0) {
    if (n.u8(o) !== 0) n.print(' ');
    const used = n.printztn(o, length, n.end);
    if (used === 0) return false;
    o += used;
    length -= used;
  }
  return true;
}

/** @returns false when it was cut */
function message(n: Ndo, o: number, length: number): boolean {
  const op = n.u16(o);
  n.print(`, ${tok(OP, 'tftp-#%u', op)}`);
  o += 2;
  length -= 2;
  switch (op) {
    case 1:
    case 2: {
      if (length === 0) return false;
      n.print(' "');
      const used = n.printztn(o, length, n.end);
      n.print('"');
      if (used === 0 || used === length) return false;
      n.print(' ');
      const mode = n.printztn(o + used, length - used, n.end);
      return mode !== 0 && strings(n, o + used + mode, length - used - mode);
    }
    case 6:
      return strings(n, o, length);
    case 3:
    case 4:
      if (length < 2) return false;
      n.print(` block ${n.u16(o)}`);
      return true;
    case 5: {
      if (length < 2) return false;
      n.print(` ${tok(ERROR, 'tftp-err-#%u "', n.u16(o))}`);
      if (length === 2) return false;
      n.print(' "');
      const used = n.printztn(o + 2, length - 2, n.end);
      n.print('"');
      return used !== 0;
    }
    default:
      return true;
  }
}
