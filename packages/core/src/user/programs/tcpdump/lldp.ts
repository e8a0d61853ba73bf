/** LLDP. IEEE 802.1AB. @see tcpdump print-lldp.c */
import { formatIpv4, formatIpv6, formatMac } from '../../../lib/address.ts';
import { AF } from './af.ts';
import { dcbxPrint } from './lldp-dcbx.ts';
import { ieee8021Print, ieee8023Print } from './lldp-ieee.ts';
import { medPrint } from './lldp-med.ts';
import { bits, type BitNames, hex, type Ndo, OUI, tok, type Tokens } from './ndo.ts';

const TLV: Tokens = {
  0: 'End',
  1: 'Chassis ID',
  2: 'Port ID',
  3: 'Time to Live',
  4: 'Port Description',
  5: 'System Name',
  6: 'System Description',
  7: 'System Capabilities',
  8: 'Management Address',
  127: 'Organization specific',
};
const CHASSIS: Tokens = {
  1: 'Chassis component',
  2: 'Interface alias',
  3: 'Port component',
  4: 'MAC address',
  5: 'Network address',
  6: 'Interface name',
  7: 'Local',
};
const PORT: Tokens = {
  1: 'Interface alias',
  2: 'Port component',
  3: 'MAC address',
  4: 'Network Address',
  5: 'Interface Name',
  6: 'Agent circuit ID',
  7: 'Local',
};
const CAPABILITY: BitNames = [
  [0x01, 'Other'],
  [0x02, 'Repeater'],
  [0x04, 'Bridge'],
  [0x08, 'WLAN AP'],
  [0x10, 'Router'],
  [0x20, 'Telephone'],
  [0x40, 'Docsis'],
  [0x80, 'Station Only'],
];
const NUMBERING: Tokens = { 2: 'Interface Index', 3: 'System Port Number' };

/** What a TLV's text came to: shown, not known (its bytes follow), or cut. */
export type Shown = 'ok' | 'bytes' | 'cut';

/** An address after its family; null when it does not fit. */
function networkAddress(n: Ndo, o: number, len: number): string | null {
  if (len < 1) return null;
  const af = n.u8(o);
  const head = `AFI ${tok(AF, 'Unknown', af)} (${af})`;
  const size = af === 1 ? 4 : af === 2 ? 16 : af === 6 ? 6 : 0;
  if (size === 0) return `${head}, no AF printer !`;
  if (len - 1 < size) return null;
  n.need(o + 1, size);
  if (af === 6) return `${head}: ${n.o.names === null ? formatMac(n.b, o + 1, 6) : n.mac(o + 1)}`;
  if (n.o.names !== null) return `${head}: ${af === 1 ? n.ip4(o + 1) : n.ip6(o + 1)}`;
  return `${head}: ${af === 1 ? formatIpv4(n.u32(o + 1)) : formatIpv6(n.b.subarray(o + 1, o + 17))}`;
}

/** @param mac the subtype that is a MAC address. @param network the one that is an address with its family */
function id(n: Ndo, o: number, len: number, names: Tokens, mac: number, network: number): Shown {
  if (len < 2) return 'cut';
  const subtype = n.u8(o);
  n.print(`\n\t  Subtype ${tok(names, 'Unknown', subtype)} (${subtype}): `);
  if (names[subtype] === undefined) return 'bytes';
  if (subtype === mac) {
    if (len < 7) return 'cut';
    n.print(n.mac(o + 1));
  } else if (subtype === network) {
    const text = networkAddress(n, o + 1, len - 1);
    if (text === null) return 'cut';
    n.print(text);
  } else n.printjnp(o + 1, len - 1);
  return 'ok';
}

function managementAddress(n: Ndo, o: number, len: number): Shown {
  const size = n.u8(o);
  o++;
  len--;
  if (len < size) return 'cut';
  const text = networkAddress(n, o, size);
  if (text === null) return 'cut';
  n.print(`\n\t  Management Address length ${size}, ${text}`);
  o += size;
  len -= size;
  if (len < 5) return 'cut';
  const numbering = n.u8(o);
  n.print(`\n\t  ${tok(NUMBERING, 'Unknown', numbering)} Interface Numbering (${numbering}): ${n.u32(o + 1)}`);
  o += 5;
  len -= 5;
  if (len === 0) return 'ok';
  const oid = n.u8(o);
  if (len < 1 + oid) return 'cut';
  if (oid > 0) {
    n.print(`\n\t  OID length ${oid}`);
    n.printjnp(o + 1, oid);
  }
  return 'ok';
}

function capabilities(n: Ndo, o: number, len: number): Shown {
  if (len < 4) return 'cut';
  for (const [i, name] of ['System ', 'Enabled'].entries()) {
    const v = n.u16(o + 2 * i);
    n.print(`\n\t  ${name} Capabilities [${bits(CAPABILITY, 'none', v)}] (0x${hex(v, 4)})`);
  }
  return 'ok';
}

function organization(n: Ndo, o: number, len: number): Shown {
  if (len < 3) return 'cut';
  const oui = n.u24(o);
  n.print(`: OUI ${OUI[oui] ?? 'Unknown'} (0x${hex(oui, 6)})`);
  const print = ORGANIZATION[oui];
  return print === undefined || print(n, o, len) ? 'bytes' : 'ok';
}

/** A manufacturer's usage description. RFC 8520 §11 */
function ianaPrint(n: Ndo, o: number, len: number): boolean {
  if (len < 8) return false;
  const subtype = n.u8(o + 3);
  n.print(`\n\t  ${subtype === 1 ? 'MUD-URL' : 'unknown'} Subtype (${subtype})`);
  if (subtype !== 1) return true;
  n.print('\n\t  MUD-URL=');
  n.printn(o + 4, len - 4, null);
  return false;
}

/** Printers by organization; they answer whether the bytes are to be shown as well. */
const ORGANIZATION: Readonly<Record<number, (n: Ndo, o: number, len: number) => boolean>> = {
  0x0080c2: ieee8021Print,
  0x00120f: ieee8023Print,
  0x00005e: ianaPrint,
  0x0012bb: medPrint,
  0x001b21: dcbxPrint,
};

/** One TLV's value, with -v. */
function value(n: Ndo, type: number, o: number, len: number): Shown {
  switch (type) {
    case 1:
      return id(n, o, len, CHASSIS, 4, 5);
    case 2:
      return id(n, o, len, PORT, 3, 4);
    case 3:
      if (len < 2) return 'cut';
      n.print(`: TTL ${n.u16(o)}s`);
      return 'ok';
    case 4:
    case 5:
      n.print(': ');
      n.printjnp(o, len);
      return 'ok';
    case 6:
      n.print('\n\t  ');
      n.printjnp(o, len);
      return 'ok';
    case 7:
      return capabilities(n, o, len);
    case 8:
      return managementAddress(n, o, len);
    case 127:
      return organization(n, o, len);
    default:
      return 'bytes';
  }
}

export function lldpPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'lldp';
  n.print(`LLDP, length ${length}`);
  const verbose = n.o.verbose > 0;
  for (let left = length; left >= 2;) {
    if (!n.has(o, 2)) return n.trunc();
    const head = n.u16(o);
    const type = head >>> 9;
    const len = head & 0x1ff;
    o += 2;
    left -= 2;
    if (verbose) n.print(`\n\t${TLV[type] ?? 'Unknown'} TLV (${type}), length ${len}`);
    if (type === 0 || len === 0) return;
    if (!n.has(o, len) || left < len) return n.trunc();
    const shown = verbose || type === 5 ? value(n, type, o, len) : 'ok';
    if (shown === 'cut') return n.trunc();
    if (n.o.verbose > 1 || (verbose && shown === 'bytes')) n.unknown(o, '\n\t  ', len);
    o += len;
    left -= len;
  }
}
