/** What every object of `ip` works with: the process, the options, the connection, names and links. */
import type { Process } from '../../process/types.ts';
import { formatJson, type Row } from './json.ts';
import { Names } from './names.ts';
import type { Options } from './options.ts';
import { LinkCache } from './link-cache.ts';
import { Rtnl } from './rtnl.ts';

export class Context {
  readonly proc: Process;
  readonly options: Options;
  /** The family the command works on: the option's, or the one an address turned out to be. */
  family: number;
  readonly names: Names;
  private connection: Rtnl | null = null;
  private cache: LinkCache | null = null;

  constructor(proc: Process, options: Options) {
    this.proc = proc;
    this.options = options;
    this.family = options.family;
    this.names = new Names(proc, options.numeric, options.resolve);
  }

  /** The rtnetlink socket of the namespace the process is in when first asked for. */
  get rt(): Rtnl {
    return (this.connection ??= new Rtnl(this.proc, this.options.rcvbuf));
  }
  /** Names and numbers of devices, as the kernel has them. */
  get links(): LinkCache {
    return (this.cache ??= new LinkCache(this.rt));
  }

  /** Forgets what belongs to the namespace left. */
  close(): void {
    this.connection?.close();
    this.connection = null;
    this.cache = null;
  }

  get details(): boolean {
    return this.options.details > 0;
  }
  get stats(): boolean {
    return this.options.stats > 0;
  }
  /** The line end within an object: a backslash with -oneline. */
  get nl(): string {
    return this.options.oneline ? '\\' : '\n';
  }

  out(text: string): void {
    this.proc.out(text);
  }
  err(text: string): void {
    this.proc.err(text);
  }

  /** What is left of a JSON array when a dump fails: its beginning. */
  printBroken(): void {
    if (this.options.json) this.out(this.options.pretty ? '[ ' : '[');
  }

  /** Prints rows: the JSON array of their records with -json, else their texts. */
  async print(rows: readonly Row[]): Promise<void> {
    if (this.options.json) {
      this.out(
        `${formatJson(
          rows.map((r) => r.record),
          this.options.pretty,
        )}\n`,
      );
    } else {
      for (const r of rows) {
        this.out(r.text);
        await this.proc.drain();
      }
    }
  }
}

/** An object of `ip` (`link`, `address` …): runs with the words after it, returns the exit status. */
export type IpObject = (ctx: Context, words: readonly string[]) => Promise<number>;
