/** `netstat -s`. @see statistics.c of net-tools */
import type { Process } from '../../process/types.ts';
import { readLines } from './io.ts';
import { SECTIONS } from './statistics-words.ts';

/** Sections asked for; none: all. */
export type Kinds = ReadonlySet<'raw' | 'tcp' | 'udp'>;

const FOUR = '    ';
const EIGHT = '        ';

/** What the last line was, for the indent of those that follow without words. */
type State = '' | '<' | '>';

class Report {
  readonly proc: Process;
  readonly kinds: Kinds;
  #state: State = '';

  constructor(proc: Process, kinds: Kinds) {
    this.proc = proc;
    this.kinds = kinds;
  }

  get #indent(): string {
    return this.#state === '' ? FOUR : EIGHT;
  }

  /** Begins a section. @returns whether it is wanted */
  title(name: string): boolean {
    const section = SECTIONS.get(name);
    if (section !== undefined && this.kinds.size > 0 && !this.kinds.has(section.kind)) return false;
    this.proc.out(`${name}:\n`);
    return true;
  }

  /** @see printval */
  value(title: string, name: string, value: number): void {
    const section = SECTIONS.get(title);
    if (section?.hidden.includes(name) === true) return;
    const words = section?.words.get(name);
    if (words === undefined) {
      if (value !== 0) this.proc.out(`${this.#indent}${name}: ${value}\n`);
      return;
    }
    const mark = words[0];
    if (mark === '<' || mark === '>') {
      if (this.#state !== mark) this.proc.out(`${this.#indent}ICMP ${mark === '<' ? 'input' : 'output'} histogram:\n`);
      this.#state = mark;
      if (value !== 0) this.proc.out(`${EIGHT}${words.slice(1).replace('%', String(value))}\n`);
      return;
    }
    if (value === 0 && mark !== '!') return;
    this.#state = '';
    this.proc.out(`${FOUR}${(mark === '!' ? words.slice(1) : words).replace('%', String(value))}\n`);
  }

  /** A file whose lines come in pairs: names, then values. @param only the one section to show */
  pairs(lines: readonly string[], only?: string): void {
    this.#state = '';
    for (let i = 0; i + 1 < lines.length; i += 2) {
      const [head = '', ...names] = lines[i]!.split(' ');
      const values = lines[i + 1]!.split(' ').slice(1);
      const title = head.replace(/:$/, '');
      if ((only !== undefined && title !== only) || !this.title(title)) continue;
      names.forEach((name, k) => this.value(title, name, Number(values[k])));
    }
  }

  /** A file of one counter a line, whose section is the first part of its name. */
  singles(lines: readonly string[]): void {
    let title = '';
    let wanted = false;
    for (const line of lines) {
      const [name = '', value] = line.split(/\s+/);
      const section = name.slice(0, name.indexOf('6') + 1);
      if (section !== title) {
        title = section;
        wanted = this.title(title);
      }
      if (wanted) this.value(title, name, Number(value));
    }
  }
}

/** Prints the counters of IPv4, or of IPv6. @returns the exit status */
export function showStatistics(proc: Process, kinds: Kinds, six: boolean): number {
  const report = new Report(proc, kinds);
  if (six) {
    report.singles(readLines(proc, '/proc/net/snmp6') ?? []);
    report.pairs(readLines(proc, '/proc/net/snmp') ?? [], 'Tcp');
    return 0;
  }
  report.pairs(readLines(proc, '/proc/net/snmp') ?? []);
  report.pairs(readLines(proc, '/proc/net/netstat') ?? []);
  return 0;
}
