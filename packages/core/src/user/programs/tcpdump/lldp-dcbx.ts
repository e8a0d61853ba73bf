/** LLDP: data center bridging, before the IEEE had it. @see tcpdump print-lldp.c:lldp_private_dcbx_print */
import { hex, type Ndo, tok } from './ndo.ts';

const SUBTYPE = { 1: 'DCB Capability Exchange Protocol Rev 1', 2: 'DCB Capability Exchange Protocol Rev 1.01' };
const NAME: readonly string[] = [
  '',
  'Control - Protocol Control',
  'Feature - Priority Group',
  'Feature - Priority Flow Control',
  'Feature - Application',
];
const LEAST: readonly number[] = [0, 10, 17, 6, 4];
const deep = (text: string): string => `\n\t          ${text}`;
const line = (text: string): string => `\n\t      ${text}`;

/** What the features have in common. */
function feature(n: Ndo, p: number): string {
  const v = n.u8(p + 2);
  const bit = (mask: number): number => ((v & mask) !== 0 ? 1 : 0);
  return (
    line(`Oper_Version: ${n.u8(p)}`) +
    line(`Max_Version: ${n.u8(p + 1)}`) +
    line(
      `Info block(0x${hex(v, 2).toUpperCase()}): Enable bit: ${bit(0x80)}, Willing bit: ${bit(0x40)}, Error Bit: ${bit(0x20)}`,
    ) +
    line(`SubType: ${n.u8(p + 3)}`)
  );
}

function groups(n: Ndo, p: number): void {
  const ids = n.u32(p + 4);
  n.print(line('Priority Allocation'));
  for (let i = 0; i < 8; i++) n.print(deep(`PgId_${i}: ${(ids >>> (28 - 4 * i)) & 15}`));
  n.print(line('Priority Group Allocation'));
  for (let i = 0; i < 8; i++) n.print(deep(`Pg percentage[${i}]: ${n.u8(p + 8 + i)}`));
  n.print(line(`NumTCsSupported: ${n.u8(p + 16)}`));
}

function flowControl(n: Ndo, p: number): void {
  const v = n.u8(p + 4);
  n.print(line(`PFC Config (0x${hex(v, 2).toUpperCase()})`));
  for (let i = 0; i < 8; i++) n.print(deep(`Priority Bit ${i}: ${(v & (1 << i)) !== 0 ? 'Enabled' : 'Disabled'}`));
  n.print(line(`NumTCPFCSupported: ${n.u8(p + 5)}`));
}

function applications(n: Ndo, p: number, len: number): void {
  for (let at = 4; len - at >= 6; at += 6) {
    const v = n.u24(p + at + 2);
    const socket = v >>> 22;
    n.print(line('Application Value'));
    n.print(deep(`Application Protocol ID: 0x${hex(n.u16(p + at), 4)}`));
    n.print(
      deep(`SF (0x${hex(socket)}) Application Protocol ID is ${socket !== 0 ? 'Socket Number' : 'L2 EtherType'}`),
    );
    n.print(deep(`OUI: 0x${hex(v & 0x3fffff, 6)}`));
    n.print(deep(`User Priority Map: 0x${hex(n.u8(p + at + 5), 2)}`));
  }
}

/** @returns whether the bytes are to be shown as well */
export function dcbxPrint(n: Ndo, o: number, len: number): boolean {
  if (len < 4) return false;
  const subtype = n.u8(o + 3);
  n.print(`\n\t  ${tok(SUBTYPE, 'unknown', subtype)} Subtype (${subtype})`);
  if (subtype === 1) return true;
  let unknown = false;
  let p = o + 4;
  for (let left = len - 4; left >= 2;) {
    if (!n.has(p, 2)) break;
    const head = n.u16(p);
    const type = head >>> 9;
    const size = head & 0x1ff;
    unknown = false;
    left -= 2;
    p += 2;
    if (type === 0 || size === 0 || !n.has(p, size) || left < size) break;
    const least = LEAST[type];
    if (least === undefined) unknown = true;
    else {
      if (size < least) break;
      n.print(`\n\t    ${NAME[type]!} (type 0x${hex(type)}, length ${size})`);
      if (type === 1) {
        n.print(line(`Oper_Version: ${n.u8(p)}`) + line(`Max_Version: ${n.u8(p + 1)}`));
        n.print(line(`Sequence Number: ${n.u32(p + 2)}`) + line(`Acknowledgement Number: ${n.u32(p + 6)}`));
      } else {
        n.print(feature(n, p));
        if (type === 2) groups(n, p);
        else if (type === 3) flowControl(n, p);
        else applications(n, p, size);
      }
    }
    if (n.o.verbose > 1 || (n.o.verbose > 0 && unknown)) n.unknown(p, '\n\t    ', size);
    left -= size;
    p += size;
  }
  return unknown;
}
