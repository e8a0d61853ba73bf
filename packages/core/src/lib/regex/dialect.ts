/** How the programs that take POSIX patterns differ in what they take. */
export interface Dialect {
  /** Operators are bare and not behind backslashes. */
  readonly extended: boolean;
  /** An extended repetition with nothing before it: an error, a character, or nothing. */
  readonly leading: 'refuse' | 'literal' | 'skip';
  /** A closing parenthesis too many is a character. */
  readonly looseParen?: boolean;
  /** A brace that opens no interval: an error or a character (extended). */
  readonly badInterval: 'refuse' | 'literal';
  /** Basic: one repetition behind another is an error. */
  readonly noDoubled?: boolean;
  /** \n \t \xHH … mean characters: sed's set of them, or awk's. */
  readonly escapes?: 'sed' | 'awk';
  /** Refuses `[:space:]` outside brackets. */
  readonly strictClasses?: boolean;
  /** A range whose end comes before its start is empty, and no error. */
  readonly emptyRanges?: boolean;
  /** Emacs: + and ? bare, groups and alternatives behind backslashes, no intervals, no classes. */
  readonly emacs?: boolean;
}

export const GREP: Dialect = { extended: false, leading: 'literal', badInterval: 'refuse', strictClasses: true };
export const EGREP: Dialect = {
  extended: true,
  leading: 'skip',
  looseParen: true,
  badInterval: 'literal',
  strictClasses: true,
};
export const SED: Dialect = {
  extended: false,
  leading: 'literal',
  badInterval: 'refuse',
  noDoubled: true,
  escapes: 'sed',
  strictClasses: true,
};
export const SED_EXTENDED: Dialect = {
  extended: true,
  leading: 'refuse',
  badInterval: 'refuse',
  escapes: 'sed',
  strictClasses: true,
};
export const AWK: Dialect = {
  extended: true,
  leading: 'literal',
  looseParen: true,
  badInterval: 'literal',
  escapes: 'awk',
};
/** regcomp(3) with REG_EXTENDED: bash's `=~`, procps. */
export const REGCOMP_EXTENDED: Dialect = { extended: true, leading: 'refuse', looseParen: true, badInterval: 'refuse' };
/** The same without: expr. */
export const REGCOMP_BASIC: Dialect = { extended: false, leading: 'literal', badInterval: 'refuse', emptyRanges: true };
/** find -regex. */
export const EMACS: Dialect = { extended: false, leading: 'literal', badInterval: 'literal', emacs: true };
