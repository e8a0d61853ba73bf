import type { Assigned } from '../assign.ts';
import { type Maybe, chain } from '../maybe.ts';
import type { Shell } from '../shell.ts';

/** An argument; declaration builtins get `name=value` taken apart. */
export type Arg = string | Assigned;

/** A command of the shell itself. */
export interface Builtin {
  readonly name: string;
  /** POSIX calls it special: in posix mode it comes before functions. */
  readonly special?: boolean;
  /** What follows the name in its usage line. */
  readonly usage: string;
  /** @param args without the name. @param name as it was called */
  run(sh: Shell, args: readonly Arg[], name: string): Maybe<number>;
}

export const findBuiltin = (sh: Shell, name: string): Builtin | undefined =>
  sh.disabled.has(name) ? undefined : sh.hooks.builtins.get(name);

/** Prints `NAME: message` as an error. */
export const complain = (sh: Shell, name: string, message: string, status = 1): Maybe<number> =>
  chain(sh.error(`${name}: ${message}`), () => status);

/** Prints an error and the usage line. */
export function usage(sh: Shell, name: string, message: string | null): Maybe<number> {
  const text = `${name}: usage: ${sh.hooks.builtins.get(name)?.usage ?? name}\n`;
  if (message === null) return chain(sh.warn(text), () => 2);
  return chain(sh.error(`${name}: ${message}`), () => chain(sh.warn(text), () => 2));
}

/** Options of a builtin, as bash's internal_getopt reads them. */
export interface ParsedOptions {
  /** Letters in the order given; one with an argument carries it. */
  readonly flags: readonly { readonly letter: string; readonly value: string }[];
  readonly rest: readonly Arg[];
  /** The offending option, with its dash. */
  readonly bad: string | null;
  /** An option that lacks its argument. */
  readonly missing: string | null;
}

/**
 * Reads options. @param letters as getopt's: a colon says that one takes an argument
 * @param plus `+x` is an option too, marked as `+x`
 */
export function options(args: readonly Arg[], letters: string, plus = false): ParsedOptions {
  const flags: { letter: string; value: string }[] = [];
  let i = 0;
  for (; i < args.length; i++) {
    const a = args[i]!;
    if (typeof a !== 'string' || a.length < 2 || (a[0] !== '-' && !(plus && a[0] === '+'))) break;
    if (a === '--') {
      i++;
      break;
    }
    for (let k = 1; k < a.length; k++) {
      const c = a[k]!;
      const at = letters.indexOf(c);
      if (at < 0 || c === ':') return { flags, rest: [], bad: `${a[0]}${c}`, missing: null };
      const letter = a[0] === '+' ? `+${c}` : c;
      if (letters[at + 1] === ':') {
        const attached = a.slice(k + 1);
        if (attached !== '') flags.push({ letter, value: attached });
        else {
          const next = args[++i];
          if (typeof next !== 'string') return { flags, rest: [], bad: null, missing: `${a[0]}${c}` };
          flags.push({ letter, value: next });
        }
        break;
      }
      flags.push({ letter, value: '' });
    }
  }
  return { flags, rest: args.slice(i), bad: null, missing: null };
}

/** Refuses what `options` found wrong. Null: all is well. */
export function refused(sh: Shell, name: string, p: ParsedOptions): Maybe<number> | null {
  if (p.bad !== null) return usage(sh, name, `${p.bad}: invalid option`);
  if (p.missing !== null) return usage(sh, name, `${p.missing}: option requires an argument`);
  return null;
}

/** Arguments as text. */
export const texts = (args: readonly Arg[]): string[] =>
  args.map((a) => (typeof a === 'string' ? a : `${a.name}=${a.value ?? ''}`));
export const isName = (s: string): boolean => /^[A-Za-z_]\w*$/.test(s);
