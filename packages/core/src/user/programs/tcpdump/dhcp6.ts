/** DHCPv6. RFC 8415. @see tcpdump print-dhcp6.c */
import { optionsPrint } from './dhcp6-options.ts';
import { hex, type Ndo, tok, type Tokens } from './ndo.ts';

const TYPE: Tokens = {
  1: 'solicit',
  2: 'advertise',
  3: 'request',
  4: 'confirm',
  5: 'renew',
  6: 'rebind',
  7: 'reply',
  8: 'release',
  9: 'decline',
  10: 'reconfigure',
  11: 'inf-req',
  12: 'relay-fwd',
  13: 'relay-reply',
  14: 'leasequery',
  15: 'leasequery-reply',
};

export function dhcp6Print(n: Ndo, o: number, length: number): void {
  n.protocol = 'dhcp6';
  n.print('dhcp6');
  const end = Math.min(n.end, o + length);
  if (!n.has(o, 4)) {
    n.trunc();
    return;
  }
  const type = n.u8(o);
  n.print(` ${tok(TYPE, 'msgtype-%u', type)}`);
  if (n.o.verbose === 0) return;
  n.print(' (');
  if (type === 12 || type === 13) {
    n.print(`linkaddr=${n.ip6(o + 2)}`);
    n.print(` peeraddr=${n.ip6(o + 18)}`);
    optionsPrint(n, o + 34, end, dhcp6Print);
  } else {
    n.print(`xid=${hex(n.u24(o + 1))}`);
    optionsPrint(n, o + 4, end, dhcp6Print);
  }
  n.print(')');
}
