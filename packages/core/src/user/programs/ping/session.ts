/** What one run of ping knows: its options, counters, times, and how it prints. @see iputils ping.h:struct ping_rts */
import type { Process } from '../../process/types.ts';
import { CLOCK_REALTIME } from '../../../uapi/sched.ts';
import { putBe16 } from '../../../lib/bytes.ts';
import { hostName } from '../netdb/getnameinfo.ts';
import { hostByAddress, readHosts } from '../netdb/hosts.ts';
import { PingExit, type PingOptions } from './options.ts';

/** Sequence numbers remembered to tell duplicates. */
export const MAX_DUP_CHK = 0x10000;
/** Milliseconds ping sleeps at least when it waits. */
export const MIN_INTERVAL_MS = 10;
/** Bytes of the time stamp at the start of the data: struct timeval. */
export const TIMEVAL_SIZE = 16;

const INT_MAX = 2147483647;

export class Session {
  readonly proc: Process;
  readonly options: PingOptions;
  /** argv[0]: what messages begin with. */
  readonly name: string;
  /** The name in the statistics. */
  hostname = '';
  /** The packet: ICMP header, then data. */
  readonly packet: Uint8Array;
  intervalMs: number;
  numeric: boolean;
  latency: boolean;
  /** Stamp packets with the time: there is room for it. */
  timing = false;
  /** To a group or everybody: many answers are right. */
  multicast = false;
  ident: number;
  screenWidth: number = INT_MAX;

  transmitted = 0;
  received = 0;
  repeats = 0;
  corrupted = 0;
  errors = 0;
  /** Highest sequence number that was answered, 16 bit. */
  acked = 0;
  pipesize = -1;
  /** Microseconds. */
  tmin: number = Number.MAX_SAFE_INTEGER;
  tmax = 0;
  tsum = 0;
  tsum2 = 0;
  /** Moving average of the round trip, eighths of a microsecond. */
  rtt = 0;
  rttAddendUs = 0;
  /** MSG_CONFIRM once an answer came: tells ARP that the neighbour lives. */
  confirm = 0;
  confirmFlag = 0x800;
  /** Nanoseconds of the monotonic clock. */
  startNs = 0;
  /** When the last packet was due to go, -1 before the first. */
  currentNs = -1;
  exiting = false;
  statusSnapshot = false;
  #alarmNs = Infinity;
  readonly #seen: Uint8Array = new Uint8Array(MAX_DUP_CHK / 8);
  readonly #names: Map<string, string> = new Map();

  constructor(proc: Process, options: PingOptions) {
    this.proc = proc;
    this.options = options;
    this.name = proc.argv[0] ?? 'ping';
    this.packet = new Uint8Array(8 + options.datalen);
    this.intervalMs = options.intervalMs ?? (options.flood ? 0 : 1000);
    this.numeric = options.numeric;
    this.latency = options.latency;
    this.ident = options.ident;
  }

  // ---- text

  /** Prints on stdout; a flood's output is not buffered. */
  async out(text: string): Promise<void> {
    this.proc.out(text);
    if (this.options.flood) await this.proc.flush();
  }

  /** Says something on stderr, after what stdout holds. @see error(3) */
  async warn(text: string): Promise<void> {
    await this.proc.flush();
    this.proc.err(`${this.name}: ${text}\n`);
  }

  /** Gives up. @see error(3) with a status */
  die(text: string): never {
    throw new PingExit(2, `${this.name}: ${text}\n`);
  }

  /** `[seconds.microseconds] ` with -D. */
  stamp(): string {
    if (!this.options.timestamps) return '';
    const us = this.realtimeUs();
    return `[${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}] `;
  }

  /** Microseconds since the epoch. @see gettimeofday(2) */
  realtimeUs(): number {
    return Number(this.proc.task.clockGettime(CLOCK_REALTIME) / 1000n);
  }

  /** Asks for the name of an address, once; `named` then has it. */
  async learn(address: number | Uint8Array, text: string): Promise<void> {
    if (this.numeric || this.stopping || this.#names.has(text)) return;
    const name = await hostName(this.proc, address);
    this.#names.set(text, name === null ? text : `${name} (${text})`);
  }

  /** An address with its name, if it has one and names are wanted. @see ping_common.c:pr_addr */
  named(address: number | Uint8Array, text: string): string {
    if (this.numeric || this.stopping) return text;
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const entry = hostByAddress(readHosts(this.proc), address);
    return entry === null ? text : `${entry.name} (${text})`;
  }

  // ---- the alarm clock

  /** SIGALRM after `us` microseconds; 0 puts the alarm off. @see setitimer(2) */
  setAlarm(us: number): void {
    this.proc.task.charge('syscall');
    this.#alarmNs = us === 0 ? Infinity : this.proc.task.now() + us * 1000;
  }

  /** Whether it was told to stop, by a signal or the alarm. */
  get stopping(): boolean {
    if (!this.exiting && this.proc.task.now() >= this.#alarmNs) this.exiting = true;
    return this.exiting;
  }

  /** Nanoseconds to wait at most, when `ns` are wanted. */
  bounded(ns: number): number {
    return Math.max(0, Math.min(ns, this.#alarmNs - this.proc.task.now()));
  }

  // ---- what was answered

  #mask(seq: number): readonly [index: number, bit: number] {
    const n = seq % MAX_DUP_CHK;
    return [n >> 3, 1 << (n & 7)];
  }

  clearSeen(seq: number): void {
    const [i, bit] = this.#mask(seq);
    this.#seen[i]! &= ~bit;
  }

  setSeen(seq: number): void {
    const [i, bit] = this.#mask(seq);
    this.#seen[i]! |= bit;
  }

  seen(seq: number): boolean {
    const [i, bit] = this.#mask(seq);
    return (this.#seen[i]! & bit) !== 0;
  }

  /** Notes that a packet was answered, for the length of the pipe. */
  acknowledge(seq: number): void {
    const behind = (this.transmitted - seq) & 0xffff;
    if (behind > 0x7fff) return;
    if (behind + 1 > this.pipesize) this.pipesize = behind + 1;
    const ahead = ((seq - this.acked) << 16) >> 16;
    if (ahead > 0 || ((this.transmitted - this.acked) & 0xffff) > 0x7fff) this.acked = seq;
  }

  /** Packets that were not answered yet. */
  get inFlight(): number {
    const n = (this.transmitted - this.acked) & 0xffff;
    return n <= 0x7fff ? n : this.transmitted - this.received - this.errors;
  }

  /** Fits the interval to the round trip (-A). */
  updateInterval(): void {
    const estimate = this.rtt !== 0 ? Math.trunc(this.rtt / 8) : this.intervalMs * 1000;
    this.intervalMs = Math.trunc((estimate + this.rttAddendUs + 500) / 1000);
  }

  /** Puts sequence number and identifier into the packet; the rest of the header is the family's. */
  header(type: number): void {
    const { packet } = this;
    packet[0] = type;
    packet[1] = 0;
    putBe16(packet, 2, 0);
    putBe16(packet, 4, this.ident);
    putBe16(packet, 6, (this.transmitted + 1) & 0xffff);
  }

  /** Writes the time into the data, as struct timeval of a 64-bit little-endian machine. */
  stampPacket(): void {
    const us = this.realtimeUs();
    put64(this.packet, 8, Math.floor(us / 1e6));
    put64(this.packet, 16, us % 1e6);
  }
}

function put64(b: Uint8Array, o: number, value: number): void {
  let rest = value;
  for (let i = 0; i < 8; i++) {
    b[o + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** A non-negative little-endian 64-bit number; inexact above 2^53. */
export function get64(b: Uint8Array, o: number): number {
  let value = 0;
  for (let i = 7; i >= 0; i--) value = value * 256 + b[o + i]!;
  return value;
}
