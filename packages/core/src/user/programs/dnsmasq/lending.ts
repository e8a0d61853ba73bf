/** Addresses lent on one device: the socket, who is answered how, and what is said of it. */
import { formatIpv4, formatMac, ipv4Bytes } from '../../../lib/address.ts';
import { utf8Encode } from '../../../lib/text.ts';
import { openNetlink } from '../../../netlink/index.ts';
import type { Socket } from '../../../syscall/index.ts';
import { INADDR_BROADCAST } from '../../../uapi/in.ts';
import { NLM_F_CREATE, NLM_F_REPLACE } from '../../../uapi/netlink.ts';
import { NUD_STALE } from '../../../uapi/neighbour.ts';
import { AF_INET, SO_BINDTODEVICE, SO_BROADCAST, SO_REUSEADDR, SOCK_DGRAM, SOL_SOCKET } from '../../../uapi/socket.ts';
import {
  DHCP_CLIENT_PORT,
  DHCP_SERVER_PORT,
  DHCPDISCOVER,
  type DhcpMessage,
  dhcpType,
  dhcpWord,
  DHO_REQUESTED_ADDRESS,
  emitDhcp,
  parseDhcp,
} from '../../../wire/dhcp.ts';
import type { Process } from '../../process/types.ts';
import { type DhcpPool, DhcpServer } from './dhcp-server.ts';

/** Names of DHCP_MESSAGE_TYPE's values. RFC 2132 section 9.6 */
const TYPES = ['', 'DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM'];

export class Lending {
  readonly socket: Socket;
  readonly server: DhcpServer;
  readonly #proc: Process;
  readonly #device: string;
  readonly #ifindex: number;
  readonly #log: (text: string) => void;

  /** @param log gets a line for every message, without its newline @throws SystemError */
  constructor(
    proc: Process,
    device: { readonly name: string; readonly index: number },
    pool: DhcpPool,
    log: (text: string) => void = () => {},
  ) {
    this.#proc = proc;
    this.#device = device.name;
    this.#ifindex = device.index;
    this.#log = log;
    this.server = new DhcpServer(pool);
    this.socket = proc.socket(AF_INET, SOCK_DGRAM, 0);
    this.socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    this.socket.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, utf8Encode(`${device.name}\0`));
    this.socket.setsockopt(SOL_SOCKET, SO_BROADCAST, 1);
    this.socket.bind({ family: AF_INET, address: 0, port: DHCP_SERVER_PORT });
  }

  /** Answers what arrived. @throws SystemError when the answer cannot be sent */
  async take(data: Uint8Array): Promise<void> {
    const request = parseDhcp(data);
    if (request === null) return;
    const answer = this.server.answer(request, this.#proc.task.now());
    const about = dhcpWord(request, DHO_REQUESTED_ADDRESS) ?? request.ciaddr;
    const none = answer === null && dhcpType(request) === DHCPDISCOVER;
    this.#say(request, about, none ? 'no address available' : '');
    if (answer === null) return;
    const { message, to } = answer;
    this.#say(message, message.yiaddr === 0 ? about : message.yiaddr, answer.note);
    if (to !== 0 && message.ciaddr === 0) await this.#neighbour(to, message.chaddr);
    this.#proc.task.charge('syscall');
    const address = to === 0 ? INADDR_BROADCAST : to;
    this.socket.sendmsg(emitDhcp(message), { to: { family: AF_INET, address, port: DHCP_CLIENT_PORT } });
  }

  #say(m: DhcpMessage, address: number, note: string): void {
    const where = address === 0 ? '' : `${formatIpv4(address)} `;
    this.#log(`-dhcp: DHCP${TYPES[dhcpType(m)] ?? ''}(${this.#device}) ${where}${formatMac(m.chaddr)} ${note}`);
  }

  /** Who is offered an address does not answer ARP for it yet. */
  async #neighbour(address: number, lladdr: Uint8Array): Promise<void> {
    const conn = openNetlink(this.#proc.task);
    try {
      const attrs = { dst: ipv4Bytes(address), lladdr };
      const neighbour = { family: AF_INET, ifindex: this.#ifindex, state: NUD_STALE, attrs };
      await conn.neigh.create(neighbour, NLM_F_CREATE | NLM_F_REPLACE);
    } finally {
      conn.close();
    }
  }
}
