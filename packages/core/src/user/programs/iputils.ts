/** What the programs of iputils 20221126 share. */
import { hostName } from './netdb/getnameinfo.ts';
import type { Process } from '../process/types.ts';

export const INT_MAX = 2147483647;

/** What `-V` prints. */
export const iputilsVersion = (name: string): string =>
  `${name} from iputils 20221126\nlibcap: yes, IDN: yes, NLS: no, error.h: yes, getrandom(): yes, __fpending(): yes\n`;

const LONG_MAX = 9223372036854775807n;

/**
 * A whole decimal number within limits.
 * @param wrong called with the message, newline and all. @see iputils_common.c:strtol_or_err
 */
export function strtolOrErr(
  name: string,
  text: string,
  min: number,
  max: bigint | number,
  wrong: (words: string) => never,
): number {
  const m = /^[\t-\r ]*([+-]?[0-9]+)$/.exec(text);
  if (m === null) return wrong(`${name}: invalid argument: '${text}'\n`);
  const value = BigInt(m[1]!.replace('+', ''));
  if (value > LONG_MAX || value < -LONG_MAX - 1n) {
    return wrong(`${name}: invalid argument: '${text}': Numerical result out of range\n`);
  }
  if (value < BigInt(min) || value > BigInt(max)) {
    return wrong(`${name}: invalid argument: '${text}': out of range: ${min} <= value <= ${max}\n`);
  }
  return Number(value);
}

/** Ends a program of iputils with words on stderr. */
export class IputilsExit extends Error {
  readonly status: number;
  readonly words: string;
  /** For stdout, before the words. */
  readonly out: string;
  constructor(status: number, words: string, out = '') {
    super(words);
    this.status = status;
    this.words = words;
    this.out = out;
  }
}

/** The name of an address, `???` when it has none. */
export const nameOrUnknown = async (proc: Process, address: number | Uint8Array): Promise<string> =>
  (await hostName(proc, address)) ?? '???';
