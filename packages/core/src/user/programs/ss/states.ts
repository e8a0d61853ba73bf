/** The states of sockets, by the names ss has for them. @see misc/ss.c:scan_state */

export const SS_ESTABLISHED = 1;
export const SS_CLOSE = 7;
export const SS_LISTEN = 10;
const SS_SYN_SENT = 2;
const SS_SYN_RECV = 3;
const SS_TIME_WAIT = 6;

export const STATE_NAMES: readonly string[] = [
  'UNKNOWN',
  'ESTAB',
  'SYN-SENT',
  'SYN-RECV',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'UNCONN',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
];
const LOWER: readonly string[] = [
  'UNKNOWN',
  'established',
  'syn-sent',
  'syn-recv',
  'fin-wait-1',
  'fin-wait-2',
  'time-wait',
  'unconnected',
  'close-wait',
  'last-ack',
  'listening',
  'closing',
];

const bit = (state: number): number => 1 << state;
export const SS_ALL = 0xfff;
export const SS_CONN: number = SS_ALL & ~(bit(SS_LISTEN) | bit(SS_CLOSE) | bit(SS_TIME_WAIT) | bit(SS_SYN_RECV));

/** Bits of a word; null when it is none of them. */
export function scanState(word: string): number | null {
  const name = word.toLowerCase();
  switch (name) {
    case 'close':
    case 'closed':
      return bit(SS_CLOSE);
    case 'syn-rcv':
      return bit(SS_SYN_RECV);
    case 'all':
      return SS_ALL;
    case 'connected':
      return SS_ALL & ~(bit(SS_CLOSE) | bit(SS_LISTEN));
    case 'synchronized':
      return SS_ALL & ~(bit(SS_CLOSE) | bit(SS_LISTEN) | bit(SS_SYN_SENT));
    case 'bucket':
      return bit(SS_SYN_RECV) | bit(SS_TIME_WAIT);
    case 'big':
      return SS_ALL & ~(bit(SS_SYN_RECV) | bit(SS_TIME_WAIT));
    default: {
      const i = LOWER.indexOf(name);
      return i < 0 ? null : bit(i);
    }
  }
}
