/** The `tcpdump` command of tcpdump 4.99.3. @see tcpdump(8) */
import { type BpfInsn, bpfDump, runBpf } from '../../../lib/bpf/index.ts';
import { utf8Encode } from '../../../lib/text.ts';
import { SystemError } from '../../../syscall/index.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../../uapi/fcntl.ts';
import { IFF_LOOPBACK, IFF_RUNNING, IFF_UP } from '../../../uapi/if.ts';
import { SIGHUP, SIGINT, SIGTERM } from '../../../uapi/signal.ts';
import {
  LINKTYPE_ETHERNET,
  LINKTYPE_LINUX_SLL,
  LINKTYPE_LINUX_SLL2,
  LINKTYPE_RAW,
  parsePcap,
  pcapFileHeader,
  type PcapHeader,
  pcapRecord,
} from '../../../wire/pcap.ts';
import { parsePcapng } from '../../../wire/pcapng.ts';
import type { Process, Program } from '../../process/types.ts';
import { FilterError } from './filter/error.ts';
import { compileFilter, type FilterNames } from './filter/parser.ts';
import { Capture } from './live.ts';
import { type Device, devices, filterNames, printNames } from './names.ts';
import type { Ndo } from './ndo.ts';
import { type Options, parseOptions, TcpdumpExit } from './options.ts';
import { type Frame, makeNdo, packetText, Times } from './packet.ts';

const LINKTYPES: Readonly<Record<number, readonly [string, string]>> = {
  [LINKTYPE_ETHERNET]: ['EN10MB', 'Ethernet'],
  [LINKTYPE_RAW]: ['RAW', 'Raw IP'],
  [LINKTYPE_LINUX_SLL]: ['LINUX_SLL', 'Linux cooked v1'],
  [LINKTYPE_LINUX_SLL2]: ['LINUX_SLL2', 'Linux cooked v2'],
};

const linkText = (linktype: number): string => {
  const known = LINKTYPES[linktype];
  return known === undefined ? String(linktype) : `${known[0]} (${known[1]})`;
};

const fail = (words: string): never => {
  throw new TcpdumpExit(1, `tcpdump: ${words}\n`);
};

/** Where packets of -w go. */
class Writer {
  readonly #proc: Process;
  readonly #header: PcapHeader;
  readonly #fd: number;
  #pending: Uint8Array[] = [];
  #size = 0;

  private constructor(proc: Process, header: PcapHeader, fd: number) {
    this.#proc = proc;
    this.#header = header;
    this.#fd = fd;
    this.#put(pcapFileHeader(header));
  }

  static async open(proc: Process, path: string, header: PcapHeader): Promise<Writer> {
    if (path === '-') return new Writer(proc, header, 1);
    try {
      return new Writer(proc, header, await proc.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666));
    } catch (e) {
      if (e instanceof SystemError) return fail(`${path}: ${e.strerror}`);
      throw e;
    }
  }

  #put(bytes: Uint8Array): void {
    this.#pending.push(bytes);
    this.#size += bytes.length;
  }

  async add(frame: Frame, now: boolean): Promise<void> {
    this.#put(pcapRecord(this.#header, frame));
    if (now || this.#size >= 4096) await this.flush();
  }

  async flush(): Promise<void> {
    const parts = this.#pending;
    this.#pending = [];
    this.#size = 0;
    for (const part of parts) await this.#proc.write(this.#fd, part);
  }
}

class Tcpdump {
  readonly #proc: Process;
  readonly #o: Options;
  readonly #names: FilterNames;
  #captured = 0;
  #stopped = false;
  #all: readonly Device[] = [];

  constructor(proc: Process, options: Options) {
    this.#proc = proc;
    this.#o = options;
    this.#names = filterNames(proc);
  }

  #filterText(): string {
    const { filterFile, filter } = this.#o;
    if (filterFile === null) return filter;
    try {
      return this.#proc.fs.readText(filterFile);
    } catch (e) {
      if (e instanceof SystemError) return fail(`can't open ${filterFile}: ${e.strerror}`);
      throw e;
    }
  }

  async #compile(linktype: number, live: boolean): Promise<BpfInsn[]> {
    try {
      const target = { linktype, snaplen: this.#o.snaplen, netmask: null, live };
      return await compileFilter(this.#filterText(), target, this.#names, this.#o.optimize ? 'optimized' : 'plain');
    } catch (e) {
      if (e instanceof FilterError) return fail(e.message);
      throw e;
    }
  }

  #ndo(): Ndo {
    const o = this.#o;
    const byIndex = new Map(this.#all.map((d) => [d.index, d.name]));
    return makeNdo({
      names: o.numeric ? null : printNames(this.#proc),
      verbose: o.verbose,
      quick: o.quick,
      hex: o.hex,
      hexAscii: o.hexAscii,
      ascii: o.ascii,
      link: o.link,
      absoluteSeq: o.absoluteSeq,
      noChecksums: o.noChecksums,
      packetType: o.packetType,
      ifname: (index) => byIndex.get(index) ?? '?',
    });
  }

  async run(): Promise<number> {
    this.#all = await devices(this.#proc);
    if (this.#o.listDevices) return this.#listDevices();
    return this.#o.readFile === null ? this.#live() : this.#file(this.#o.readFile);
  }

  /** Devices as libpcap sorts them: what is up and running first, `any`, loopback. */
  #sorted(): Device[] {
    const rank = (d: Device): number =>
      ((d.flags & IFF_UP) === 0 ? 4 : (d.flags & IFF_RUNNING) === 0 ? 2 : 0) + ((d.flags & IFF_LOOPBACK) !== 0 ? 1 : 0);
    return [...this.#all].sort((a, b) => rank(a) - rank(b));
  }

  #listDevices(): number {
    const lines: string[] = [];
    let any = false;
    for (const d of this.#sorted()) {
      const up = (d.flags & IFF_UP) !== 0;
      const running = (d.flags & IFF_RUNNING) !== 0;
      const lo = (d.flags & IFF_LOOPBACK) !== 0;
      if (!any && (lo || !up || !running)) {
        any = true;
        lines.push('any (Pseudo-device that captures on all interfaces) [Up, Running]');
      }
      const words = [
        ...(up ? ['Up'] : []),
        ...(running ? ['Running'] : []),
        ...(lo ? ['Loopback'] : []),
        ...(up && !lo ? [running ? 'Connected' : 'Disconnected'] : []),
      ];
      lines.push(`${d.name} [${words.length === 0 ? 'none' : words.join(', ')}]`);
    }
    if (!any) lines.push('any (Pseudo-device that captures on all interfaces) [Up, Running]');
    this.#proc.out(lines.map((l, i) => `${i + 1}.${l}\n`).join(''));
    return 0;
  }

  /** The device to capture on; null is `any`. */
  #device(): Device | null {
    const wanted = this.#o.device ?? this.#sorted()[0]?.name ?? 'any';
    if (wanted === 'any') return null;
    const found = this.#all.find((d) => d.name === wanted);
    if (found !== undefined) return found;
    if (/^\d+$/.test(wanted)) {
      const names = this.#sorted();
      const lo = names.findIndex((d) => (d.flags & IFF_LOOPBACK) !== 0 || (d.flags & IFF_UP) === 0);
      const at = Number(wanted) - 1;
      const anyAt = lo < 0 ? names.length : lo;
      if (at === anyAt) return null;
      const numbered = names[at > anyAt ? at - 1 : at];
      return at >= 0 && numbered !== undefined ? numbered : fail('Invalid adapter index');
    }
    return fail(`${wanted}: No such device exists\n(No such device exists)`);
  }

  async #live(): Promise<number> {
    const o = this.#o;
    const proc = this.#proc;
    const device = this.#device();
    let linktype = device === null ? LINKTYPE_LINUX_SLL2 : LINKTYPE_ETHERNET;
    if (device !== null && (device.flags & IFF_UP) === 0 && o.dump === 0) fail(`${device.name}: That device is not up`);
    if (o.listLinktypes) {
      const list =
        device === null
          ? ['LINUX_SLL (Linux cooked v1)', 'LINUX_SLL2 (Linux cooked v2)']
          : ['EN10MB (Ethernet)', 'DOCSIS (DOCSIS) (printing not supported)'];
      proc.out(
        `Data link types for ${device?.name ?? 'any'} (use option -y to set):\n${list.map((l) => `  ${l}\n`).join('')}`,
      );
      return 0;
    }
    if (o.linktype !== null) {
      const wanted = Object.entries(LINKTYPES).find(([, [name]]) => name === o.linktype!.toUpperCase());
      if (wanted === undefined) fail(`invalid data link type ${o.linktype}`);
      const type = Number(wanted![0]);
      if (device === null ? type !== LINKTYPE_LINUX_SLL && type !== LINKTYPE_LINUX_SLL2 : type !== LINKTYPE_ETHERNET) {
        fail(`${wanted![1][0]} is not one of the DLTs supported by this device`);
      }
      linktype = type;
    }
    if (device === null || o.linktype !== null) proc.err(`tcpdump: data link type ${LINKTYPES[linktype]![0]}\n`);
    const program = await this.#compile(linktype, true);
    if (o.dump > 0) {
      proc.out(bpfDump(program, o.dump));
      return 0;
    }
    const lo = this.#all.find((d) => (d.flags & IFF_LOOPBACK) !== 0)?.index ?? -1;
    const capture = new Capture(proc, device, linktype, lo, o);
    try {
      capture.filter(program);
      return await this.#capture(capture, device?.name ?? 'any', linktype);
    } finally {
      capture.close();
    }
  }

  async #capture(capture: Capture, name: string, linktype: number): Promise<number> {
    const o = this.#o;
    const proc = this.#proc;
    for (const signal of [SIGINT, SIGTERM, SIGHUP]) proc.signal(signal, () => void (this.#stopped = true));
    const writer =
      o.writeFile === null
        ? null
        : await Writer.open(proc, o.writeFile, { linktype, snaplen: o.snaplen, nanoseconds: o.nano });
    const quiet = o.verbose === 0 && writer === null;
    proc.err(
      `tcpdump: ${quiet ? 'verbose output suppressed, use -v[v]... for full protocol decode\n' : ''}listening on ${name}, link-type ${linkText(linktype)}, snapshot length ${o.snaplen} bytes\n`,
    );
    const show = writer === null || o.print ? this.#ndo() : null;
    const times = new Times(o.times, o.nano);
    while (!this.#stopped && (o.count === 0 || this.#captured < o.count)) {
      await proc.tick();
      const frame = await capture.next();
      if (frame === null) continue;
      await this.#one(frame, writer, show, linktype, times);
    }
    if (this.#stopped && writer === null) proc.out('\n');
    await writer?.flush();
    await proc.flush();
    const { received, dropped } = capture.stats();
    const plural = (n: number): string => (n === 1 ? '' : 's');
    const got = this.#captured;
    proc.err(
      `${got} packet${plural(got)} captured\n${received} packet${plural(received)} received by filter\n${dropped} packet${plural(dropped)} dropped by kernel\n`,
    );
    return 0;
  }

  async #one(frame: Frame, writer: Writer | null, show: Ndo | null, linktype: number, times: Times): Promise<void> {
    this.#captured++;
    const o = this.#o;
    if (writer !== null) await writer.add(frame, o.unbuffered);
    if (show === null || o.countOnly) return;
    this.#proc.out(packetText(show, linktype, times, frame, o.number ? this.#captured : 0));
    if (o.lineBuffered || o.unbuffered) await this.#proc.flush();
    else await this.#proc.drain();
  }

  async #file(path: string): Promise<number> {
    const o = this.#o;
    const proc = this.#proc;
    let bytes: Uint8Array;
    try {
      bytes = path === '-' ? await proc.readAll(0) : proc.fs.readFile(path);
    } catch (e) {
      if (e instanceof SystemError) return fail(`${path}: ${e.strerror}`);
      throw e;
    }
    const old = parsePcap(bytes);
    const ng = old === null ? parsePcapng(bytes) : null;
    const first = ng?.interfaces[0];
    if (bytes.length < 4)
      return fail(`truncated dump file; tried to read 4 file header bytes, only got ${bytes.length}`);
    if (old === null && (ng === null || first === undefined)) return fail('unknown file format');
    const linktype = old?.linktype ?? first!.linktype;
    const snaplen = old?.snaplen ?? (first!.snaplen === 0 ? 262144 : first!.snaplen);
    const frames: readonly Frame[] = old?.records ?? ng!.packets;
    proc.err(`reading from file ${path}, link-type ${linkText(linktype)}, snapshot length ${snaplen}\n`);
    const program = await this.#compile(linktype, false);
    if (o.dump > 0) {
      proc.out(bpfDump(program, o.dump));
      return 0;
    }
    if (LINKTYPES[linktype] === undefined && o.writeFile === null) {
      return fail(`packet printing is not supported for link type ${linktype}: use -w`);
    }
    const writer =
      o.writeFile === null ? null : await Writer.open(proc, o.writeFile, { linktype, snaplen, nanoseconds: o.nano });
    const show = writer === null || o.print ? this.#ndo() : null;
    const times = new Times(o.times, o.nano);
    let ended = true;
    for (const frame of frames) {
      if (o.count > 0 && this.#captured >= o.count) {
        ended = false;
        break;
      }
      await proc.tick();
      if (runBpf(program, frame.data, 0, frame.data.length, frame.origLen) === 0) continue;
      await this.#one(frame, writer, show, linktype, times);
    }
    await writer?.flush();
    if (o.countOnly) proc.out(`${this.#captured} packet${this.#captured === 1 ? '' : 's'}\n`);
    await proc.flush();
    const error = old?.error ?? ng?.error ?? null;
    return error !== null && ended ? fail(`pcap_loop: ${error}`) : 0;
  }
}

export const tcpdumpMain: Program = async (proc) => {
  try {
    return await new Tcpdump(proc, parseOptions(proc.argv)).run();
  } catch (e) {
    if (!(e instanceof TcpdumpExit)) throw e;
    if (e.stdout !== '') await proc.write(1, utf8Encode(e.stdout));
    await proc.flush();
    proc.err(e.words);
    return e.status;
  }
};
