/** Ethernet devices. @see net/ethernet/eth.c */
import { ETH_HLEN, ETH_MIN_MTU, ETH_P_802_2, ETH_P_802_3 } from '../../uapi/if-ether.ts';
import { ARPHRD_ETHER } from '../../uapi/if-arp.ts';
import { IFF_BROADCAST, IFF_MULTICAST } from '../../uapi/if.ts';
import { PACKET_BROADCAST, PACKET_HOST, PACKET_MULTICAST, PACKET_OTHERHOST } from '../../uapi/if-packet.ts';
import { be16, putBe16 } from '../../lib/bytes.ts';
import { NET_ADDR_RANDOM } from '../core/dev-config.ts';
import type { HeaderOps, NetDevice } from '../core/net-device.ts';
import type { SkBuff } from '../core/skbuff.ts';

/** Smallest value of the field that is a type and not a length. */
const ETH_P_802_3_MIN = 0x600;

/** Puts the Ethernet header in front. `saddr` null: the device's own. @see eth_header */
export const ethHeaderOps: HeaderOps = {
  create(skb: SkBuff, dev: NetDevice, type: number, daddr: Uint8Array | null, saddr: Uint8Array | null): number {
    const at = skb.push(ETH_HLEN);
    const { buf } = skb;
    putBe16(buf, at + 12, type === ETH_P_802_3 || type === ETH_P_802_2 ? skb.len - ETH_HLEN : type);
    const src = saddr ?? dev.devAddr;
    for (let i = 0; i < 6; i++) buf[at + 6 + i] = src[i]!;
    if (daddr === null) return -ETH_HLEN;
    for (let i = 0; i < 6; i++) buf[at + i] = daddr[i]!;
    return ETH_HLEN;
  },
};

function same(buf: Uint8Array, at: number, addr: Uint8Array): boolean {
  for (let i = 0; i < 6; i++) if (buf[at + i] !== addr[i]) return false;
  return true;
}

/** Types a received frame, as PACKET_* and ETH_P_*, and takes the header off. @see eth_type_trans */
export function ethTypeTrans(skb: SkBuff, dev: NetDevice): void {
  const { buf } = skb;
  const at = skb.data;
  skb.macHeader = at;
  if (!skb.pull(ETH_HLEN)) {
    skb.protocol = 0;
    return;
  }
  if ((buf[at]! & 1) !== 0) skb.pktType = same(buf, at, dev.broadcast) ? PACKET_BROADCAST : PACKET_MULTICAST;
  else skb.pktType = same(buf, at, dev.devAddr) ? PACKET_HOST : PACKET_OTHERHOST;
  const type = be16(buf, at + 12);
  skb.protocol = type >= ETH_P_802_3_MIN ? type : ETH_P_802_2;
}

const BROADCAST = new Uint8Array(6).fill(0xff);

/** Defaults of an Ethernet device. @see ether_setup */
export function etherSetup(dev: NetDevice): void {
  dev.headerOps = ethHeaderOps;
  dev.type = ARPHRD_ETHER;
  dev.hardHeaderLen = ETH_HLEN;
  dev.minMtu = ETH_MIN_MTU;
  dev.maxMtu = 1500;
  dev.mtu = 1500;
  dev.addrLen = 6;
  dev.txQueueLen = 1000;
  dev.flags = IFF_BROADCAST | IFF_MULTICAST;
  dev.broadcast = BROADCAST;
}

/** A random, locally administered, unicast address. @see eth_hw_addr_random */
export function ethHwAddrRandom(dev: NetDevice): void {
  const addr = dev.net.kernel.random.bytes(6);
  addr[0] = (addr[0]! & 0xfe) | 0x02;
  dev.devAddr = addr;
  dev.addrAssignType = NET_ADDR_RANDOM;
}
