/** Lines of ping about answers, and its statistics. @see iputils ping_common.c */
import { get64, type Session, TIMEVAL_SIZE } from './session.ts';

const pad3 = (n: number): string => String(n).padStart(3, '0');
/** Microseconds as `N.NNN` milliseconds. */
const ms3 = (us: number): string => `${Math.trunc(us / 1000)}.${pad3(us % 1000)}`;

/** A round trip in milliseconds, with as many digits as are worth it. @param us microseconds */
export function tripTime(us: number): string {
  if (us >= 100_000 - 50) return `${Math.trunc((us + 500) / 1000)} ms`;
  if (us >= 10_000 - 5) return `${Math.trunc((us + 50) / 1000)}.${Math.trunc(((us + 50) % 1000) / 100)} ms`;
  if (us >= 1000)
    return `${Math.trunc((us + 5) / 1000)}.${String(Math.trunc(((us + 5) % 1000) / 10)).padStart(2, '0')} ms`;
  return `${ms3(us)} ms`;
}

/** An answer to a packet of ours. */
export interface Reply {
  /** The ICMP message. */
  readonly icmp: Uint8Array;
  readonly seq: number;
  /** -1 when unknown. */
  readonly hops: number;
  readonly badChecksum: boolean;
  /** Microseconds since the epoch at which it came. */
  readonly arrivedUs: number;
  /** Who answered, printed. */
  readonly from: string;
  /** It came from another address than was asked. */
  readonly wrongSource: boolean;
}

/** Microseconds under way, counted into the statistics. */
async function measure(s: Session, reply: Reply): Promise<number> {
  const sent = get64(reply.icmp, 8) * 1e6 + get64(reply.icmp, 16);
  let trip = reply.arrivedUs - sent;
  if (trip < 0) {
    await s.warn(`Warning: time of day goes back (${trip}us), taking countermeasures`);
    trip = 0;
    if (!s.latency) {
      s.latency = true;
      trip = Math.max(0, s.realtimeUs() - sent);
    }
  }
  if (reply.badChecksum) return trip;
  s.tsum += trip;
  s.tsum2 += trip * trip;
  if (trip < s.tmin) s.tmin = trip;
  if (trip > s.tmax) s.tmax = trip;
  s.rtt = s.rtt === 0 ? trip * 8 : s.rtt + trip - Math.trunc(s.rtt / 8);
  if (s.options.adaptive) s.updateInterval();
  return trip;
}

/** The note about data that came back changed: the first wrong byte, and all of them; '' when it is right. */
function wrongData(s: Session, icmp: Uint8Array): string {
  for (let i = TIMEVAL_SIZE; i < s.options.datalen; i++) {
    const sent = s.packet[8 + i]!;
    const got = icmp[8 + i]!;
    if (sent === got) continue;
    let text = `\nwrong data byte #${i} should be 0x${sent.toString(16)} but was 0x${got.toString(16)}`;
    for (let k = TIMEVAL_SIZE; k < s.options.datalen; k++) {
      if (k % 32 === TIMEVAL_SIZE) text += `\n#${k}\t`;
      text += `${icmp[8 + k]!.toString(16)} `;
    }
    return text;
  }
  return '';
}

/**
 * Counts an answer and prints the line about it, without its end.
 * @returns true when the line is complete as it is (quiet, or cut).
 * @see ping_common.c:gather_statistics
 */
export async function gatherStatistics(s: Session, reply: Reply): Promise<boolean> {
  const { icmp, seq } = reply;
  s.received++;
  if (!reply.badChecksum) s.acknowledge(seq);
  let trip = 0;
  if (s.timing && icmp.length >= 8 + TIMEVAL_SIZE) trip = await measure(s, reply);
  let duplicate = false;
  if (reply.badChecksum) {
    s.corrupted++;
    s.received--;
  } else if (s.seen(seq)) {
    s.repeats++;
    s.received--;
    duplicate = true;
  } else s.setSeen(seq);
  s.confirm = s.confirmFlag;
  if (s.options.quiet) return true;
  if (s.options.flood) {
    await s.out(reply.badChecksum ? '\bC' : '\b \b');
    return false;
  }
  let line = `${s.stamp()}${icmp.length} bytes from ${reply.from}: icmp_seq=${seq}`;
  // A datagram socket's identifier is the kernel's choice: 0xffff stands for it.
  if (s.options.verbose && s.ident !== 0xffff) line += ` ident=${(icmp[4]! << 8) | icmp[5]!}`;
  if (reply.hops >= 0) line += ` ttl=${reply.hops}`;
  if (icmp.length < s.options.datalen + 8) {
    s.proc.out(`${line} (truncated)\n`);
    return true;
  }
  if (s.timing) line += ` time=${tripTime(trip)}`;
  if (duplicate && (!s.multicast || s.options.verbose)) line += ' (DUP!)';
  if (reply.badChecksum) line += ' (BAD CHECKSUM!)';
  if (reply.wrongSource) line += ' (DIFFERENT ADDRESS!)';
  s.proc.out(line + wrongData(s, icmp));
  return false;
}

/** The integer square root. @see ping_common.c:llsqrt */
const llsqrt = (n: number): number => (n <= 0 ? 0 : Math.floor(Math.sqrt(n)));

/** `%g` of a percentage. */
const percent = (part: number, whole: number): string =>
  String(Number(Math.fround((part * 100) / whole).toPrecision(6)));

/** Standard deviation in microseconds, with the roundings of the original. */
function deviation(s: Session, total: number, average: number): number {
  const variance =
    s.tsum < 2147483647
      ? (s.tsum2 - Math.trunc((s.tsum * s.tsum) / total)) / total
      : s.tsum2 / total - average * average;
  return llsqrt(Math.trunc(variance));
}

/**
 * Prints the statistics.
 * @returns ping's exit status: 1 when nothing came back, or too little before the deadline.
 * @see ping_common.c:finish
 */
export async function finish(s: Session): Promise<number> {
  const { proc, options } = s;
  await s.out('\n');
  await proc.flush();
  const elapsedNs = s.currentNs - s.startNs;
  let text = `--- ${s.hostname} ping statistics ---\n${s.transmitted} packets transmitted, ${s.received} received`;
  if (s.repeats > 0) text += `, +${s.repeats} duplicates`;
  if (s.corrupted > 0) text += `, +${s.corrupted} corrupted`;
  if (s.errors > 0) text += `, +${s.errors} errors`;
  if (s.transmitted > 0) {
    const elapsedMs = Math.floor(elapsedNs / 1e9) * 1000 + Math.floor(((elapsedNs % 1e9) + 500_000) / 1_000_000);
    text += `, ${percent(s.transmitted - s.received, s.transmitted)}% packet loss, time ${elapsedMs}ms`;
  }
  text += '\n';
  let comma = '';
  if (s.received > 0 && s.timing) {
    const total = s.received + s.repeats;
    const average = Math.trunc(s.tsum / total);
    const mdev = deviation(s, total, average);
    text += `rtt min/avg/max/mdev = ${ms3(s.tmin)}/${ms3(average)}/${ms3(s.tmax)}/${ms3(mdev)} ms`;
    comma = ', ';
  }
  if (s.pipesize > 1) {
    text += `${comma}pipe ${s.pipesize}`;
    comma = ', ';
  }
  if (s.received > 0 && (s.intervalMs === 0 || options.flood || options.adaptive) && s.transmitted > 1) {
    const ipg = Math.trunc(Math.floor(elapsedNs / 1000) / (s.transmitted - 1));
    const ewma = Math.trunc(s.rtt / 8);
    text += `${comma}ipg/ewma ${ms3(ipg)}/${ms3(ewma)} ms`;
  }
  await s.out(`${text}\n`);
  return s.received === 0 || (options.deadlineS > 0 && s.received < options.npackets) ? 1 : 0;
}

/** The short line that SIGQUIT asks for. @see ping_common.c:status */
export function status(s: Session): void {
  s.statusSnapshot = false;
  const loss = s.transmitted === 0 ? 0 : Math.trunc(((s.transmitted - s.received) * 100) / s.transmitted);
  let text = `\r${s.transmitted}/${s.received} packets, ${loss}% loss`;
  if (s.received > 0 && s.timing) {
    const average = Math.trunc(s.tsum / (s.received + s.repeats));
    text += `, min/avg/ewma/max = ${ms3(s.tmin)}/${ms3(average)}/${ms3(Math.trunc(s.rtt / 8))}/${ms3(s.tmax)} ms`;
  }
  s.proc.err(`${text}\n`);
}
