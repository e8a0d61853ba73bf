/** DNS, over UDP, TCP and multicast. @see tcpdump print-domain.c */
import { type Ndo, TRUNCATED } from './ndo.ts';

const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  13: 'HINFO',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  41: 'OPT',
  43: 'DS',
  46: 'RRSIG',
  47: 'NSEC',
  48: 'DNSKEY',
  64: 'SVCB',
  65: 'HTTPS',
  251: 'IXFR',
  252: 'AXFR',
  255: 'ANY',
  257: 'CAA',
};
const OPCODES: readonly string[] = [
  '',
  ' inv_q',
  ' stat',
  ' op3',
  ' notify',
  ' update',
  ' op6',
  ' op7',
  ' op8',
  ' updateA',
  ' updateD',
  ' updateDA',
  ' updateM',
  ' updateMA',
  ' zoneInit',
  ' zoneRef',
];
const RCODES: readonly string[] = [
  '',
  ' FormErr',
  ' ServFail',
  ' NXDomain',
  ' NotImp',
  ' Refused',
  ' YXDomain',
  ' YXRRSet',
  ' NXRRSet',
  ' NotAuth',
  ' NotZone',
  ' Resp11',
  ' Resp12',
  ' Resp13',
  ' Resp14',
  ' Resp15',
];

interface Name {
  readonly text: string;
  readonly next: number;
}

/** A name with its compression followed. */
function readName(n: Ndo, base: number, o: number): Name {
  let text = '';
  let next = -1;
  for (let jumps = 0; jumps < 64;) {
    const len = n.u8(o);
    if (len === 0) return { text: text === '' ? '.' : text, next: next < 0 ? o + 1 : next };
    if ((len & 0xc0) === 0xc0) {
      if (next < 0) next = o + 2;
      o = base + (n.u16(o) & 0x3fff);
      jumps++;
      continue;
    }
    let label = '';
    for (let i = 1; i <= len; i++) {
      const c = n.u8(o + i);
      label += c > 32 && c < 127 ? String.fromCharCode(c) : `^${String.fromCharCode((c ^ 64) & 127)}`;
    }
    text += `${label}.`;
    o += len + 1;
  }
  return { text: `${text}<LOOP>`, next: next < 0 ? o : next };
}

const className = (c: number): string => (c === 1 ? '' : c === 255 ? ' ANY' : c === 3 ? ' CHAOS' : ` Class ${c}`);
const typeName = (t: number): string => TYPES[t] ?? `Type${t}`;

function question(n: Ndo, base: number, o: number, mdns: boolean): number {
  const at = readName(n, base, o);
  const type = n.u16(at.next);
  const cls = n.u16(at.next + 2);
  n.print(
    ` ${typeName(type)}${mdns && (cls & 0x8000) !== 0 ? ' (QU)' : mdns ? ' (QM)' : ''}${className(mdns ? cls & 0x7fff : cls)}? ${at.text}`,
  );
  return at.next + 4;
}

function time(s: number): string {
  let text = '';
  for (const [unit, letter] of [
    [604800, 'w'],
    [86400, 'd'],
    [3600, 'h'],
    [60, 'm'],
  ] as const) {
    if (s >= unit) text += `${Math.floor(s / unit)}${letter}`;
    s %= unit;
  }
  return s > 0 || text === '' ? `${text}${s}s` : text;
}

function record(n: Ndo, base: number, o: number, mdns: boolean): number {
  const at = readName(n, base, o);
  if (n.o.verbose > 0) n.print(` ${at.text}`);
  const type = n.u16(at.next);
  const cls = n.u16(at.next + 2);
  const len = n.u16(at.next + 8);
  const p = at.next + 10;
  if (type === 41) {
    n.print(` ${typeName(type)} UDPsize=${cls}`);
    if ((n.u32(at.next + 4) & 0x8000) !== 0) n.print(' DO');
    return p + len;
  }
  n.print(`${mdns && (cls & 0x8000) !== 0 ? ' (Cache flush)' : ''}${className(mdns ? cls & 0x7fff : cls)}`);
  if (n.o.verbose > 2) n.print(` [${time(n.u32(at.next + 4))}]`);
  n.need(p, len);
  n.print(` ${typeName(type)}`);
  const name = (q: number): string => readName(n, base, q).text;
  switch (type) {
    case 1:
      if (len === 4) n.print(` ${n.ip4(p)}`);
      break;
    case 28:
      if (len === 16) n.print(` ${n.ip6(p)}`);
      break;
    case 2:
    case 5:
    case 12:
      n.print(` ${name(p)}`);
      break;
    case 15:
      n.print(` ${name(p + 2)} ${n.u16(p)}`);
      break;
    case 33:
      n.print(` ${name(p + 6)}:${n.u16(p + 4)} ${n.u16(p)} ${n.u16(p + 2)}`);
      break;
    case 6: {
      if (n.o.verbose === 0) break;
      const m = readName(n, base, p);
      const r = readName(n, base, m.next);
      n.print(` ${m.text} ${r.text}`);
      for (let i = 0; i < 5; i++) n.print(` ${n.u32(r.next + 4 * i)}`);
      break;
    }
    case 16:
      for (let q = p; q < p + len;) {
        const size = n.u8(q);
        let text = '';
        for (let i = 1; i <= size; i++) text += String.fromCharCode(n.u8(q + i));
        n.print(` "${text}"`);
        q += size + 1;
      }
      break;
    default:
  }
  return p + len;
}

export function dnsPrint(n: Ndo, o: number, length: number, mdns: boolean): void {
  try {
    message(n, o, length, mdns);
  } catch (e) {
    if (e !== TRUNCATED) throw e;
    n.trunc();
  }
}

function message(n: Ndo, o: number, length: number, mdns: boolean): void {
  n.protocol = mdns ? 'mdns' : 'domain';
  n.need(o, 12);
  const flags = n.u16(o + 2);
  const count = (i: number): number => n.u16(o + 4 + 2 * i);
  const id = n.u16(o);
  const op = OPCODES[(flags >>> 11) & 15]!;
  const rcode = flags & 15;
  let p = o + 12;
  const end = o + length;
  const flagText = `${(flags & 0x400) !== 0 ? '*' : ''}${(flags & 0x80) === 0 ? '-' : ''}${(flags & 0x200) !== 0 ? '|' : ''}${(flags & 0x20) !== 0 ? '$' : ''}`;
  if ((flags & 0x8000) !== 0) {
    n.print(`${id}${op}${RCODES[rcode]}${flagText}`);
    if (count(0) !== 1) n.print(` [${count(0)}q]`);
    for (let i = 0; i < count(0); i++) {
      if (n.o.verbose > 1) {
        n.print(i > 0 ? ',' : ' q:');
        p = question(n, o, p, mdns);
      } else p = readName(n, o, p).next + 4;
    }
    n.print(` ${count(1)}/${count(2)}/${count(3)}`);
    const section = (total: number, head: string): void => {
      for (let i = 0; i < total && p < end; i++) {
        if (i === 0) n.print(head);
        else n.print(',');
        p = record(n, o, p, mdns);
      }
    };
    section(count(1), '');
    if (n.o.verbose > 1) {
      section(count(2), count(2) > 0 ? ' ns:' : '');
      section(count(3), count(3) > 0 ? ' ar:' : '');
    }
  } else {
    n.print(`${id}${op}${(flags & 0x100) !== 0 ? '+' : ''}${(flags & 0x10) !== 0 ? '%' : ''}`);
    if (op === '' && rcode !== 0) n.print(` [b2&3=0x${flags.toString(16)}]`);
    for (const [i, letter] of [
      [1, 'a'],
      [2, 'n'],
      [3, 'au'],
    ] as const)
      if (count(i) !== 0) n.print(` [${count(i)}${letter}]`);
    if (count(0) !== 1) n.print(` [${count(0)}q]`);
    for (let i = 0; i < count(0); i++) p = question(n, o, p, mdns);
    const section = (total: number, head: string): void => {
      for (let i = 0; i < total && p < end; i++) {
        n.print(i === 0 ? head : ',');
        p = record(n, o, p, mdns);
      }
    };
    if (n.o.verbose > 0) {
      section(count(1), '');
      section(count(2), ' ns:');
      section(count(3), ' ar:');
    }
  }
  n.print(` (${length})`);
}
