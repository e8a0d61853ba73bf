/** A DHCP client on one device: what it sends, what it takes, by packet socket as long as it has no address. RFC 2131 section 4.4 */
import { latin1Encode } from '../../../lib/text.ts';
import { be16, be32 } from '../../../lib/bytes.ts';
import { type Socket, SystemError } from '../../../syscall/index.ts';
import { EAGAIN } from '../../../uapi/errno.ts';
import { ETH_P_IP } from '../../../uapi/if-ether.ts';
import { IPPROTO_UDP } from '../../../uapi/in.ts';
import * as so from '../../../uapi/socket.ts';
import { checksum, csumTcpudpNofold } from '../../../wire/checksum.ts';
import {
  BOOTREPLY,
  BOOTREQUEST,
  DHCP_CLIENT_PORT,
  DHCP_SERVER_PORT,
  DHCPDISCOVER,
  DHCPRELEASE,
  DHCPREQUEST,
  type DhcpMessage,
  dhcpWords,
  DHO_HOST_NAME,
  DHO_MESSAGE_TYPE,
  DHO_PARAMETER_REQUEST_LIST,
  DHO_REQUESTED_ADDRESS,
  DHO_SERVER_IDENTIFIER,
  emitDhcp,
  parseDhcp,
} from '../../../wire/dhcp.ts';
import type { Process } from '../../process/types.ts';

/** What Debian's dhclient.conf asks for: mask, broadcast, time offset, routers, names, MTU, routes, time servers. */
const WANTED = Uint8Array.of(1, 28, 2, 3, 15, 6, 119, 12, 44, 47, 26, 121, 42);
const ALL = 0xffffffff;

export interface Device {
  readonly name: string;
  readonly index: number;
  readonly address: Uint8Array;
}

export class DhcpClient {
  readonly #proc: Process;
  readonly #device: Device;
  readonly #socket: Socket;
  readonly #xid: number;

  /** @throws SystemError */
  constructor(proc: Process, device: Device, xid: number) {
    this.#proc = proc;
    this.#device = device;
    this.#xid = xid >>> 0;
    this.#socket = proc.socket(so.AF_PACKET, so.SOCK_DGRAM, 0);
    this.#socket.bind({
      family: so.AF_PACKET,
      protocol: ETH_P_IP,
      ifindex: device.index,
      hatype: 0,
      pkttype: 0,
      address: new Uint8Array(0),
    });
  }

  close(): void {
    this.#socket.close();
  }

  #message(type: number, ciaddr: number, options: readonly (readonly [number, Uint8Array])[]): DhcpMessage {
    const all = new Map<number, Uint8Array>([[DHO_MESSAGE_TYPE, Uint8Array.of(type)], ...options]);
    if (type !== DHCPRELEASE) {
      all.set(DHO_HOST_NAME, latin1Encode(this.#proc.hostname));
      all.set(DHO_PARAMETER_REQUEST_LIST, WANTED);
    }
    return {
      op: BOOTREQUEST,
      xid: this.#xid,
      secs: 0,
      flags: 0,
      ciaddr,
      yiaddr: 0,
      siaddr: 0,
      giaddr: 0,
      chaddr: this.#device.address,
      options: all,
    };
  }

  /** Sends to everybody on the link, from nobody: headers are written here. */
  #broadcast(message: DhcpMessage): void {
    const data = emitDhcp(message);
    const b = new Uint8Array(28 + data.length);
    const length = 8 + data.length;
    b.set([
      0x45,
      0x10,
      b.length >>> 8,
      b.length & 255,
      0,
      0,
      0,
      0,
      128,
      IPPROTO_UDP,
      0,
      0,
      0,
      0,
      0,
      0,
      255,
      255,
      255,
      255,
    ]);
    const header = checksum(b, 0, 20);
    b.set([header >>> 8, header & 255], 10);
    b.set([0, DHCP_CLIENT_PORT, 0, DHCP_SERVER_PORT, length >>> 8, length & 255], 20);
    b.set(data, 28);
    const sum = checksum(b, 20, length, csumTcpudpNofold(0, ALL, length, IPPROTO_UDP));
    b.set([sum >>> 8, sum & 255], 26);
    this.#proc.task.charge('syscall');
    try {
      this.#socket.sendmsg(b, {
        to: {
          family: so.AF_PACKET,
          protocol: ETH_P_IP,
          ifindex: this.#device.index,
          hatype: 0,
          pkttype: 0,
          address: new Uint8Array(6).fill(255),
        },
      });
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      this.#proc.err(`send_packet: ${e.strerror}\n`);
    }
  }

  discover(): void {
    this.#broadcast(this.#message(DHCPDISCOVER, 0, []));
  }

  /** @param server who offered it; null to ask whether an earlier lease still holds */
  request(address: number, server: number | null): void {
    const options: [number, Uint8Array][] = [[DHO_REQUESTED_ADDRESS, dhcpWords(address)]];
    if (server !== null) options.unshift([DHO_SERVER_IDENTIFIER, dhcpWords(server)]);
    this.#broadcast(this.#message(DHCPREQUEST, 0, options));
  }

  /** Asks the server, or everybody, for more time. */
  renew(address: number, server: number): void {
    this.#unicast(this.#message(DHCPREQUEST, address, []), address, server);
  }

  release(address: number, server: number): void {
    this.#unicast(this.#message(DHCPRELEASE, address, [[DHO_SERVER_IDENTIFIER, dhcpWords(server)]]), address, server);
  }

  #unicast(message: DhcpMessage, address: number, server: number): void {
    const socket = this.#proc.socket(so.AF_INET, so.SOCK_DGRAM, IPPROTO_UDP);
    try {
      socket.setsockopt(so.SOL_SOCKET, so.SO_REUSEADDR, 1);
      socket.bind({ family: so.AF_INET, address, port: DHCP_CLIENT_PORT });
      this.#proc.task.charge('syscall', 3);
      socket.sendmsg(emitDhcp(message), { to: { family: so.AF_INET, address: server, port: DHCP_SERVER_PORT } });
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      this.#proc.err(`send_packet: ${e.strerror}\n`);
    } finally {
      socket.close();
    }
  }

  /** The next answer to this client, or null once the time is over. @param until nanoseconds on the task's clock */
  async receive(until: number): Promise<DhcpMessage | null> {
    for (;;) {
      this.#proc.task.charge('syscall');
      try {
        const message = this.#parse(this.#socket.recvmsg({ size: 2048 }).data);
        if (message !== null) return message;
        continue;
      } catch (e) {
        if (!(e instanceof SystemError)) throw e;
        if (e.errno !== -EAGAIN) this.#proc.err(`receive_packet failed on ${this.#device.name}: ${e.strerror}\n`);
      }
      const left = until - this.#proc.task.now();
      if (left <= 0) return null;
      await this.#proc.poll([{ on: this.#socket, events: so.POLLIN }], left);
    }
  }

  /** The DHCP message in an IPv4 packet, when it is one and for this client. */
  #parse(b: Uint8Array): DhcpMessage | null {
    const hlen = (b[0]! & 15) << 2;
    if (b.length < hlen + 8 || b[0]! >>> 4 !== 4 || b[9] !== IPPROTO_UDP || (be16(b, 6) & 0x1fff) !== 0) return null;
    if (be16(b, hlen + 2) !== DHCP_CLIENT_PORT) return null;
    const message = parseDhcp(b.subarray(hlen + 8));
    if (message === null || message.op !== BOOTREPLY || message.xid !== this.#xid) return null;
    return message.chaddr.every((v, i) => v === this.#device.address[i]) && be32(b, 12) !== 0 ? message : null;
  }
}
