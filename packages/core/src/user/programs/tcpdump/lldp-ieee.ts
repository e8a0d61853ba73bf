/** LLDP: what IEEE 802.1 and 802.3 define. 802.1Q annex D, 802.3 clause 79. @see tcpdump print-lldp.c */
import { bits, type BitNames, hex, type Ndo, tok, type Tokens } from './ndo.ts';

const SUBTYPE_1: Tokens = {
  1: 'Port VLAN Id',
  2: 'Port and Protocol VLAN ID',
  3: 'VLAN name',
  4: 'Protocol Identity',
  7: 'Link aggregation',
  8: 'Congestion Notification',
  9: 'ETS Configuration',
  10: 'ETS Recommendation',
  11: 'Priority Flow Control Configuration',
  12: 'Application Priority',
  13: 'EVB',
  14: 'CDCP',
};
const SUBTYPE_3: Tokens = {
  1: 'MAC/PHY configuration/status',
  2: 'Power via MDI',
  3: 'Link aggregation',
  4: 'Max frame size',
};
const PROTOCOL_VLAN: BitNames = [
  [2, 'supported'],
  [4, 'enabled'],
];
const SUPPORT: BitNames = [
  [1, 'supported'],
  [2, 'enabled'],
];
const PMD: BitNames = [
  [0x4000, '10BASE-T hdx'],
  [0x2000, '10BASE-T fdx'],
  [0x1000, '100BASE-T4'],
  [0x0800, '100BASE-TX hdx'],
  [0x0400, '100BASE-TX fdx'],
  [0x0200, '100BASE-T2 hdx'],
  [0x0100, '100BASE-T2 fdx'],
  [0x0080, 'Pause for fdx links'],
  [0x0040, 'Asym PAUSE for fdx'],
  [0x0020, 'Sym PAUSE for fdx'],
  [0x0010, 'Asym and Sym PAUSE for fdx'],
  [0x0008, '1000BASE-{X LX SX CX} hdx'],
  [0x0004, '1000BASE-{X LX SX CX} fdx'],
  [0x0002, '1000BASE-T hdx'],
  [0x0001, '1000BASE-T fdx'],
];
const MAU: readonly string[] =
  'Unknown,AUI,10BASE_5,FOIRL,10BASE2,10BASET duplex mode unknown,10BASEFP,10BASEFB,10BASEFL duplex mode unknown,10BROAD36,10BASET hdx,10BASET fdx,10BASEFL hdx,10BASEFL fdx,100BASET4,100BASETX hdx,100BASETX fdx,100BASEFX hdx,100BASEFX fdx,100BASET2 hdx,100BASET2 fdx,1000BASEX hdx,1000BASEX fdx,1000BASELX hdx,1000BASELX fdx,1000BASESX hdx,1000BASESX fdx,1000BASECX hdx,1000BASECX fdx,1000BASET hdx,1000BASET fdx,10GBASEX,10GBASELX4,10GBASER,10GBASEER,10GBASELR,10GBASESR,10GBASEW,10GBASEEW,10GBASELW,10GBASESW'.split(
    ',',
  );
const MDI: BitNames = [
  [1, 'PSE'],
  [2, 'supported'],
  [4, 'enabled'],
  [8, 'can be controlled'],
];
const EVB: readonly string[] = ['Not Supported', 'EVB Bridge', 'EVB Station', 'Reserved for future Standardization'];
/** Lengths below which nothing is shown but the subtype. */
const LEAST: Readonly<Record<number, number>> = {
  1: 6,
  2: 7,
  3: 6,
  4: 5,
  7: 9,
  8: 6,
  9: 25,
  10: 25,
  11: 6,
  12: 5,
  13: 9,
  14: 8,
};

const PRIORITIES = '\n\t     Priority : 0  1  2  3  4  5  6  7';
const indent = (text: string): string => `\n\t    ${text}`;
const row = (values: readonly number[]): string => values.map((v) => String(v).padEnd(3)).join(' ');
const bitRow = (v: number): string =>
  `${PRIORITIES}\n\t     Value    : ${Array.from({ length: 8 }, (_, i) => `${(v >>> i) & 1}  `).join('')}`;

/** Priorities and bandwidths of the traffic classes, at `o`. */
function trafficClasses(n: Ndo, o: number): string {
  const bytes = (at: number): number[] => Array.from({ length: 8 }, (_, i) => n.u8(at + i));
  const nibbles = Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? n.u8(o + i / 2) >>> 4 : n.u8(o + (i >>> 1)) & 15));
  return (
    `${indent('Priority Assignment Table')}\n\t     Priority : 0   1   2   3   4   5   6   7\n\t     Value    : ${row(nibbles)}` +
    `${indent('TC Bandwidth Table')}\n\t     TC%   : 0   1   2   3   4   5   6   7\n\t     Value : ${row(bytes(o + 4))}` +
    `${indent('TSA Assignment Table')}\n\t     Traffic Class: 0   1   2   3   4   5   6   7\n\t     Value        : ${row(bytes(o + 12))}`
  );
}

function applicationPriority(n: Ndo, o: number, len: number): void {
  n.print(indent(`RES: ${n.u8(o + 4)}`));
  if (len <= 5 || (len - 5) % 3 !== 0) return;
  n.print(indent('Application Priority Table'));
  for (let i = 5; i < len; i += 3) {
    const v = n.u8(o + i);
    n.print(`\n\t      Priority: ${v >>> 5}, RES: ${(v >>> 3) & 3}, Sel: ${v & 7}, Protocol ID: ${n.u16(o + i + 1)}`);
  }
}

function edgeBridging(n: Ndo, o: number): void {
  const [bridge, station, retries, mode, keep] = [4, 5, 6, 7, 8].map((at) => n.u8(o + at)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  n.print(
    `${indent('EVB Bridge Status')}\n\t      RES: ${bridge >>> 3}, BGID: ${(bridge >>> 2) & 1}, RRCAP: ${(bridge >>> 1) & 1}, RRCTR: ${bridge & 1}` +
      `${indent('EVB Station Status')}\n\t      RES: ${station >>> 4}, SGID: ${(station >>> 3) & 1}, RRREQ: ${(station >>> 2) & 1},RRSTAT: ${station & 3}` +
      indent(`R: ${retries >>> 5}, RTE: ${retries & 31}, EVB Mode: ${EVB[mode >>> 6]!} [${mode >>> 6}]`) +
      indent(
        `ROL: ${(mode >>> 5) & 1}, RWD: ${mode & 31}, RES: ${keep >>> 6}, ROL: ${(keep >>> 5) & 1}, RKA: ${keep & 31}`,
      ),
  );
}

function channels(n: Ndo, o: number, len: number): void {
  const v = n.u8(o + 4);
  n.print(indent(`Role: ${v >>> 7}, RES: ${(v >>> 4) & 7}, Scomp: ${(v >>> 3) & 1} ChnCap: ${n.u16(o + 6) & 0xfff}`));
  if ((len - 8) % 3 !== 0) return;
  for (let i = 8; i < len; i += 3) {
    const c = n.u24(o + i);
    n.print(indent(`SCID: ${c >>> 12}, SVID: ${c & 0xfff}`));
  }
}

/** Text that begins after its length at `at`. */
function counted(n: Ndo, o: number, len: number, at: number, name: string): void {
  if (len < at + 1) return;
  const size = n.u8(o + at);
  if (len < at + 1 + size) return;
  n.print(indent(`${name}: `));
  n.printjnp(o + at + 1, size);
}

/** @returns whether the bytes are to be shown as well */
export function ieee8021Print(n: Ndo, o: number, len: number): boolean {
  if (len < 4) return false;
  const subtype = n.u8(o + 3);
  n.print(`\n\t  ${tok(SUBTYPE_1, 'unknown', subtype)} Subtype (${subtype})`);
  const least = LEAST[subtype];
  if (least === undefined) return true;
  if (len < least) return false;
  const v = n.u8(o + 4);
  switch (subtype) {
    case 1:
      n.print(indent(`port vlan id (PVID): ${n.u16(o + 4)}`));
      break;
    case 2:
      n.print(
        indent(
          `port and protocol vlan id (PPVID): ${n.u16(o + 5)}, flags [${bits(PROTOCOL_VLAN, 'none', v)}] (0x${hex(v, 2)})`,
        ),
      );
      break;
    case 3:
      n.print(indent(`vlan id (VID): ${n.u16(o + 4)}`));
      counted(n, o, len, 6, 'vlan name');
      break;
    case 4:
      counted(n, o, len, 4, 'protocol identity');
      break;
    case 7:
      n.print(indent(`aggregation status [${bits(SUPPORT, 'none', v)}], aggregation port ID ${n.u32(o + 5)}`));
      break;
    case 8:
      n.print(`${indent('Pre-Priority CNPV Indicator')}${bitRow(v)}`);
      n.print(`${indent('Pre-Priority Ready Indicator')}${bitRow(n.u8(o + 5))}`);
      break;
    case 9:
      n.print(
        indent(`Willing:${v >>> 7}, CBS:${(v >>> 6) & 2}, RES:${(v >>> 3) & 7}, Max TCs:${v & 7}`) +
          trafficClasses(n, o + 5),
      );
      break;
    case 10:
      n.print(indent(`RES: ${v}`) + trafficClasses(n, o + 5));
      break;
    case 11:
      n.print(indent(`Willing: ${v >>> 7}, MBC: ${(v >>> 6) & 1}, RES: ${(v >>> 4) & 3}, PFC cap:${v & 15} `));
      n.print(`${indent('PFC Enable')}${bitRow(n.u8(o + 5))}`);
      break;
    case 12:
      applicationPriority(n, o, len);
      break;
    case 13:
      edgeBridging(n, o);
      break;
    default:
      channels(n, o, len);
  }
  return false;
}

/** @returns as `ieee8021Print` */
export function ieee8023Print(n: Ndo, o: number, len: number): boolean {
  if (len < 4) return false;
  const subtype = n.u8(o + 3);
  n.print(`\n\t  ${tok(SUBTYPE_3, 'unknown', subtype)} Subtype (${subtype})`);
  const least = [0, 9, 7, 9, 6][subtype] ?? 0;
  if (least === 0) return true;
  if (len < least) return false;
  const v = n.u8(o + 4);
  if (subtype === 1) {
    const pmd = n.u16(o + 5);
    const mau = n.u16(o + 7);
    n.print(indent(`autonegotiation [${bits(SUPPORT, 'none', v)}] (0x${hex(v, 2)})`));
    n.print(indent(`PMD autoneg capability [${bits(PMD, 'unknown', pmd)}] (0x${hex(pmd, 4)})`));
    n.print(indent(`MAU type ${MAU[mau] ?? 'unknown'} (0x${hex(mau, 4)})`));
  } else if (subtype === 2) {
    const pair = n.u8(o + 5);
    const power = n.u8(o + 6);
    n.print(
      indent(
        `MDI power support [${bits(MDI, 'none', v)}], power pair ${pair === 1 ? 'signal' : pair === 2 ? 'spare' : 'unknown'}, power class ${power >= 1 && power <= 5 ? `class${power - 1}` : 'unknown'}`,
      ),
    );
  } else if (subtype === 3) {
    n.print(indent(`aggregation status [${bits(SUPPORT, 'none', v)}], aggregation port ID ${n.u32(o + 5)}`));
  } else n.print(indent(`MTU size ${n.u16(o + 4)}`));
  return false;
}
