import type { NetDevice } from '../core/net-device.ts';
import type { Dst, SkBuff } from '../core/skbuff.ts';
import type { FibInfo, FibNh } from './fib-types.ts';

/** A route as packets carry it; made once for a next hop and kept there. @see include/net/route.h:struct rtable */
export class Rtable implements Dst {
  readonly dev: NetDevice;
  input: (skb: SkBuff) => void;
  output: (skb: SkBuff) => number;
  /** The namespace's routing generation it was made in: another one now means that it must be looked up again. */
  genid: number;
  /** RTN_*. */
  type: number;
  /** RTCF_*. */
  flags: number;
  isInput = false;
  iif = 0;
  /** Gateway, 0 when the destination is a neighbour. */
  gw4 = 0;
  usesGateway = false;
  /** A learned path MTU, 0 for none. */
  pmtu = 0;
  mtuLocked = false;
  /** When a learned value ends, ns. */
  expires: number = Infinity;
  obsolete = false;
  /** Error an unreachable route gives, positive errno. */
  error = 0;
  fi: FibInfo | null = null;
  nh: FibNh | null = null;
  /** Table it came from, for `ip route get`. */
  tableId = 0;

  constructor(
    dev: NetDevice,
    genid: number,
    type: number,
    flags: number,
    input: (skb: SkBuff) => void,
    output: (skb: SkBuff) => number,
  ) {
    this.dev = dev;
    this.genid = genid;
    this.type = type;
    this.flags = flags >>> 0;
    this.input = input;
    this.output = output;
  }
}
