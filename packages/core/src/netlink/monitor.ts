import { le32s } from '../lib/bytes.ts';
import type { Socket, Task } from '../syscall/index.ts';
import { NETLINK_ADD_MEMBERSHIP, NETLINK_LISTEN_ALL_NSID, NETLINK_ROUTE } from '../uapi/netlink.ts';
import { AF_NETLINK, POLLIN, SOCK_CLOEXEC, SOCK_RAW, SOL_NETLINK, SOL_SOCKET, SO_RCVBUF } from '../uapi/socket.ts';
import { receiveDatagram, waitReadable } from './connection.ts';
import { decodeMessages, type NlMessage } from './message.ts';

/** A notification: what changed, and where. */
export interface NlEvent {
  readonly message: NlMessage;
  /** Id of the namespace it came from; undefined for the socket's own. Only when listening to all. */
  readonly nsid: number | undefined;
}

export interface MonitorOptions {
  /** SO_RCVBUF in bytes; the kernel's default without. */
  readonly rcvbuf?: number;
  /** NETLINK_LISTEN_ALL_NSID: hear the namespaces that have an id here, too. Default false. */
  readonly allNsid?: boolean;
}

/** A socket that hears the kernel's multicasts. */
export class NlMonitor {
  readonly task: Task;
  readonly socket: Socket;
  #queue: NlEvent[] = [];

  /**
   * @param groups RTNLGRP_*
   * @throws SystemError EINVAL for a group that is not there; as socket(2).
   */
  constructor(task: Task, groups: readonly number[], options: MonitorOptions = {}) {
    this.task = task;
    this.socket = task.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    try {
      this.socket.bind({ family: AF_NETLINK, pid: 0, groups: 0 });
      if (options.rcvbuf !== undefined) this.socket.setsockopt(SOL_SOCKET, SO_RCVBUF, options.rcvbuf);
      for (const g of groups) this.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, g);
      if (options.allNsid === true) this.socket.setsockopt(SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1);
    } catch (e) {
      this.socket.close();
      throw e;
    }
  }

  /**
   * The next notification; undefined when none came before the deadline (on `task.now()`'s scale).
   * @throws SystemError ENOBUFS when some were lost.
   */
  async next(deadline: number = Infinity): Promise<NlEvent | undefined> {
    for (;;) {
      const event = this.take();
      if (event !== undefined) return event;
      if (!(await waitReadable(this.task, this.socket, deadline))) return undefined;
    }
  }

  /** A notification that is there already. */
  take(): NlEvent | undefined {
    while (this.#queue.length === 0 && (this.socket.poll() & POLLIN) !== 0) {
      const r = receiveDatagram(this.socket);
      const c = r.control.find((m) => m.level === SOL_NETLINK && m.type === NETLINK_LISTEN_ALL_NSID);
      const nsid = c !== undefined && c.data.length >= 4 ? le32s(c.data, 0) : undefined;
      for (const message of decodeMessages(r.data)) this.#queue.push({ message, nsid });
    }
    return this.#queue.shift();
  }

  close(): void {
    this.socket.close();
  }
}

/** Starts to listen to groups (RTNLGRP_*). @throws SystemError EINVAL; as socket(2). */
export const openMonitor = (task: Task, groups: readonly number[], options: MonitorOptions = {}): NlMonitor =>
  new NlMonitor(task, groups, options);
