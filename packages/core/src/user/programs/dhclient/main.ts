/** The `dhclient` command of ISC DHCP 4.4.3, for IPv4. @see dhclient(8) */
import { formatIpv4, formatMac } from '../../../lib/address.ts';
import { be32 } from '../../../lib/bytes.ts';
import { NetlinkClient } from '../../../netlink/index.ts';
import { SystemError } from '../../../syscall/index.ts';
import { O_RDONLY } from '../../../uapi/fcntl.ts';
import { SIGTERM } from '../../../uapi/signal.ts';
import {
  DHCPACK,
  DHCPNAK,
  DHCPOFFER,
  type DhcpMessage,
  dhcpType,
  dhcpWord,
  DHO_SERVER_IDENTIFIER,
} from '../../../wire/dhcp.ts';
import type { Process, Program } from '../../process/types.ts';
import { type Device, DhcpClient } from './client.ts';
import { applyLease, flush, lastLease, type Lease, leaseOf, linkUp, saveLease, secondsNow } from './lease.ts';

const VERSION = 'isc-dhclient-4.4.3-P1\n';
const BANNER =
  'Internet Systems Consortium DHCP Client 4.4.3-P1\nCopyright 2004-2022 Internet Systems Consortium.\n' +
  'All rights reserved.\nFor info, please visit https://www.isc.org/software/dhcp/\n\n';
/** Seconds until it gives up, until another try, and how long pauses get. @see dhclient.conf(5) */
const TIMEOUT_S = 60;
const RETRY_S = 300;
const CUTOFF_S = 15;
const SECOND_NS = 1e9;

interface Options {
  verbose: boolean;
  once: boolean;
  release: boolean;
  stop: boolean;
  foreground: boolean;
  leaseFile: string;
  pidFile: string;
  devices: string[];
}

class DhclientExit extends Error {
  readonly status: number;
  readonly words: string;
  constructor(status: number, words: string) {
    super(words);
    this.status = status;
    this.words = words;
  }
}

/** Differs from Linux: IPv6 (-6), relays, and configuration files other than Debian's own are refused. */
function parse(args: readonly string[]): Options {
  const o: Options = {
    verbose: false,
    once: false,
    release: false,
    stop: false,
    foreground: false,
    leaseFile: '/var/lib/dhcp/dhclient.leases',
    pidFile: '/run/dhclient.pid',
    devices: [],
  };
  const queue = [...args];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (!word.startsWith('-')) o.devices.push(word);
    else if (word === '-v') o.verbose = true;
    else if (word === '-q' || word === '-4') continue;
    else if (word === '-1') o.once = true;
    else if (word === '-r') o.release = true;
    else if (word === '-x') o.stop = true;
    else if (word === '-d') o.foreground = o.verbose = true;
    else if (word === '--version') throw new DhclientExit(0, VERSION);
    else if (word === '-lf' || word === '-pf') {
      const value = queue.shift();
      if (value === undefined) throw new DhclientExit(1, `Unknown command: ${word}\n`);
      if (word === '-lf') o.leaseFile = value;
      else o.pidFile = value;
    } else throw new DhclientExit(1, `Unknown command: ${word}\n`);
  }
  return o;
}

class Dhclient {
  #proc: Process;
  readonly #o: Options;
  readonly #device: Device;
  #client: DhcpClient;

  constructor(proc: Process, options: Options, device: Device, client: DhcpClient) {
    this.#proc = proc;
    this.#o = options;
    this.#device = device;
    this.#client = client;
  }

  #say(text: string): void {
    if (this.#o.verbose) this.#proc.err(`${text}\n`);
  }

  /** Gets a lease: the earlier one if it still holds, else a new one. Null when nobody offers any. */
  async acquire(): Promise<Lease | null> {
    const proc = this.#proc;
    const end = proc.task.now() + TIMEOUT_S * SECOND_NS;
    const before = lastLease(proc, this.#o.leaseFile, this.#device.name);
    if (before !== null && before.expiry > secondsNow(proc)) {
      const ack = await this.#request(before.address, null, Math.min(end, proc.task.now() + 10 * SECOND_NS));
      if (ack !== null) return this.#bind(ack);
    }
    for (;;) {
      const offer = await this.#discover(end);
      if (offer === null) return null;
      const server = dhcpWord(offer, DHO_SERVER_IDENTIFIER) ?? offer.siaddr;
      const ack = await this.#request(offer.yiaddr, server, end);
      if (ack !== null) return this.#bind(ack);
    }
  }

  async #discover(end: number): Promise<DhcpMessage | null> {
    const proc = this.#proc;
    const { name } = this.#device;
    let pause = 3 + ((await random(proc)) % 6);
    while (proc.task.now() < end) {
      const left = Math.max(1, Math.ceil((end - proc.task.now()) / SECOND_NS));
      pause = Math.min(pause, left);
      this.#say(`DHCPDISCOVER on ${name} to 255.255.255.255 port 67 interval ${pause}`);
      this.#client.discover();
      const until = Math.min(end, proc.task.now() + pause * SECOND_NS);
      for (let m = await this.#client.receive(until); m !== null; m = await this.#client.receive(until)) {
        if (dhcpType(m) !== DHCPOFFER) continue;
        const server = dhcpWord(m, DHO_SERVER_IDENTIFIER) ?? m.siaddr;
        this.#say(`DHCPOFFER of ${formatIpv4(m.yiaddr)} from ${formatIpv4(server)}`);
        return m;
      }
      pause += 1 + ((await random(proc)) % (2 * pause));
      if (pause > CUTOFF_S) pause = Math.floor(CUTOFF_S / 2) + ((await random(proc)) % CUTOFF_S);
    }
    this.#say('No DHCPOFFERS received.');
    return null;
  }

  /** @returns the acknowledgement, null when it is refused or nobody answers */
  async #request(address: number, server: number | null, end: number): Promise<DhcpMessage | null> {
    const proc = this.#proc;
    let pause = 4;
    while (proc.task.now() < end) {
      this.#say(`DHCPREQUEST for ${formatIpv4(address)} on ${this.#device.name} to 255.255.255.255 port 67`);
      this.#client.request(address, server);
      const until = Math.min(end, proc.task.now() + pause * SECOND_NS);
      for (let m = await this.#client.receive(until); m !== null; m = await this.#client.receive(until)) {
        const from = formatIpv4(dhcpWord(m, DHO_SERVER_IDENTIFIER) ?? m.siaddr);
        if (dhcpType(m) === DHCPNAK) {
          this.#say(`DHCPNAK from ${from}`);
          return null;
        }
        if (dhcpType(m) !== DHCPACK) continue;
        this.#say(`DHCPACK of ${formatIpv4(m.yiaddr)} from ${from}`);
        return m;
      }
      pause *= 2;
    }
    return null;
  }

  async #bind(ack: DhcpMessage): Promise<Lease> {
    const lease = leaseOf(this.#proc, this.#device.name, ack);
    saveLease(this.#proc, this.#o.leaseFile, lease);
    await applyLease(this.#proc, lease, false);
    return lease;
  }

  /** Seconds until the lease is renewed: somewhat before half of it is over. */
  async renewalIn(lease: Lease): Promise<number> {
    return (
      Math.floor((lease.renewS * 3) / 4) + ((await random(this.#proc)) % Math.max(1, Math.floor(lease.renewS / 4)))
    );
  }

  /** Keeps the lease, for ever; in the background's own process. */
  async keep(proc: Process, first: Lease | null, firstRenewalS: number, xid: number): Promise<number> {
    this.#proc = proc;
    this.#client.close();
    let lease = first;
    let waitS = firstRenewalS;
    for (;;) {
      await proc.nanosleep(waitS * SECOND_NS);
      this.#client = new DhcpClient(proc, this.#device, xid);
      if (lease === null) lease = await this.acquire();
      else lease = (await this.#renew(lease)) ?? (await this.#rebind(lease));
      this.#client.close();
      waitS = lease === null ? RETRY_S : await this.renewalIn(lease);
    }
  }

  async #renew(lease: Lease): Promise<Lease | null> {
    this.#say(`DHCPREQUEST for ${formatIpv4(lease.address)} on ${lease.device} to ${formatIpv4(lease.server)} port 67`);
    this.#client.renew(lease.address, lease.server);
    const ack = await this.#client.receive(this.#proc.task.now() + 10 * SECOND_NS);
    if (ack === null || dhcpType(ack) !== DHCPACK || ack.yiaddr !== lease.address) return null;
    const next = leaseOf(this.#proc, lease.device, ack);
    saveLease(this.#proc, this.#o.leaseFile, next);
    await applyLease(this.#proc, next, true);
    return next;
  }

  /** The server is silent: anybody's word will do, else the address goes with its lease. */
  async #rebind(lease: Lease): Promise<Lease | null> {
    const left = lease.expiry - secondsNow(this.#proc);
    const ack = left <= 0 ? null : await this.#request(lease.address, null, this.#proc.task.now() + left * SECOND_NS);
    if (ack !== null) {
      const next = leaseOf(this.#proc, lease.device, ack);
      saveLease(this.#proc, this.#o.leaseFile, next);
      await applyLease(this.#proc, next, true);
      return next;
    }
    await flush(this.#proc, lease.device);
    return this.acquire();
  }
}

/** A random number of 31 bits. */
async function random(proc: Process): Promise<number> {
  const fd = await proc.open('/dev/urandom', O_RDONLY);
  try {
    return be32(await proc.read(fd, 4), 0) & 0x7fffffff;
  } finally {
    proc.close(fd);
  }
}

async function findDevice(proc: Process, name: string): Promise<Device | null> {
  const client = new NetlinkClient(proc.task);
  try {
    const link = (await client.link.dump()).find((l) => l.attrs.ifname === name);
    return link === undefined ? null : { name, index: link.index, address: link.attrs.address ?? new Uint8Array(6) };
  } finally {
    client.close();
  }
}

/** Ends the client that runs already. @returns whether there was one */
function killOld(proc: Process, pidFile: string): boolean {
  try {
    const pid = Number(proc.fs.readText(pidFile).trim());
    if (!(pid > 0) || proc.processes.get(pid) === undefined) return false;
    proc.kill(pid, SIGTERM);
    proc.fs.unlink(pidFile);
    return true;
  } catch (e) {
    if (e instanceof SystemError) return false;
    throw e;
  }
}

async function release(proc: Process, o: Options, device: Device, client: DhcpClient): Promise<void> {
  const lease = lastLease(proc, o.leaseFile, device.name);
  if (lease === null) return;
  if (o.verbose) {
    proc.err(`DHCPRELEASE of ${formatIpv4(lease.address)} on ${device.name} to ${formatIpv4(lease.server)} port 67\n`);
  }
  client.release(lease.address, lease.server);
  proc.fs.writeFile(o.leaseFile, '');
  await flush(proc, device.name);
}

async function dhclient(proc: Process): Promise<number> {
  const o = parse(proc.argv.slice(1));
  if (o.release || o.stop) {
    if (killOld(proc, o.pidFile)) proc.err('Killed old client process\n');
    if (o.stop) {
      for (const device of o.devices) await flush(proc, device);
      return 0;
    }
  }
  if (o.verbose) proc.err(BANNER);
  const [name] = o.devices;
  if (o.devices.length !== 1) {
    throw new DhclientExit(
      1,
      o.devices.length === 0 ? 'No broadcast interfaces found - exiting.\n' : 'only one interface is supported\n',
    );
  }
  if (!o.release) await linkUp(proc, name!);
  const device = await findDevice(proc, name!);
  if (device === null) throw new DhclientExit(1, `Error getting hardware address for "${name}": No such device\n`);
  const xid = await random(proc);
  const client = new DhcpClient(proc, device, xid);
  if (o.verbose) {
    const mac = formatMac(device.address);
    proc.err(`Listening on LPF/${name}/${mac}\nSending on   LPF/${name}/${mac}\nSending on   Socket/fallback\n`);
  }
  if (o.release) {
    await release(proc, o, device, client);
    return 0;
  }
  const self = new Dhclient(proc, o, device, client);
  const lease = await self.acquire();
  if (lease === null) {
    if (o.once) throw new DhclientExit(2, o.verbose ? 'Unable to obtain a lease on first try.  Exiting.\n' : '');
    if (o.verbose) proc.err('No working leases in persistent database - sleeping.\n');
  }
  const waitS = lease === null ? RETRY_S : await self.renewalIn(lease);
  if (lease !== null && o.verbose) proc.err(`bound to ${formatIpv4(lease.address)} -- renewal in ${waitS} seconds.\n`);
  if (o.foreground) {
    proc.fs.writeFile(o.pidFile, `${proc.pid}\n`);
    return self.keep(proc, lease, waitS, xid);
  }
  const child = proc.fork(async (background) => {
    background.setsid();
    background.fds.closeAll();
    return self.keep(background, lease, waitS, xid);
  });
  proc.fs.writeFile(o.pidFile, `${child.pid}\n`);
  return 0;
}

export const dhclientMain: Program = async (proc) => {
  try {
    return await dhclient(proc);
  } catch (e) {
    if (!(e instanceof DhclientExit)) throw e;
    proc.err(e.words);
    return e.status;
  }
};
