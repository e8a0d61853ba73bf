/** What is remembered of another host: what it may be told of errors and of nearer routers. @see net/ipv4/inetpeer.c */
import type { Net } from '../core/net.ts';
import { type Slot, slot, slotGet } from '../core/notifier.ts';

/** @see struct inet_peer */
interface InetPeer {
  /** Nanoseconds' worth. ICMP's limit and that of routes' errors draw from the same ones. */
  tokens: number;
  last: number;
  /** Redirects sent since it last heeded them. */
  redirects: number;
}

const PEERS: Slot<Net, Map<number, InetPeer>> = slot(() => new Map<number, InetPeer>());
/** Tokens come in ticks of HZ=250. */
const TICK_NS = 4e6;
/** Hosts remembered before all are forgotten. */
const PEERS_MAX = 1024;

/** The ticks' time, ns. */
const jiffies = (net: Net): number => Math.floor(net.kernel.clock.now / TICK_NS) * TICK_NS;

/** @see inet_getpeer_v4 */
function getPeer(net: Net, addr: number): InetPeer {
  const peers = slotGet(net, PEERS);
  let peer = peers.get(addr);
  if (peer === undefined) {
    if (peers.size >= PEERS_MAX) peers.clear();
    peers.set(addr, (peer = { tokens: 0, last: jiffies(net) - 60e9, redirects: 0 }));
  }
  return peer;
}

/** Takes `cost` ns of tokens from the host's bucket of `burst`, which fills with time. @returns false when it has less */
export function inetPeerTake(net: Net, addr: number, cost: number, burst: number): boolean {
  const peer = getPeer(net, addr);
  const now = jiffies(net);
  if (now !== peer.last) {
    peer.tokens = Math.min(peer.tokens + now - peer.last, burst);
    peer.last = now;
  }
  if (peer.tokens < cost) return false;
  peer.tokens -= cost;
  return true;
}

/**
 * Whether the host may be sent another redirect: each waits twice as long as the one before, from `load` on, and after `most` of them
 * it is sent none until it was silent for a while. @param load, silence seconds
 * @returns how many it was sent with this one, 0 when it may not @see ip_rt_send_redirect
 */
export function inetPeerRedirect(net: Net, addr: number, load: number, most: number, silence: number): number {
  const peer = getPeer(net, addr);
  const now = jiffies(net);
  if (now > peer.last + silence * 1e9) peer.tokens = peer.redirects = 0;
  if (peer.redirects >= most) {
    peer.last = now;
    return 0;
  }
  if (peer.redirects !== 0 && now <= peer.last + load * 1e9 * 2 ** peer.redirects) return 0;
  peer.last = now;
  return ++peer.redirects;
}
