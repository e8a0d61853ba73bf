/** The command line. @see tcpdump(8) */
import { getopt, type LongOption } from '../getopt.ts';
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

function integer(text: string, what: string, min: number): number {
  if (!/^\d+$/.test(text) || Number(text) < min) throw new TcpdumpExit(1, `tcpdump: invalid ${what} ${text}\n`);
  return Number(text);
}

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
    snaplen: 262144,
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
    { posix: true },
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
        integer(v, 'packet buffer size', 1);
        break;
      case 'c':
        o.count = integer(v, 'packet count', 1);
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
      case 'Q':
        if (v !== 'in' && v !== 'out' && v !== 'inout')
          throw new TcpdumpExit(1, `tcpdump: unknown capture direction \`${v}'\n`);
        o.direction = v;
        break;
      case 'r':
        o.readFile = v;
        break;
      case 's':
        o.snaplen = integer(v, 'snaplen', 0) || 262144;
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
        o.linktype = v;
        break;
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
        if (v !== 'micro' && v !== 'nano') throw new TcpdumpExit(1, 'tcpdump: unable to parse time stamp precision\n');
        o.nano = v === 'nano';
        break;
      case 'Z':
        if (v !== 'root') refuse(`-Z ${v}`);
        break;
      default:
        refuse(opt.length === 1 ? `-${opt}` : `--${opt}`);
    }
  }
  if (o.times > 5) throw new TcpdumpExit(1, 'tcpdump: only -t, -tt, -ttt, -tttt, and -ttttt are supported\n');
  o.filter = parsed.operands.join(' ');
  return o;
}
