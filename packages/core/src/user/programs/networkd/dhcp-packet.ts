/** DHCP as it travels when the client has no address: IPv4 and UDP headers written and read here. RFC 2131 §4.1. */
import { INADDR_BROADCAST, IPPROTO_UDP } from '../../../uapi/in.ts';
import { csumTcpudpNofold } from '../../../wire/checksum.ts';
import { DHCP_CLIENT_PORT, DHCP_SERVER_PORT, type DhcpMessage, emitDhcp, parseDhcp } from '../../../wire/dhcp.ts';
import { emitIpv4Header, parseIpv4Header } from '../../../wire/ipv4.ts';
import { emitUdp, parseUdp, UDP_HLEN } from '../../../wire/udp.ts';

const IPV4_HLEN = 20;

/** The message in an IPv4 packet from nobody to everybody. */
export function broadcastPacket(message: DhcpMessage): Uint8Array {
  const payload = emitDhcp(message);
  const totLen = IPV4_HLEN + UDP_HLEN + payload.length;
  const b = new Uint8Array(totLen);
  const protocol = IPPROTO_UDP;
  const h = {
    tos: 0,
    id: 0,
    df: true,
    mf: false,
    offset: 0,
    ttl: 64,
    saddr: 0,
    daddr: INADDR_BROADCAST,
    options: new Uint8Array(),
  };
  emitIpv4Header({ ...h, totLen, protocol }, b, 0);
  const pseudo = csumTcpudpNofold(0, INADDR_BROADCAST, totLen - IPV4_HLEN, protocol);
  emitUdp({ source: DHCP_CLIENT_PORT, dest: DHCP_SERVER_PORT, payload }, b, IPV4_HLEN, pseudo);
  return b;
}

/** The DHCP message in an IPv4 packet to a client, null when there is none. */
export function dhcpOf(packet: Uint8Array): DhcpMessage | null {
  const ip = parseIpv4Header(packet, 0, packet.length);
  if (ip === null || ip.protocol !== IPPROTO_UDP || ip.mf || ip.offset !== 0) return null;
  const hlen = IPV4_HLEN + ip.options.length;
  const pseudo = csumTcpudpNofold(ip.saddr, ip.daddr, ip.totLen - hlen, IPPROTO_UDP);
  const udp = parseUdp(packet, hlen, ip.totLen - hlen, pseudo);
  return udp === null || udp.dest !== DHCP_CLIENT_PORT ? null : parseDhcp(udp.payload);
}
