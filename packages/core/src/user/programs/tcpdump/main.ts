/** The `tcpdump` command of tcpdump 4.99.3. @see tcpdump(8) */
import { type BpfInsn, bpfDump, runBpf } from '../../../lib/bpf/index.ts';
import { utf8Encode } from '../../../lib/text.ts';
import { SystemError } from '../../../syscall/index.ts';
import { ARPHRD_ETHER } from '../../../uapi/if-arp.ts';
import { IFF_LOOPBACK, IFF_UP } from '../../../uapi/if.ts';
import { SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2 } from '../../../uapi/signal.ts';
import { LINKTYPE_ETHERNET, LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2 } from '../../../wire/pcap.ts';
import type { Process, Program } from '../../process/types.ts';
import { deviceLink, findDevice, listDevices } from './devices.ts';
import { FilterError } from './filter/error.ts';
import { compileFilter, type FilterNames } from './filter/parser.ts';
import type { Frame } from './frame.ts';
import { linkPrinter } from './link.ts';
import { LINKTYPES, linkByName, linkText } from './link-names.ts';
import { Capture } from './live.ts';
import { type Device, devices, filterNames, PrintNames, userExists } from './names.ts';
import type { Ndo } from './ndo.ts';
import { type Options, parseOptions, TcpdumpExit } from './options.ts';
import { makeNdo, packetText } from './packet.ts';
import { openSavefile } from './savefile.ts';
import { MAXIMUM_SNAPLEN, type Savefile, SavefileError } from './savefile-types.ts';
import { Times } from './times.ts';
import { FilesDone, Writer } from './writer.ts';

const SECOND = 1_000_000_000;

const fail = (words: string): never => {
  throw new TcpdumpExit(1, `tcpdump: ${words}\n`);
};
const plural = (n: number): string => (n === 1 ? '' : 's');

class Tcpdump {
  readonly #proc: Process;
  readonly #o: Options;
  readonly #names: FilterNames;
  readonly #times: Times;
  #printNames: PrintNames | null = null;
  /** A printer that finds out which names a packet needs. */
  #scout: { readonly show: Ndo; readonly times: Times } | null = null;
  #captured = 0;
  #stopped = false;
  #all: readonly Device[] = [];
  #writer: Writer | null = null;
  #show: Ndo | null = null;
  /** Signals that ask for numbers and for what is held to be written. */
  #wantInfo = false;
  #wantFlush = false;

  constructor(proc: Process, options: Options) {
    this.#proc = proc;
    this.#o = options;
    this.#names = filterNames(proc);
    this.#times = new Times(options.times, options.nano);
  }

  async run(): Promise<number> {
    const o = this.#o;
    this.#all = await devices(this.#proc);
    if (o.listDevices) {
      this.#proc.out(listDevices(this.#all));
      return 0;
    }
    if (o.readFile !== null || o.fileList !== null) return this.#files();
    return o.dump > 0 && o.device === null ? this.#assumed() : this.#live();
  }

  // ---- filters

  #filterText(): string {
    const { filterFile, filter } = this.#o;
    if (filterFile === null) return filter;
    try {
      return this.#proc.fs.readText(filterFile).replace(/#[^\n]*/g, '');
    } catch (e) {
      if (e instanceof SystemError) return fail(`can't open ${filterFile}: ${e.strerror}`);
      throw e;
    }
  }

  async #compile(linktype: number, snaplen: number, file: boolean): Promise<BpfInsn[]> {
    try {
      const target = { linktype, snaplen, netmask: 0, file };
      return await compileFilter(this.#filterText(), target, this.#names, this.#o.optimize ? 'optimized' : 'plain');
    } catch (e) {
      if (e instanceof FilterError) return fail(e.message);
      throw e;
    }
  }

  /** -d without a device: what it would be on Ethernet. */
  async #assumed(): Promise<number> {
    const o = this.#o;
    if (o.linktype === null) this.#proc.err('Warning: assuming Ethernet\n');
    const program = await this.#compile(this.#wantedLink() ?? LINKTYPE_ETHERNET, o.snaplen || MAXIMUM_SNAPLEN, false);
    this.#proc.out(bpfDump(program, o.dump));
    return 0;
  }

  #wantedLink(): number | null {
    const { linktype } = this.#o;
    return linktype === null ? null : linkByName(linktype);
  }

  // ---- what becomes of packets

  /** Opens what -w names, and a printer unless it is not wanted. */
  async #outputs(linktype: number, snaplen: number): Promise<void> {
    const o = this.#o;
    if (o.user !== null && !userExists(this.#proc, o.user)) fail(`Couldn't find user '${o.user.slice(0, 32)}'`);
    if (o.writeFile !== null)
      this.#writer = await Writer.open(this.#proc, { linktype, snaplen, nanoseconds: o.nano }, o);
    if (o.writeFile !== null && !o.print) return;
    if (linkPrinter(linktype) === null)
      fail(`packet printing is not supported for link type ${linkText(linktype)}: use -w`);
    const byIndex = new Map(this.#all.map((d) => [d.index, d.name]));
    if (!o.numeric) this.#printNames = new PrintNames(this.#proc, o.noDomains);
    const options = {
      names: this.#printNames,
      verbose: o.verbose,
      quick: o.quick,
      hex: o.hex,
      hexAscii: o.hexAscii,
      ascii: o.ascii,
      link: o.link,
      absoluteSeq: o.absoluteSeq,
      noChecksums: o.noChecksums,
      packetType: o.packetType,
      ifname: (index: number): string => byIndex.get(index) ?? '?',
    };
    this.#show = makeNdo(options);
    if (this.#printNames !== null) this.#scout = { show: makeNdo(options), times: new Times(o.times, o.nano) };
  }

  async #one(frame: Frame, linktype: number): Promise<void> {
    this.#captured++;
    const o = this.#o;
    await this.#writer?.add(frame);
    if (this.#show === null || (o.countOnly && this.#writer === null)) return;
    if (this.#scout !== null) {
      // Printed once for nobody, to see which names are wanted.
      packetText(this.#scout.show, linktype, this.#scout.times, frame, 0);
      await this.#printNames!.learn();
    }
    this.#proc.out(packetText(this.#show, linktype, this.#times, frame, o.number ? this.#captured : 0));
    if (o.lineBuffered) await this.#proc.flush();
    else await this.#proc.drain();
  }

  /** Whether no more packets are wanted. @param before how many there were when the count of -c began */
  #enough(before = 0): boolean {
    return this.#stopped || (this.#o.count > 0 && this.#captured - before >= this.#o.count);
  }

  #catchSignals(): void {
    const proc = this.#proc;
    const stop = (): void => void (this.#stopped = true);
    for (const signal of [SIGINT, SIGTERM]) proc.signal(signal, stop);
    if (proc.signalAction(SIGHUP) === 'default') proc.signal(SIGHUP, stop);
    proc.signal(SIGUSR1, () => void (this.#wantInfo = true));
    proc.signal(SIGUSR2, () => void (this.#wantFlush = true));
  }

  // ---- a device

  #listLinks(device: Device | null, usual: number): number {
    const list = [LINKTYPES[usual]!.join(' (') + ')'];
    if (device === null) list.push('LINUX_SLL2 (Linux cooked v2)');
    else if (device?.type === ARPHRD_ETHER) list.push('DOCSIS (DOCSIS) (printing not supported)');
    this.#proc.err(
      `Data link types for ${device?.name ?? 'any'} (use option -y to set):\n${list.map((l) => `  ${l}\n`).join('')}`,
    );
    return 0;
  }

  /** The link type of the capture: the device's own or that of -y; of `any` by that name, Linux cooked v2. */
  #liveLink(device: Device | null, usual: number): number {
    let wanted = this.#wantedLink();
    if (wanted === null && this.#o.device?.startsWith('any') === true) wanted = LINKTYPE_LINUX_SLL2;
    if (wanted === null) return usual;
    if (wanted !== usual && !(device === null && wanted === LINKTYPE_LINUX_SLL2))
      fail(`${LINKTYPES[wanted]![0]} is not one of the DLTs supported by this device`);
    this.#proc.err(`tcpdump: data link type ${LINKTYPES[wanted]![0]}\n`);
    return wanted;
  }

  async #live(): Promise<number> {
    const o = this.#o;
    const proc = this.#proc;
    const device = findDevice(this.#all, o.device);
    const name = device?.name ?? 'any';
    if (o.listTimestamps) {
      proc.err(`Time stamp types for ${name} (use option -j to set):\n  host (Host)\n`);
      return 0;
    }
    if (o.monitor) fail(`${name}: That device doesn't support monitor mode`);
    if (device !== null && (device.flags & IFF_UP) === 0) fail(`${name}: That device is not up`);
    const usual = device === null ? LINKTYPE_LINUX_SLL : (deviceLink(device.type) ?? LINKTYPE_LINUX_SLL);
    if (device !== null && deviceLink(device.type) === null)
      proc.err(`tcpdump: WARNING: unknown arptype ${device.type}, defaulting to cooked mode\n`);
    if (o.listLinktypes) return this.#listLinks(device, usual);
    const linktype = this.#liveLink(device, usual);
    const snaplen = o.snaplen || MAXIMUM_SNAPLEN;
    const program = await this.#compile(linktype, snaplen, false);
    if (o.dump > 0) {
      proc.out(bpfDump(program, o.dump));
      return 0;
    }
    const lo = this.#all.find((d) => (d.flags & IFF_LOOPBACK) !== 0)?.index ?? -1;
    const capture = new Capture(proc, device, linktype, lo, o);
    try {
      this.#catchSignals();
      capture.filter(program);
      await this.#outputs(linktype, snaplen);
      const quiet = o.verbose === 0 && this.#writer === null;
      proc.err(
        `tcpdump: ${quiet ? 'verbose output suppressed, use -v[v]... for full protocol decode\n' : ''}listening on ${name}, link-type ${linkText(linktype)}, snapshot length ${snaplen} bytes\n`,
      );
      return await this.#capture(capture, linktype);
    } finally {
      capture.close();
    }
  }

  async #capture(capture: Capture, linktype: number): Promise<number> {
    const o = this.#o;
    const proc = this.#proc;
    const telling = o.verbose > 0 && this.#writer !== null && !o.print;
    let told = -1;
    let end = '';
    try {
      while (!this.#enough()) {
        await proc.tick();
        const frame = await capture.next(telling ? SECOND : Infinity);
        if (frame !== null) await this.#one(frame, linktype);
        else if (telling && told !== this.#captured) {
          told = this.#captured;
          proc.err(`Got ${told}\r`);
        }
        if (this.#wantInfo) {
          this.#wantInfo = false;
          proc.err(`tcpdump: ${this.#numbers(capture).join(', ')}\n`);
        }
        if (this.#wantFlush) {
          this.#wantFlush = false;
          await this.#writer?.flush();
        }
      }
    } catch (e) {
      if (!(e instanceof FilesDone)) throw e;
      end = e.words;
    }
    if (this.#stopped && this.#writer === null) proc.out('\n');
    if (end === '') await this.#writer?.flush();
    await proc.flush();
    proc.err(`${end}${this.#numbers(capture).join('\n')}\n`);
    return 0;
  }

  #numbers(capture: Capture): string[] {
    const { received, dropped } = capture.stats();
    const got = this.#captured;
    return [
      `${got} packet${plural(got)} captured`,
      `${received} packet${plural(received)} received by filter`,
      `${dropped} packet${plural(dropped)} dropped by kernel`,
    ];
  }

  // ---- files

  /** The names of -r or of the list of -V. */
  async #paths(): Promise<string[]> {
    const { readFile, fileList } = this.#o;
    if (fileList === null) return [readFile!];
    if (fileList === '-') {
      const names: string[] = [];
      for await (const line of this.#proc.lines(0)) names.push(line);
      return names;
    }
    try {
      const names = this.#proc.fs.readText(fileList).split('\n');
      if (names.at(-1) === '') names.pop();
      return names.length === 0 ? fail(`Nothing in ${fileList}`) : names;
    } catch (e) {
      if (e instanceof SystemError) return fail(`Unable to open file: ${e.strerror}`);
      throw e;
    }
  }

  async #open(path: string): Promise<Savefile> {
    const file = await openSavefile(this.#proc, path, this.#o.nano).catch((e: unknown) => {
      if (e instanceof SavefileError) return fail(e.message);
      throw e;
    });
    this.#proc.err(
      `reading from file ${path}, link-type ${linkText(file.linktype)}, snapshot length ${file.snaplen}\n`,
    );
    return file;
  }

  async #files(): Promise<number> {
    const o = this.#o;
    const proc = this.#proc;
    let first = true;
    let linktype = -1;
    let program: BpfInsn[] = [];
    let status = 0;
    for (const path of await this.#paths()) {
      const file = await this.#open(path);
      if (first && file.linktype === LINKTYPE_LINUX_SLL2) proc.err('Warning: interface names might be incorrect\n');
      if (!first && file.linktype !== linktype && this.#writer !== null)
        fail(`${path}: new dlt does not match original`);
      if (file.linktype !== linktype) program = await this.#compile(file.linktype, file.snaplen, true);
      linktype = file.linktype;
      if (o.dump > 0) {
        proc.out(bpfDump(program, o.dump));
        return 0;
      }
      if (first) {
        this.#catchSignals();
        await this.#outputs(linktype, file.snaplen);
      }
      first = false;
      status = await this.#readAll(file, program);
      if (this.#stopped) break;
    }
    if (o.countOnly) proc.out(`${this.#captured} packet${plural(this.#captured)}\n`);
    await proc.flush();
    return status;
  }

  /** One file's packets. @returns the exit status */
  async #readAll(file: Savefile, program: readonly BpfInsn[]): Promise<number> {
    const proc = this.#proc;
    let status = 0;
    let end = '';
    const before = this.#captured;
    try {
      while (!this.#enough(before)) {
        await proc.tick();
        const frame = await file.next();
        if (frame === null) break;
        if (runBpf(program, frame.data, 0, frame.data.length, frame.origLen) !== 0)
          await this.#one(frame, file.linktype);
      }
    } catch (e) {
      if (e instanceof SavefileError) {
        end = `tcpdump: pcap_loop: ${e.message}\n`;
        status = 1;
      } else if (e instanceof FilesDone) {
        this.#stopped = true;
        end = e.words;
      } else throw e;
    }
    if (this.#stopped && this.#writer === null) proc.out('\n');
    if (!(this.#stopped && end !== '')) await this.#writer?.flush();
    await proc.flush();
    proc.err(end);
    return status;
  }
}

export const tcpdumpMain: Program = async (proc) => {
  try {
    const options = parseOptions(proc.argv);
    for (const words of options.warnings) proc.err(words);
    return await new Tcpdump(proc, options).run();
  } catch (e) {
    if (!(e instanceof TcpdumpExit)) throw e;
    if (e.stdout !== '') await proc.write(1, utf8Encode(e.stdout));
    await proc.flush();
    proc.err(e.words);
    return e.status;
  }
};
