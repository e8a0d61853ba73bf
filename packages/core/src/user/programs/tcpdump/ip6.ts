/** IPv6 and its extension headers. @see tcpdump print-ip6.c, print-ip6opts.c, print-frag6.c, print-rt6.c */
import { ipDemux, ipPrint, IPPROTO } from './ip.ts';
import { type Ndo, tok } from './ndo.ts';

function options(n: Ndo, o: number, len: number): void {
  for (let i = 0; i < len;) {
    const type = n.u8(o + i);
    const size = type === 0 ? 1 : i + 1 < len ? n.u8(o + i + 1) + 2 : 0;
    if (size === 0 || i + size > len) {
      n.invalid();
      return;
    }
    if (type === 0) n.print('(pad1)');
    else if (type === 1) {
      n.print('(padn)');
    } else if (type === 5) {
      n.print(
        `(rtalert: 0x${n
          .u16(o + i + 2)
          .toString(16)
          .padStart(4, '0')}) `,
      );
    } else if (type === 0xc2) n.print(`(jumbo: ${n.u32(o + i + 2)}) `);
    else n.print(`(opt_type 0x${type.toString(16).padStart(2, '0')}: len=${n.u8(o + i + 1)}) `);
    i += size;
  }
  n.print(' ');
}

/** A whole IPv6 packet. */
export function ip6Print(n: Ndo, o: number, length: number): void {
  n.protocol = 'ip6';
  if (length < 40) {
    n.print(`truncated-ip6 ${length}`);
    return;
  }
  const version = n.u8(o) >>> 4;
  if (version !== 6) {
    if (version === 4) {
      n.print('IP, wrong link-layer encapsulation ');
      ipPrint(n, o, length);
    } else n.print(`IP${version}, wrong link-layer encapsulation`);
    return;
  }
  if (!n.o.link) n.print('IP6 ');
  n.need(o, 40);
  const payload = n.u16(o + 4);
  let len = payload + 40;
  if (length < len) {
    n.print(`truncated-ip6 - ${len - length} bytes missing!`);
    len = length;
  }
  let nh = n.u8(o + 6);
  if (n.o.verbose > 0) {
    const flow = n.u32(o);
    const cls = (flow >>> 20) & 0xff;
    n.print('(');
    if (cls !== 0) n.print(`class 0x${cls.toString(16).padStart(2, '0')}, `);
    if ((flow & 0xfffff) !== 0) n.print(`flowlabel 0x${(flow & 0xfffff).toString(16).padStart(5, '0')}, `);
    n.print(`hlim ${n.u8(o + 7)}, next-header ${tok(IPPROTO, 'unknown', nh)} (${nh}) payload length: ${payload}) `);
  }
  n.pushEnd(o + len);
  let p = o + 40;
  const end = o + len;
  const addresses = (): string => `${n.ip6(o + 8)} > ${n.ip6(o + 24)}: `;
  if (nh !== 6 && nh !== 17 && nh !== 33 && nh !== 132) n.print(addresses());
  let fragmented = false;
  for (;;) {
    switch (nh) {
      case 0:
      case 60: {
        n.protocol = nh === 0 ? 'hbhopt' : 'dstopt';
        const next = n.u8(p);
        const size = (n.u8(p + 1) + 1) * 8;
        n.need(p, size);
        n.print(nh === 0 ? 'HBH ' : 'DSTOPT ');
        if (n.o.verbose > 0) options(n, p + 2, size - 2);
        nh = next;
        p += size;
        break;
      }
      case 44: {
        n.protocol = 'frag6';
        n.need(p, 8);
        const off = n.u16(p + 2);
        n.print('frag (');
        if (n.o.verbose > 0)
          n.print(
            `0x${n
              .u32(p + 4)
              .toString(16)
              .padStart(8, '0')}:`,
          );
        n.print(`${off & 0xfff8}|${Math.max(0, end - p - 8)})`);
        nh = n.u8(p);
        p += 8;
        if ((off & 0xfff8) !== 0) {
          n.popEnd();
          return;
        }
        n.print(' ');
        fragmented = true;
        break;
      }
      case 43: {
        n.protocol = 'rt6';
        const rlen = n.u8(p + 1);
        const type = n.u8(p + 2);
        n.print(`srcrt (len=${rlen}, type=${type}, segleft=${n.u8(p + 3)}`);
        if (type === 0 || type === 2) {
          if (type === 0 && (n.u32(p + 4) !== 0 || n.o.verbose > 1)) n.print(`, rsv=0x${n.u32(p + 4).toString(16)}`);
          for (let i = 0; i < Math.floor(rlen / 2); i++) n.print(`, [${i}]${n.ip6(p + 8 + 16 * i)}`);
          n.print(') ');
        } else n.print(') ');
        nh = n.u8(p);
        p += (rlen + 1) * 8;
        break;
      }
      case 59:
        n.print('no next header');
        n.popEnd();
        return;
      default:
        ipDemux(n, p, Math.max(0, end - p), 6, fragmented, nh, o);
        n.popEnd();
        return;
    }
    if (p > end) {
      n.popEnd();
      return;
    }
  }
}
