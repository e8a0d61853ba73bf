/** Tables of the filter language, and its numbers and addresses. @see libpcap gencode.c, grammar.y */
import * as B from '../../../../lib/bpf/index.ts';
import { FilterError } from './error.ts';

/** Names after `ether proto`. */
export const ETHER_PROTOS: Readonly<Record<string, number>> = {
  stp: 0x42,
  ipx: 0xe0,
  netbeui: 0xf0,
  iso: 0xfe,
  aarp: 0x80f3,
  arp: 0x0806,
  atalk: 0x809b,
  decnet: 0x6003,
  ip: 0x0800,
  ip6: 0x86dd,
  lat: 0x6004,
  loopback: 0x9000,
  mopdl: 0x6001,
  moprc: 0x6002,
  rarp: 0x8035,
  sca: 0x6007,
};

/** Operators by how they bind, the loosest first. */
export const ARITH: readonly (readonly [string, number])[][] = [
  [
    ['|', B.BPF_OR],
    ['^', B.BPF_XOR],
  ],
  [['&', B.BPF_AND]],
  [
    ['<<', B.BPF_LSH],
    ['>>', B.BPF_RSH],
  ],
  [
    ['+', B.BPF_ADD],
    ['-', B.BPF_SUB],
  ],
  [
    ['*', B.BPF_MUL],
    ['/', B.BPF_DIV],
    ['%', B.BPF_MOD],
  ],
];
/** Relations: the jump, and whether it is taken the other way. */
export const RELATIONS: Readonly<Record<string, readonly [number, boolean]>> = {
  '>': [B.BPF_JGT, false],
  '>=': [B.BPF_JGE, false],
  '=': [B.BPF_JEQ, false],
  '<=': [B.BPF_JGT, true],
  '<': [B.BPF_JGE, true],
  '!=': [B.BPF_JEQ, true],
};

/** Dotted parts as inet_aton's short forms: value, and how many bits were given. */
export function dotted(text: string): readonly [value: number, bits: number] {
  let v = 0;
  const parts = text.split('.');
  for (const part of parts) {
    const n = /^0x/i.test(part)
      ? Number.parseInt(part.slice(2), 16)
      : /^0\d/.test(part)
        ? Number.parseInt(part, 8)
        : Number(part);
    if (n > 255) throw new FilterError(`invalid IPv4 address '${text}'`);
    v = v * 256 + n;
  }
  return [v, 8 * parts.length];
}
export const maskOf = (bits: number): number => (bits <= 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0);

export function mask6(bits: number): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, i) => (0xff00 >> Math.max(0, Math.min(8, bits - 8 * i))) & 0xff);
}
