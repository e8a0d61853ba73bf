/** What both families set on the socket before they send. @see iputils ping_common.c:setup, sock_setbufs */
import { le32 } from '../../../lib/bytes.ts';
import { type Received, type Socket, SystemError } from '../../../syscall/index.ts';
import { SIGALRM, SIGINT, SIGQUIT } from '../../../uapi/signal.ts';
import * as so from '../../../uapi/socket.ts';
import { patternBytes } from './options.ts';
import { get64, type Session } from './session.ts';
import type { PingSocket } from './socket.ts';

/** Microseconds since the epoch at which a packet came: the kernel's stamp, or now. */
export function arrivalUs(s: Session, received: Received): number {
  const stamp = received.control.find((c) => c.level === so.SOL_SOCKET && c.type === so.SCM_TIMESTAMP);
  if (s.latency || stamp === undefined) return s.realtimeUs();
  return get64(stamp.data, 0) * 1e6 + get64(stamp.data, 8);
}

/** Fills the data: 0, 1, 2 … or the pattern of -p, which it announces. */
export function fillPacket(s: Session): void {
  const { packet } = s;
  const { pattern, quiet } = s.options;
  if (pattern === null) {
    for (let i = 8; i < packet.length; i++) packet[i] = i - 8;
    return;
  }
  const bytes = patternBytes(s.name, pattern);
  if (bytes.length > 0) for (let i = 8; i < packet.length; i++) packet[i] = bytes[(i - 8) % bytes.length]!;
  if (!quiet) s.proc.out(`PATTERN: 0x${bytes.map((b) => b.toString(16).padStart(2, '0')).join('')}\n`);
}

/** Calls that may fail without ping minding. */
function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (e) {
    if (e instanceof SystemError) return false;
    throw e;
  }
}

/** struct timeval of a time in milliseconds. */
function timeval(ms: number): Uint8Array {
  const b = new Uint8Array(16);
  const view = [Math.trunc(ms / 1000), (ms % 1000) * 1000];
  view.forEach((value, k) => {
    for (let i = 0; i < 4; i++) b[8 * k + i] = value >>> (8 * i);
  });
  return b;
}

export const setupSocket = {
  /** Room for packets on their way. @param alloc bytes a packet takes in the kernel */
  async buffers(s: Session, socket: Socket, alloc: number): Promise<void> {
    const hold = Math.max(65536, alloc * s.options.preload);
    attempt(() => socket.setsockopt(so.SOL_SOCKET, so.SO_SNDBUF, s.options.sndbuf || alloc));
    attempt(() => socket.setsockopt(so.SOL_SOCKET, so.SO_RCVBUF, hold));
    let got = hold;
    attempt(() => {
      got = le32(socket.getsockopt(so.SOL_SOCKET, so.SO_RCVBUF), 0);
    });
    s.proc.task.charge('syscall', 3);
    if (got < hold) await s.warn('WARNING: probably, rcvbuf is not enough to hold preload');
  },

  /** Time stamps, time-outs, signals, the deadline; the clock starts. */
  options(s: Session, { socket, raw }: PingSocket): void {
    const { options, proc } = s;
    const on = (option: number, value: number | Uint8Array): boolean => {
      proc.task.charge('syscall');
      return attempt(() => socket.setsockopt(so.SOL_SOCKET, option, value));
    };
    if (s.intervalMs >= Math.trunc(2147483647 / options.preload)) {
      s.die(`illegal preload and/or interval: ${s.intervalMs}`);
    }
    if (options.debug) on(so.SO_DEBUG, 1);
    if (options.dontRoute) on(so.SO_DONTROUTE, 1);
    on(so.SO_TIMESTAMP, 1);
    if (options.mark !== null && !on(so.SO_MARK, options.mark | 0)) {
      proc.err(`${s.name}: WARNING: failed to set mark: ${options.mark}\n`);
    }
    on(so.SO_SNDTIMEO, timeval(s.intervalMs < 1000 ? Math.max(10, s.intervalMs) : 1000));
    on(so.SO_RCVTIMEO, timeval(Math.max(10, s.intervalMs)));
    if (s.ident < 0) s.ident = raw ? proc.pid & 0xffff : 0xffff;
    const stop = (): void => {
      s.exiting = true;
    };
    proc.signal(SIGINT, stop);
    proc.signal(SIGALRM, stop);
    proc.signal(SIGQUIT, () => {
      s.statusSnapshot = true;
    });
    s.startNs = proc.task.now();
    if (options.deadlineS > 0) s.setAlarm(options.deadlineS * 1e6);
    const size = proc.winsize(1);
    if (size !== null) s.screenWidth = size.cols === 0 ? 80 : size.cols;
  },
};
