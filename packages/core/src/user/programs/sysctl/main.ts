/** The `sysctl` command of procps-ng 4.0.2. @see sysctl(8) */
import { REGCOMP_EXTENDED } from '../../../lib/regex/dialect.ts';
import { compileGlob } from '../../../lib/regex/glob.ts';
import { RegexError } from '../../../lib/regex/pattern.ts';
import { compilePosix } from '../../../lib/regex/posix.ts';
import { utf8Encode } from '../../../lib/text.ts';
import { SystemError } from '../../../syscall/index.ts';
import { EACCES, EIO, ENOENT } from '../../../uapi/errno.ts';
import { S_IFDIR, S_IFMT } from '../../../uapi/fcntl.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import { USAGE } from './usage.ts';

const ROOT = '/proc/sys/';
const DEFAULT_FILE = '/etc/sysctl.conf';
const DEPRECATED: readonly string[] = ['base_reachable_time', 'retrans_time'];

const LONG: readonly LongOption[] = [
  { name: 'all', val: 'a' },
  { name: 'deprecated' },
  { name: 'dry-run' },
  { name: 'binary', val: 'b' },
  { name: 'ignore', val: 'e' },
  { name: 'names', val: 'N' },
  { name: 'values', val: 'n' },
  { name: 'load', arg: 'optional', val: 'p' },
  { name: 'quiet', val: 'q' },
  { name: 'write', val: 'w' },
  { name: 'system' },
  { name: 'pattern', arg: 'required', val: 'r' },
  { name: 'help', val: 'h' },
  { name: 'version', val: 'V' },
];

interface Options {
  names: boolean;
  values: boolean;
  binary: boolean;
  quiet: boolean;
  ignore: boolean;
  dryRun: boolean;
  deprecated: boolean;
  pattern: { test(s: string): boolean } | null;
}

/** A variable to set. `path` may be a glob when it comes from a file. */
interface Setting {
  readonly path: string;
  readonly key: string;
  /** null: only excludes the path from globs. */
  readonly value: string | null;
  readonly ignoreFailure: boolean;
}

const errnoOf = (e: unknown): SystemError => {
  if (e instanceof SystemError) return e;
  throw e;
};

/** Swaps dots and slashes when a dot comes first, so that devices with dots in their names can be written with slashes. */
function slashed(name: string): string {
  const first = /[./]/.exec(name);
  if (first === null || first[0] === '/') return name;
  return name.replace(/[./]/g, (c) => (c === '.' ? '/' : '.'));
}

/** The dotted name of a path below /proc/sys. */
const dotted = (path: string): string => path.slice(ROOT.length).replace(/[./]/g, (c) => (c === '/' ? '.' : '/'));

class Sysctl {
  readonly #proc: Process;
  readonly #name: string;
  readonly #o: Options;

  constructor(proc: Process, options: Options) {
    this.#proc = proc;
    this.#name = proc.name;
    this.#o = options;
  }

  async #say(words: string): Promise<void> {
    await this.#proc.flush();
    this.#proc.err(`${this.#name}: ${words}\n`);
  }

  #matches(key: string): boolean {
    return this.#o.pattern === null || this.#o.pattern.test(key);
  }

  /** A variable or all below a directory. @returns 0 or 1 */
  async read(name: string): Promise<number> {
    if (name === '') {
      await this.#say('"" is an unknown key');
      return 255;
    }
    return this.#show(ROOT + slashed(name), false);
  }

  async all(): Promise<void> {
    await this.#directory(ROOT.slice(0, -1));
  }

  async #directory(path: string): Promise<number> {
    let names: readonly string[];
    try {
      names = this.#proc.fs.readdir(path);
    } catch (e) {
      await this.#say(`unable to open directory "${path}": ${errnoOf(e).strerror}`);
      return 1;
    }
    let status = 0;
    for (const name of names) if (name !== '.' && name !== '..') status |= await this.#show(`${path}/${name}`, true);
    return status;
  }

  /** @param listed found in a directory rather than named */
  async #show(path: string, listed: boolean): Promise<number> {
    const { fs } = this.#proc;
    let mode: number;
    try {
      mode = fs.stat(path).mode;
    } catch (e) {
      const { errno, strerror } = errnoOf(e);
      if (errno === -ENOENT && this.#o.ignore) return 0;
      await this.#say(`cannot stat ${path}: ${strerror}`);
      return 1;
    }
    if ((mode & S_IFMT) === S_IFDIR) {
      const status = await this.#directory(path);
      return listed ? 0 : status;
    }
    const key = dotted(path);
    if ((mode & 0o444) === 0 || !this.#matches(key)) return 0;
    if (listed && !this.#o.deprecated && DEPRECATED.includes(path.slice(path.lastIndexOf('/') + 1))) return 0;
    if (this.#o.names) {
      this.#proc.out(`${key}\n`);
      await this.#proc.drain();
      return 0;
    }
    let text: string;
    try {
      text = fs.readText(path);
    } catch (e) {
      const { errno, strerror } = errnoOf(e);
      if (errno === -EACCES) await this.#say(`permission denied on key '${key}'`);
      else if (errno !== -EIO) await this.#say(`reading key "${key}": ${strerror}`);
      return 1;
    }
    await this.#print(key, text);
    return 0;
  }

  async #print(key: string, text: string): Promise<void> {
    if (text === '') return;
    const body = text.endsWith('\n') ? text.slice(0, -1) : text;
    for (const line of body.split('\n')) {
      if (this.#o.binary) this.#proc.out(line);
      else this.#proc.out(this.#o.values ? `${line}\n` : `${key} = ${line}\n`);
    }
    await this.#proc.drain();
  }

  /** `name=value` of the command line; null after saying that it is none. */
  async parse(word: string, where: string, fromFile: boolean): Promise<Setting | null> {
    const ignoreFailure = fromFile && word.startsWith('-');
    const line = ignoreFailure ? word.slice(1) : word;
    const eq = line.indexOf('=');
    if (eq < 0) {
      if (ignoreFailure) return this.#setting(line.trim(), null, true);
      await this.#say(`${where}: invalid syntax, continuing...`);
      return null;
    }
    return this.#setting(line.slice(0, eq).trim(), line.slice(eq + 1).trim(), ignoreFailure);
  }

  #setting(name: string, value: string | null, ignoreFailure: boolean): Setting {
    const path = ROOT + slashed(name);
    return { path, key: dotted(path), value, ignoreFailure };
  }

  /** Sets variables, globs spread out over what no other setting names. */
  async apply(settings: readonly Setting[]): Promise<number> {
    let status = 0;
    const named = new Set(settings.filter((s) => !/[*?[]/.test(s.path)).map((s) => s.path));
    const excluded = settings.filter((s) => s.value === null).map((s) => compileGlob(s.path, { pathname: true }));
    for (const setting of settings) {
      if (setting.value === null) continue;
      if (named.has(setting.path)) {
        if ((await this.write(setting)) !== 0) status = 1;
        continue;
      }
      for (const path of this.#expand(setting.path)) {
        if (named.has(path) || excluded.some((x) => x.test(path))) continue;
        if ((await this.write({ ...setting, path, key: dotted(path) })) !== 0) status = 1;
      }
    }
    return status;
  }

  #expand(glob: string): string[] {
    let paths = [''];
    for (const part of glob.split('/').slice(1)) {
      if (!/[*?[]/.test(part)) {
        paths = paths.map((p) => `${p}/${part}`);
        continue;
      }
      const expression = compileGlob(part, { pathname: true });
      paths = paths.flatMap((p) =>
        this.#names(p)
          .filter((n) => expression.test(n))
          .map((n) => `${p}/${n}`),
      );
    }
    return paths.filter((p) => this.#proc.fs.exists(p) !== null).sort();
  }

  #names(path: string): readonly string[] {
    try {
      return this.#proc.fs.readdir(path);
    } catch (e) {
      errnoOf(e);
      return [];
    }
  }

  /** Sets one variable, whose path is no glob. @returns 0 or 1 */
  async write({ path, key, value, ignoreFailure }: Setting): Promise<number> {
    const { fs } = this.#proc;
    if (path === ROOT) {
      await this.#say(`Path is not under ${ROOT}: ${path}`);
      return 1;
    }
    let mode: number;
    try {
      mode = fs.stat(path).mode;
    } catch (e) {
      const { errno, strerror } = errnoOf(e);
      if (errno === -ENOENT && this.#o.ignore) return 0;
      await this.#say(`cannot stat ${path}: ${strerror}`);
      return 1;
    }
    if ((mode & 0o222) === 0) {
      await this.#say(`setting key "${key}": Invalid argument`);
      return 0;
    }
    if ((mode & S_IFMT) === S_IFDIR) {
      await this.#say(`setting key "${key}": Is a directory`);
      return 1;
    }
    if (!this.#o.dryRun) {
      try {
        fs.writeFile(path, utf8Encode(`${value}\n`));
      } catch (e) {
        await this.#say(`setting key "${key}"${ignoreFailure ? ', ignoring' : ''}: ${errnoOf(e).strerror}`);
        return ignoreFailure ? 0 : 1;
      }
    }
    if (this.#o.quiet) return 0;
    if (this.#o.binary) this.#proc.out(value!);
    else this.#proc.out(this.#o.values || this.#o.names ? `${value}\n` : `${key} = ${value}\n`);
    return 0;
  }

  /** Settings of a file, `-` for standard input; null when it cannot be opened. */
  async load(file: string): Promise<Setting[] | null> {
    let lines: string[] = [];
    if (file === '-') for await (const line of this.#proc.lines()) lines.push(line);
    else {
      try {
        lines = this.#proc.fs.readText(file).split('\n');
      } catch (e) {
        const { errno, strerror } = errnoOf(e);
        if (errno === -ENOENT && this.#o.ignore) return [];
        await this.#say(`cannot open "${file}": ${strerror}`);
        return null;
      }
    }
    const settings: Setting[] = [];
    for (const [i, line] of lines.entries()) {
      const text = line.trim();
      if (text === '' || text.startsWith('#') || text.startsWith(';')) continue;
      if (this.#o.pattern !== null && !this.#o.pattern.test(text)) continue;
      const setting = await this.parse(text, `${file}(${i + 1})`, true);
      if (setting !== null) settings.push(setting);
    }
    return settings;
  }
}

/** A regular expression; one that is malformed matches nothing. */
function expression(text: string): { test(s: string): boolean } {
  try {
    return compilePosix(text, REGCOMP_EXTENDED);
  } catch (e) {
    if (!(e instanceof RegexError)) throw e;
    return { test: () => false };
  }
}

export const sysctlMain: Program = async (proc) => {
  const name = proc.argv[0] ?? 'sysctl';
  const o: Options = {
    names: false,
    values: false,
    binary: false,
    quiet: false,
    ignore: false,
    dryRun: false,
    deprecated: false,
    pattern: null,
  };
  let all = false;
  let load = false;
  let write = false;
  const files: string[] = [];
  if (proc.argv.length < 2) {
    proc.err(USAGE);
    return 1;
  }
  const parsed = getopt(name, proc.argv.slice(1), 'bneNwfp::qoxaAXr:Vdh', LONG);
  for (const { opt, arg, error } of parsed.options) {
    if (error !== '') {
      proc.err(`${error}\n`);
      proc.out(USAGE);
      return 0;
    }
    switch (opt) {
      case 'b':
        o.binary = true;
        break;
      case 'n':
        o.values = true;
        break;
      case 'e':
        o.ignore = true;
        break;
      case 'N':
        o.names = true;
        break;
      case 'w':
        write = true;
        break;
      case 'f':
      case 'p':
        load = true;
        if (arg !== null) files.push(arg);
        break;
      case 'q':
        o.quiet = true;
        break;
      case 'a':
      case 'A':
      case 'X':
        all = true;
        break;
      case 'r':
        o.pattern = expression(arg!);
        break;
      case 'deprecated':
        o.deprecated = true;
        break;
      case 'dry-run':
        o.dryRun = true;
        break;
      case 'V':
        proc.out(`${proc.name} from procps-ng 4.0.2\n`);
        return 0;
      case 'h':
      case 'd':
        proc.out(USAGE);
        return 0;
      case 'system':
        proc.err(`${proc.name}: warren: option --system is not supported\n`);
        return 1;
      default:
        // -o and -x do nothing, as their help says.
        break;
    }
  }
  const sysctl = new Sysctl(proc, o);
  if (all) {
    await sysctl.all();
    return 0;
  }
  const words = parsed.operands;
  if (load) return loadFiles(sysctl, [...files, ...words]);
  if (words.length === 0) {
    proc.err(`${proc.name}: no variables specified\nTry \`${proc.name} --help' for more information.\n`);
    return 1;
  }
  let status = 0;
  for (const word of words) {
    if (!write && !word.includes('=')) status = (await sysctl.read(word)) || status;
    else {
      const setting = await sysctl.parse(word, 'command line(0)', false);
      if (setting === null) return 1;
      // A name that the pattern leaves out is not set, and that is a failure.
      const left = o.pattern !== null && !o.pattern.test(setting.key);
      status = left ? 1 : (await sysctl.write(setting)) || status;
    }
  }
  return status;
};

async function loadFiles(sysctl: Sysctl, files: readonly string[]): Promise<number> {
  let status = 0;
  const settings: Setting[] = [];
  for (const file of files.length === 0 ? [DEFAULT_FILE] : files) {
    const loaded = await sysctl.load(file);
    if (loaded === null) status = 1;
    else settings.push(...loaded);
  }
  return (await sysctl.apply(settings)) || status;
}
