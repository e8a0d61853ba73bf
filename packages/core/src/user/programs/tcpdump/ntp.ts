/** NTP. RFC 5905 §7.3; control messages: RFC 1305 appendix B. @see tcpdump print-ntp.c, ntp.c */
import { hex, type Ndo, tok, type Tokens } from './ndo.ts';

const MODE: Tokens = {
  0: 'unspecified',
  1: 'symmetric active',
  2: 'symmetric passive',
  3: 'Client',
  4: 'Server',
  5: 'Broadcast',
  6: 'Control Message',
  7: 'Reserved',
};
const LEAP: Tokens = { 0: '', 0x40: '+1s', 0x80: '-1s', 0xc0: 'clock unsynchronized' };
const FRACTION = 4294967296;
/** From 1900 to 1970. */
const EPOCH = 2208988800;

export function ntpPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'ntp';
  const status = n.u8(o);
  const mode = status & 7;
  n.print(`NTPv${(status & 0x38) >>> 3}, ${tok(MODE, 'Unknown mode', mode)}, length ${length}`);
  if (n.o.verbose === 0) return;
  n.print(`\n\tLeap indicator: ${LEAP[status & 0xc0]!} (${status & 0xc0})`);
  const whole = mode <= 5 ? time(n, o, length) : mode !== 6 || control(n, o, length);
  if (!whole) n.trunc();
}

/** A message shorter than it must be. */
function invalid(n: Ndo, o: number, length: number): boolean {
  n.invalid();
  return n.has(o, length);
}

/** 16.16 bits, as seconds. */
function short(n: Ndo, o: number): string {
  return `${n.u16(o)}.${String(Math.floor((n.u16(o + 2) / 65536) * 1000000)).padStart(6, '0')}`;
}

const nano = (fraction: number): string => String(Math.floor((fraction / FRACTION) * 1000000000)).padStart(9, '0');

/** 32.32 bits since 1900. @see p_ntp_time */
function timestamp(n: Ndo, o: number): string {
  const seconds = n.u32(o);
  const text = `${seconds}.${nano(n.u32(o + 4))}`;
  if (seconds === 0) return text;
  return `${text} (${new Date((seconds - EPOCH) * 1000).toISOString().replace(/\.\d+/, '')})`;
}

/** The time from one stamp to another. @see p_ntp_delta */
function delta(n: Ndo, from: number, to: number): string {
  const [os, of, s, f] = [n.u32(from), n.u32(from + 4), n.u32(to), n.u32(to + 4)];
  if (os === 0 && of === 0) return timestamp(n, to);
  const later = s > os || (s === os && f > of);
  const [a, b] = later
    ? [
        [s, f],
        [os, of],
      ]
    : [
        [os, of],
        [s, f],
      ];
  let seconds = a[0]! - b[0]!;
  if (b[1]! > a[1]! && seconds > 0) seconds--;
  return `${later ? '+' : '-'}${seconds}.${nano((a[1]! - b[1]!) >>> 0)}`;
}

const pollText = (poll: number): string => {
  if (poll <= -32 || poll >= 32) return String(poll);
  return poll >= 0 ? `${poll} (${2 ** poll}s)` : `${poll} (1/${2 ** -poll}s)`;
};

/** @returns false when it was cut */
function time(n: Ndo, o: number, length: number): boolean {
  if (length < 48) return invalid(n, o, length);
  const stratum = n.u8(o + 1);
  const kind =
    stratum === 0
      ? 'unspecified'
      : stratum === 1
        ? 'primary reference'
        : stratum <= 15
          ? 'secondary reference'
          : 'reserved';
  n.print(`, Stratum ${stratum} (${kind})`);
  n.print(`, poll ${pollText(n.s8(o + 2))}`);
  n.print(`, precision ${n.s8(o + 3)}`);
  if (!n.has(o + 4, 4)) return false;
  n.print(`\n\tRoot Delay: ${short(n, o + 4)}`);
  if (!n.has(o + 8, 4)) return false;
  n.print(`, Root dispersion: ${short(n, o + 8)}`);
  if (!n.has(o + 12, 4)) return false;
  n.print(', Reference-ID: ');
  if (stratum === 0) n.print('(unspec)');
  else if (stratum === 1) n.printn(o + 12, 4, n.end);
  else if (stratum === 62 || stratum === 63) {
    n.print(`${n.ip4(o + 12)} INFO_${stratum === 62 ? 'QUERY' : 'REPLY'}`);
    return true;
  } else n.print(`0x${hex(n.u32(o + 12), 8)}`);
  const STAMPS = [
    'Reference Timestamp:  ',
    'Originator Timestamp: ',
    'Receive Timestamp:    ',
    'Transmit Timestamp:   ',
  ];
  for (const [i, name] of STAMPS.entries()) {
    if (!n.has(o + 16 + 8 * i, 8)) return false;
    n.print(`\n\t  ${name}${timestamp(n, o + 16 + 8 * i)}`);
  }
  n.print(`\n\t    Originator - Receive Timestamp:  ${delta(n, o + 24, o + 32)}`);
  n.print(`\n\t    Originator - Transmit Timestamp: ${delta(n, o + 24, o + 40)}`);
  return authentication(n, o + 48, length - 48);
}

function authentication(n: Ndo, o: number, length: number): boolean {
  if (length === 4 || length === 20 || length === 24) {
    n.print(`\n\tKey id: ${n.u32(o)}`);
    if (length === 4) return true;
    if (!n.has(o + 4, length - 4)) return false;
    n.print(`\n\tAuthentication: ${n.hexBytes(o + 4, length - 4)}`);
  } else if (length > 0) n.print(`\n\t(${length} more bytes after the header)`);
  return true;
}

/** @returns false when it was cut */
function control(n: Ndo, o: number, length: number): boolean {
  if (length < 12) return invalid(n, o, length);
  const c = n.u8(o + 1);
  n.print(
    `, ${(c & 0x80) !== 0 ? 'Response' : 'Request'}, ${(c & 0x40) !== 0 ? 'Error' : 'OK'}, ${(c & 0x20) !== 0 ? 'More' : 'Last'}, OpCode=${c & 31}\n`,
  );
  n.print(`\tSequence=${n.u16(o + 2)}`);
  const status = n.u16(o + 4);
  n.print(`, Status=${status === 0 ? '0' : `0x${hex(status)}`}`);
  n.print(`, Assoc.=${n.u16(o + 6)}`);
  n.print(`, Offset=${n.u16(o + 8)}`);
  const count = n.u16(o + 10);
  n.print(`, Count=${count}`);
  if (12 + count > length) return invalid(n, o, length);
  if (count === 0) return true;
  if (!n.has(o + 12, count)) return false;
  n.print('\n\tTO-BE-DONE: data not interpreted');
  return true;
}
