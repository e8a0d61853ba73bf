/** The `arp` command of net-tools 2.10. @see arp(8) */
import { formatIpv4, parseIpv4 } from '../../../lib/address.ts';
import { le32, putLe16, putLe32 } from '../../../lib/bytes.ts';
import { utf8Encode } from '../../../lib/text.ts';
import type { Socket } from '../../../syscall/index.ts';
import { ENOENT, ENXIO } from '../../../uapi/errno.ts';
import { ATF_COM, ATF_DONTPUB, ATF_NETMASK, ATF_PERM, ATF_PUBL, ATF_USETRAILERS } from '../../../uapi/if-arp.ts';
import { AF_INET, SOCK_DGRAM } from '../../../uapi/socket.ts';
import { SIOCDARP, SIOCGIFHWADDR, SIOCSARP } from '../../../uapi/sockios.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import {
  etherInput,
  etherText,
  FAMILIES,
  type Hardware,
  hardwareByName,
  hardwareByType,
  isAbsentHardware,
} from './hw.ts';
import { column, IFR_DATA, ifreq, putSin, readLines, tryIoctl } from './io.ts';
import { hostName, inetResolve } from './resolve.ts';
import { ARP_HARDWARE, ARP_USAGE, VERSION } from './usage.ts';

const LONG: readonly LongOption[] = [
  { name: 'verbose', val: 'v' },
  { name: 'version', val: 'V' },
  { name: 'all', val: 'a' },
  { name: 'delete', val: 'd' },
  { name: 'file', val: 'f' },
  { name: 'numeric', val: 'n' },
  { name: 'set', val: 's' },
  { name: 'protocol', arg: 'required', val: 'A' },
  { name: 'hw-type', arg: 'required', val: 'H' },
  { name: 'device', arg: 'required', val: 'i' },
  { name: 'help', val: 'h' },
  { name: 'use-device', val: 'D' },
  { name: 'symbolic', val: 'N' },
];

// struct arpreq
const HA = 16;
const FLAGS = 32;
const NETMASK = 36;
const DEV = 52;

const FEATURES =
  '+I18N +SELINUX\nAF: (inet) +UNIX +INET +INET6 +IPX +AX25 +NETROM +X25 +ATALK +ECONET +ROSE -BLUETOOTH\n' +
  'HW: (ether) +ETHER +ARC +SLIP +PPP +TUNNEL -TR +AX25 +NETROM +X25 +FR +ROSE +ASH +SIT +FDDI +HIPPI +HDLC/LAPB +EUI64 \n';

interface Settings {
  numeric: boolean;
  verbose: boolean;
  /** BSD style. */
  bsd: boolean;
  /** HWaddress is that of a device. */
  useDevice: boolean;
  device: string;
  hardware: Hardware;
  hardwareSet: boolean;
}

/** A line of /proc/net/arp. */
interface Entry {
  readonly ip: string;
  readonly type: number;
  readonly flags: number;
  readonly hwa: string;
  readonly mask: string;
  readonly dev: string;
}

class ArpRun {
  readonly proc: Process;
  readonly opts: Settings;
  #socket: Socket | null = null;

  constructor(proc: Process, opts: Settings) {
    this.proc = proc;
    this.opts = opts;
  }

  get socket(): Socket {
    return (this.#socket ??= this.proc.socket(AF_INET, SOCK_DGRAM, 0));
  }

  /** The address of a host, null after saying why there is none. */
  async host(name: string): Promise<number | null> {
    const found = await inetResolve(this.proc, name);
    if (typeof found !== 'string') return found.address;
    this.proc.err(`${name}: ${found}\n`);
    return null;
  }

  usage(): number {
    this.proc.err(ARP_USAGE + ARP_HARDWARE);
    return 3;
  }

  #entries(): Entry[] {
    const out: Entry[] = [];
    for (const line of (readLines(this.proc, '/proc/net/arp') ?? []).slice(1)) {
      const [ip = '', type = '0', flags = '0', hwa = '', mask = '', dev = ''] = line.split(/\s+/);
      out.push({ ip, type: Number(type), flags: Number(flags), hwa, mask, dev });
    }
    return out;
  }

  /** @see arp_show */
  async show(name: string | undefined): Promise<number> {
    const { proc, opts } = this;
    let host = '';
    if (name !== undefined) {
      const address = await this.host(name);
      if (address === null) return 255;
      host = formatIpv4(address);
    }
    const entries = this.#entries();
    const wanted = entries.filter(
      (e) =>
        (!opts.hardwareSet || e.type === opts.hardware.type) &&
        (host === '' || e.ip === host) &&
        (opts.device === '' || e.dev === opts.device),
    );
    wanted.forEach((e, i) => proc.out(opts.bsd ? this.#bsdLine(e) : this.#line(e, i === 0)));
    if (opts.verbose) {
      const skipped = entries.length - wanted.length;
      proc.out(`Entries: ${entries.length}\tSkipped: ${skipped}\tFound: ${wanted.length}\n`);
    }
    if (wanted.length === 0) {
      if (host !== '' && !opts.bsd) proc.out(`${name} (${host}) -- no entry\n`);
      else if (opts.hardwareSet || host !== '' || opts.device !== '')
        proc.out(`arp: in ${entries.length} entries no match found.\n`);
    }
    return 0;
  }

  #name(ip: string): string | null {
    const address = parseIpv4(ip);
    if (this.opts.numeric || address === null) return null;
    const name = hostName(this.proc, address, false);
    return name === ip ? null : name;
  }

  /** @see arp_disp_2 */
  #line(e: Entry, first: boolean): string {
    const head = first ? 'Address                  HWtype  HWaddress           Flags Mask            Iface\n' : '';
    const published = (e.flags & ATF_PUBL) !== 0;
    let flags = '';
    if ((e.flags & ATF_COM) !== 0) flags += 'C';
    if ((e.flags & ATF_PERM) !== 0) flags += 'M';
    if (published) flags += 'P';
    if ((e.flags & ATF_NETMASK) !== 0) flags += '!';
    const mask = (e.flags & ATF_NETMASK) !== 0 ? e.mask : '';
    const hardware = hardwareByType(e.type)?.name ?? '';
    const where =
      published && (e.flags & ATF_COM) === 0
        ? `${'*'.padEnd(8)}${'<from_interface>'.padEnd(20)}`
        : (e.flags & ATF_COM) === 0
          ? `${''.padEnd(8)}${'(incomplete)'.padEnd(20)}`
          : `${column(hardware, 8)}${column(e.hwa, 20)}`;
    return `${head}${column(this.#name(e.ip) ?? e.ip, 23)}  ${where}${flags.padEnd(6)}${mask.padEnd(15)} ${e.dev}\n`;
  }

  /** @see arp_disp */
  #bsdLine(e: Entry): string {
    let text = `${this.#name(e.ip) ?? '?'} (${e.ip}) at `;
    if ((e.flags & ATF_COM) !== 0) text += `${e.hwa} [${hardwareByType(e.type)?.name ?? ''}] `;
    else text += (e.flags & ATF_PUBL) !== 0 ? '<from_interface> ' : '<incomplete> ';
    if ((e.flags & ATF_NETMASK) !== 0) text += `netmask ${e.mask} `;
    if ((e.flags & ATF_PERM) !== 0) text += 'PERM ';
    if ((e.flags & ATF_PUBL) !== 0) text += 'PUB ';
    if ((e.flags & ATF_USETRAILERS) !== 0) text += 'TRAIL ';
    return `${text}on ${e.dev}\n`;
  }

  #request(address: number, device: string): Uint8Array {
    const b = new Uint8Array(68);
    putSin(b, 0, address);
    b.set(utf8Encode(device).subarray(0, 15), DEV);
    return b;
  }

  /** Reads `dev IF` and `netmask NM` after the words of flags. @returns false after an error was printed, or 'usage' */
  async #word(req: Uint8Array, args: string[]): Promise<boolean | 'usage'> {
    const word = args.shift()!;
    if (word !== 'dev' && word !== 'netmask') return 'usage';
    const value = args.shift();
    if (value === undefined) return 'usage';
    if (word === 'dev') {
      req.fill(0, DEV, DEV + 16);
      req.set(utf8Encode(value).subarray(0, 15), DEV);
      return true;
    }
    if (value === '255.255.255.255') return true;
    const mask = await this.host(value);
    if (mask === null) return false;
    putSin(req, NETMASK, mask);
    putLe32(req, FLAGS, le32(req, FLAGS) | ATF_NETMASK);
    return true;
  }

  /** The address of a device's hardware; null after saying that there is none. */
  #deviceAddress(name: string): Uint8Array | null {
    const arg = ifreq(name);
    const e = tryIoctl(this.socket, SIOCGIFHWADDR, arg);
    if (e !== null) {
      this.proc.err(`arp: cant get HW-Address for \`${name}': ${e.strerror}.\n`);
      return null;
    }
    const type = arg[IFR_DATA]! | (arg[IFR_DATA + 1]! << 8);
    if (type !== this.opts.hardware.type) {
      this.proc.err('arp: protocol type mismatch.\n');
      return null;
    }
    const mac = arg.slice(IFR_DATA + 2, IFR_DATA + 8);
    if (this.opts.verbose)
      this.proc.err(`arp: device \`${name}' has HW address ${this.opts.hardware.name} \`${etherText(mac)}'.\n`);
    return mac;
  }

  /** @see arp_set */
  async set(words: readonly string[]): Promise<number> {
    const { proc, opts } = this;
    const args = words.slice();
    const name = args.shift();
    if (name === undefined) return this.#needs('host name');
    const address = await this.host(name);
    if (address === null) return 255;
    const req = this.#request(address, opts.device);
    const hardware = args.shift();
    if (hardware === undefined) return this.#needs('hardware address');
    let mac: Uint8Array | null;
    if (opts.useDevice) {
      mac = this.#deviceAddress(hardware);
      if (mac === null) return 255;
    } else {
      mac = etherInput(hardware);
      if (mac === null) {
        proc.err('arp: invalid hardware address\n');
        return 255;
      }
    }
    putLe16(req, HA, opts.hardware.type);
    req.set(mac, HA + 2);
    let flags = ATF_PERM | ATF_COM;
    while (args.length > 0) {
      const word = args[0]!;
      if (word === 'pub') flags |= ATF_PUBL;
      else if (word === 'priv') flags &= ~ATF_PUBL;
      else if (word === 'temp') flags &= ~ATF_PERM;
      else if (word === 'trail') flags |= ATF_USETRAILERS;
      else if (word === 'dontpub') flags |= ATF_DONTPUB;
      else if (word !== 'auto') {
        putLe32(req, FLAGS, flags);
        const ok = await this.#word(req, args);
        if (ok === 'usage') return this.usage();
        if (!ok) return 255;
        flags = le32(req, FLAGS);
        continue;
      }
      args.shift();
    }
    if ((flags & ATF_PUBL) !== 0 && (flags & ATF_NETMASK) === 0) putSin(req, NETMASK, 0xffffffff);
    putLe32(req, FLAGS, flags);
    if (opts.verbose) proc.err('arp: SIOCSARP()\n');
    const e = tryIoctl(this.socket, SIOCSARP, req);
    if (e === null) return 0;
    proc.err(`SIOCSARP: ${e.strerror}\n`);
    return 255;
  }

  #needs(what: string): number {
    this.proc.err(`arp: need ${what}\n`);
    return 255;
  }

  /** @see arp_del */
  async del(words: readonly string[]): Promise<number> {
    const { proc, opts } = this;
    const args = words.slice();
    const name = args.shift();
    if (name === undefined) return this.#needs('host name');
    const address = await this.host(name);
    if (address === null) return 255;
    const req = this.#request(address, opts.device);
    putLe16(req, HA, opts.hardwareSet ? opts.hardware.type : 0);
    // Which of the two kinds of entries: published ones, others.
    let published = false;
    let own = false;
    let flags = ATF_PERM;
    while (args.length > 0) {
      const word = args[0]!;
      if (word === 'pub') published = true;
      else if (word === 'priv') own = true;
      else if (word === 'temp') flags &= ~ATF_PERM;
      else if (word === 'trail') flags |= ATF_USETRAILERS;
      else if (word === 'dontpub') flags |= ATF_DONTPUB;
      else {
        putLe32(req, FLAGS, flags);
        const ok = await this.#word(req, args);
        if (ok === 'usage') return this.usage();
        if (!ok) return 255;
        flags = le32(req, FLAGS);
        continue;
      }
      args.shift();
    }
    if (!published && !own) published = own = true;
    for (const which of ['dontpub', 'pub'] as const) {
      if (which === 'dontpub' ? !own : !published) continue;
      putLe32(req, FLAGS, which === 'pub' ? flags | ATF_PUBL : flags);
      if (opts.verbose) proc.err(`arp: SIOCDARP(${which})\n`);
      const e = tryIoctl(this.socket, SIOCDARP, req.slice());
      if (e === null) return 0;
      const absent = e.errno === -ENXIO || e.errno === -ENOENT;
      if (absent && which === 'dontpub' && published) continue;
      if (absent) proc.out(`No ARP entry for ${name}\n`);
      else proc.err(`SIOCDARP(${which}): ${e.strerror}\n`);
      return 255;
    }
    return 0;
  }

  /** @see arp_file */
  async file(name: string): Promise<number> {
    const { proc, opts } = this;
    const lines = readLines(proc, name);
    if (lines === null) {
      proc.err(`arp: cannot open etherfile ${name} !\n`);
      return 255;
    }
    for (const [i, line] of lines.entries()) {
      if (opts.verbose) proc.err(`>> ${line}\n`);
      const args = line.replace(/#.*$/, '').trim().split(/\s+/);
      if (args[0] === '') continue;
      if (args.length < 2) {
        proc.err(`arp: format error on line ${i + 1} of etherfile ${name} !\n`);
        continue;
      }
      if (args[0]!.includes(':')) [args[0], args[1]] = [args[1]!, args[0]!];
      if ((await this.set(args)) !== 0) proc.err(`arp: cannot set entry on line ${i + 1} of etherfile ${name} !\n`);
    }
    return 0;
  }
}

/** Checks `-A` and `-H`. @returns words of the error, or '' */
function familyError(family: string): string {
  const af = FAMILIES.get(family);
  if (af === undefined) return `arp: ${family}: unknown address family.\n`;
  return af === AF_INET ? '' : `arp: ${family}: kernel only supports 'inet'.\n`;
}

export const arpMain: Program = async (proc) => {
  const opts: Settings = {
    numeric: false,
    verbose: false,
    bsd: false,
    useDevice: false,
    device: '',
    hardware: hardwareByName('ether')!,
    hardwareSet: false,
  };
  let what: 'show' | 'set' | 'delete' | 'file' = 'show';
  const fail = (words: string): number => {
    proc.err(words);
    return 255;
  };
  const { options, operands } = getopt(proc.argv[0] ?? 'arp', proc.argv.slice(1), 'A:H:adfp:nsei:t:vh?DNV', LONG);
  const run = new ArpRun(proc, opts);
  for (const { opt, arg, error } of options) {
    if (error !== '') {
      proc.err(`${error}\n`);
      return run.usage();
    }
    switch (opt) {
      case 'a':
        opts.bsd = true;
        break;
      case 'e':
        opts.bsd = false;
        break;
      case 'd':
        what = 'delete';
        break;
      case 's':
        what = 'set';
        break;
      case 'f':
        what = 'file';
        break;
      case 'n':
        opts.numeric = true;
        break;
      case 'v':
        opts.verbose = true;
        break;
      case 'D':
        opts.useDevice = true;
        break;
      case 'N':
        proc.err('arp: -N not yet supported.\n');
        break;
      case 'i':
        opts.device = arg!;
        break;
      case 'A':
      case 'p': {
        const words = familyError(arg!);
        if (words !== '') return fail(words);
        break;
      }
      case 'H':
      case 't': {
        const found = hardwareByName(arg!);
        if (found === undefined && !isAbsentHardware(arg!)) return fail(`arp: ${arg}: unknown hardware type.\n`);
        if (found === undefined || found.alen <= 0) return fail(`arp: ${arg}: hardware type without ARP support.\n`);
        opts.hardware = found;
        opts.hardwareSet = true;
        break;
      }
      case 'V':
        proc.out(VERSION + FEATURES);
        return 0;
      default:
        proc.out(ARP_USAGE);
        proc.err(ARP_HARDWARE);
        return 0;
    }
  }
  switch (what) {
    case 'show':
      return run.show(operands[0]);
    case 'set':
      return run.set(operands);
    case 'delete':
      return run.del(operands);
    default:
      return run.file(operands[0] ?? '/etc/ethers');
  }
};
