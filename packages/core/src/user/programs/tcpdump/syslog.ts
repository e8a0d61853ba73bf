/** Syslog. RFC 3164 §4. @see tcpdump print-syslog.c */
import { type Ndo, tok, type Tokens } from './ndo.ts';

const SEVERITY: Tokens = {
  0: 'emergency',
  1: 'alert',
  2: 'critical',
  3: 'error',
  4: 'warning',
  5: 'notice',
  6: 'info',
  7: 'debug',
};
const FACILITY: Tokens = Object.fromEntries(
  'kernel user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp security console cron local0 local1 local2 local3 local4 local5 local6 local7'
    .split(' ')
    .map((name, i) => [i, name]),
);

export function syslogPrint(n: Ndo, o: number, len: number): void {
  n.protocol = 'syslog';
  if (n.u8(o) !== 60) {
    n.invalid();
    return;
  }
  let priority = 0;
  let at = 1;
  for (; at <= 3 && n.u8(o + at) >= 48 && n.u8(o + at) <= 57; at++) priority = priority * 10 + n.u8(o + at) - 48;
  if (n.u8(o + at) !== 62) {
    n.invalid();
    return;
  }
  at++;
  const facility = (priority & 0x3f8) >>> 3;
  const severity = priority & 7;
  const names = [tok(FACILITY, 'unknown (%u)', facility), tok(SEVERITY, 'unknown (%u)', severity)] as const;
  if (n.o.verbose < 1) {
    n.print(`SYSLOG ${names[0]}.${names[1]}, length: ${len}`);
    return;
  }
  n.print(`SYSLOG, length: ${len}\n\tFacility ${names[0]} (${facility}), Severity ${names[1]} (${severity})\n\tMsg: `);
  if (len > at) n.printn(o + at, len - at, null);
  if (n.o.verbose > 1) n.unknown(o, '\n\t', len);
}
