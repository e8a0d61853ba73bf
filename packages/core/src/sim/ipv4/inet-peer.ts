/** What is remembered of another host: tokens for the errors it may be sent. @see net/ipv4/inetpeer.c */
import type { Net } from '../core/net.ts';
import { type Slot, slot, slotGet } from '../core/notifier.ts';

/** @see struct inet_peer */
interface InetPeer {
  /** Nanoseconds' worth. ICMP's limit and that of routes' errors draw from the same ones. */
  tokens: number;
  last: number;
}

const PEERS: Slot<Net, Map<number, InetPeer>> = slot(() => new Map<number, InetPeer>());
/** Tokens come in ticks of HZ=250. */
const TICK_NS = 4e6;
/** Hosts remembered before all are forgotten. */
const PEERS_MAX = 1024;

/** Takes `cost` ns of tokens from the host's bucket of `burst`, which fills with time. @returns false when it has less */
export function inetPeerTake(net: Net, addr: number, cost: number, burst: number): boolean {
  const peers = slotGet(net, PEERS);
  const now = Math.floor(net.kernel.clock.now / TICK_NS) * TICK_NS;
  let peer = peers.get(addr);
  if (peer === undefined) {
    if (peers.size >= PEERS_MAX) peers.clear();
    peers.set(addr, (peer = { tokens: 0, last: now - 60e9 }));
  }
  if (now !== peer.last) {
    peer.tokens = Math.min(peer.tokens + now - peer.last, burst);
    peer.last = now;
  }
  if (peer.tokens < cost) return false;
  peer.tokens -= cost;
  return true;
}
