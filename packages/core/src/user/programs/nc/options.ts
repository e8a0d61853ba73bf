/** Command line of OpenBSD's netcat as Debian has it, 1.219. @see nc(1) */
import { AF_INET, AF_INET6, AF_UNSPEC } from '../../../uapi/socket.ts';
import type { Process } from '../../process/types.ts';
import { getopt } from '../getopt.ts';
import { portByName } from '../netdb/services.ts';
import { HELP, USAGE } from './usage.ts';

/** Ends nc with words on stderr. */
export class NcExit extends Error {
  readonly status: number;
  readonly words: string;
  constructor(status: number, words: string) {
    super(words);
    this.status = status;
    this.words = words;
  }
}

export interface NcOptions {
  family: number;
  broadcast: boolean;
  crlf: boolean;
  debug: boolean;
  detached: boolean;
  keep: boolean;
  listen: boolean;
  ttl: number | null;
  shutdown: boolean;
  numeric: boolean;
  verbose: boolean;
  scan: boolean;
  /** Seconds, -1 for ever. */
  timeoutS: number;
  /** Seconds to go on for once stdin ended, -1 for ever. */
  quitS: number;
  /** Packets to receive, -1 without end. */
  receiveLimit: number;
  source: string | null;
  sourcePort: number;
  host: string | null;
  ports: readonly number[];
}

const INT_MAX = 2147483647;
/** What needs TCP, or other sockets than there are. */
const REFUSED = 'FIiOPrSTtUVmXxZ';

/** @see strtonum(3) */
function strtonum(text: string, min: number, max: number): number | 'invalid' | 'too small' | 'too large' {
  if (!/^\s*[+-]?[0-9]+$/.test(text)) return 'invalid';
  const value = Number(text);
  return value < min ? 'too small' : value > max ? 'too large' : value;
}

function number(what: string, text: string, min: number, max: number): number {
  const value = strtonum(text, min, max);
  if (typeof value === 'string') throw new NcExit(1, `nc: ${what} ${value}: ${text}\n`);
  return value;
}

/**
 * Reads the command line.
 * Differs from Linux: TCP, and options that only it has, are refused.
 * @throws NcExit
 */
export function parseOptions(proc: Process): NcOptions {
  const o: NcOptions = {
    family: AF_UNSPEC,
    broadcast: false,
    crlf: false,
    debug: false,
    detached: false,
    keep: false,
    listen: false,
    ttl: null,
    shutdown: false,
    numeric: false,
    verbose: false,
    scan: false,
    timeoutS: -1,
    quitS: -1,
    receiveLimit: -1,
    source: null,
    sourcePort: 0,
    host: null,
    ports: [],
  };
  let udp = false;
  let port: string | null = null;
  const spec = '46bCDdFhI:i:klM:m:NnO:P:p:q:rSs:T:tUuV:vW:w:X:x:Zz';
  const { options, operands } = getopt(proc.argv[0]!, proc.argv.slice(1), spec);
  for (const { opt, arg, error } of options) {
    switch (opt) {
      case '4':
        o.family = AF_INET;
        break;
      case '6':
        o.family = AF_INET6;
        break;
      case 'b':
        o.broadcast = true;
        break;
      case 'C':
        o.crlf = true;
        break;
      case 'D':
        o.debug = true;
        break;
      case 'd':
        o.detached = true;
        break;
      case 'h':
        throw new NcExit(0, HELP);
      case 'k':
        o.keep = true;
        break;
      case 'l':
        o.listen = true;
        break;
      case 'M': {
        const ttl = strtonum(arg!, 0, 255);
        if (typeof ttl === 'string') throw new NcExit(1, `nc: ttl is ${ttl}\n`);
        o.ttl = ttl;
        break;
      }
      case 'N':
        o.shutdown = true;
        break;
      case 'n':
        o.numeric = true;
        break;
      case 'p':
        port = arg;
        break;
      case 'q': {
        const value = strtonum(arg!, -INT_MAX - 1, INT_MAX);
        if (typeof value === 'string') throw new NcExit(1, `nc: quit timer ${value}: ${arg}\n`);
        o.quitS = value;
        break;
      }
      case 's':
        o.source = arg;
        break;
      case 'u':
        udp = true;
        break;
      case 'v':
        o.verbose = true;
        break;
      case 'W':
        o.receiveLimit = number('receive limit', arg!, 1, INT_MAX);
        break;
      case 'w':
        o.timeoutS = number('timeout', arg!, 0, INT_MAX / 1000);
        break;
      case 'z':
        o.scan = true;
        break;
      default:
        if (error !== '') throw new NcExit(1, `${error}\n${USAGE}`);
        if (REFUSED.includes(opt)) throw new NcExit(1, `nc: -${opt} is not supported\n${USAGE}`);
        throw new NcExit(1, USAGE);
    }
  }
  const [first, second] = operands;
  if (operands.length > 2) throw new NcExit(1, USAGE);
  let service = second ?? null;
  if (second !== undefined) o.host = first!;
  if (operands.length === 1) {
    if (!o.listen) throw new NcExit(1, 'nc: missing port number\n');
    service = first!;
  } else if (operands.length === 0) {
    if (!o.listen) throw new NcExit(1, USAGE);
    if (port === null) throw new NcExit(1, 'nc: missing port number\n');
    service = port;
    port = null;
  }
  if (o.listen && (o.source !== null || port !== null)) throw new NcExit(1, USAGE);
  if (o.listen && o.scan) throw new NcExit(1, 'nc: cannot use -z and -l\n');
  if (!o.listen && o.keep) throw new NcExit(1, 'nc: must use -l with -k\n');
  if (!udp) throw new NcExit(1, 'nc: tcp is not supported\n');
  o.sourcePort = port === null ? 0 : boundPort(proc, port);
  o.ports = o.listen ? [boundPort(proc, service!)] : portRange(proc, service!);
  return o;
}

/** A port to bind, as getaddrinfo(3) reads it: numbers count modulo 65536. */
function boundPort(proc: Process, text: string): number {
  if (/^[0-9]+$/.test(text)) return Number(text) & 0xffff;
  const port = portByName(proc, text, 'udp');
  if (port === null) throw new NcExit(1, 'nc: getaddrinfo: Servname not supported for ai_socktype\n');
  return port;
}

/** `5000`, `domain` or `5000-5010`. */
function portRange(proc: Process, text: string): number[] {
  const known = portByName(proc, text, 'udp');
  if (known !== null) return [known];
  const dash = text.indexOf('-');
  const one = (part: string): number => {
    const value = strtonum(part, 1, 65_535);
    if (typeof value === 'string') throw new NcExit(1, `nc: port number ${value}: ${part}\n`);
    return value;
  };
  if (dash < 0) return [one(text)];
  const [a, b] = [one(text.slice(0, dash)), one(text.slice(dash + 1))];
  const low = Math.min(a, b);
  return Array.from({ length: Math.abs(a - b) + 1 }, (_, i) => low + i);
}
