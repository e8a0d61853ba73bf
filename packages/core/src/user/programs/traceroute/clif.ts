/** Command lines as traceroute reads them: a parser of its own, neither getopt's order nor its words. */

/** An option: `-q`, `--queries=`. Without `arg` it takes none. */
export interface ClifOption {
  readonly short?: string;
  readonly long?: string;
  /** Its argument's name in messages. */
  readonly arg?: string;
  /** Takes the option over. @returns false when the argument is wrong */
  readonly set: (value: string) => boolean | Promise<boolean>;
}

/** A word that is no option. */
export interface ClifArgument {
  readonly name: string;
  readonly required: boolean;
  readonly set: (value: string) => boolean | Promise<boolean>;
}

/** A word in the command line, and its place as messages count. */
interface Word {
  readonly text: string;
  readonly argc: number;
}

const wrong = (spelled: string, value: Word): string =>
  `Cannot handle \`${spelled}' option with arg \`${value.text}' (argc ${value.argc})\n`;

/**
 * Reads a command line: options anywhere up to `--`, long ones in full and with `=`, short ones clustered.
 * @param args argv without its first. @returns what is wrong with it, '' when nothing is
 */
export async function clif(
  args: readonly string[],
  options: readonly ClifOption[],
  places: readonly ClifArgument[],
): Promise<string> {
  const plain: Word[] = [];
  let i = 0;

  const longOption = async (word: string): Promise<string> => {
    const argc = i;
    const eq = word.indexOf('=');
    const name = eq < 0 ? word.slice(2) : word.slice(2, eq);
    const value = eq < 0 ? null : word.slice(eq + 1);
    const option = options.find((o) => o.long === name);
    if (option === undefined || (value !== null && option.arg === undefined)) {
      return `Bad option \`${word}'${value === null ? '' : ` (with arg \`${value}')`} (argc ${argc})\n`;
    }
    if (option.arg !== undefined && value === null) {
      return `Option \`--${name}' (argc ${argc}) requires an argument: \`--${name}=${option.arg}'\n`;
    }
    return (await option.set(value ?? '')) ? '' : wrong(`--${name}`, { text: value ?? '', argc });
  };

  const shortOptions = async (word: string): Promise<string> => {
    const argc = i;
    const whole = options.find((o) => o.short === word.slice(1));
    const letters = whole === undefined ? word.slice(1) : '';
    const first = whole ?? options.find((o) => o.short === letters[0]);
    if (first === undefined) return `Bad option \`-${letters[0]}' (argc ${argc})\n`;
    if (first.arg !== undefined && letters.length > 1) {
      const value = letters.slice(1);
      return (await first.set(value)) ? '' : wrong(`-${first.short}`, { text: value, argc });
    }
    const cluster = whole === undefined ? [...letters] : [word.slice(1)];
    for (const [k, letter] of cluster.entries()) {
      const option = options.find((o) => o.short === letter);
      if (option === undefined) return `Bad option \`-${letter}' (argc ${argc})\n`;
      if (option.arg === undefined) {
        if (!(await option.set(''))) return wrong(`-${letter}`, { text: '', argc });
        continue;
      }
      const value = k === cluster.length - 1 ? args[i] : undefined;
      if (value === undefined) {
        return `Option \`-${letter}' (argc ${argc}) requires an argument: \`-${letter} ${option.arg}'\n`;
      }
      i++;
      if (!(await option.set(value))) return wrong(`-${letter}`, { text: value, argc: i });
    }
    return '';
  };

  while (i < args.length) {
    const word = args[i++]!;
    if (word === '--') break;
    if (word === '-' || !word.startsWith('-')) {
      plain.push({ text: word, argc: i });
      continue;
    }
    const error = word.startsWith('--') ? await longOption(word) : await shortOptions(word);
    if (error !== '') return error;
  }
  for (; i < args.length; i++) plain.push({ text: args[i]!, argc: i + 1 });

  for (const [k, { text, argc }] of plain.entries()) {
    const place = places[k];
    if (place === undefined) return `Extra arg \`${text}' (position ${k + 1}, argc ${argc})\n`;
    if (!(await place.set(text))) {
      return `Cannot handle "${place.name}" cmdline arg \`${text}' on position ${k + 1} (argc ${argc})\n`;
    }
  }
  const missing = places.find((p, k) => p.required && k >= plain.length);
  return missing === undefined ? '' : `Specify "${missing.name}" missing argument.\n`;
}

/** A whole number as strtoul(3) reads it with base 0, kept in 32 bits; null for anything else. */
export function wholeNumber(text: string): number | null {
  const found = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.exec(text);
  if (found === null) return null;
  const digits = found[2]!;
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return Number(BigInt.asUintN(32, found[1] === '-' ? -value : value));
}

/** A number as strtod(3) reads it, as far as people write them; null for anything else. */
export const realNumber = (text: string): number | null =>
  /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : null;
