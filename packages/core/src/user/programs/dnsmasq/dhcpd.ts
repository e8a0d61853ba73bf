/** A DHCP server on one device. */
import { ipv4Bytes } from '../../../lib/address.ts';
import { utf8Encode } from '../../../lib/text.ts';
import { openNetlink } from '../../../netlink/index.ts';
import { SystemError } from '../../../syscall/index.ts';
import { DHCP_CLIENT_PORT, DHCP_SERVER_PORT, emitDhcp, parseDhcp } from '../../../wire/dhcp.ts';
import { INADDR_BROADCAST } from '../../../uapi/in.ts';
import { NLM_F_CREATE, NLM_F_REPLACE } from '../../../uapi/netlink.ts';
import { NUD_REACHABLE } from '../../../uapi/neighbour.ts';
import { AF_INET, SO_BINDTODEVICE, SO_BROADCAST, SOCK_DGRAM, SOL_SOCKET } from '../../../uapi/socket.ts';
import type { Process } from '../../process/types.ts';
import { type DhcpPool, DhcpServer } from './dhcp-server.ts';

/** Serves a pool for ever. */
export async function dhcpd(proc: Process, device: string, pool: DhcpPool): Promise<never> {
  const socket = proc.socket(AF_INET, SOCK_DGRAM, 0);
  socket.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, utf8Encode(device));
  socket.setsockopt(SOL_SOCKET, SO_BROADCAST, 1);
  socket.bind({ family: AF_INET, address: 0, port: DHCP_SERVER_PORT });
  const conn = openNetlink(proc.task);
  const { index } = await conn.link.get(device);
  const server = new DhcpServer(pool);
  for (;;) {
    const { data } = await proc.recv(socket);
    const request = parseDhcp(data);
    const answer = request === null ? null : server.answer(request, proc.task.now());
    if (answer === null) continue;
    const { message, to } = answer;
    // Who is offered an address does not answer ARP for it yet.
    if (to !== 0 && message.ciaddr === 0) {
      const attrs = { dst: ipv4Bytes(to), lladdr: message.chaddr };
      const neighbour = { family: AF_INET, ifindex: index, state: NUD_REACHABLE, attrs };
      await conn.neigh.create(neighbour, NLM_F_CREATE | NLM_F_REPLACE);
    }
    try {
      const address = to === 0 ? INADDR_BROADCAST : to;
      socket.sendmsg(emitDhcp(message), { to: { family: AF_INET, address, port: DHCP_CLIENT_PORT } });
    } catch (e) {
      // The cable is out; the client asks again.
      if (!(e instanceof SystemError)) throw e;
    }
  }
}
