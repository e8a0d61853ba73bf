/** A Perl pattern as a tree. */
import type { CharSet } from './charset.ts';

export type PerlAssertion =
  /** Where the subject begins or ends, unless the caller says that its line does not. */
  | 'start'
  | 'end'
  /** The same behind (before) each newline. */
  | 'line-start'
  | 'line-end'
  /** \A \z */
  | 'text-start'
  | 'text-end'
  /** \Z: at the end or before the newline there. */
  | 'text-end-newline'
  /** \G: where the search began. */
  | 'search-start'
  | 'word-edge'
  | 'no-word-edge';

export type Mode = 'greedy' | 'lazy' | 'possessive';

export type VerbName = 'ACCEPT' | 'FAIL' | 'COMMIT' | 'PRUNE' | 'SKIP' | 'THEN' | 'MARK';

/** What decides between the branches of a condition. */
export type Condition =
  /** One of the groups took part. */
  | { readonly k: 'group'; ns: readonly number[] }
  /** In a call of the group (0: of the whole, null: of any). */
  | { readonly k: 'recursion'; n: number | null }
  | { readonly k: 'constant'; readonly value: boolean }
  | { readonly k: 'look'; readonly look: PerlNode };

export type PerlNode =
  /** One character; cases are folded in a set. */
  | { readonly k: 'char'; readonly cp: number }
  | { readonly k: 'set'; readonly set: CharSet }
  | { readonly k: 'cat'; readonly parts: readonly PerlNode[] }
  | { readonly k: 'alt'; readonly branches: readonly PerlNode[] }
  | { readonly k: 'capture'; readonly n: number; readonly body: PerlNode }
  | { readonly k: 'atomic'; readonly body: PerlNode }
  /** `atomic` false: it may be gone back into. */
  | {
      readonly k: 'look';
      readonly behind: boolean;
      readonly negated: boolean;
      readonly atomic: boolean;
      readonly body: PerlNode;
    }
  | {
      readonly k: 'repeat';
      readonly body: PerlNode;
      readonly min: number;
      readonly max: number;
      readonly mode: Mode;
    }
  | { readonly k: 'assert'; readonly what: PerlAssertion }
  /** What one of the groups holds: the first that took part. */
  | { readonly k: 'back'; ns: readonly number[]; readonly fold: boolean }
  /** \K */
  | { readonly k: 'keep' }
  /** So many characters back: before each branch of what looks behind. */
  | { readonly k: 'step'; readonly n: number }
  /** \X */
  | { readonly k: 'grapheme' }
  /** A group used as a subroutine; 0 is the whole. */
  | { readonly k: 'call'; n: number }
  | { readonly k: 'cond'; readonly test: Condition; readonly yes: PerlNode; readonly no: PerlNode }
  /** `mark` is the number of the name, -1 where it has none. */
  | { readonly k: 'verb'; readonly what: VerbName; readonly mark: number };

export const NOTHING: PerlNode = { k: 'cat', parts: [] };

export interface PerlPattern {
  readonly tree: PerlNode;
  /** How many groups. */
  readonly groups: number;
  /** How many names verbs have. */
  readonly marks: number;
  /** (*UCP): \b asks for Unicode's letters and digits. */
  readonly ucp: boolean;
  /** Steps back and forth a match may take. */
  readonly limit: number;
}
