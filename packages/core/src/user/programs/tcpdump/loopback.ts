/** Ethernet's configuration testing. @see tcpdump print-loopback.c */
import type { Ndo } from './ndo.ts';

function message(n: Ndo, o: number, len: number): void {
  const invalid = (): void => {
    n.invalid();
    n.need(o, len);
  };
  if (len < 2) return invalid();
  const code = n.le16(o);
  o += 2;
  len -= 2;
  n.print(code === 1 ? ', Reply' : code === 2 ? ', Forward Data' : `,  invalid (${code})`);
  if (code === 1) {
    if (len < 2) return invalid();
    n.print(`, receipt number ${n.le16(o)}`);
    o += 2;
    len -= 2;
    n.print(`, data (${len} octets)`);
  } else if (code === 2) {
    if (len < 6) return invalid();
    n.print(`, forwarding address ${n.mac(o)}`);
    o += 6;
    len -= 6;
    n.print(`, data (${len} octets)`);
  }
  n.need(o, len);
}

export function loopbackPrint(n: Ndo, o: number, len: number): void {
  n.protocol = 'loopback';
  n.print('Loopback');
  const start = o;
  let skip = 0;
  if (len >= 2) {
    skip = n.le16(o);
    o += 2;
    len -= 2;
    n.print(`, skipCount ${skip}`);
    if (skip % 8 !== 0) n.print(' (bogus)');
  }
  if (o === start || skip > len) {
    n.invalid();
    n.need(o, len);
    return;
  }
  n.need(o, skip);
  message(n, o + skip, len - skip);
}
