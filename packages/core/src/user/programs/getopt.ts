/** An option spelled with two dashes. */
export interface LongOption {
  readonly name: string;
  /** `none` when absent. */
  readonly arg?: 'none' | 'required' | 'optional';
  /** What `opt` of the result says: usually the letter of the short option that means the same. The name when absent. */
  readonly val?: string;
}

/** One option met. `opt` is `?` when `error` says what is wrong with it. */
export interface ParsedOption {
  readonly opt: string;
  readonly arg: string | null;
  /** glibc's message without newline, `NAME: ` included; '' when the option is right. */
  readonly error: string;
}

export interface GetoptResult {
  /** In order; with a `-` prefix operands are among them, as option '\x01'. Wrong ones are among them too: act at the first. */
  readonly options: readonly ParsedOption[];
  /** What is left: operands, and all after `--`. */
  readonly operands: readonly string[];
  /** The first error, or ''. */
  readonly error: string;
}

export interface GetoptOptions {
  /** Long options may begin with one dash. @see getopt_long_only(3) */
  readonly longOnly?: boolean;
  /** Stop at the first operand, as a leading `+` does. */
  readonly posix?: boolean;
}

/** The letter's entry in a short option string: undefined when unknown. */
function shortKind(spec: string, letter: string): 'none' | 'required' | 'optional' | undefined {
  if (letter === ':' || letter === ';') return undefined;
  const i = spec.indexOf(letter);
  if (i < 0) return undefined;
  if (spec[i + 1] !== ':') return 'none';
  return spec[i + 2] === ':' ? 'optional' : 'required';
}

/** The long options a word may mean: an exact one, or all it abbreviates. */
function candidates(long: readonly LongOption[], word: string): readonly LongOption[] {
  const exact = long.find((o) => o.name === word);
  return exact === undefined ? long.filter((o) => o.name.startsWith(word)) : [exact];
}

const same = (a: LongOption, b: LongOption): boolean =>
  (a.arg ?? 'none') === (b.arg ?? 'none') && a.val !== undefined && a.val === b.val;

/**
 * Splits arguments into options and operands as glibc does: operands anywhere (unless `short` begins with `+`),
 * clusters of short options, abbreviated long ones, glibc's words for errors.
 * @param name what messages begin with: argv[0]. @param args argv without its first. @see getopt_long(3)
 */
export function getopt(
  name: string,
  args: readonly string[],
  short: string,
  long: readonly LongOption[] = [],
  { longOnly = false, posix = false }: GetoptOptions = {},
): GetoptResult {
  const inOrder = short.startsWith('-');
  const stop = posix || short.startsWith('+');
  let spec = inOrder || short.startsWith('+') ? short.slice(1) : short;
  const silent = spec.startsWith(':');
  if (silent) spec = spec.slice(1);
  const options: ParsedOption[] = [];
  const operands: string[] = [];
  let i = 0;
  let first = '';
  const push = (opt: string, arg: string | null): void => void options.push({ opt, arg, error: '' });
  const wrong = (message: string, missing: boolean, arg: string | null = null): void => {
    const error = silent ? '' : `${name}: ${message}`;
    if (first === '') first = error;
    options.push({ opt: silent && missing ? ':' : '?', arg, error });
  };

  /** Handles a long option; false when the word is none (of interest with `longOnly`). */
  const takeLong = (prefix: string, text: string, mayBeShort: boolean): boolean => {
    const eq = text.indexOf('=');
    const word = eq < 0 ? text : text.slice(0, eq);
    const value = eq < 0 ? null : text.slice(eq + 1);
    const found = candidates(long, word);
    const option = found[0];
    if (option === undefined) {
      if (mayBeShort) return false;
      wrong(`unrecognized option '${prefix}${text}'`, false);
      return true;
    }
    if (found.some((o) => !same(o, option) && o !== option)) {
      const list = found
        .filter((o) => o === option || !same(o, option))
        .map((o) => ` '${prefix}${o.name}'`)
        .join('');
      wrong(`option '${prefix}${text}' is ambiguous; possibilities:${list}`, false);
      return true;
    }
    const opt = option.val ?? option.name;
    const kind = option.arg ?? 'none';
    if (value !== null && kind === 'none') wrong(`option '${prefix}${option.name}' doesn't allow an argument`, false);
    else if (value !== null || kind !== 'required') push(opt, value);
    else if (i < args.length) push(opt, args[i++]!);
    else wrong(`option '${prefix}${option.name}' requires an argument`, true, opt);
    return true;
  };

  const takeShort = (cluster: string): void => {
    const letters = [...cluster];
    for (let k = 0; k < letters.length; k++) {
      const letter = letters[k]!;
      const kind = shortKind(spec, letter);
      const rest = letters.slice(k + 1).join('');
      if (kind === undefined) {
        wrong(`invalid option -- '${letter}'`, false, letter);
        continue;
      }
      if (kind === 'none') {
        push(letter, null);
        continue;
      }
      if (rest !== '') push(letter, rest);
      else if (kind === 'optional') push(letter, null);
      else if (i < args.length) push(letter, args[i++]!);
      else wrong(`option requires an argument -- '${letter}'`, true, letter);
      return;
    }
  };

  while (i < args.length) {
    const arg = args[i]!;
    if (arg === '--') {
      i++;
      break;
    }
    if (arg === '-' || !arg.startsWith('-')) {
      if (stop) break;
      i++;
      if (inOrder) push('\x01', arg);
      else operands.push(arg);
      continue;
    }
    i++;
    if (arg.startsWith('--') && long.length > 0) takeLong('--', arg.slice(2), false);
    else if (longOnly && (arg.length > 2 || shortKind(spec, arg[1]!) === undefined)) {
      if (!takeLong('-', arg.slice(1), shortKind(spec, arg[1]!) !== undefined)) takeShort(arg.slice(1));
    } else takeShort(arg.slice(1));
  }
  operands.push(...args.slice(i));
  return { options, operands, error: first };
}
