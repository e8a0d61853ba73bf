/** IPv4 options in words: the route recorded, the time stamps. @see iputils ping.c:pr_options */
import { be32 } from '../../../lib/bytes.ts';
import {
  IPOPT_EOL,
  IPOPT_LSRR,
  IPOPT_MINOFF,
  IPOPT_NOP,
  IPOPT_RR,
  IPOPT_SSRR,
  IPOPT_TS,
  IPOPT_TS_TSONLY,
} from '../../../uapi/ip.ts';

/** Remembers the route of the answer before, to say when it is the same. */
export class OptionPrinter {
  readonly #address: (address: number) => string;
  readonly #flood: boolean;
  #oldRoute: string | null = null;

  /** @param address prints an address, with its name. */
  constructor(address: (address: number) => string, flood: boolean) {
    this.#address = address;
    this.#flood = flood;
  }

  /** All options of a header. */
  text(options: Uint8Array): string {
    let text = '';
    for (let o = 0; o < options.length;) {
      const type = options[o]!;
      if (type === IPOPT_EOL) break;
      if (type === IPOPT_NOP) {
        text += '\nNOP';
        o++;
        continue;
      }
      const length = options[o + 1] ?? 0;
      if (length < 2 || o + length > options.length) break;
      const option = options.subarray(o, o + length);
      if (type === IPOPT_RR) text += this.#recordRoute(option);
      else if (type === IPOPT_TS) text += this.#timestamps(option);
      else if (type === IPOPT_LSRR || type === IPOPT_SSRR) text += this.#sourceRoute(option);
      else text += `\nunknown option ${type.toString(16)}`;
      o += length;
    }
    return text;
  }

  #hop(address: number): string {
    return address === 0 ? '\t0.0.0.0' : `\t${this.#address(address)}`;
  }

  #sourceRoute(option: Uint8Array): string {
    let text = `\n${option[0] === IPOPT_LSRR ? 'L' : 'S'}SRR: `;
    for (let o = IPOPT_MINOFF - 1; o + 4 <= option.length; o += 4) text += `${this.#hop(be32(option, o))}\n`;
    return text;
  }

  #recordRoute(option: Uint8Array): string {
    const used = Math.min(option[2]! - IPOPT_MINOFF, option.length - 3);
    if (used <= 0) return '';
    const route = option.subarray(3, 3 + used).join('.');
    if (route === this.#oldRoute && !this.#flood) return '\t(same route)';
    this.#oldRoute = route;
    let text = '\nRR: ';
    for (let o = 3; o + 4 <= 3 + used; o += 4) text += `${this.#hop(be32(option, o))}\n`;
    return text;
  }

  #timestamps(option: Uint8Array): string {
    const used = Math.min(option[2]! - 5, option.length - 4);
    if (used <= 0) return '';
    const flags = option[3]!;
    const withAddress = (flags & 15) !== IPOPT_TS_TSONLY;
    let text = '\nTS: ';
    let first: number | null = null;
    let firstNonStandard: number | null = null;
    for (let o = 4; o < 4 + used; o += 4) {
      if (withAddress) {
        text += this.#hop(be32(option, o));
        o += 4;
      }
      const value = be32(option, o);
      if (value >= 0x80000000) {
        const plain = value - 0x80000000;
        text +=
          firstNonStandard === null ? `\t${plain} absolute not-standard` : `\t${plain - firstNonStandard} not-standard`;
        firstNonStandard ??= plain;
      } else {
        text += first === null ? `\t${value} absolute` : `\t${value - first}`;
        first ??= value;
      }
      text += '\n';
    }
    const overflow = flags >> 4;
    return overflow === 0 ? text : `${text}Unrecorded hops: ${overflow}\n`;
  }
}
