/** Command line of ping: what its options say, in iputils' words when they are wrong. */
import { parseIpv4, parseIpv6 } from '../../../lib/address.ts';
import { IPOPT_TS_PRESPEC, IPOPT_TS_TSANDADDR, IPOPT_TS_TSONLY } from '../../../uapi/ip.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  IP_PMTUDISC_DO,
  IP_PMTUDISC_DONT,
  IP_PMTUDISC_WANT,
} from '../../../uapi/socket.ts';
import { getopt } from '../getopt.ts';
import { INT_MAX, strtolOrErr } from '../iputils.ts';
import { NODEINFO_HELP, USAGE, VERSION } from './usage.ts';

/** Ends ping with words on stderr (and on stdout), before anything was sent. */
export class PingExit extends Error {
  readonly status: number;
  readonly words: string;
  readonly out: string;
  constructor(status: number, words: string, out = '') {
    super(words);
    this.status = status;
    this.words = words;
    this.out = out;
  }
}

export interface PingOptions {
  family: number;
  audible: boolean;
  adaptive: boolean;
  stickySource: boolean;
  /** 0: without end. */
  npackets: number;
  connectSocket: boolean;
  timestamps: boolean;
  debug: boolean;
  /** -1: the kernel's choice, or the pid. */
  ident: number;
  flood: boolean;
  device: string | null;
  source4: number;
  source6: Uint8Array | null;
  strictSource: boolean;
  /** Milliseconds; null when not given. */
  intervalMs: number | null;
  noLoop: boolean;
  preload: number;
  mark: number | null;
  pmtudisc: number;
  numeric: boolean;
  outstanding: boolean;
  pattern: string | null;
  quiet: boolean;
  /** Type of service, null when not given. */
  tos: number | null;
  dontRoute: boolean;
  datalen: number;
  /** 0: fit to the packet. */
  sndbuf: number;
  ttl: number | null;
  latency: boolean;
  verbose: boolean;
  /** Seconds, 0 for none. */
  deadlineS: number;
  lingerMs: number;
  broadcast: boolean;
  recordRoute: boolean;
  /** IPOPT_TS_*, null for none. */
  tsType: number | null;
  flowlabel: number | null;
  /** Words to print once it is known that ping goes on: numbers with garbage after them. */
  warnings: string[];
}

const SHORT = 'h?4bRT:6F:N:aABc:CdDe:fi:I:l:Lm:M:nOp:qQ:rs:S:t:UvVw:W:';

/** A whole decimal number within limits. */
const integer = (name: string, text: string, min: number, max: bigint | number): number =>
  strtolOrErr(name, text, min, max, (words) => {
    throw new PingExit(1, words);
  });

/** A number with fraction; what follows it is only remarked on. @see ping.c:ping_strtod */
function real(name: string, text: string, what: string, warnings: string[]): number {
  const range = (): never => {
    throw new PingExit(2, `${name}: ${what}: ${text}: Numerical result out of range\n`);
  };
  if (text === '') throw new PingExit(2, `${name}: ${what}: \n`);
  if (/^\s*[+-]?(?:inf(?:inity)?|nan(?:\([A-Za-z0-9_]*\))?)$/i.test(text)) range();
  const m = /^[\t-\r ]*[+-]?(?:0[xX](?=\.?[0-9a-fA-F])|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)/.exec(text);
  let length = m === null ? 0 : m[0].length;
  let value = m === null ? 0 : Number(m[0].trim());
  if (m !== null && /0[xX]$/.test(m[0])) {
    const hex = /^[0-9a-fA-F]*/.exec(text.slice(length))![0];
    length += hex.length;
    value = Number.parseInt(hex, 16) * (m[0].includes('-') ? -1 : 1);
  }
  if (!Number.isFinite(value)) range();
  if (length !== text.length) {
    warnings.push(`${name}: option argument contains garbage: ${text.slice(length)}\n`);
    warnings.push(`${name}: this will become fatal error in the future\n`);
  }
  return value;
}

/** A number as `strtol` reads it, with 0x for hex; null when something follows. */
function plainNumber(text: string): number | null {
  const m = /^[\t-\r ]*([+-]?)(?:0[xX]([0-9a-fA-F]+)|([0-9]+))$/.exec(text);
  if (m === null) return text === '' ? 0 : null;
  const value = m[2] === undefined ? Number(m[3]) : Number.parseInt(m[2], 16);
  return m[1] === '-' ? -value : value;
}

function tclass(name: string, text: string): number {
  const value = plainNumber(text);
  if (value === null) throw new PingExit(2, `${name}: bad TOS value: ${text}\n`);
  if (value > 255) throw new PingExit(2, `${name}: the decimal value of TOS bits must be in range 0-255: ${value}\n`);
  return value;
}

function flowLabel(name: string, text: string): number {
  const value = plainNumber(text);
  if (value === null) throw new PingExit(2, `${name}: bad value for flowinfo: ${text}\n`);
  if (value < 0 || value > 0xfffff) throw new PingExit(2, `${name}: flow value is greater than 20 bits: ${text}\n`);
  return value;
}

function source(name: string, text: string, o: PingOptions): void {
  if (text.includes(':')) {
    const percent = text.indexOf('%');
    if (percent >= 0) o.device = text.slice(percent + 1);
    o.source6 = parseIpv6(percent < 0 ? text : text.slice(0, percent));
    if (o.source6 === null) throw new PingExit(2, `${name}: invalid source address: ${text}\n`);
    o.strictSource = true;
    return;
  }
  const v4 = parseIpv4(text);
  if (v4 === null) o.device = text;
  else {
    o.source4 = v4;
    o.strictSource = true;
  }
}

function timestampType(name: string, text: string): number {
  switch (text) {
    case 'tsonly':
      return IPOPT_TS_TSONLY;
    case 'tsandaddr':
      return IPOPT_TS_TSANDADDR;
    case 'tsprespec':
      return IPOPT_TS_PRESPEC;
    default:
      throw new PingExit(2, `${name}: invalid timestamp type: ${text}\n`);
  }
}

function discovery(name: string, text: string): number {
  switch (text) {
    case 'do':
      return IP_PMTUDISC_DO;
    case 'dont':
      return IP_PMTUDISC_DONT;
    case 'want':
      return IP_PMTUDISC_WANT;
    default:
      throw new PingExit(2, `${name}: invalid -M argument: ${text}\n`);
  }
}

function nodeInfo(name: string, text: string): never {
  if (text === 'help') throw new PingExit(0, '', NODEINFO_HELP);
  const known =
    /^(?:name|ipv6|ipv6-all|ipv6-compatible|ipv6-global|ipv6-linklocal|ipv6-sitelocal|ipv4|ipv4-all|subject-(?:ipv6|ipv4|name|fqdn)=.*)$/;
  if (!known.test(text)) throw new PingExit(2, NODEINFO_HELP);
  throw new PingExit(2, `${name}: warren: option -N ${text} is not supported\n`);
}

function family(name: string, now: number, wanted: number): number {
  if (now !== AF_UNSPEC && now !== wanted) {
    throw new PingExit(2, `${name}: only one -4 or -6 option may be specified\n`);
  }
  return wanted;
}

function defaults(name: string): PingOptions {
  return {
    family: name.endsWith('4') ? AF_INET : name.endsWith('6') ? AF_INET6 : AF_UNSPEC,
    audible: false,
    adaptive: false,
    stickySource: false,
    npackets: 0,
    connectSocket: false,
    timestamps: false,
    debug: false,
    ident: -1,
    flood: false,
    device: null,
    source4: 0,
    source6: null,
    strictSource: false,
    intervalMs: null,
    noLoop: false,
    preload: 1,
    mark: null,
    pmtudisc: -1,
    numeric: false,
    outstanding: false,
    pattern: null,
    quiet: false,
    tos: null,
    dontRoute: false,
    datalen: 56,
    sndbuf: 0,
    ttl: null,
    latency: false,
    verbose: false,
    deadlineS: 0,
    lingerMs: 10_000,
    broadcast: false,
    recordRoute: false,
    tsType: null,
    flowlabel: null,
    warnings: [],
  };
}

/**
 * Reads argv.
 * @throws PingExit with what to print and the status.
 */
export function parseOptions(argv: readonly string[]): {
  readonly options: PingOptions;
  readonly hosts: readonly string[];
} {
  const name = argv[0] ?? 'ping';
  const o = defaults(name);
  const parsed = getopt(name, argv.slice(1), SHORT);
  for (const { opt, arg, error } of parsed.options) {
    if (error !== '') throw new PingExit(2, `${o.warnings.join('')}${error}\n${USAGE}`);
    apply(name, o, opt, arg ?? '');
  }
  if (parsed.operands.length === 0) {
    throw new PingExit(1, `${o.warnings.join('')}${name}: usage error: Destination address required\n`);
  }
  return { options: o, hosts: parsed.operands };
}

/** Takes one option in. */
function apply(name: string, o: PingOptions, opt: string, arg: string): void {
  try {
    switchOption(name, o, opt, arg);
  } catch (e) {
    if (e instanceof PingExit && o.warnings.length > 0)
      throw new PingExit(e.status, o.warnings.join('') + e.words, e.out);
    throw e;
  }
}

function switchOption(name: string, o: PingOptions, opt: string, arg: string): void {
  switch (opt) {
    case '4':
      o.family = family(name, o.family, AF_INET);
      break;
    case '6':
      o.family = family(name, o.family, AF_INET6);
      break;
    case 'b':
      o.broadcast = true;
      break;
    case 'R':
      if (o.tsType !== null) throw new PingExit(2, `${name}: only one of -T or -R may be used\n`);
      o.recordRoute = true;
      break;
    case 'T':
      if (o.recordRoute) throw new PingExit(2, `${name}: only one of -T or -R may be used\n`);
      o.tsType = timestampType(name, arg);
      break;
    case 'F':
      o.flowlabel = flowLabel(name, arg);
      break;
    case 'N':
      nodeInfo(name, arg);
      break;
    case 'a':
      o.audible = true;
      break;
    case 'A':
      o.adaptive = true;
      break;
    case 'B':
      o.stickySource = true;
      break;
    case 'c':
      o.npackets = integer(name, arg, 1, 9223372036854775807n);
      break;
    case 'C':
      o.connectSocket = true;
      break;
    case 'd':
      o.debug = true;
      break;
    case 'D':
      o.timestamps = true;
      break;
    case 'e':
      o.ident = integer(name, arg, 0, 65535);
      break;
    case 'f':
      o.flood = true;
      break;
    case 'i': {
      const seconds = real(name, arg, 'bad timing interval', o.warnings);
      if (seconds > Math.trunc(INT_MAX / 1000)) throw new PingExit(2, `${name}: bad timing interval: ${arg}\n`);
      o.intervalMs = Math.trunc(seconds * 1000);
      break;
    }
    case 'I':
      source(name, arg, o);
      break;
    case 'l':
      o.preload = integer(name, arg, 1, 65536);
      break;
    case 'L':
      o.noLoop = true;
      break;
    case 'm':
      o.mark = integer(name, arg, 0, 4294967295);
      break;
    case 'M':
      o.pmtudisc = discovery(name, arg);
      break;
    case 'n':
      o.numeric = true;
      break;
    case 'O':
      o.outstanding = true;
      break;
    case 'p':
      o.pattern = arg;
      break;
    case 'q':
      o.quiet = true;
      break;
    case 'Q':
      o.tos = tclass(name, arg);
      break;
    case 'r':
      o.dontRoute = true;
      break;
    case 's':
      o.datalen = integer(name, arg, 0, INT_MAX);
      break;
    case 'S':
      o.sndbuf = integer(name, arg, 1, INT_MAX);
      break;
    case 't':
      o.ttl = integer(name, arg, 0, 255);
      break;
    case 'U':
      o.latency = true;
      break;
    case 'v':
      o.verbose = true;
      break;
    case 'V':
      throw new PingExit(0, '', VERSION);
    case 'w':
      o.deadlineS = integer(name, arg, 0, INT_MAX);
      break;
    case 'W': {
      const seconds = real(name, arg, 'bad linger time', o.warnings);
      if (seconds < 0 || seconds > Math.trunc(INT_MAX / 1000))
        throw new PingExit(2, `${name}: bad linger time: ${arg}\n`);
      o.lingerMs = Math.trunc(seconds * 1000);
      break;
    }
    default:
      throw new PingExit(2, USAGE);
  }
}

/** The bytes of a `-p` pattern, at most 16. @throws PingExit when it is not hex. @see ping_common.c:fill */
export function patternBytes(name: string, text: string): number[] {
  if (!/^[0-9a-fA-F]*$/.test(text)) {
    throw new PingExit(2, `${name}: patterns must be specified as hex digits: ${text}\n`);
  }
  return (text.match(/..?/g) ?? []).slice(0, 16).map((pair) => Number.parseInt(pair, 16));
}
