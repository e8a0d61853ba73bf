/** HSRP version 0. RFC 2281 §5. @see tcpdump print-hsrp.c */
import { type Ndo, relts, tok, type Tokens } from './ndo.ts';

const OP: Tokens = { 0: 'hello', 1: 'coup', 2: 'resign' };
const STATE: Tokens = { 0: 'initial', 1: 'learn', 2: 'listen', 4: 'speak', 8: 'standby', 16: 'active' };

export function hsrpPrint(n: Ndo, o: number, len: number): void {
  n.protocol = 'hsrp';
  const version = n.u8(o);
  n.print(`HSRPv${version}`);
  if (version !== 0) return;
  n.print('-');
  n.print(`${tok(OP, 'unknown (%u)', n.u8(o + 1))} `);
  n.print(`${len}: `);
  n.print(`state=${tok(STATE, 'Unknown (%u)', n.u8(o + 2))} `);
  n.print(`group=${n.u8(o + 6)} `);
  if (n.u8(o + 7) !== 0) n.print(`[reserved=${n.u8(o + 7)}!] `);
  n.print(`addr=${n.ip4(o + 16)}`);
  if (n.o.verbose === 0) return;
  n.print(` hellotime=${relts(n.u8(o + 3))} holdtime=${relts(n.u8(o + 4))} priority=${n.u8(o + 5)} auth="`);
  n.printjnp(o + 8, 8);
  n.print('"');
}
