/** The client's side of DHCP: a lease, and its renewal. RFC 2131 §4.4. */
import { utf8Encode } from '../../../lib/text.ts';
import { type Socket, SystemError } from '../../../syscall/index.ts';
import { EAGAIN } from '../../../uapi/errno.ts';
import { ETH_P_IP } from '../../../uapi/if-ether.ts';
import { INADDR_BROADCAST } from '../../../uapi/in.ts';
import { AF_INET, AF_PACKET, SOCK_DGRAM, SO_BINDTODEVICE, SO_BROADCAST, SOL_SOCKET } from '../../../uapi/socket.ts';
import {
  BOOTREPLY,
  BOOTREQUEST,
  DHCP_CLIENT_PORT,
  DHCP_SERVER_PORT,
  DHCPACK,
  DHCPDISCOVER,
  DHCPNAK,
  DHCPOFFER,
  DHCPREQUEST,
  type DhcpMessage,
  dhcpType,
  dhcpWord,
  dhcpWords,
  DHO_DOMAIN_NAME,
  DHO_DOMAIN_NAME_SERVERS,
  DHO_HOST_NAME,
  DHO_MAX_MESSAGE_SIZE,
  DHO_MESSAGE_TYPE,
  DHO_PARAMETER_REQUEST_LIST,
  DHO_REQUESTED_ADDRESS,
  DHO_ROUTERS,
  DHO_SERVER_IDENTIFIER,
  DHO_SUBNET_MASK,
  emitDhcp,
  parseDhcp,
} from '../../../wire/dhcp.ts';
import type { Process } from '../../process/types.ts';
import { broadcastPacket, dhcpOf } from './dhcp-packet.ts';
import { type Lease, leaseOf } from './lease.ts';

/** The card the client speaks through. */
export interface DhcpLink {
  readonly ifindex: number;
  readonly name: string;
  readonly address: Uint8Array;
}

/** First time-out of a request; each next one is twice as long, up to the last. RFC 2131 §4.1. */
const RETRY_NS = 4e9;
const RETRY_MAX_NS = 64e9;
const MTU = 1500;
const BROADCAST_MAC = new Uint8Array(6).fill(0xff);
const REQUESTED = Uint8Array.of(DHO_SUBNET_MASK, DHO_ROUTERS, DHO_DOMAIN_NAME_SERVERS, DHO_HOST_NAME, DHO_DOMAIN_NAME);

/** A client on one card. Without an address it speaks through a packet socket, with one through UDP. */
export class DhcpClient {
  readonly #proc: Process;
  readonly #link: DhcpLink;
  readonly #hostname: string;
  /** Number of the next transaction. */
  #xid: number;

  /** @param xid number of its first transaction, drawn at random */
  constructor(proc: Process, link: DhcpLink, hostname: string, xid: number) {
    this.#proc = proc;
    this.#link = link;
    this.#hostname = hostname;
    this.#xid = xid;
  }

  /**
   * Asks until a server lends an address.
   * @throws SystemError ENXIO, ENODEV, ENETDOWN when the card is gone or down
   */
  async acquire(): Promise<Lease> {
    const socket = this.#proc.socket(AF_PACKET, SOCK_DGRAM, ETH_P_IP);
    try {
      socket.bind(this.#packetAddress());
      for (;;) {
        const xid = this.#transaction();
        const offer = await this.#exchange(socket, xid, this.#message(xid, DHCPDISCOVER, 0, []), DHCPOFFER, 0);
        if (offer === null || dhcpType(offer) !== DHCPOFFER) continue;
        const server = dhcpWord(offer, DHO_SERVER_IDENTIFIER) ?? 0;
        const request = this.#message(xid, DHCPREQUEST, 0, [
          [DHO_REQUESTED_ADDRESS, dhcpWords(offer.yiaddr)],
          [DHO_SERVER_IDENTIFIER, dhcpWords(server)],
        ]);
        const answer = await this.#exchange(socket, xid, request, DHCPACK, 4);
        if (answer !== null && dhcpType(answer) === DHCPACK) return leaseOf(answer);
      }
    } finally {
      socket.close();
    }
  }

  /**
   * Asks for more time: the server that lent it, from T2 on anyone.
   * @returns the new lease, or null: refused, or the time ran out; then everything begins anew
   * @throws SystemError EADDRNOTAVAIL when the address is there no more, ENODEV when the card is not
   */
  async renew(lease: Lease, leasedAtNs: number): Promise<Lease | null> {
    const { task } = this.#proc;
    const end = leasedAtNs + lease.lifetime * 1e9;
    const socket = this.#proc.socket(AF_INET, SOCK_DGRAM, 0);
    try {
      socket.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, utf8Encode(this.#link.name));
      socket.setsockopt(SOL_SOCKET, SO_BROADCAST, 1);
      socket.bind({ family: AF_INET, address: lease.address, port: DHCP_CLIENT_PORT });
      while (task.now() < end) {
        const rebinding = task.now() >= leasedAtNs + lease.rebinding * 1e9;
        const xid = this.#transaction();
        const to = rebinding ? INADDR_BROADCAST : lease.server;
        try {
          socket.sendmsg(emitDhcp(this.#message(xid, DHCPREQUEST, lease.address, [])), {
            to: { family: AF_INET, address: to, port: DHCP_SERVER_PORT },
          });
        } catch (e) {
          // The way there is gone for now; asked again later.
          if (!(e instanceof SystemError)) throw e;
        }
        // Half of what is left until T2, or until the end; a minute at least. RFC 2131 §4.4.5.
        const limit = rebinding ? end : leasedAtNs + lease.rebinding * 1e9;
        const wait = Math.max(60e9, (limit - task.now()) / 2);
        const answer = await this.#await(xid, Math.min(end, task.now() + wait), async (left) => {
          const { data } = await this.#proc.recv(socket, left);
          return parseDhcp(data);
        });
        if (answer === null) continue;
        return dhcpType(answer) === DHCPACK ? leaseOf(answer) : null;
      }
      return null;
    } finally {
      socket.close();
    }
  }

  #packetAddress(): Parameters<Socket['bind']>[0] {
    return {
      family: AF_PACKET,
      protocol: ETH_P_IP,
      ifindex: this.#link.ifindex,
      hatype: 0,
      pkttype: 0,
      address: BROADCAST_MAC,
    };
  }

  #transaction(): number {
    this.#xid = (this.#xid + 1) >>> 0;
    return this.#xid;
  }

  #message(xid: number, type: number, ciaddr: number, more: readonly (readonly [number, Uint8Array])[]): DhcpMessage {
    return {
      op: BOOTREQUEST,
      xid,
      secs: 0,
      flags: 0,
      ciaddr,
      yiaddr: 0,
      siaddr: 0,
      giaddr: 0,
      chaddr: this.#link.address,
      options: new Map([
        [DHO_MESSAGE_TYPE, Uint8Array.of(type)],
        [DHO_PARAMETER_REQUEST_LIST, REQUESTED],
        [DHO_MAX_MESSAGE_SIZE, Uint8Array.of(MTU >> 8, MTU & 255)],
        [DHO_HOST_NAME, utf8Encode(this.#hostname)],
        ...more,
      ]),
    };
  }

  /** Sends until an answer of the wanted type (or a refusal) comes. @param tries 0: without end */
  async #exchange(
    socket: Socket,
    xid: number,
    message: DhcpMessage,
    wanted: number,
    tries: number,
  ): Promise<DhcpMessage | null> {
    const { task } = this.#proc;
    let wait = RETRY_NS;
    for (let n = 0; tries === 0 || n < tries; n++) {
      socket.sendmsg(broadcastPacket(message), { to: this.#packetAddress() });
      const answer = await this.#await(xid, task.now() + wait, async (left) => {
        const { data } = await this.#proc.recv(socket, left);
        const m = dhcpOf(data);
        return m !== null && (dhcpType(m) === wanted || dhcpType(m) === DHCPNAK) ? m : null;
      });
      if (answer !== null) return answer;
      wait = Math.min(2 * wait, RETRY_MAX_NS);
    }
    return null;
  }

  /** The first answer to transaction `xid` that `receive` accepts; null when `deadline` passes. */
  async #await(
    xid: number,
    deadline: number,
    receive: (leftNs: number) => Promise<DhcpMessage | null>,
  ): Promise<DhcpMessage | null> {
    const { task } = this.#proc;
    for (let left = deadline - task.now(); left > 0; left = deadline - task.now()) {
      try {
        const m = await receive(left);
        if (m !== null && m.op === BOOTREPLY && m.xid === xid) return m;
      } catch (e) {
        if (!(e instanceof SystemError) || e.errno !== -EAGAIN) throw e;
      }
    }
    return null;
  }
}
