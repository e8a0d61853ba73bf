/** The options before the object, as `ip` reads them. */
import { AF_BRIDGE, AF_INET, AF_INET6, AF_MPLS, AF_PACKET, AF_UNSPEC } from '../../../uapi/socket.ts';
import { getUnsigned, invarg, IpExit, matches, readFamily } from './parse.ts';
import { IP_USAGE } from './usage.ts';

export interface Options {
  /** AF_UNSPEC unless -4, -6, -0, -M, -B or -family. */
  family: number;
  json: boolean;
  pretty: boolean;
  oneline: boolean;
  brief: boolean;
  all: boolean;
  force: boolean;
  /** Addresses as the names /etc/hosts has for them. */
  resolve: boolean;
  numeric: boolean;
  human: boolean;
  iec: boolean;
  /** How often each was given. */
  details: number;
  stats: number;
  timestamp: number;
  shortTimestamp: boolean;
  batch: string | null;
  /** Size of the socket's receive buffer, null to leave it. */
  rcvbuf: number | null;
  /** How often an address flush dumps and deletes at most; 0 without limit. */
  maxFlushLoops: number;
  /** Namespaces to enter, in order. */
  netns: string[];
}

const newOptions = (): Options => ({
  family: AF_UNSPEC,
  json: false,
  pretty: false,
  oneline: false,
  brief: false,
  all: false,
  force: false,
  resolve: false,
  numeric: false,
  human: false,
  iec: false,
  details: 0,
  stats: 0,
  timestamp: 0,
  shortTimestamp: false,
  batch: null,
  rcvbuf: null,
  maxFlushLoops: 10,
  netns: [],
});

/** Exits with the usage text. */
export const ipUsage = (): never => {
  throw new IpExit(255, IP_USAGE);
};

/** Ends the program with status 0 after printing to standard output: `-V`. */
export class IpVersion extends Error {}

/** An option that is known and not supported is refused by name. */
const refuse = (opt: string): never => {
  throw new IpExit(255, `warren: ip: option ${opt} is not supported yet\n`);
};

/** What a plain flag does. Tried in order with abbreviation, as iproute2 does; `exact` ones are taken whole only. */
const FLAGS: readonly (readonly [names: readonly string[], set: (o: Options) => void])[] = [
  [['-human', '-human-readable'], (o) => void (o.human = true)],
  [['-iec'], (o) => void (o.iec = true)],
  [['-stats', '-statistics'], (o) => void o.stats++],
  [['-details'], (o) => void o.details++],
  [['-resolve'], (o) => void (o.resolve = true)],
  [['-oneline'], (o) => void (o.oneline = true)],
  [['-timestamp'], (o) => void o.timestamp++],
  [['-tshort'], (o) => void ((o.timestamp += 1), (o.shortTimestamp = true))],
  [
    ['-Version'],
    () => {
      throw new IpVersion();
    },
  ],
  [['-force'], (o) => void (o.force = true)],
];

const EXACT: Readonly<Record<string, number>> = {
  '-4': AF_INET,
  '-6': AF_INET6,
  '-0': AF_PACKET,
  '-M': AF_MPLS,
  '-B': AF_BRIDGE,
};

/**
 * Reads the options at the front of `argv` (without the program's name).
 * @returns the options and where the object's word is.
 */
export function parseOptions(argv: readonly string[]): { options: Options; at: number } {
  const o = newOptions();
  let i = 0;
  const value = (): string => {
    if (i + 1 >= argv.length) ipUsage();
    return argv[++i]!;
  };
  for (; i < argv.length; i++) {
    let opt = argv[i]!;
    if (opt === '--') {
      i++;
      break;
    }
    if (!opt.startsWith('-')) break;
    if (opt.startsWith('--')) opt = opt.slice(1);
    const like = (full: string): boolean => matches(opt, full);
    const exact = EXACT[opt];
    if (like('-loops')) {
      const n = getUnsigned(value());
      o.maxFlushLoops = n ?? 0;
    } else if (like('-family')) {
      const word = value();
      if (word === 'help') ipUsage();
      o.family = readFamily(word) ?? invarg('invalid protocol family', word);
    } else if (exact !== undefined) {
      o.family = exact;
    } else {
      const flag = FLAGS.find(([names]) => names.some(like));
      if (flag !== undefined) flag[1](o);
      else if (like('-batch')) o.batch = value();
      else if (like('-brief')) o.brief = true;
      else if (like('-json')) o.json = true;
      else if (like('-pretty')) o.pretty = true;
      else if (like('-rcvbuf')) {
        const word = value();
        o.rcvbuf = getUnsigned(word);
        if (o.rcvbuf === null) throw new IpExit(255, `Invalid rcvbuf size '${word}'\n`);
      } else if (isColor(opt)) colour(opt);
      else if (like('-help')) ipUsage();
      else if (like('-netns')) {
        if (i + 1 >= argv.length) {
          throw new IpExit(255, 'Cannot open network namespace "(null)": No such file or directory\n');
        }
        o.netns.push(argv[++i]!);
      } else if (like('-Numeric')) o.numeric = true;
      else if (like('-all')) o.all = true;
      else throw new IpExit(255, `Option "${opt}" is unknown, try "ip -help".\n`);
    }
  }
  return { options: o, at: i };
}

const isColor = (opt: string): boolean => matches(opt.split('=', 1)[0]!, '-color');

/** `-color` with `auto` or `never` means no colour when nothing is a terminal; `always` is refused. */
function colour(opt: string): void {
  const eq = opt.indexOf('=');
  const how = eq < 0 ? 'always' : opt.slice(eq + 1);
  if (how === 'never' || how === 'auto') return;
  if (how !== 'always') throw new IpExit(255, `Option "${opt}" is unknown, try "ip -help".\n`);
  refuse(opt);
}
