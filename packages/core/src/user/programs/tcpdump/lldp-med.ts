/** LLDP-MED, for endpoints such as telephones. ANSI/TIA-1057. @see tcpdump print-lldp.c:lldp_private_tia_print */
import { bits, type BitNames, fixed, hex, type Ndo, tok, type Tokens } from './ndo.ts';

const SUBTYPE: Tokens = {
  1: 'LLDP-MED Capabilities',
  2: 'Network policy',
  3: 'Location identification',
  4: 'Extended power-via-MDI',
  5: 'Inventory - hardware revision',
  6: 'Inventory - firmware revision',
  7: 'Inventory - software revision',
  8: 'Inventory - serial number',
  9: 'Inventory - manufacturer name',
  10: 'Inventory - model name',
  11: 'Inventory - asset ID',
};
const INVENTORY: Tokens = {
  5: 'Hardware revision',
  6: 'Firmware revision',
  7: 'Software revision',
  8: 'Serial number',
  9: 'Manufacturer name',
  10: 'Model name',
  11: 'Asset ID',
};
const CAPABILITY: BitNames = [
  [1, 'LLDP-MED capabilities'],
  [2, 'network policy'],
  [4, 'location identification'],
  [8, 'extended power via MDI-PSE'],
  [16, 'extended power via MDI-PD'],
  [32, 'Inventory'],
];
const DEVICE: Tokens = {
  1: 'endpoint class 1',
  2: 'endpoint class 2',
  3: 'endpoint class 3',
  4: 'network connectivity',
};
const APPLICATION: Tokens = {
  1: 'voice',
  2: 'voice signaling',
  3: 'guest voice',
  4: 'guest voice signaling',
  5: 'softphone voice',
  6: 'video conferencing',
  7: 'streaming video',
  8: 'video signaling',
};
const POLICY: BitNames = [
  [0x80, 'Unknown'],
  [0x40, 'Tagged'],
  [0x20, 'reserved'],
];
const FORMAT: Tokens = { 1: 'coordinate-based LCI', 2: 'civic address LCI', 3: 'ECS ELIN' };
const DATUM: Tokens = {
  1: 'World Geodesic System 1984',
  2: 'North American Datum 1983 (NAVD88)',
  3: 'North American Datum 1983 (MLLW)',
};
const WHAT: Tokens = {
  0: 'location of DHCP server',
  1: 'location of the network element believed to be closest to the client',
  2: 'location of the client',
};
const PLACE: Tokens = {
  1: 'national subdivisions (state,canton,region,province,prefecture)',
  2: 'county, parish, gun, district',
  3: 'city, township, shi',
  4: 'city division, borough, city district, ward chou',
  5: 'neighborhood, block',
  6: 'street',
};
const SOURCE: Tokens = {
  1: 'PSE - primary power source',
  2: 'local - backup power source',
  3: 'PSE+local - reserved',
};
const PRIORITY: Tokens = { 1: 'critical', 2: 'high', 3: 'low' };
const indent = (text: string): string => `\n\t    ${text}`;
const name = (table: Tokens, v: number, none = 'unknown', width = 2): string =>
  `${tok(table, none, v)} (0x${hex(v, width)})`;

function policy(n: Ndo, o: number): void {
  const application = n.u8(o + 4);
  n.print(indent(`Application type [${tok(APPLICATION, 'none', application)}] (0x${hex(application, 2)})`));
  n.print(`, Flags [${bits(POLICY, 'none', n.u8(o + 5))}]`);
  const last = n.u16(o + 6);
  n.print(indent(`Vlan id ${(n.u16(o + 5) & 0x1ffe) >>> 1}`));
  n.print(`, L2 priority ${(last & 0x1ff) >>> 6}, DSCP value ${last & 63}`);
}

function coordinates(n: Ndo, o: number): void {
  const angle = (at: number): string => {
    const v = (BigInt(n.u8(at) & 3) << 32n) | BigInt(n.u32(at + 1));
    return String(v);
  };
  n.print(indent(`Latitude resolution ${n.u8(o + 5) >>> 2}, latitude value ${angle(o + 5)}`));
  n.print(indent(`Longitude resolution ${n.u8(o + 10) >>> 2}, longitude value ${angle(o + 10)}`));
  const kind = n.u8(o + 15) >>> 4;
  n.print(indent(`Altitude type ${tok({ 1: 'meters', 2: 'floors' }, 'unknown', kind)} (${kind})`));
  n.print(
    indent(
      `Altitude resolution ${(n.u16(o + 15) >>> 6) & 63}, altitude value 0x${hex((n.u32(o + 16) & 0x3fffffff) >>> 0)}`,
    ),
  );
  n.print(indent(`Datum ${name(DATUM, n.u8(o + 20))}`));
}

function civicAddress(n: Ndo, o: number, len: number): void {
  if (len < 6) return;
  let left = n.u8(o + 5);
  if (left < 3 || len < 7 + left) return;
  n.print(indent(`LCI length ${left}, LCI what ${name(WHAT, n.u8(o + 6))}, Country-code `));
  n.printjnp(o + 7, 2);
  left -= 3;
  for (let p = o + 9; left >= 2;) {
    const type = n.u8(p);
    const size = n.u8(p + 1);
    p += 2;
    left -= 2;
    n.print(`\n\t      CA type '${tok(PLACE, 'unknown', type)}' (${type}), length ${size}: `);
    if (type === 0 || size === 0 || left < size) return;
    n.printjnp(p, size);
    p += size;
    left -= size;
  }
}

function location(n: Ndo, o: number, len: number): void {
  const format = n.u8(o + 4);
  n.print(indent(`Location data format ${name(FORMAT, format)}`));
  if (format === 1) {
    if (len >= 21) coordinates(n, o);
  } else if (format === 2) civicAddress(n, o, len);
  else if (format === 3) {
    n.print(indent('ECS ELIN id '));
    n.printjnp(o + 5, len - 5);
  } else {
    n.print(indent('Location ID '));
    n.unknown(o + 5, '\n\t      ', len - 5);
  }
}

function power(n: Ndo, o: number): void {
  const v = n.u8(o + 4);
  n.print(indent(`Power type [${(v & 3) !== 0 ? 'PD device' : 'PSE device'}]`));
  n.print(`, Power source [${tok(SOURCE, 'none', (v & 0x30) >>> 4)}]`);
  n.print(indent(`Power priority [${tok(PRIORITY, 'none', v & 15)}] (0x${hex(v & 15, 2)})`));
  const tenths = n.u16(o + 5);
  n.print(tenths < 1024 ? `, Power ${fixed(tenths / 10, 1)} Watts` : `, Power ${tenths} (Reserved)`);
}

/** @returns whether the bytes are to be shown as well */
export function medPrint(n: Ndo, o: number, len: number): boolean {
  if (len < 4) return false;
  const subtype = n.u8(o + 3);
  n.print(`\n\t  ${tok(SUBTYPE, 'unknown', subtype)} Subtype (${subtype})`);
  if (SUBTYPE[subtype] === undefined) return true;
  if (len < ([0, 7, 8, 5, 7][subtype] ?? 0)) return false;
  if (subtype === 1) {
    const v = n.u16(o + 4);
    const device = n.u8(o + 6);
    n.print(indent(`Media capabilities [${bits(CAPABILITY, 'none', v)}] (0x${hex(v, 4)})`));
    n.print(indent(`Device type [${tok(DEVICE, 'unknown', device)}] (0x${hex(device, 2)})`));
  } else if (subtype === 2) policy(n, o);
  else if (subtype === 3) location(n, o, len);
  else if (subtype === 4) power(n, o);
  else {
    n.print(`\n\t  ${INVENTORY[subtype]!} `);
    n.printjnp(o + 4, len - 4);
  }
  return false;
}
