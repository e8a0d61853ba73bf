/** What `ifconfig` changes, word by word. @see ifconfig.c of net-tools */
import { parseIpv6 } from '../../../lib/address.ts';
import { le32, putLe16, putLe32 } from '../../../lib/bytes.ts';
import { utf8Encode } from '../../../lib/text.ts';
import * as iff from '../../../uapi/if.ts';
import { AF_INET, AF_INET6, SOCK_DGRAM } from '../../../uapi/socket.ts';
import * as sio from '../../../uapi/sockios.ts';
import type { Socket } from '../../../syscall/index.ts';
import type { Process } from '../../process/types.ts';
import { etherInput, FAMILIES, hardwareByName, isAbsentHardware } from './hw.ts';
import { IFR_DATA, ifreq, putSin, shortAt, tryIoctl } from './io.ts';
import { Interfaces } from './interface.ts';
import { inet6Resolve, inetResolve } from './resolve.ts';
import { IFCONFIG_FAMILIES, IFCONFIG_FAMILIES_HEAD, IFCONFIG_HARDWARE, IFCONFIG_USAGE } from './usage.ts';

/** Ends the program at once. */
class Stop extends Error {
  readonly status: number;
  constructor(status: number) {
    super();
    this.status = status;
  }
}

const HINT = "ifconfig: `--help' gives usage information.\n";
/** Requests of serial lines, which no device of ours is. @see linux/if_slip.h */
const SIOCSKEEPALIVE = sio.SIOCDEVPRIVATE;
const SIOCSOUTFILL = sio.SIOCDEVPRIVATE + 2;

/** Words that switch a flag, and what they mean. */
const FLAG_WORDS: ReadonlyMap<string, readonly [on: boolean, flag: number]> = new Map([
  ['arp', [false, iff.IFF_NOARP]],
  ['-arp', [true, iff.IFF_NOARP]],
  ['trailers', [false, iff.IFF_NOTRAILERS]],
  ['-trailers', [true, iff.IFF_NOTRAILERS]],
  ['promisc', [true, iff.IFF_PROMISC]],
  ['multicast', [true, iff.IFF_MULTICAST]],
  ['allmulti', [true, iff.IFF_ALLMULTI]],
  ['up', [true, iff.IFF_UP | iff.IFF_RUNNING]],
  ['down', [false, iff.IFF_UP]],
  ['dynamic', [true, iff.IFF_DYNAMIC]],
]);

/** Words that switch a flag off and look whether it went. */
const CLEARED: ReadonlyMap<string, readonly [flag: number, words: (name: string) => string]> = new Map([
  [
    '-promisc',
    [iff.IFF_PROMISC, (n) => `Warning: Interface ${n} still in promisc mode... maybe other application is running?\n`],
  ],
  ['-multicast', [iff.IFF_MULTICAST, (n) => `Warning: Interface ${n} still in MULTICAST mode.\n`]],
  ['-allmulti', [iff.IFF_ALLMULTI, (n) => `Warning: Interface ${n} still in ALLMULTI mode.\n`]],
  ['-broadcast', [iff.IFF_BROADCAST, (n) => `Warning: Interface ${n} still in BROADCAST mode.\n`]],
  ['-pointopoint', [iff.IFF_POINTOPOINT, (n) => `Warning: Interface ${n} still in POINTOPOINT mode.\n`]],
  ['-dynamic', [iff.IFF_DYNAMIC, (n) => `Warning: Interface ${n} still in DYNAMIC mode.\n`]],
]);

class Configuration {
  readonly proc: Process;
  readonly socket: Socket;
  readonly name: string;
  args: string[];
  family: number = AF_INET;
  familyName = 'inet';
  /** 0, 1, or -1 once a flag could not be set. */
  bad = 0;
  /** A mask that came with the address, and whether one was said. */
  mask: number | null = null;
  didMask = false;

  constructor(proc: Process, socket: Socket, name: string, args: readonly string[]) {
    this.proc = proc;
    this.socket = socket;
    this.name = name;
    this.args = args.slice();
  }

  usage(): never {
    this.proc.err(IFCONFIG_USAGE + IFCONFIG_HARDWARE + IFCONFIG_FAMILIES_HEAD + IFCONFIG_FAMILIES);
    throw new Stop(3);
  }

  #value(): string {
    return this.args.shift() ?? this.usage();
  }

  /** Asks the kernel; says what went wrong after `what`. */
  #ioctl(what: string, request: number, fill: (arg: Uint8Array) => void): boolean {
    const arg = ifreq(this.name);
    fill(arg);
    const e = tryIoctl(this.socket, request, arg);
    if (e === null) return true;
    this.proc.err(`${what}: ${e.strerror}\n`);
    return false;
  }

  #flags(doing: string): number | null {
    const arg = ifreq(this.name);
    const e = tryIoctl(this.socket, sio.SIOCGIFFLAGS, arg);
    if (e === null) return shortAt(arg, IFR_DATA);
    this.proc.err(`${this.name}: ERROR while ${doing} interface flags: ${e.strerror}\n`);
    return null;
  }

  /** @see set_flag, clr_flag */
  #switch(on: boolean, flag: number): void {
    const old = this.#flags('getting');
    const wanted = old === null ? 0 : on ? old | flag : old & ~flag;
    if (old === null || !this.#ioctl('SIOCSIFFLAGS', sio.SIOCSIFFLAGS, (a) => putLe16(a, IFR_DATA, wanted & 0xffff)))
      this.bad = -1;
  }

  /** Whether a flag is on. @see test_flag */
  #test(flag: number): boolean {
    const flags = this.#flags('testing');
    return flags !== null && (flags & flag) !== 0;
  }

  async #address(host: string): Promise<number | null> {
    const found = await inetResolve(this.proc, host);
    if (typeof found !== 'string') return found.address;
    this.proc.err(`${host}: ${found}\n`);
    return null;
  }

  /** An IPv4 address for a request: what it is told is 1 when that fails. */
  async #setAddress(what: string, request: number, host: string): Promise<void> {
    const address = await this.#address(host);
    if (address === null || !this.#ioctl(what, request, (a) => putSin(a, IFR_DATA, address))) this.bad = 1;
  }

  setMask(): void {
    const { mask } = this;
    if (mask === null) return;
    if (!this.#ioctl('SIOCSIFNETMASK', sio.SIOCSIFNETMASK, (a) => putSin(a, IFR_DATA, mask))) this.bad = 1;
  }

  #number(what: string, request: number, text: string): void {
    const v = Number.parseInt(text, 10) || 0;
    if (!this.#ioctl(what, request, (a) => putLe32(a, IFR_DATA, v >>> 0))) this.bad = 1;
  }

  /** SIOCSIFMAP, which drivers of ours have nothing for. */
  #map(word: string): void {
    this.#value();
    if (!this.#ioctl(`${word}: SIOCGIFMAP`, sio.SIOCGIFMAP, () => {})) this.bad = 1;
    else if (!this.#ioctl(`${word}: SIOCSIFMAP`, sio.SIOCSIFMAP, () => {})) this.bad = 1;
  }

  #hardware(): void {
    const kind = this.args[0];
    const text = this.args[1];
    if (kind === undefined || text === undefined) this.usage();
    this.args.splice(0, 2);
    const hw = hardwareByName(kind);
    if (hw === undefined && !isAbsentHardware(kind)) this.usage();
    if (hw?.name !== 'ether') {
      this.proc.err(`hw address type \`${kind}' has no handler to set address. failed.\n`);
      this.bad = 1;
      return;
    }
    const mac = etherInput(text);
    if (mac === null) {
      this.proc.err(`${text}: invalid ${hw.name} address.\n`);
      this.bad = 1;
      return;
    }
    const fill = (a: Uint8Array): void => {
      putLe16(a, IFR_DATA, hw.type);
      a.set(mac, IFR_DATA + 2);
    };
    if (!this.#ioctl('SIOCSIFHWADDR', sio.SIOCSIFHWADDR, fill)) this.bad = 1;
  }

  /** `add` and `del`: an IPv6 address, or an IPv4 one with an alias of its own. */
  async #addDel(add: boolean): Promise<void> {
    const text = this.#value();
    if (text.includes(':')) return this.#addDel6(add, text);
    const address = await this.#address(text);
    if (address === null) {
      this.bad = 1;
      return;
    }
    this.#alias(add, address);
  }

  async #addDel6(add: boolean, text: string): Promise<void> {
    const slash = text.indexOf('/');
    const host = slash < 0 ? text : text.slice(0, slash);
    const plen = slash < 0 ? 128 : Number.parseInt(text.slice(slash + 1), 10) || 0;
    if (plen < 0 || plen > 128) this.usage();
    const addr = parseIpv6(host);
    if (addr === null) {
      this.proc.err(`${host}: Resolver Error 0 (no error)\n`);
      this.bad = 1;
      return;
    }
    const socket = this.proc.socket(AF_INET6, SOCK_DGRAM, 0);
    try {
      const index = ifreq(this.name);
      let e = tryIoctl(socket, sio.SIOCGIFINDEX, index);
      if (e !== null) this.proc.err(`SIOGIFINDEX: ${e.strerror}\n`);
      else {
        const arg = new Uint8Array(24);
        arg.set(addr);
        putLe32(arg, 16, plen);
        putLe32(arg, 20, le32(index, IFR_DATA));
        e = tryIoctl(socket, add ? sio.SIOCSIFADDR : sio.SIOCDIFADDR, arg);
        if (e !== null) this.proc.err(`${add ? 'SIOCSIFADDR' : 'SIOCDIFADDR'}: ${e.strerror}\n`);
      }
      if (e !== null) this.bad = 1;
    } finally {
      socket.close();
    }
  }

  /**
   * Gives a device that is up one more address, under the first alias whose number is free; or takes that alias down.
   * As the C program does, deleting an address that is not there adds it.
   */
  #alias(add: boolean, address: number): void {
    const ifs = new Interfaces(this.proc);
    const main = ifs.fetch(this.name);
    if (main === null) {
      const words = `${this.name}: error fetching interface information: Device not found\n`;
      this.proc.err(words + words);
      return;
    }
    if ((main.flags & iff.IFF_UP) === 0) return;
    const aliases = ifs.names().filter((n) => n.startsWith(`${this.name}:`));
    const holder = aliases.find((n) => ifs.fetch(n)?.address === address);
    if (holder !== undefined) {
      if (!add) new Configuration(this.proc, this.socket, holder, []).#switch(false, iff.IFF_UP);
      return;
    }
    const taken = new Set(aliases.map((n) => Number.parseInt(n.slice(this.name.length + 1), 10) || 0));
    let number = 0;
    while (taken.has(number)) number++;
    const made = new Configuration(this.proc, this.socket, `${this.name}:${number}`, []);
    made.#ioctl('SIOCSIFADDR', sio.SIOCSIFADDR, (a) => putSin(a, IFR_DATA, address));
    made.#ioctl('SIOCSIFNETMASK', sio.SIOCSIFNETMASK, (a) => putSin(a, IFR_DATA, main.netmask));
    made.#ioctl('SIOCSIFBRDADDR', sio.SIOCSIFBRDADDR, (a) => putSin(a, IFR_DATA, main.broadcast));
    made.#switch(true, iff.IFF_UP);
  }

  #netmask(): void | Promise<void> {
    const host = this.#value();
    if (this.didMask) this.usage();
    this.didMask = true;
    return this.#setAddress('SIOCSIFNETMASK', sio.SIOCSIFNETMASK, host);
  }

  /** The address itself: what no other word is. */
  async #own(word: string): Promise<void> {
    const { proc } = this;
    let host = word;
    if (this.family === AF_INET) {
      const slash = word.indexOf('/');
      if (slash >= 0) {
        const bits = word.slice(slash + 1);
        if (!/^\d+$/.test(bits) || this.didMask) this.usage();
        const n = Number(bits);
        this.mask = n === 0 ? 0 : (0xffffffff << (32 - n)) >>> 0;
        this.didMask = true;
        host = word.slice(0, slash);
      }
      const address = await this.#address(host);
      if (address === null) {
        proc.err(HINT);
        throw new Stop(1);
      }
      if (!this.#ioctl('SIOCSIFADDR', sio.SIOCSIFADDR, (a) => putSin(a, IFR_DATA, address))) this.bad = 1;
      if (address !== 0) this.#switch(true, iff.IFF_UP | iff.IFF_RUNNING);
      return;
    }
    if (this.family === AF_INET6) {
      const addr = await inet6Resolve(proc, host);
      proc.err(typeof addr === 'string' ? addr + HINT : "Don't know how to set addresses for family 10.\n");
    } else proc.err('ifconfig: Cannot set address for this protocol family.\n');
    throw new Stop(1);
  }

  async word(word: string): Promise<void> {
    const flag = FLAG_WORDS.get(word);
    if (flag !== undefined) return this.#switch(...flag);
    const cleared = CLEARED.get(word);
    if (cleared !== undefined) {
      this.#switch(false, cleared[0]);
      if (this.#test(cleared[0])) this.proc.err(cleared[1](this.name));
      return;
    }
    switch (word) {
      case 'mtu':
        return this.#number('SIOCSIFMTU', sio.SIOCSIFMTU, this.#value());
      case 'txqueuelen':
        return this.#number('SIOCSIFTXQLEN', sio.SIOCSIFTXQLEN, this.#value());
      case 'keepalive':
        return this.#number('SIOCSKEEPALIVE', SIOCSKEEPALIVE, this.#value());
      case 'outfill':
        return this.#number('SIOCSOUTFILL', SIOCSOUTFILL, this.#value());
      case 'netmask':
        return this.#netmask();
      case 'broadcast': {
        const host = this.args.shift();
        if (host !== undefined) await this.#setAddress('SIOCSIFBRDADDR', sio.SIOCSIFBRDADDR, host);
        return this.#switch(true, iff.IFF_BROADCAST);
      }
      case 'dstaddr':
        return this.#setAddress('SIOCSIFDSTADDR', sio.SIOCSIFDSTADDR, this.#value());
      case 'pointopoint': {
        const host = this.args.shift();
        if (host !== undefined) await this.#setAddress('SIOCSIFDSTADDR', sio.SIOCSIFDSTADDR, host);
        return this.#switch(true, iff.IFF_POINTOPOINT);
      }
      case 'name': {
        const name = this.#value();
        const fill = (a: Uint8Array): void => a.set(utf8Encode(name).subarray(0, 15), IFR_DATA);
        if (!this.#ioctl('SIOCSIFNAME', sio.SIOCSIFNAME, fill)) this.bad = 1;
        return;
      }
      case 'hw':
        return this.#hardware();
      case 'add':
      case 'del':
        return this.#addDel(word === 'add');
      case 'mem_start':
      case 'io_addr':
      case 'irq':
        return this.#map(word);
      case 'tunnel':
        return this.#tunnel(this.#value());
      default:
        return this.#own(word);
    }
  }

  /** The far end of a tunnel of IPv6 in IPv4. */
  async #tunnel(host: string): Promise<void> {
    const addr = await inet6Resolve(this.proc, host);
    if (typeof addr === 'string') {
      this.proc.err(addr);
      this.bad = 1;
      return;
    }
    const socket = this.proc.socket(AF_INET6, SOCK_DGRAM, 0);
    const arg = new Uint8Array(40);
    const e = tryIoctl(socket, sio.SIOCSIFDSTADDR, arg);
    socket.close();
    if (e === null) return;
    this.proc.err(`SIOCSIFDSTADDR: ${e.strerror}\n`);
    this.bad = 1;
  }
}

/** Does what the words say, in their order. @returns the exit status */
export async function configure(proc: Process, socket: Socket, name: string, args: readonly string[]): Promise<number> {
  const c = new Configuration(proc, socket, name, args);
  const family = FAMILIES.get(c.args[0]!);
  if (family !== undefined) {
    c.familyName = c.args.shift()!;
    c.family = family;
  }
  try {
    for (let word = c.args.shift(); word !== undefined; word = c.args.shift()) await c.word(word);
  } catch (e) {
    if (e instanceof Stop) return e.status;
    throw e;
  }
  c.setMask();
  return c.bad & 255;
}
