/** From a socket's bytes to packets on their way. @see net/ipv4/ip_output.c:ip_append_data, ip_push_pending_frames */
import { EMSGSIZE } from '../../uapi/errno.ts';
import { IP_DF } from '../../uapi/ip.ts';
import { IP_PMTUDISC_DO, IP_PMTUDISC_PROBE, IP_PMTUDISC_INTERFACE, IP_PMTUDISC_OMIT } from '../../uapi/socket.ts';
import type { SkBuff } from '../core/skbuff.ts';
import { ipMakeSkb, ipSendSkb } from '../ipv4/ip-output.ts';
import { ipOptionsBuild } from '../ipv4/ip-options.ts';
import { netIpv4 } from '../ipv4/netns.ts';
import { rtMtu, rtMtuLocked } from '../ipv4/route.ts';
import type { Rtable } from '../ipv4/rtable.ts';
import { type InetSock, ipDontFragment, ipSkIgnoreDf, type Ipcm } from './inet-sock.ts';

/** The MTU this socket respects. @see ip_sk_use_pmtu */
const skMtu = (sk: InetSock, rt: Rtable): number =>
  sk.pmtudisc === IP_PMTUDISC_PROBE || sk.pmtudisc === IP_PMTUDISC_INTERFACE || sk.pmtudisc === IP_PMTUDISC_OMIT
    ? rt.dev.mtu
    : rtMtu(rt);

/**
 * A packet of `len` bytes of transport, the header written as the socket wants it.
 * @returns the skb, or -EMSGSIZE (it would have to be cut and may not) with the MTU in `sk.lastMtu`
 */
export function inetMakeSkb(
  sk: InetSock,
  rt: Rtable,
  c: Ipcm,
  saddr: number,
  daddr: number,
  len: number,
): SkBuff | number {
  const mtu = skMtu(sk, rt);
  const hlen = 20 + (c.options?.length ?? 0);
  const ignoreDf = ipSkIgnoreDf(sk.pmtudisc);
  if (hlen + len > (ignoreDf ? 0xffff : mtu)) {
    sk.lastMtu = mtu;
    return -EMSGSIZE;
  }
  const always = sk.pmtudisc === IP_PMTUDISC_DO || sk.pmtudisc === IP_PMTUDISC_PROBE;
  const df =
    always || (hlen + len <= rtMtu(rt) && ipDontFragment(sk.pmtudisc, rtMtuLocked(rt) || rt.mtuLocked)) ? IP_DF : 0;
  const multicast = daddr >>> 28 === 14;
  const ttl = multicast
    ? sk.mcTtl
    : c.ttl !== -1
      ? c.ttl
      : (rt.fi?.metrics?.get(10) ?? netIpv4(sk.net).sysctl.ip_default_ttl);
  const skb = ipMakeSkb(
    sk.net,
    rt,
    saddr,
    daddr,
    {
      protocol: sk.protocol,
      tos: c.tos,
      ttl,
      df,
      ignoreDf,
      options: c.options === null ? null : ipOptionsBuild(sk.net, c.options, saddr),
      priority: sk.priority,
      mark: c.mark,
    },
    len,
  );
  skb.cb3 = 0;
  skb.sk = sk;
  return skb;
}

/** Sends it. @returns 0 or -errno; what is queued counts as sent. @see ip_send_skb */
export const inetSendSkb = (skb: SkBuff): number => ipSendSkb(skb);
