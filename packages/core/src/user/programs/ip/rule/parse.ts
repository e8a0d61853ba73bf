/** The words of `ip rule` that say the same in every command. @see ip/iprule.c */
import type { Range } from '../../../../netlink/rule.ts';
import { type Args, checkIfname, getUnsigned, invarg, parseNumber } from '../parse.ts';

const NUMBERS = /^[\t-\r ]*([+-]?[0-9]+)(?:-[\t-\r ]*([+-]?[0-9]+))?/;

/** `A-B`, or `A` alone when `single`; read as sscanf does, higher bits lost. @param bits of each end */
export function rangeOf(word: string, bits: 16 | 32, single: boolean, wrong: string): Range {
  const found = NUMBERS.exec(word);
  if (found === null || (found[2] === undefined && !single)) return invarg(wrong, word);
  const end = (s: string): number => Number(BigInt.asUintN(bits, BigInt(s)));
  const start = end(found[1]!);
  return { start, end: found[2] === undefined ? start : end(found[2]) };
}

export function priority(args: Args): number {
  const word = args.next();
  return getUnsigned(word) ?? invarg('preference value is invalid\n', word);
}

/** `MARK[/MASK]`. */
export function markAndMask(args: Args): { mark: number; mask: number | undefined } {
  const word = args.next();
  const slash = word.indexOf('/');
  const first = slash < 0 ? word : word.slice(0, slash);
  const mark = getUnsigned(first) ?? invarg('fwmark value is invalid\n', first);
  if (slash < 0) return { mark, mask: undefined };
  const second = word.slice(slash + 1);
  return { mark, mask: getUnsigned(second) ?? invarg('fwmask value is invalid\n', second) };
}

export function ifname(args: Args, which: string): string {
  const word = args.next();
  return checkIfname(word) ? word : invarg(`${which} not a valid ifname`, word);
}

export function tunId(args: Args): Uint8Array {
  const word = args.next();
  const v = parseNumber(word, 0);
  if (v === null || v < 0n || v >= 1n << 64n) return invarg('"tun_id" value is invalid\n', word);
  const b = new Uint8Array(8);
  for (let i = 0; i < 8; i++) b[i] = Number((v >> BigInt(56 - 8 * i)) & 0xffn);
  return b;
}

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, 'ipv6-icmp': 58 };

export function ipProto(args: Args): number {
  const word = args.next();
  return PROTOCOLS[word] ?? getUnsigned(word, 0, 8) ?? invarg('Invalid "ipproto" value\n', word);
}

/** Words of one of two options. */
export const isPreference = (args: Args): boolean =>
  args.like('preference') || args.like('order') || args.like('priority');
