/** The time a line begins with: -t by its count. @see tcpdump util-print.c:ts_print */
import type { Frame } from './frame.ts';

const two = (v: number): string => String(v).padStart(2, '0');

export class Times {
  readonly #how: number;
  readonly #nano: boolean;
  #reference: { readonly seconds: number; readonly fraction: number } | null = null;

  constructor(how: number, nano: boolean) {
    this.#how = how;
    this.#nano = nano;
  }

  #fraction(v: number): string {
    return `.${String(v >>> 0).padStart(this.#nano ? 9 : 6, '0')}`;
  }

  #clock(seconds: number, fraction: number, date: boolean): string {
    if (seconds < 0 || seconds >= 2 ** 31) return '[Error converting time]';
    const day = date ? `${new Date(seconds * 1000).toISOString().slice(0, 10)} ` : '';
    const hms = `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    return `${day}${hms}${this.#fraction(fraction)}`;
  }

  /** Since the packet before, or since the first. */
  #relative({ seconds, fraction }: Frame): string {
    const ref = this.#reference ?? { seconds, fraction };
    const before = seconds < ref.seconds || (seconds === ref.seconds && fraction < ref.fraction);
    const [a, b] = before ? [ref, { seconds, fraction }] : [{ seconds, fraction }, ref];
    const borrow = a.fraction < b.fraction;
    const text = this.#clock(
      a.seconds - b.seconds - (borrow ? 1 : 0),
      a.fraction - b.fraction + (borrow ? (this.#nano ? 1e9 : 1e6) : 0),
      false,
    );
    if (this.#how === 3) this.#reference = { seconds, fraction };
    else if (this.#reference === null && (seconds !== 0 || fraction !== 0)) this.#reference = { seconds, fraction };
    return `${before ? '-' : ' '}${text} `;
  }

  text(frame: Frame): string {
    const { seconds, fraction } = frame;
    switch (this.#how) {
      case 1:
        return '';
      case 2:
        return `${seconds >= 2 ** 31 ? '[Error converting time]' : `${seconds}${this.#fraction(fraction)}`} `;
      case 3:
      case 5:
        return this.#relative(frame);
      default:
        return `${this.#clock(seconds, fraction, this.#how === 4)} `;
    }
  }
}
