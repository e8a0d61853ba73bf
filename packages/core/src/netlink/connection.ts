import { SystemError, type Received, type Socket, type Task } from '../syscall/index.ts';
import { EMSGSIZE, ENOBUFS, ENOPROTOOPT } from '../uapi/errno.ts';
import {
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  NETLINK_ROUTE,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_NOOP,
  NLMSG_OVERRUN,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
} from '../uapi/netlink.ts';
import { RTM_BASE } from '../uapi/rtnetlink.ts';
import {
  AF_NETLINK,
  MSG_TRUNC,
  POLLIN,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
  SO_RCVBUF,
} from '../uapi/socket.ts';
import { NetlinkError, type ExtAck } from './error.ts';
import { familyOfType, rtmName } from './families.ts';
import { decodeDone, decodeError, decodeMessages, encodeMessage, type NlMessage } from './message.ts';

/** What came back for a request that succeeded. */
export interface NlReply {
  /** The answers, without acknowledgement and end of dump. */
  readonly messages: readonly NlMessage[];
  /** What the kernel remarked although it did as asked. */
  readonly warnings: readonly ExtAck[];
  /** The dump met a change in the middle and may be inconsistent (NLM_F_DUMP_INTR). */
  readonly interrupted: boolean;
}

/** Room for a datagram. A dump's are at most 32 KiB, unless one message alone is larger. */
const RECEIVE_SIZE = 1 << 16;

/**
 * Sleeps until the socket has something to read, or the deadline on `task.now()`'s scale passes.
 * @returns false when it passed
 */
export async function waitReadable(task: Task, socket: Socket, deadline: number = Infinity): Promise<boolean> {
  if ((socket.poll() & POLLIN) !== 0) return true;
  const wake = (): void => task.wake();
  socket.addWaiter(wake);
  try {
    while ((socket.poll() & POLLIN) === 0) {
      if (!(await task.block(deadline)) && (socket.poll() & POLLIN) === 0) return false;
    }
    return true;
  } finally {
    socket.removeWaiter(wake);
  }
}

/** @throws SystemError EMSGSIZE when a datagram is larger than the room for it; ENOBUFS when messages were lost. */
export function receiveDatagram(socket: Socket): Received {
  const r = socket.recvmsg({ size: RECEIVE_SIZE });
  if ((r.flags & MSG_TRUNC) !== 0) throw new SystemError(EMSGSIZE, 'recvmsg');
  return r;
}

/** Switches a netlink socket option on where the kernel has it. */
export function tryOption(socket: Socket, option: number): void {
  try {
    socket.setsockopt(SOL_NETLINK, option, 1);
  } catch (e) {
    if (!(e instanceof SystemError) || e.errno !== -ENOPROTOOPT) throw e;
  }
}

/** NLM_F_DUMP shares its bits with NLM_F_REPLACE and NLM_F_EXCL: only a GET has dumps. */
const isDump = (type: number, flags: number): boolean =>
  ((type - RTM_BASE) & 3) === 2 && (flags & NLM_F_DUMP) === NLM_F_DUMP;

export interface ConnectionOptions {
  /** NETLINK_GET_STRICT_CHK: dumps are filtered by header and attributes, and refused when those make no sense. Default true. */
  readonly strict?: boolean;
  /** SO_RCVBUF in bytes; the kernel's default without. */
  readonly rcvbuf?: number;
}

/** A rtnetlink socket and the conversation on it: one request after the other, each with its answer. */
export class NlConnection {
  readonly task: Task;
  readonly socket: Socket;
  #pid: number;
  #seq: number;
  #tail: Promise<unknown> = Promise.resolve();

  /** @throws SystemError as socket(2), bind(2). */
  constructor(task: Task, options: ConnectionOptions = {}) {
    this.task = task;
    this.socket = task.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    try {
      if (options.rcvbuf !== undefined) this.socket.setsockopt(SOL_SOCKET, SO_RCVBUF, options.rcvbuf);
      tryOption(this.socket, NETLINK_EXT_ACK);
      if (options.strict ?? true) tryOption(this.socket, NETLINK_GET_STRICT_CHK);
      this.socket.bind({ family: AF_NETLINK, pid: 0, groups: 0 });
      const name = this.socket.getsockname();
      this.#pid = name.family === AF_NETLINK ? name.pid : 0;
    } catch (e) {
      this.socket.close();
      throw e;
    }
    this.#seq = 0;
  }

  /**
   * Sends a request and collects its answer up to the acknowledgement or the end of the dump. NLM_F_REQUEST is added,
   * and NLM_F_ACK unless it is a dump. Requests made while another waits queue up behind it.
   *
   * @param flags NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE, NLM_F_APPEND, NLM_F_DUMP …
   * @param payload header and attributes, as `linkFamily.encode` makes them
   * @throws NetlinkError what the kernel answered. SystemError when the socket failed.
   */
  request(type: number, flags: number, payload: Uint8Array): Promise<NlReply> {
    const run = this.#tail.then(() => this.#talk(type, flags, payload));
    this.#tail = run.catch(() => undefined);
    return run;
  }

  close(): void {
    this.socket.close();
  }

  async #talk(type: number, flags: number, payload: Uint8Array): Promise<NlReply> {
    const seq = (this.#seq = (this.#seq + 1) >>> 0);
    const all = flags | NLM_F_REQUEST | (isDump(type, flags) ? 0 : NLM_F_ACK);
    const sent = encodeMessage({ type, flags: all, seq, pid: 0 }, payload);
    this.socket.sendmsg(sent, { to: { family: AF_NETLINK, pid: 0, groups: 0 } });
    const messages: NlMessage[] = [];
    const warnings: ExtAck[] = [];
    let interrupted = false;
    for (;;) {
      await waitReadable(this.task, this.socket);
      for (const m of decodeMessages(receiveDatagram(this.socket).data)) {
        if (m.seq !== seq || (this.#pid !== 0 && m.pid !== this.#pid)) continue;
        if ((m.flags & NLM_F_DUMP_INTR) !== 0) interrupted = true;
        if (m.type === NLMSG_NOOP) continue;
        if (m.type === NLMSG_OVERRUN) throw new NetlinkError(ENOBUFS, rtmName(type));
        if (m.type !== NLMSG_ERROR && m.type !== NLMSG_DONE) {
          messages.push(m);
          continue;
        }
        const end = m.type === NLMSG_DONE ? decodeDone(m) : decodeError(m);
        if (end === undefined) continue;
        const extack = end.extack === undefined ? undefined : located(type, sent, end.extack);
        if (end.errno < 0) throw new NetlinkError(end.errno, rtmName(type), extack);
        if (extack?.msg !== undefined) warnings.push(extack);
        return { messages, warnings, interrupted };
      }
    }
  }
}

/** The same with the name of the attribute its offset points at. */
function located(type: number, sent: Uint8Array, extack: ExtAck): ExtAck {
  const attribute = extack.offset === undefined ? undefined : familyOfType(type)?.pathAt(sent, extack.offset);
  return { ...extack, attribute };
}
