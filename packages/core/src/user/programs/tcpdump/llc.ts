/** IEEE 802.2 LLC and SNAP. @see tcpdump print-llc.c */
import { ETHERTYPES } from './ethertype-names.ts';
import { dump } from './hex.ts';
import { hex, type LinkAddresses, type Ndo, OUI, tok, type Tokens } from './ndo.ts';
import { stpPrint } from './stp.ts';

const SAP: Tokens = {
  0x00: 'Null',
  0xff: 'Global',
  0x02: '802.1B I',
  0x03: '802.1B G',
  0x06: 'IP',
  0x04: 'SNA',
  0x0e: 'ProWay NM',
  0x42: 'STP',
  0x4e: 'RS511',
  0x7e: 'ISO8208',
  0x8e: 'ProWay',
  0xaa: 'SNAP',
  0xe0: 'IPX',
  0xf0: 'NetBeui',
  0xfe: 'OSI',
};
const COMMAND: Tokens = {
  0x03: 'ui',
  0xe3: 'test',
  0xaf: 'xid',
  0x63: 'ua',
  0x43: 'disc',
  0x0f: 'dm',
  0x6f: 'sabme',
  0x87: 'frmr',
};
/** By the response bit of the SSAP and the poll bit of the control field. */
const FLAGS: Tokens = { 0: 'Command', 1: 'Response', 0x10: 'Poll', 0x11: 'Final', 0x100: 'Poll', 0x101: 'Final' };
const SUPERVISORY: Tokens = { 0: 'Receiver Ready', 1: 'Receiver not Ready', 2: 'Reject' };
const CISCO: Tokens = {
  0x2000: 'CDP',
  0x2003: 'VTP',
  0x2004: 'DTP',
  0x0111: 'UDLD',
  0x010b: 'PVST',
  0x010c: 'VLAN Bridge',
};
const BRIDGED: Tokens = {
  0x01: 'Ethernet + FCS',
  0x07: 'Ethernet w/o FCS',
  0x02: '802.4 + FCS',
  0x08: '802.4 w/o FCS',
  0x03: 'Token Ring + FCS',
  0x09: 'Token Ring w/o FCS',
  0x04: 'FDDI + FCS',
  0x0a: 'FDDI w/o FCS',
  0x05: '802.6 + FCS',
  0x0b: '802.6 w/o FCS',
  0x0e: 'BPDU',
};
const PIDS: Readonly<Record<number, Tokens>> = {
  0x000000: ETHERTYPES,
  0x0000f8: ETHERTYPES,
  0x080007: ETHERTYPES,
  0x00000c: CISCO,
  0x0080c2: BRIDGED,
};

/**
 * What follows an 802.3 length.
 *
 * Differs from Linux: IPX, NetBEUI and OSI, and Cisco's CDP, DTP, UDLD and VTP, are shown as bytes.
 * @returns length of the headers; negative when the payload is not known and its bytes are to be shown
 */
export function llcPrint(n: Ndo, o: number, length: number, caplen: number, link: LinkAddresses | null): number {
  n.protocol = 'llc';
  const short = (): number => {
    n.trunc();
    dump(n, o, caplen);
    return Math.min(caplen, length);
  };
  if (caplen < 3 || length < 3) return short();
  const dsapField = n.u8(o);
  const ssapField = n.u8(o + 1);
  const unnumbered = (n.u8(o + 2) & 3) === 3;
  if (!unnumbered && (caplen < 4 || length < 4)) return short();
  const control = unnumbered ? n.u8(o + 2) : n.le16(o + 2);
  const hlen = unnumbered ? 3 : 4;
  if (ssapField === 0xff && dsapField === 0xff) {
    n.missing = 'IPX';
    return -hlen;
  }
  const dsap = dsapField & 0xfe;
  const ssap = ssapField & 0xfe;
  if (n.o.link) {
    n.print(
      `LLC, dsap ${SAP[dsap] ?? 'Unknown'} (0x${hex(dsap, 2)}) ${(dsapField & 1) !== 0 ? 'Group' : 'Individual'}, ssap ${SAP[ssap] ?? 'Unknown'} (0x${hex(ssap, 2)}) ${FLAGS[ssapField & 1]!}, ctrl 0x${hex(control, unnumbered ? 2 : 4)}: `,
    );
  }
  const p = o + hlen;
  const rest = length - hlen;
  if (ssap === 0xaa && dsap === 0xaa && control === 3) {
    return snapPrint(n, p, rest, caplen - hlen, link) ? hlen + 5 : -(hlen + 5);
  }
  if (ssap === dsap && control === 3) {
    if (ssap === 0x42) {
      stpPrint(n, p, rest);
      return hlen;
    }
    if (ssap === 0x06) {
      n.inner.ip(n, p, rest);
      return hlen;
    }
    if (ssap === 0xe0 || ssap === 0xfe) n.missing = 'IPX or OSI';
  }
  if (ssap === 0xf0 && dsap === 0xf0 && (unnumbered ? control === 3 : (control & 1) === 0)) n.missing = 'NetBEUI';
  if (!n.o.link) n.print(sapsText(n, dsap, ssap, link));
  return controlPrint(n, p, rest, caplen - hlen, unnumbered, control, ssapField & 1) ? hlen : -hlen;
}

function sapsText(n: Ndo, dsap: number, ssap: number, link: LinkAddresses | null): string {
  const to = tok(SAP, 'Unknown DSAP 0x%02x', dsap);
  const from = tok(SAP, 'Unknown SSAP 0x%02x', ssap);
  if (link === null) return ssap === dsap ? `${to} ` : `${from} > ${to} `;
  const [src, dst] = [n.mac(link.src), n.mac(link.dst)];
  return ssap === dsap ? `${src} > ${dst} ${to} ` : `${src} ${from} > ${dst} ${to} `;
}

/** The control field in words. @returns whether there is nothing more to show */
function controlPrint(
  n: Ndo,
  p: number,
  length: number,
  caplen: number,
  unnumbered: boolean,
  control: number,
  response: number,
): boolean {
  const flags = FLAGS[response | (control & (unnumbered ? 0x10 : 0x100))]!;
  const total = length + (unnumbered ? 3 : 4);
  if (!unnumbered) {
    const received = (control >>> 9) & 0x7f;
    if ((control & 3) === 1) {
      n.print(
        `Supervisory, ${SUPERVISORY[(control >>> 2) & 3] ?? '?'}, rcv seq ${received}, Flags [${flags}], length ${total}`,
      );
      return true;
    }
    n.print(`Information, send seq ${(control >>> 1) & 0x7f}, rcv seq ${received}, Flags [${flags}], length ${total}`);
    return false;
  }
  n.print(`Unnumbered, ${tok(COMMAND, '%02x', control & 0xef)}, Flags [${flags}], length ${total}`);
  if ((control & 0xef) !== 0xaf) return false;
  if (length === 0) return true;
  if (caplen < 1) {
    n.trunc();
    return true;
  }
  if (n.u8(p) !== 0x81) return false;
  if (caplen < 3 || length < 3) {
    n.trunc();
    dump(n, p, caplen);
  } else n.print(`: ${hex(n.u8(p + 1), 2)} ${hex(n.u8(p + 2), 2)}`);
  return true;
}

/** @returns false when the payload is not known */
function snapPrint(n: Ndo, o: number, length: number, caplen: number, link: LinkAddresses | null): boolean {
  n.protocol = 'snap';
  if (!n.has(o, 5) || caplen < 5 || length < 5) {
    n.trunc();
    return true;
  }
  const oui = n.u24(o);
  const pid = n.u16(o + 3);
  const names = `${OUI[oui] ?? 'Unknown'} (0x${hex(oui, 6)})`;
  const pidText = `${PIDS[oui]?.[pid] ?? 'Unknown'} (0x${hex(pid, 4)})`;
  const p = o + 5;
  const rest = length - 5;
  if (n.o.link) n.print(`oui ${names}, ${oui === 0 ? 'ethertype' : 'pid'} ${pidText}, length ${rest}: `);
  switch (oui) {
    case 0x000000:
    case 0x0000f8:
      if (n.inner.ethertype(n, pid, p, rest, caplen - 5, link)) return true;
      break;
    case 0x080007:
      if (pid === 0x809b) n.missing = 'AppleTalk';
      break;
    case 0x00000c:
      if (pid === 0x010b || pid === 0x010c) {
        stpPrint(n, p, rest);
        return true;
      }
      if (CISCO[pid] !== undefined) n.missing = CISCO[pid];
      break;
    case 0x0080c2:
      if (pid === 1 || pid === 7) {
        if (!n.has(p, 2)) {
          n.trunc();
          return true;
        }
        n.inner.ether(n, p + 2, rest - 2, caplen - 7);
        return true;
      }
      if (pid === 0x0e) {
        stpPrint(n, p, rest);
        return true;
      }
      if (pid === 3 || pid === 4 || pid === 9 || pid === 10) n.missing = 'token ring or FDDI';
      break;
    default:
  }
  if (!n.o.link) {
    if (link !== null) n.print(`${n.mac(link.src)} > ${n.mac(link.dst)} `);
    n.print(
      oui === 0
        ? `SNAP, ethertype ${pidText}, length ${rest}: `
        : `SNAP, oui ${names}, pid ${pidText}, length ${rest}: `,
    );
  }
  return false;
}
