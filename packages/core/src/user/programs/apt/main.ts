/**
 * The `apt-get` and `apt` commands of apt 2.6.1, for a machine whose packages are there already.
 *
 * Differs from Linux: nothing is fetched, removed or upgraded. Packages that the machine has are always the newest version; there
 * are no others.
 * @see apt-get(8)
 */
import type { Process, Program } from '../../process/types.ts';
import { PACKAGES } from './packages.ts';
import { APT_GET_USAGE, APT_USAGE } from './usage.ts';

const WARNING = '\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n';
/** Operations there are and that are refused. */
const REFUSED: ReadonlySet<string> = new Set(
  'remove purge autoremove autopurge upgrade dist-upgrade full-upgrade dselect-upgrade build-dep satisfy clean autoclean check source download changelog reinstall list search show edit-sources policy showsrc depends rdepends moo'.split(
    ' ',
  ),
);
/** Options without a value: what they mean, `` for what makes no difference where nothing is fetched or asked. */
const OPTIONS: ReadonlyMap<string, string> = new Map([
  ['-y', ''],
  ['--yes', ''],
  ['--assume-yes', ''],
  ['--no-install-recommends', ''],
  ['--install-recommends', ''],
  ['--no-install-suggests', ''],
  ['--no-upgrade', ''],
  ['-s', ''],
  ['--simulate', ''],
  ['--just-print', ''],
  ['--dry-run', ''],
  ['--no-act', ''],
  ['-q', 'quiet'],
  ['--quiet', 'quiet'],
  ['-h', 'help'],
  ['--help', 'help'],
  ['-v', 'version'],
  ['--version', 'version'],
]);

interface Asked {
  quiet: number;
  help: boolean;
  version: boolean;
  readonly words: string[];
}

/** @returns what is asked for, or the words of an error */
function parse(argv: readonly string[]): Asked | string {
  const asked: Asked = { quiet: 0, help: false, version: false, words: [] };
  const take = (option: string): boolean => {
    const meaning = OPTIONS.get(option);
    if (meaning === 'quiet') asked.quiet++;
    else if (meaning === 'help') asked.help = true;
    else if (meaning === 'version') asked.version = true;
    return meaning !== undefined;
  };
  for (const arg of argv) {
    if (arg.startsWith('--')) {
      if (!take(arg)) return `E: Command line option ${arg} is not understood in combination with the other options\n`;
    } else if (arg.startsWith('-') && arg.length > 1) {
      for (const letter of arg.slice(1)) {
        if (!take(`-${letter}`))
          return `E: Command line option '${letter}' [from ${arg}] is not understood in combination with the other options.\n`;
      }
    } else asked.words.push(arg);
  }
  return asked;
}

class Apt {
  readonly proc: Process;
  readonly asked: Asked;
  readonly tty: boolean;

  constructor(proc: Process, asked: Asked) {
    this.proc = proc;
    this.asked = asked;
    this.tty = proc.isatty(1);
  }

  #say(text: string): void {
    if (this.asked.quiet < 2) this.proc.out(text);
  }

  #lists(...steps: readonly string[]): void {
    for (const step of steps) this.#say(`${step}...${this.tty ? ' Done' : ''}\n`);
  }

  update(): number {
    this.#lists('Reading package lists');
    return 0;
  }

  install(names: readonly string[]): number {
    this.#lists('Reading package lists', 'Building dependency tree', 'Reading state information');
    const unknown = names.filter((n) => !PACKAGES.has(n.replace(/[=/].*$/, '')));
    if (unknown.length > 0) return this.#fail(unknown.map((n) => `E: Unable to locate package ${n}\n`).join(''));
    for (const name of names) {
      const m = /^([^=/]+)(=|\/)(.*)$/.exec(name);
      if (m === null || (m[2] === '=' && PACKAGES.get(m[1]!) === m[3])) continue;
      this.#say(
        `Package ${m[1]} is not available, but is referred to by another package.\nThis may mean that the package is missing, has been obsoleted, or\nis only available from another source\n\n`,
      );
      return this.#fail(`E: ${m[2] === '=' ? 'Version' : 'Release'} '${m[3]}' for '${m[1]}' was not found\n`);
    }
    for (const name of names) {
      const plain = name.replace(/=.*$/, '');
      this.#say(`${plain} is already the newest version (${PACKAGES.get(plain)}).\n`);
    }
    this.#say('0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n');
    return 0;
  }

  /** What went wrong, for standard error once the rest is out. */
  words = '';

  #fail(words: string): number {
    this.words = words;
    return 100;
  }
}

async function run(proc: Process, name: 'apt' | 'apt-get'): Promise<number> {
  const asked = parse(proc.argv.slice(1));
  if (typeof asked === 'string') {
    proc.err(asked);
    return 100;
  }
  if (asked.version) {
    proc.out('apt 2.6.1 (amd64)\n');
    return 0;
  }
  const [operation, ...names] = asked.words;
  const usage = name === 'apt' ? APT_USAGE : APT_GET_USAGE;
  if (asked.help || operation === undefined) {
    proc.out(usage);
    return asked.help ? 0 : 1;
  }
  const apt = new Apt(proc, asked);
  if (name === 'apt' && !apt.tty) proc.err(WARNING);
  if (operation === 'update') return apt.update();
  if (operation === 'install') {
    const status = apt.install(names);
    await proc.flush();
    proc.err(apt.words);
    return status;
  }
  if (REFUSED.has(operation)) proc.err(`warren: ${name} ${operation} is not supported yet\n`);
  else proc.err(`E: Invalid operation ${operation}\n`);
  return 100;
}

export const aptMain: Program = (proc) => run(proc, 'apt');
export const aptGetMain: Program = (proc) => run(proc, 'apt-get');
