import type { Regex } from '../../../lib/regex/regex.ts';

/** The parts of a sed script. */
export type Address =
  | { readonly k: 'line'; readonly n: number }
  | { readonly k: 'step'; readonly first: number; readonly step: number }
  | { readonly k: 'last' }
  | { readonly k: 'zero' }
  /** null: the regular expression used last. */
  | { readonly k: 'regex'; readonly re: Regex | null }
  | { readonly k: 'plus'; readonly n: number }
  | { readonly k: 'multiple'; readonly n: number };

/** A piece of s's replacement. */
export type Piece =
  | { readonly k: 'text'; readonly text: string }
  | { readonly k: 'group'; readonly n: number }
  | { readonly k: 'case'; readonly c: string };

export interface Command {
  readonly name: string;
  readonly from: Address | null;
  readonly to: Address | null;
  readonly negated: boolean;
  /** a i c: text. b t T :: label. r R w W: file. */
  readonly text: string;
  /** q Q l L: number; -1 when none. s: which match. */
  readonly number: number;
  readonly re: Regex | null;
  /** s: its replacement speaks of groups. */
  readonly groups: boolean;
  readonly pieces: readonly Piece[];
  readonly global: boolean;
  readonly print: number;
  /** y: the characters. */
  readonly map: ReadonlyMap<string, string>;
  /** b t T, and `{`: the command to go on with. */
  target: number;
}

/** A script that is wrong. `message` has no `sed: ` before it. */
export class SedError extends Error {
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}
