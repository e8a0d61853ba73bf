/** When ping sends, and how it waits. @see iputils ping_common.c:main_loop, pinger */
import type { Received } from '../../../syscall/index.ts';
import { EAGAIN, EINTR, EINVAL, ENOBUFS, ENOMEM, strerror } from '../../../uapi/errno.ts';
import { POLLERR, POLLIN } from '../../../uapi/socket.ts';
import { finish, status } from './report.ts';
import { MAX_DUP_CHK, MIN_INTERVAL_MS, type Session } from './session.ts';
import { errnoOf, type PingSocket } from './socket.ts';

const MS = 1_000_000;

/** What the error queue had: how many errors of the network (positive) or of this machine (negative), and errno. */
export interface QueuedError {
  readonly count: number;
  readonly errno: number;
}

/** The part of ping that differs between IPv4 and IPv6. */
export interface Protocol {
  readonly socket: PingSocket;
  /** Bytes to have room for. */
  readonly packetSize: number;
  /** @throws SystemError as sendmsg(2). */
  sendProbe(): void;
  /** Takes one entry from the error queue and prints it. */
  receiveError(): Promise<QueuedError>;
  /** Looks at what came. @returns whether it was somebody else's. */
  parseReply(received: Received): Promise<boolean>;
}

const sleepable = (intervalMs: number): number => (intervalMs <= MIN_INTERVAL_MS ? MIN_INTERVAL_MS : intervalMs);

export class MainLoop {
  readonly #s: Session;
  readonly #p: Protocol;
  /** Nanoseconds that a blocking receive waits: SO_RCVTIMEO. */
  readonly #receiveTimeoutNs: number;
  #tokensMs = 0;
  #oomCount = 0;
  #waitUs = 0;

  constructor(session: Session, protocol: Protocol) {
    this.#s = session;
    this.#p = protocol;
    this.#receiveTimeoutNs = sleepable(session.intervalMs) * MS;
  }

  /** Sends and receives until it is over. @returns ping's exit status */
  async run(): Promise<number> {
    const s = this.#s;
    const { npackets, deadlineS } = s.options;
    for (;;) {
      await s.proc.tick();
      if (s.stopping) break;
      if (npackets > 0 && s.received + s.errors >= npackets) break;
      if (deadlineS > 0 && s.errors > 0) break;
      if (s.statusSnapshot) status(s);
      let next: number;
      do next = this.#scheduleExit(await this.#pinger());
      while (next <= 0);
      await this.#receive(next);
    }
    return finish(s);
  }

  /** Once all is sent, the time to wait for the last answers. @param next milliseconds */
  #scheduleExit(next: number): number {
    const s = this.#s;
    const { npackets, deadlineS, lingerMs } = s.options;
    if (npackets === 0 || s.transmitted < npackets || deadlineS > 0 || this.#waitUs !== 0) return next;
    this.#waitUs = s.received > 0 ? Math.max(2 * s.tmax, 1000 * s.intervalMs) : lingerMs * 1000;
    s.setAlarm(this.#waitUs);
    return Math.max(next, Math.trunc(this.#waitUs / 1000));
  }

  /** Sends if it is time. @returns milliseconds until the next packet is due */
  async #pinger(): Promise<number> {
    const s = this.#s;
    const { npackets, deadlineS, preload, outstanding } = s.options;
    if (s.stopping || (npackets > 0 && s.transmitted >= npackets && deadlineS === 0)) return 1000;
    const now = s.proc.task.now();
    if (s.currentNs < 0) {
      s.currentNs = now;
      this.#tokensMs = s.intervalMs * (preload - 1);
    } else {
      let tokens = Math.floor((now - s.currentNs) / MS);
      if (s.intervalMs === 0 && tokens < MIN_INTERVAL_MS && s.inFlight >= preload) return MIN_INTERVAL_MS - tokens;
      tokens = Math.min(tokens + this.#tokensMs, s.intervalMs * preload);
      if (tokens < s.intervalMs) return s.intervalMs - tokens;
      s.currentNs = now;
      this.#tokensMs = tokens - s.intervalMs;
    }
    if (outstanding && s.transmitted > 0 && !s.seen(s.transmitted)) {
      s.proc.out(`${s.stamp()}no answer yet for icmp_seq=${s.transmitted % MAX_DUP_CHK}\n`);
      await s.proc.flush();
    }
    return this.#transmit();
  }

  /** One packet, and what becomes of it. @returns milliseconds until the next */
  async #transmit(): Promise<number> {
    const s = this.#s;
    for (;;) {
      let errno: number;
      try {
        s.clearSeen(s.transmitted + 1);
        this.#p.sendProbe();
        this.#oomCount = 0;
        s.transmitted++;
        if (!s.options.quiet && s.options.flood && this.#fits()) await s.out('.');
        return s.intervalMs - this.#tokensMs;
      } catch (e) {
        errno = -errnoOf(e).errno;
      }
      let local = 0;
      if (errno === ENOBUFS || errno === ENOMEM) {
        const pause = this.#congested();
        if (pause > 0) return pause;
      } else if (errno === EAGAIN) {
        this.#tokensMs += s.intervalMs;
        return MIN_INTERVAL_MS;
      } else {
        const queued = await this.#p.receiveError();
        local = queued.count;
        if (local > 0) {
          this.#tokensMs += s.intervalMs;
          return MIN_INTERVAL_MS;
        }
        if (local === 0 && s.confirmFlag !== 0 && errno === EINVAL) {
          s.confirmFlag = 0;
          continue;
        }
      }
      s.transmitted++;
      if (local === 0 && !s.options.quiet) {
        if (s.options.flood) await s.out('E');
        else await s.warn(`sendmsg: ${strerror(errno)}`);
      }
      this.#tokensMs = 0;
      return sleepable(s.intervalMs);
    }
  }

  /** Whether another dot is worth printing. */
  #fits(): boolean {
    const s = this.#s;
    const { screenWidth } = s;
    return (s.options.preload < screenWidth && s.pipesize < screenWidth) || s.inFlight < screenWidth;
  }

  /** A queue is full: milliseconds to hold back, or 0 to give the packet up. */
  #congested(): number {
    const s = this.#s;
    this.#tokensMs = 0;
    s.rttAddendUs += s.rtt < 8 * 50_000 ? Math.trunc(s.rtt / 8) : 50_000;
    if (s.options.adaptive) s.updateInterval();
    const pause = Math.min(sleepable(Math.trunc(s.intervalMs / 2)), 500);
    return ++this.#oomCount * pause < s.options.lingerMs ? pause : 0;
  }

  /** Waits for packets until `next` milliseconds passed, or takes those that are there. */
  async #receive(next: number): Promise<void> {
    const s = this.#s;
    const { adaptive } = s.options;
    let wait = true;
    let errorPending = false;
    if (adaptive || next < sleepable(s.intervalMs)) {
      let timeoutNs = next * MS;
      if (next <= MIN_INTERVAL_MS) {
        if (s.inFlight > 0) timeoutNs = MIN_INTERVAL_MS * MS;
        else {
          // The original spins here, until the packet is due; this sleeps as long.
          timeoutNs = this.#dueNs();
          wait = false;
        }
      }
      if (!wait || adaptive || s.intervalMs !== 0) {
        let ready = 0;
        try {
          ready = await this.#p.socket.poll(s.bounded(timeoutNs));
        } catch (e) {
          if (errnoOf(e).errno !== -EINTR) throw e;
        }
        if ((ready & (POLLIN | POLLERR)) === 0) return;
        wait = false;
        errorPending = (ready & POLLERR) !== 0;
      }
    }
    await this.#drain(wait, errorPending);
  }

  /** Nanoseconds until `#pinger` would send. */
  #dueNs(): number {
    const s = this.#s;
    const missingMs = s.intervalMs - this.#tokensMs;
    return Math.max(0, s.currentNs + missingMs * MS - s.proc.task.now());
  }

  async #drain(wait: boolean, errorPending: boolean): Promise<void> {
    const s = this.#s;
    const { socket, packetSize } = this.#p;
    for (let blocking = wait; ; blocking = false) {
      let received: Received | null = null;
      try {
        received = blocking
          ? await socket.receive(packetSize, this.#receiveTimeoutNs, s.bounded(Infinity))
          : socket.receiveNow(packetSize);
      } catch (e) {
        const { errno } = errnoOf(e);
        if ((errno === -EAGAIN && !errorPending) || errno === -EINTR) return;
        errorPending = false;
        const queued = await this.#p.receiveError();
        if (queued.count === 0 && queued.errno !== 0) {
          await s.warn(`recvmsg: ${strerror(queued.errno)}`);
          return;
        }
      }
      if (received !== null) await this.#p.parseReply(received);
      if (s.inFlight === 0) return;
    }
  }
}
