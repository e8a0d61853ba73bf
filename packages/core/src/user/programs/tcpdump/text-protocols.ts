/** Protocols of lines of text. @see tcpdump util-print.c:txtproto_print and print-{http,rtsp,sip,smtp,ftp,whois,ssh}.c */
import type { Ndo } from './ndo.ts';

const isPrint = (c: number): boolean => c >= 32 && c < 127;
const isSpace = (c: number): boolean => c === 32 || c === 9 || c === 13 || c === 10;

/** A word at `at`, and where the next begins; null when there is none. */
function word(n: Ndo, o: number, at: number, length: number): { readonly text: string; readonly next: number } | null {
  let text = '';
  let i = at;
  for (; i < length; i++) {
    if (!n.has(o + i, 1)) return null;
    const c = n.u8(o + i);
    if (c > 127) return null;
    if (isSpace(c)) break;
    if (!isPrint(c) || text.length + 2 > 129) return null;
    text += String.fromCharCode(c);
  }
  if (text === '') return null;
  for (; i < length && n.has(o + i, 1); i++) {
    const c = n.u8(o + i);
    // Only blanks are passed over: the line ends at its end, and a word begins with what prints.
    if (c !== 32) break;
  }
  return { text, next: i };
}

/** One line after `prefix`. @returns where the next begins; 0 when this was the last that can be shown */
function line(n: Ndo, prefix: string, o: number, at: number, length: number): number {
  let text = '';
  for (let i = at; i < length; i++) {
    const c = n.u8(o + i);
    if (c === 10) {
      n.print(prefix + text);
      return i + 1;
    }
    if (c === 13) {
      if (i + 1 >= length || n.u8(o + i + 1) !== 10) return 0;
      n.print(prefix + text);
      return i + 2;
    }
    if (!isPrint(c) && c !== 9) return 0;
    text += String.fromCharCode(c);
  }
  n.print(prefix + text);
  n.trunc();
  return 0;
}

/**
 * The first line of a message, or with -v all.
 * @param commands words of which one must come first, or a status in the second word; null for any text
 */
function textPrint(n: Ndo, o: number, length: number, commands: readonly string[] | null): void {
  let show = commands === null;
  const first = commands === null ? null : word(n, o, 0, length);
  if (commands !== null && first !== null) {
    show = commands.includes(first.text.toUpperCase());
    const second = word(n, o, first.next, length);
    if (second !== null && /^\d\d\d$/.test(second.text)) show = true;
  }
  n.caps();
  if (!show) return;
  if (n.o.verbose === 0) {
    line(n, ': ', o, 0, length);
    return;
  }
  n.print(`, length: ${length}`);
  for (let at = 0; at < length;) {
    at = line(n, '\n\t', o, at, length);
    if (at === 0) return;
  }
}

const HTTP: readonly string[] =
  'GET PUT COPY HEAD LOCK MOVE POLL POST BCOPY BMOVE MKCOL TRACE LABEL MERGE DELETE SEARCH UNLOCK REPORT UPDATE NOTIFY BDELETE CONNECT OPTIONS CHECKIN PROPFIND CHECKOUT CCM_POST SUBSCRIBE PROPPATCH BPROPFIND BPROPPATCH UNCHECKOUT MKACTIVITY MKWORKSPACE UNSUBSCRIBE RPC_CONNECT VERSION-CONTROL BASELINE-CONTROL'.split(
    ' ',
  );
const RTSP: readonly string[] =
  'DESCRIBE ANNOUNCE GET_PARAMETER OPTIONS PAUSE PLAY RECORD REDIRECT SETUP SET_PARAMETER TEARDOWN'.split(' ');
const SIP: readonly string[] =
  'ACK BYE CANCEL DO INFO INVITE MESSAGE NOTIFY OPTIONS PRACK QAUTH REFER REGISTER SPRACK SUBSCRIBE UPDATE PUBLISH'.split(
    ' ',
  );

type Printer = (n: Ndo, o: number, length: number) => void;
const printer =
  (protocol: string, commands: readonly string[] | null): Printer =>
  (n, o, length) => {
    n.protocol = protocol;
    textPrint(n, o, length, commands);
  };

export const httpPrint: Printer = printer('http', HTTP);
export const rtspPrint: Printer = printer('rtsp', RTSP);
export const sipPrint: Printer = printer('sip', SIP);
export const smtpPrint: Printer = printer('smtp', null);
export const ftpPrint: Printer = printer('ftp', null);
export const whoisPrint: Printer = printer('whois', null);

/** The version both sides of SSH begin with. */
export function sshPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'ssh';
  for (const [i, c] of [83, 83, 72, 45].entries()) if (n.u8(o + i) !== c) return;
  let text = 'SSH-';
  for (let i = 4; i < length; i++) {
    const c = n.u8(o + i);
    if (c === 10 || (c === 13 && i + 1 < length && n.u8(o + i + 1) === 10)) {
      n.print(`: SSH: ${text}`);
      return;
    }
    if (!isPrint(c)) return;
    text += String.fromCharCode(c);
  }
}
