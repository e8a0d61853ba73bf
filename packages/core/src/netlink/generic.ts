/** Generic netlink, as far as programs of ours need it: a family is found by name, then asked. genetlink.h */
import { le16 } from '../lib/bytes.ts';
import { utf8Encode } from '../lib/text.ts';
import type { Socket, Task } from '../syscall/index.ts';
import * as genl from '../uapi/genetlink.ts';
import { NETLINK_GENERIC, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR } from '../uapi/netlink.ts';
import { AF_NETLINK, SOCK_RAW } from '../uapi/socket.ts';
import { receiveDatagram, waitReadable } from './connection.ts';
import { NetlinkError } from './error.ts';
import { decodeDone, decodeError, decodeMessages, encodeMessage } from './message.ts';
import { NlWriter } from './writer.ts';

/** Attributes of a request: type and bytes. */
export type GenlAttrs = readonly (readonly [type: number, data: Uint8Array])[];

/** A conversation with one family. */
export class GenericClient {
  readonly #task: Task;
  readonly #socket: Socket;
  readonly #name: string;
  readonly #version: number;
  #id = 0;

  /** @throws SystemError EPROTONOSUPPORT where there is no generic netlink. */
  constructor(task: Task, name: string, version: number) {
    this.#task = task;
    this.#name = name;
    this.#version = version;
    this.#socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
  }

  close(): void {
    this.#socket.close();
  }

  /**
   * Asks the family. @param dump for a list
   * @returns the payloads of its answers, without their headers. @throws NetlinkError ENOENT where there is no such family …
   */
  async ask(command: number, attrs: GenlAttrs, dump: boolean): Promise<Uint8Array[]> {
    if (this.#id === 0) this.#id = await this.#find();
    return this.#talk(this.#id, command, this.#version, attrs, dump ? NLM_F_DUMP : NLM_F_ACK);
  }

  async #find(): Promise<number> {
    const name = utf8Encode(`${this.#name}\0`);
    const attrs: GenlAttrs = [[genl.CTRL_ATTR_FAMILY_NAME, name]];
    const [answer] = await this.#talk(genl.GENL_ID_CTRL, genl.CTRL_CMD_GETFAMILY, 1, attrs, NLM_F_ACK);
    for (let o = 0; answer !== undefined && o + 4 <= answer.length;) {
      const len = le16(answer, o);
      if (le16(answer, o + 2) === genl.CTRL_ATTR_FAMILY_ID) return le16(answer, o + 4);
      o += Math.max(4, (len + 3) & ~3);
    }
    return 0;
  }

  async #talk(type: number, command: number, version: number, attrs: GenlAttrs, flags: number): Promise<Uint8Array[]> {
    const w = new NlWriter();
    w.bytes(Uint8Array.of(command, version, 0, 0));
    for (const [attr, data] of attrs) w.attr(attr, data);
    const head = { type, flags: flags | NLM_F_REQUEST, seq: 1, pid: 0 };
    const to = { family: AF_NETLINK, pid: 0, groups: 0 } as const;
    this.#socket.sendmsg(encodeMessage(head, w.buf.slice(0, w.len)), { to });
    const found: Uint8Array[] = [];
    for (;;) {
      await waitReadable(this.#task, this.#socket);
      for (const m of decodeMessages(receiveDatagram(this.#socket).data)) {
        if (m.type !== NLMSG_DONE && m.type !== NLMSG_ERROR) {
          found.push(m.payload.slice(genl.GENL_HDRLEN));
          continue;
        }
        const end = m.type === NLMSG_DONE ? decodeDone(m) : decodeError(m);
        if (end !== undefined && end.errno < 0) throw new NetlinkError(end.errno, this.#name);
        return found;
      }
    }
  }
}
