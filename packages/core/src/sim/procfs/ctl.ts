/** Files of /proc/sys: numbers with limits, as proc_dointvec and its kin read and write them. @see kernel/sysctl.c */
import { EINVAL, EOPNOTSUPP } from '../../uapi/errno.ts';
import { readFile, rwFile, type ViewNode } from './node.ts';

const INT_MAX = 2_147_483_647;
const INT_MIN = -2_147_483_648;

export interface CtlLimits {
  readonly min?: number;
  readonly max?: number;
}

/**
 * The numbers in a text, as the kernel reads them: decimal, 0x and 0 prefixes, white space between; the first word that is
 * no number ends the reading. @returns the numbers read before that, or null when the first word already is none.
 * @see kernel/sysctl.c:proc_get_long
 */
export function parseNumbers(text: string, most: number): readonly number[] | null {
  const found: number[] = [];
  for (const word of text.split(/[ \t\n\0]+/)) {
    if (word === '') continue;
    if (found.length === most) break;
    const m = /^(-?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.exec(word);
    if (m === null) return null;
    const digits = m[2]!;
    const magnitude = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
    found.push(m[1] === '-' ? -magnitude : magnitude);
  }
  return found.length === 0 ? null : found;
}

/** A number whose limits depend on others. */
export const rangedFile = (get: () => number, set: (value: number) => void, limits: () => CtlLimits): ViewNode =>
  rwFile(
    () => `${get()}\n`,
    (text) => {
      if (text.length === 0) return 0;
      const value = parseNumbers(text, 1)?.[0];
      const { min, max } = limits();
      if (value === undefined || value < (min ?? INT_MIN) || value > (max ?? INT_MAX)) return EINVAL;
      set(value);
      return 0;
    },
  );

/** A file with one 32-bit number. `set` does what a change brings with it. @see proc_dointvec_minmax */
export const intFile = (get: () => number, set: (value: number) => void, limits: CtlLimits = {}): ViewNode =>
  rangedFile(get, set, () => limits);

/** A file with a first and a last number. Fewer written leave the rest. @param valid refuses what may not be */
export function rangeFile(
  get: () => readonly [number, number],
  set: (value: readonly [number, number]) => void,
  limits: CtlLimits,
  valid: (value: readonly [number, number]) => boolean,
): ViewNode {
  return rwFile(
    () => `${get().join('\t')}\n`,
    (text) => {
      const numbers = parseNumbers(text, 2);
      if (numbers === null) return EINVAL;
      const value = [numbers[0]!, numbers[1] ?? get()[1]] as const;
      for (const n of value) if (n < (limits.min ?? 0) || n > (limits.max ?? INT_MAX)) return EINVAL;
      if (!valid(value)) return EINVAL;
      set(value);
      return 0;
    },
  );
}

/** Seconds that fit into an int of ticks (250 a second). @see proc_dointvec_jiffies */
export const SECONDS: CtlLimits = { min: -8_589_934, max: 8_589_934 };

/** Milliseconds, rounded up to ticks of 4 ms. @see proc_dointvec_ms_jiffies_minmax */
export const msFile = (get: () => number, set: (ms: number) => void, min = 0): ViewNode =>
  intFile(get, (v) => set(Math.ceil(v / 4) * 4), { min });

/**
 * A setting of something this kernel has not. It reads as it does on Linux; writing what it says, or another value of
 * `alsoTrue` (those that ask for nothing), is well, and any other value is refused.
 * Differs from Linux: settings of what is not simulated refuse new values with EOPNOTSUPP.
 */
export function fixedFile(
  get: () => number,
  alsoTrue: readonly number[] = [],
  set: (value: number) => void = () => undefined,
): ViewNode {
  return rwFile(
    () => `${get()}\n`,
    (text) => {
      if (text.length === 0) return 0;
      const value = parseNumbers(text, 1)?.[0];
      if (value === undefined) return EINVAL;
      if (value === get()) return 0;
      if (!alsoTrue.includes(value)) return EOPNOTSUPP;
      set(value);
      return 0;
    },
  );
}

/** A number that cannot be changed. */
export const constFile = (get: () => number | string): ViewNode => readFile(() => `${get()}\n`);
