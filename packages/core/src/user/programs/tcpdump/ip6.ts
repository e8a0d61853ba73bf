/** IPv6 and its chain of headers. @see tcpdump print-ip6.c */
import { fragment, routing } from './ip6-headers.ts';
import { destinationOptions, hopByHop, type Jumbo } from './ip6-options.ts';
import { ipDemux, IPPROTO } from './ip-demux.ts';
import { mobilityPrint } from './mobility.ts';
import { hex, type Ndo, tok } from './ndo.ts';

/** A whole IPv6 packet. */
export function ip6Print(n: Ndo, o: number, length: number): void {
  n.protocol = 'ip6';
  if (!n.has(o, 40)) {
    n.trunc();
    return;
  }
  if (length < 40) {
    n.print(`truncated-ip6 ${length}`);
    return;
  }
  if (!n.o.link) n.print('IP6 ');
  const version = n.u8(o) >>> 4;
  if (version !== 6) {
    n.print(`version error: ${version} != 6`);
    return;
  }
  const payload = n.u16(o + 4);
  const len = payload === 0 ? length + 40 : payload + 40;
  if (payload !== 0 && length < len) n.print(`truncated-ip6 - ${len - length} bytes missing!`);
  const nh = n.u8(o + 6);
  if (n.o.verbose > 0) {
    const flow = n.u32(o);
    const traffic = (flow >>> 20) & 0xff;
    n.print('(');
    if (traffic !== 0) n.print(`class 0x${hex(traffic, 2)}, `);
    if ((flow & 0xfffff) !== 0) n.print(`flowlabel 0x${hex(flow & 0xfffff, 5)}, `);
    n.print(`hlim ${n.u8(o + 7)}, next-header ${tok(IPPROTO, 'unknown', nh)} (${nh}) payload length: ${payload}) `);
  }
  n.pushEnd(o, len);
  if (!headers(n, o, length, len, nh, payload)) n.trunc();
}

/** The chain from the fixed header on. @returns false when it was cut in the middle */
function headers(n: Ndo, ip: number, length: number, len: number, nh: number, payload: number): boolean {
  const jumbo: Jumbo = { found: false, payload };
  let extended = false;
  let hopSeen = false;
  let first = true;
  let fragmented = false;
  let o = ip;
  let total = 0;
  for (let advance = 40; o < n.end && advance > 0;) {
    if (len < advance) return false;
    o += advance;
    len -= advance;
    total += advance;
    if (first && nh !== 6 && nh !== 17 && nh !== 33 && nh !== 132) n.print(`${n.ip6(ip + 8)} > ${n.ip6(ip + 24)}: `);
    switch (nh) {
      case 0:
        if (hopSeen || !first) {
          n.print(
            hopSeen
              ? '[The Hop-by-Hop Options header was already found]'
              : "[The Hop-by-Hop Options header don't follow the IPv6 header]",
          );
          n.invalid();
          return true;
        }
        advance = hopByHop(n, o, jumbo);
        if (jumbo.payload === 0 && !jumbo.found) {
          n.print('[No valid Jumbo Payload Hop-by-Hop option found]');
          n.invalid();
          return true;
        }
        hopSeen = true;
        break;
      case 60:
        advance = destinationOptions(n, o);
        break;
      case 44:
        advance = fragment(n, o, ip);
        if (advance >= 0 && n.end <= o + advance) advance = -1;
        break;
      case 62:
      case 135:
        mobilityPrint(n, o);
        advance = -1;
        break;
      case 43:
        if (!n.has(o, 1)) return false;
        advance = routing(n, o);
        break;
      default:
        if (jumbo.found) {
          len = jumbo.payload + 40;
          if (len < total) return false;
          if (length < len) n.print(`truncated-ip6 - ${len - length} bytes missing!`);
          n.changeEnd(ip, len);
          len -= total;
        } else if (payload === 0) {
          if (extended) return false;
          n.changeEnd(ip, 40);
          len = (40 - total) >>> 0;
        }
        ipDemux(n, o, len, 6, fragmented, n.u8(ip + 7), nh, ip);
        n.popEnd();
        return true;
    }
    if (advance < 0) {
      n.popEnd();
      return true;
    }
    if (nh === 44) fragmented = true;
    extended = true;
    first = false;
    nh = n.u8(o);
    n.protocol = 'ip6';
  }
  n.popEnd();
  return true;
}
