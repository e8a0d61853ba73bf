/** Hardware and address families by the names net-tools have for them. @see lib/hw.c, lib/af.c */
import { ARPHRD_ETHER, ARPHRD_LOOPBACK, ARPHRD_NONE } from '../../../uapi/if-arp.ts';
import { AF_INET, AF_INET6, AF_UNIX } from '../../../uapi/socket.ts';

export interface Hardware {
  readonly name: string;
  readonly title: string;
  /** ARPHRD_*. */
  readonly type: number;
  /** Bytes of an address; 0 without. */
  readonly alen: number;
}

/** Those a device of ours can have, and what others are called that ARP could do. */
export const HARDWARE: readonly Hardware[] = [
  { name: 'loop', title: 'Local Loopback', type: ARPHRD_LOOPBACK, alen: 0 },
  { name: 'ether', title: 'Ethernet', type: ARPHRD_ETHER, alen: 6 },
  { name: 'unspec', title: 'UNSPEC', type: ARPHRD_NONE, alen: 0 },
];

/** Names that are known, of hardware there is none of. */
const ABSENT: ReadonlySet<string> = new Set(
  'slip cslip slip6 cslip6 adaptive ash ax25 netrom rose tunnel ppp hdlc lapb arcnet dlci frad sit fddi hippi irda ec x25 eui64'.split(
    ' ',
  ),
);

export const hardwareByName = (name: string): Hardware | undefined => HARDWARE.find((h) => h.name === name);
export const hardwareByType = (type: number): Hardware | undefined => HARDWARE.find((h) => h.type === type);
export const isAbsentHardware = (name: string): boolean => ABSENT.has(name);

/** Families by the names of `-A`. */
export const FAMILIES: ReadonlyMap<string, number> = new Map([
  ['unix', AF_UNIX],
  ['inet', AF_INET],
  ['inet6', AF_INET6],
  ['ax25', 3],
  ['netrom', 6],
  ['rose', 11],
  ['ipx', 4],
  ['ddp', 5],
  ['ec', 19],
  ['ash', 18],
  ['x25', 9],
]);

/** Six bytes in hex with colons; fewer are filled up, more are left out. @see in_ether */
export function etherInput(text: string): Uint8Array | null {
  const out = new Uint8Array(6);
  let rest = text;
  for (let i = 0; i < 6 && rest !== ''; i++) {
    const m = /^([0-9a-fA-F]{1,2})(?::|$|(?=[0-9a-fA-F]))/.exec(rest);
    if (m === null) return null;
    out[i] = Number.parseInt(m[1]!, 16);
    rest = rest.slice(m[0].length);
  }
  return out;
}

/** Addresses as text; `unspec` fourteen bytes with dashes. */
export const etherText = (b: Uint8Array, o = 0): string =>
  [...b.subarray(o, o + 6)].map((v) => v.toString(16).padStart(2, '0')).join(':');
