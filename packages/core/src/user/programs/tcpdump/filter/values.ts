/** Value numbering: the same number for what is known to be equal. @see libpcap optimize.c:F */
import { BPF_IMM, BPF_LD, BPF_W } from '../../../../lib/bpf/index.ts';

/** Not known. */
export const UNKNOWN = 0;

export class Values {
  #next = 0;
  readonly #known: Map<string, number> = new Map();
  readonly #consts: Map<number, number> = new Map();

  /** The number of `code` applied to what is named by `v0` and `v1`. */
  of(code: number, v0: number, v1: number): number {
    const key = `${code} ${v0} ${v1}`;
    const found = this.#known.get(key);
    if (found !== undefined) return found;
    const n = ++this.#next;
    this.#known.set(key, n);
    if ((code & 0xe0) === BPF_IMM && (code & 7) <= 1) this.#consts.set(n, v0);
    return n;
  }

  /** The number of a constant. */
  k(value: number): number {
    return this.of(BPF_LD | BPF_IMM | BPF_W, value >>> 0, 0);
  }

  /** The constant behind a number, if it is one. */
  constant(v: number): number | undefined {
    return this.#consts.get(v);
  }
}
