/** Spanning tree: 802.1D, rapid, multiple and shortest path. @see tcpdump print-stp.c */
import { bits, type BitNames, fixed, hex, type Ndo, tok, type Tokens } from './ndo.ts';

const PROTOCOL: Tokens = { 0: '802.1d', 2: '802.1w', 3: '802.1s', 4: '802.1aq' };
const TYPE: Tokens = { 0: 'Config', 2: 'Rapid STP', 0x80: 'Topology Change' };
const FLAGS: BitNames = [
  [0x01, 'Topology change'],
  [0x02, 'Proposal'],
  [0x10, 'Learn'],
  [0x20, 'Forward'],
  [0x40, 'Agreement'],
  [0x80, 'Topology change ACK'],
];
const ROLE: readonly string[] = ['Unknown', 'Alternate', 'Root', 'Designated'];

const role = (flags: number): string => ROLE[(flags & 0x0c) >>> 2]!;
const bridgeId = (n: Ndo, o: number): string =>
  `${n.hexBytes(o, 2)}.${n.hexBytes(o + 2, 6).replace(/(..)(?=.)/g, '$1:')}`;
const seconds = (n: Ndo, o: number): string => `${fixed(n.u16(o) / 256, 2)}s`;
const times = (n: Ndo, o: number): string =>
  `\n\tmessage-age ${seconds(n, o + 27)}, max-age ${seconds(n, o + 29)}, hello-time ${seconds(n, o + 31)}, forwarding-delay ${seconds(n, o + 33)}`;

function config(n: Ndo, o: number, length: number): void {
  const flags = n.u8(o + 4);
  n.print(`, Flags [${bits(FLAGS, 'none', flags)}]`);
  n.print(`, bridge-id ${bridgeId(n, o + 17)}.${hex(n.u16(o + 25), 4)}, length ${length}`);
  if (n.o.verbose === 0) return;
  n.print(times(n, o));
  n.print(`\n\troot-id ${bridgeId(n, o + 5)}, root-pathcost ${n.u32(o + 13)}`);
  if (n.u8(o + 2) === 2) n.print(`, port-role ${role(flags)}`);
}

function multiple(n: Ndo, o: number, length: number): void {
  const flags = n.u8(o + 4);
  n.print(`, CIST Flags [${bits(FLAGS, 'none', flags)}], length ${length}`);
  if (n.o.verbose === 0) return;
  n.print(`\n\tport-role ${role(flags)}, `);
  n.print(`CIST root-id ${bridgeId(n, o + 5)}, CIST ext-pathcost ${n.u32(o + 13)}`);
  n.print(`\n\tCIST regional-root-id ${bridgeId(n, o + 17)}, `);
  n.print(`CIST port-id ${hex(n.u16(o + 25), 4)},`);
  n.print(times(n, o));
  const v3 = n.u16(o + 36);
  n.print(`\n\tv3len ${v3}, MCID Name `);
  n.printjnp(o + 39, 32);
  n.need(o + 71, 18);
  n.print(`, rev ${n.u16(o + 71)},\n\t\tdigest ${n.hexBytes(o + 73, 16)}, `);
  n.print(`CIST int-root-pathcost ${n.u32(o + 89)},`);
  n.print(`\n\tCIST bridge-id ${bridgeId(n, o + 93)}, `);
  n.print(`CIST remaining-hops ${n.u8(o + 101)}`);
  for (let left = v3 - 64, p = o + 102; left >= 16; left -= 16, p += 16) {
    const own = n.u8(p);
    n.need(p + 1, 2);
    n.print(`\n\tMSTI ${n.u16(p + 1) & 0xfff}, Flags [${bits(FLAGS, 'none', own)}], port-role ${role(own)}`);
    n.print(`\n\t\tMSTI regional-root-id ${bridgeId(n, p + 1)}, pathcost ${n.u32(p + 9)}`);
    n.print(`\n\t\tMSTI bridge-prio ${n.u8(p + 13) >>> 4}, port-prio ${n.u8(p + 14) >>> 4}, hops ${n.u8(p + 15)}`);
  }
}

/** The part of version 4, at `o`. */
function shortestPath(n: Ndo, o: number): void {
  if (n.o.verbose === 0) return;
  n.print(`\n\tv4len ${n.u16(o)}, AUXMCID Name `);
  n.printjnp(o + 3, 32);
  n.print(`, Rev ${n.u16(o + 35)},\n\t\tdigest ${n.hexBytes(o + 37, 16)}`);
  const a = n.u8(o + 53);
  n.print(
    `\n\tAgreement num ${a >>> 6}, Discarded Agreement num ${(a >>> 4) & 3}, Agreement valid-flag ${(a >>> 3) & 1},\n\tRestricted role-flag: ${(a >>> 2) & 1}, Format id ${n.u8(o + 55) >>> 4} cap ${n.u8(o + 55)}, Convention id ${n.u8(o + 56) >>> 4} cap ${n.u8(o + 56)},\n\tEdge count ${n.u16(o + 57)}, Agreement digest ${n.hexBytes(o + 67, 20)}`,
  );
}

/** @returns false when a length is wrong */
function rapid(n: Ndo, o: number, length: number, version: number): boolean {
  if (version === 2) {
    if (length < 36) return false;
    config(n, o, length);
    return true;
  }
  if (version !== 3 && version !== 4) return true;
  if (length < 102 || n.u8(o + 35) !== 0) return false;
  const v3 = n.u16(o + 36) + 2;
  if (length < 36 + v3) return false;
  multiple(n, o, length);
  if (version === 3) return true;
  const v4 = n.u16(o + 36 + v3) + 2;
  if (length < 36 + v3 + v4 || v4 < 87) return false;
  shortestPath(n, o + 36 + v3);
  return true;
}

export function stpPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'stp';
  if (length < 4) {
    n.invalid();
    return;
  }
  if (n.u16(o) !== 0) {
    n.print(`unknown STP version, length ${length}`);
    return;
  }
  const version = n.u8(o + 2);
  n.print(`STP ${tok(PROTOCOL, 'Unknown STP protocol (0x%02x)', version)}`);
  if (PROTOCOL[version] === undefined) return;
  const type = n.u8(o + 3);
  n.print(`, ${tok(TYPE, 'Unknown BPDU Type (0x%02x)', type)}`);
  if (type === 0) {
    if (length < 35) n.invalid();
    else config(n, o, length);
  } else if (type === 2 && !rapid(n, o, length, version)) n.invalid();
}
