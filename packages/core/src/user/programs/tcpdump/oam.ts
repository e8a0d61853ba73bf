/** Ethernet OAM. IEEE 802.3 clause 57. @see tcpdump print-slow.c:slow_oam_print */
import { bits, type BitNames, hex, type Ndo, OUI, tok, type Tokens } from './ndo.ts';

const CODE: Tokens = {
  0: 'Information',
  1: 'Event Notification',
  2: 'Variable Request',
  3: 'Variable Response',
  4: 'Loopback Control',
  0xfe: 'Vendor Private',
};
const FLAGS: BitNames = [
  [0x01, 'Link Fault'],
  [0x02, 'Dying Gasp'],
  [0x04, 'Critical Event'],
  [0x08, 'Local Evaluating'],
  [0x10, 'Local Stable'],
  [0x20, 'Remote Evaluating'],
  [0x40, 'Remote Stable'],
];
const INFO: Tokens = { 0: 'End of TLV marker', 1: 'Local', 2: 'Remote', 0xfe: 'Organization specific' };
const EVENT: Tokens = {
  0: 'End of TLV marker',
  1: 'Errored Symbol Period Event',
  2: 'Errored Frame Event',
  3: 'Errored Frame Period Event',
  4: 'Errored Frame Seconds Summary Event',
  0xfe: 'Organization specific',
};
const PARSER: readonly string[] = ['forwarding', 'looping back', 'discarding', 'reserved'];
const CONFIG: BitNames = [
  [0x01, 'Active'],
  [0x02, 'Unidirectional'],
  [0x04, 'Remote-Loopback'],
  [0x08, 'Link-Events'],
  [0x10, 'Variable-Retrieval'],
];
const LOOPBACK: Tokens = { 1: 'Enable OAM Remote Loopback', 2: 'Disable OAM Remote Loopback' };
const SHORT = '\n\t\t packet is too short';

export function oamPrint(n: Ndo, o: number, left: number): void {
  if (left < 3) {
    n.print(SHORT);
    return;
  }
  n.need(o, 3);
  const code = n.u8(o + 2);
  n.print(`\n\tCode ${tok(CODE, 'Unknown (%u)', code)} OAM PDU, Flags [${bits(FLAGS, 'none', n.u16(o))}]`);
  const p = o + 3;
  left -= 3;
  if (code === 0) tlvs(n, p, left, INFO, 'Information Type', 16, info);
  else if (code === 1) {
    if (left < 2) n.print(SHORT);
    else {
      n.print(`\n\t  Sequence Number ${n.u16(p)}`);
      tlvs(n, p + 2, left - 2, EVENT, 'Link Event Type', 40, event);
    }
  } else if (code === 4) {
    if (left < 1) n.print(SHORT);
    else n.print(`\n\t  Command ${LOOPBACK[n.u8(p)] ?? 'Unknown'} (${n.u8(p)})`);
  } else if (n.o.verbose <= 1) n.unknown(p, '\n\t  ', left);
}

/** @param size of the types that are known in full */
function tlvs(
  n: Ndo,
  o: number,
  left: number,
  names: Tokens,
  what: string,
  size: number,
  one: (n: Ndo, o: number) => string,
): void {
  while (left > 0) {
    if (left < 2) {
      n.print(SHORT);
      return;
    }
    n.need(o, 2);
    const type = n.u8(o);
    const len = n.u8(o + 1);
    n.print(`\n\t  ${names[type] ?? 'Reserved'} ${what} (${type}), length ${len}`);
    if (type === 0) return;
    if (len < 2) {
      n.print('\n\t    ERROR: illegal length - should be >= 2');
      return;
    }
    if (left < len) {
      n.print(SHORT);
      return;
    }
    n.need(o, len);
    const known = type <= (names === INFO ? 2 : 4);
    if (known) n.print(len === size ? one(n, o) : `\n\t    ERROR: illegal length - should be ${size}`);
    if (n.o.verbose > 1 || !known || len !== size) n.unknown(o, '\n\t  ', len);
    o += len;
    left -= len;
  }
}

function info(n: Ndo, o: number): string {
  const state = n.u8(o + 5);
  const oui = n.u24(o + 9);
  return (
    `\n\t    OAM-Version ${n.u8(o + 2)}, Revision ${n.u16(o + 3)}` +
    `\n\t    State-Parser-Action ${PARSER[state & 3]!}, State-MUX-Action ${(state & 4) !== 0 ? 'discarding' : 'forwarding'}` +
    `\n\t    OAM-Config Flags [${bits(CONFIG, 'none', n.u8(o + 6))}], OAM-PDU-Config max-PDU size ${n.u16(o + 7) & 0x7ff}` +
    `\n\t    OUI ${OUI[oui] ?? 'Unknown'} (0x${hex(oui, 6)}), Vendor-Private 0x${hex(n.u32(o + 12), 8)}`
  );
}

function event(n: Ndo, o: number): string {
  return (
    `\n\t    Timestamp ${n.u16(o + 2) * 100} ms, Errored Window ${n.u64(o + 4)}` +
    `\n\t    Errored Threshold ${n.u64(o + 12)}` +
    `\n\t    Errors ${n.u64(o + 20)}` +
    `\n\t    Error Running Total ${n.u64(o + 28)}` +
    `\n\t    Event Running Total ${n.u32(o + 36)}`
  );
}
