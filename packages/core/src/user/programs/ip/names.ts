/** Names of tables, protocols, scopes and groups: /etc/iproute2 where there is one, over the built-in ones. */
import { be32 } from '../../../lib/bytes.ts';
import { AF_INET } from '../../../uapi/socket.ts';
import type { Process } from '../../process/types.ts';
import { hostByAddress, type HostEntry, readHosts } from '../netdb/hosts.ts';
import { formatAddr } from './parse.ts';

type Table = ReadonlyMap<number, string>;

const BUILT_IN = {
  rt_tables: [
    [0, 'unspec'],
    [253, 'default'],
    [254, 'main'],
    [255, 'local'],
  ],
  rt_protos: [
    [0, 'unspec'],
    [1, 'redirect'],
    [2, 'kernel'],
    [3, 'boot'],
    [4, 'static'],
    [8, 'gated'],
    [9, 'ra'],
    [10, 'mrt'],
    [11, 'zebra'],
    [12, 'bird'],
    [13, 'dnrouted'],
    [14, 'xorp'],
    [15, 'ntk'],
    [16, 'dhcp'],
    [18, 'keepalived'],
    [42, 'babel'],
    [186, 'bgp'],
    [187, 'isis'],
    [188, 'ospf'],
    [189, 'rip'],
    [192, 'eigrp'],
  ],
  rt_scopes: [
    [0, 'global'],
    [200, 'site'],
    [253, 'link'],
    [254, 'host'],
    [255, 'nowhere'],
  ],
  group: [[0, 'default']],
  rt_realms: [[0, 'unknown']],
  rt_dsfield: [[0, '0']],
} as const;

export type NameFile = keyof typeof BUILT_IN;

const line = /^[\t ]*(0[xX][0-9a-fA-F]+|[0-9]+)[\t ]+([^\s#]+)/;

/** The names of one process, each file read when first asked for. */
export class Names {
  private readonly proc: Process;
  private readonly numeric: boolean;
  private readonly resolve: boolean;
  private readonly tables = new Map<NameFile, Table>();

  private hosts: readonly HostEntry[] | null = null;

  /** @param numeric `-N`: numbers are not turned to names. */
  constructor(proc: Process, numeric: boolean, resolve: boolean) {
    this.proc = proc;
    this.resolve = resolve;
    this.numeric = numeric;
  }

  private table(file: NameFile): Table {
    const known = this.tables.get(file);
    if (known !== undefined) return known;
    const t = new Map<number, string>(BUILT_IN[file]);
    this.read(`/etc/iproute2/${file}`, t);
    if (file === 'rt_tables' || file === 'rt_protos') {
      const dir = `/etc/iproute2/${file}.d`;
      const entries = this.proc.fs.exists(dir) === null ? [] : this.proc.fs.readdir(dir);
      for (const f of entries) if (f.endsWith('.conf') && !f.startsWith('.')) this.read(`${dir}/${f}`, t);
    }
    this.tables.set(file, t);
    return t;
  }

  private read(path: string, into: Map<number, string>): void {
    if (this.proc.fs.exists(path) === null) return;
    for (const l of this.proc.fs.readText(path).split('\n')) {
      const m = line.exec(l);
      if (m !== null) into.set(Number(m[1]), m[2]!);
    }
  }

  /** Name of a number, else the number in decimal. */
  name(file: NameFile, n: number): string {
    return (this.numeric ? undefined : this.table(file).get(n)) ?? String(n);
  }
  /** The name only if there is one. */
  nameOnly(file: NameFile, n: number): string | undefined {
    return this.numeric ? undefined : this.table(file).get(n);
  }
  /** An address, or with -resolve the host's name where there is one. */
  host(family: number, bytes: Uint8Array): string {
    if (this.resolve) {
      this.hosts ??= readHosts(this.proc);
      const key = family === AF_INET && bytes.length >= 4 ? be32(bytes, 0) : bytes;
      const found = hostByAddress(this.hosts, key)?.name;
      if (found !== undefined) return found;
    }
    return formatAddr(family, bytes);
  }
  /** The first number of this name, or undefined. */
  number(file: NameFile, name: string): number | undefined {
    for (const [n, s] of this.table(file)) if (s === name) return n;
    return undefined;
  }
}
