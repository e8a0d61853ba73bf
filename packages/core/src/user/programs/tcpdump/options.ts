/** The command line. @see tcpdump(8) */
import { getopt, type LongOption } from '../getopt.ts';
import { linkByName } from './link-names.ts';
import { MAXIMUM_SNAPLEN } from './savefile-types.ts';
import { USAGE, VERSION } from './usage.ts';

/** Ends the program: with these words and this status. */
export class TcpdumpExit extends Error {
  readonly status: number;
  readonly words: string;
  readonly stdout: string;

  constructor(status: number, words: string, stdout = '') {
    super(words);
    this.status = status;
    this.words = words;
    this.stdout = stdout;
  }
}

export interface Options {
  device: string | null;
  count: number;
  dump: number;
  listDevices: boolean;
  listLinktypes: boolean;
  link: boolean;
  lineBuffered: boolean;
  numeric: boolean;
  number: boolean;
  optimize: boolean;
  promiscuous: boolean;
  quick: number;
  direction: 'in' | 'out' | 'inout';
  readFile: string | null;
  writeFile: string | null;
  filterFile: string | null;
  snaplen: number;
  absoluteSeq: boolean;
  noChecksums: boolean;
  times: number;
  nano: boolean;
  unbuffered: boolean;
  verbose: number;
  hex: number;
  hexAscii: number;
  ascii: number;
  linktype: string | null;
  packetType: string | null;
  /** -C in bytes, -G in seconds, -W; 0 without. */
  rotateSize: number;
  rotateSeconds: number;
  fileCount: number;
  postRotate: string | null;
  /** -V, -Z, -N, -I, -J. */
  fileList: string | null;
  user: string | null;
  noDomains: boolean;
  monitor: boolean;
  listTimestamps: boolean;
  /** To be said before anything else. */
  readonly warnings: string[];
  print: boolean;
  countOnly: boolean;
  filter: string;
}

const LONG: readonly LongOption[] = [
  { name: 'list-interfaces', val: 'D' },
  { name: 'help', val: 'h' },
  { name: 'interface', arg: 'required', val: 'i' },
  { name: 'list-data-link-types', val: 'L' },
  { name: 'no-promiscuous-mode', val: 'p' },
  { name: 'direction', arg: 'required', val: 'Q' },
  { name: 'snapshot-length', arg: 'required', val: 's' },
  { name: 'absolute-tcp-sequence-numbers', val: 'S' },
  { name: 'packet-buffered', val: 'U' },
  { name: 'linktype', arg: 'required', val: 'y' },
  { name: 'immediate-mode' },
  { name: 'print' },
  { name: 'count' },
  { name: 'number', val: '#' },
  { name: 'version' },
  { name: 'micro' },
  { name: 'nano' },
  { name: 'time-stamp-precision', arg: 'required' },
  { name: 'buffer-size', arg: 'required', val: 'B' },
  { name: 'dont-verify-checksums', val: 'K' },
];

const wrong = (words: string): never => {
  throw new TcpdumpExit(1, `tcpdump: ${words}\n`);
};

/** atoi(3): the number a text begins with. */
const atoi = (text: string): number => Number(/^\s*[+-]?\d+/.exec(text)?.[0] ?? 0);

function positive(text: string, what: string): number {
  const v = atoi(text);
  return v > 0 ? v : wrong(`invalid ${what} ${text}`);
}

/** Megabytes of -C. */
function fileSize(text: string): number {
  if (!/^\s*[+-]?\d+$/.test(text) || Number(text) <= 0) wrong(`invalid file size ${text}`);
  return BigInt(text.trim()) > 0x7fffffffffffffffn / 1000000n
    ? wrong(`file size ${text} is too large`)
    : Number(text) * 1000000;
}

/** Snapshot length: as strtol(3) takes it, any base. */
function snapshotLength(text: string): number {
  const m = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text);
  const digits = m?.[2] ?? '';
  const v = /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  if (m === null || (m[1] === '-' && v > 0) || v > MAXIMUM_SNAPLEN)
    wrong(`invalid snaplen ${text} (must be >= 0 and <= ${MAXIMUM_SNAPLEN})`);
  return v;
}

/** Words of -T that tcpdump knows; those with true are printed here as well. */
const PACKET_TYPES: Readonly<Record<string, boolean>> = {
  domain: true,
  tftp: true,
  vxlan: true,
  aodv: false,
  carp: false,
  cnfp: false,
  lmp: false,
  pgm: false,
  pgm_zmtp1: false,
  ptp: false,
  radius: false,
  resp: false,
  rpc: false,
  rtcp: false,
  rtp: false,
  snmp: false,
  someip: false,
  vat: false,
  wb: false,
  zmtp1: false,
};

/** Time stamp types libpcap knows; a simulated device has the first only. */
const STAMP_TYPES: readonly string[] = [
  'host',
  'host_lowprec',
  'host_hiprec',
  'adapter',
  'adapter_unsynced',
  'host_hiprec_unsynced',
];

/** @throws TcpdumpExit for what is wrong, asked for, or not there. */
export function parseOptions(argv: readonly string[]): Options {
  const o: Options = {
    device: null,
    count: 0,
    dump: 0,
    listDevices: false,
    listLinktypes: false,
    link: false,
    lineBuffered: false,
    numeric: false,
    number: false,
    optimize: true,
    promiscuous: true,
    quick: 0,
    direction: 'inout',
    readFile: null,
    writeFile: null,
    filterFile: null,
    snaplen: 0,
    absoluteSeq: false,
    noChecksums: false,
    times: 0,
    nano: false,
    unbuffered: false,
    verbose: 0,
    hex: 0,
    hexAscii: 0,
    ascii: 0,
    linktype: null,
    packetType: null,
    rotateSize: 0,
    rotateSeconds: 0,
    fileCount: 0,
    postRotate: null,
    fileList: null,
    user: null,
    noDomains: false,
    monitor: false,
    listTimestamps: false,
    warnings: [],
    print: false,
    countOnly: false,
    filter: '',
  };
  const name = argv[0] ?? 'tcpdump';
  const parsed = getopt(
    name,
    argv.slice(1),
    'aAbB:c:C:dDeE:fF:G:hHi:IJj:KlLm:M:nNOpqQ:r:s:StT:uUvV:w:W:xXy:Yz:Z:#',
    LONG,
    {},
  );
  const refuse = (what: string): never => {
    throw new TcpdumpExit(1, `tcpdump: the option '${what}' is not supported\n`);
  };
  for (const { opt, arg, error } of parsed.options) {
    if (error !== '') throw new TcpdumpExit(1, `${error}\n${USAGE}`);
    const v = arg ?? '';
    switch (opt) {
      case 'A':
        o.ascii++;
        break;
      case 'B':
        positive(v, 'packet buffer size');
        break;
      case 'c':
        o.count = positive(v, 'packet count');
        break;
      case 'd':
        o.dump++;
        break;
      case 'D':
        o.listDevices = true;
        break;
      case 'e':
        o.link = true;
        break;
      case 'F':
        o.filterFile = v;
        break;
      case 'h':
        throw new TcpdumpExit(0, '', USAGE);
      case 'version':
        throw new TcpdumpExit(0, '', VERSION);
      case 'i':
        o.device = v;
        break;
      case 'K':
        o.noChecksums = true;
        break;
      case 'l':
        o.lineBuffered = true;
        break;
      case 'L':
        o.listLinktypes = true;
        break;
      case 'n':
        o.numeric = true;
        break;
      case 'O':
        o.optimize = false;
        break;
      case 'p':
        o.promiscuous = false;
        break;
      case 'q':
        o.quick++;
        break;
      case 'Q': {
        const way = v.toLowerCase();
        if (way !== 'in' && way !== 'out' && way !== 'inout') return wrong(`unknown capture direction \`${v}'`);
        o.direction = way;
        break;
      }
      case 'T': {
        const known = PACKET_TYPES[v.toLowerCase()];
        if (known === undefined) wrong(`unknown packet type \`${v}'`);
        if (known === false) refuse(`-T ${v}`);
        o.packetType = v.toLowerCase();
        break;
      }
      case 'a':
        break;
      case 'C':
        o.rotateSize = fileSize(v);
        break;
      case 'G':
        o.rotateSeconds = atoi(v);
        if (o.rotateSeconds < 0) wrong(`invalid number of seconds ${v}`);
        break;
      case 'W':
        o.fileCount = positive(v, 'number of output files');
        break;
      case 'z':
        o.postRotate = v;
        break;
      case 'V':
        o.fileList = v;
        break;
      case 'N':
        o.noDomains = true;
        break;
      case 'I':
        o.monitor = true;
        break;
      case 'J':
        o.listTimestamps = true;
        break;
      case 'j':
        if (!STAMP_TYPES.includes(v)) wrong(`invalid time stamp type ${v}`);
        if (v !== 'host') refuse(`-j ${v}`);
        break;
      case 'm':
        o.warnings.push(`tcpdump: ignoring option \`-m ${v}' (no libsmi support)\n`);
        break;
      case 'r':
        o.readFile = v;
        break;
      case 's':
        o.snaplen = snapshotLength(v);
        break;
      case 'S':
        o.absoluteSeq = true;
        break;
      case 't':
        o.times++;
        break;
      case 'U':
        o.unbuffered = true;
        break;
      case 'v':
        o.verbose++;
        break;
      case 'w':
        o.writeFile = v;
        break;
      case 'x':
        o.hex++;
        break;
      case 'X':
        o.hexAscii++;
        break;
      case 'y':
        if (linkByName(v) === null) wrong(`invalid data link type ${v}`);
        o.linktype = v;
        break;
      case 'Y':
        throw new TcpdumpExit(1, USAGE);
      case '#':
        o.number = true;
        break;
      case 'print':
        o.print = true;
        break;
      case 'count':
        o.countOnly = true;
        break;
      case 'immediate-mode':
        break;
      case 'micro':
        o.nano = false;
        break;
      case 'nano':
        o.nano = true;
        break;
      case 'time-stamp-precision':
        if (!/^(?:micro|nano)/.test(v)) wrong('unsupported time stamp precision');
        o.nano = v.startsWith('nano');
        break;
      case 'Z':
        o.user = v;
        break;
      default:
        refuse(opt.length === 1 ? `-${opt}` : `--${opt}`);
    }
  }
  if (o.listDevices) return o;
  if (o.times > 5) wrong('only -t, -tt, -ttt, -tttt and -ttttt are supported');
  if (o.readFile !== null && o.fileList !== null) wrong('-V and -r are mutually exclusive.');
  o.filter = parsed.operands.join(' ');
  return o;
}
