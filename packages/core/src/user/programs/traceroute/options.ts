/** Command line of traceroute 2.1.2. @see traceroute(8) */
import { AF_INET, AF_INET6, AF_UNSPEC } from '../../../uapi/socket.ts';
import type { Process } from '../../process/types.ts';
import { type AddrInfo, gaiStrerror, getaddrinfo } from '../netdb/getaddrinfo.ts';
import { clif, type ClifOption, realNumber, wholeNumber } from './clif.ts';
import { ICMP_OPTIONS, USAGE, VERSION } from './usage.ts';

/** Ends traceroute with words, before anything was sent. */
export class TracerouteExit extends Error {
  readonly status: number;
  /** For stderr, which takes all that is not a trace. */
  readonly words: string;
  constructor(status: number, words: string) {
    super(words);
    this.status = status;
    this.words = words;
  }
}

export type Method = 'default' | 'icmp' | 'udp';

export interface TracerouteOptions {
  method: Method;
  /** The socket -I uses: raw when it must, dgram when it must. */
  icmpSocket: 'any' | 'raw' | 'dgram';
  debug: boolean;
  dontFragment: boolean;
  discoverMtu: boolean;
  backward: boolean;
  firstHop: number;
  maxHops: number;
  probesPerHop: number;
  simultaneous: number;
  device: string | null;
  numeric: boolean;
  /** 0: the method's own. */
  port: number;
  sourcePort: number;
  source: AddrInfo | null;
  tos: number | null;
  flowLabel: number;
  dontRoute: boolean;
  mark: number | null;
  /** Seconds. */
  waitS: number;
  hereFactor: number;
  nearFactor: number;
  sendIntervalS: number;
  /** The whole packet, -1 for header and 40 bytes. */
  packetLength: number;
  hostName: string;
  host: AddrInfo;
}

const MAX_HOPS = 255;
const MAX_PROBES = 10;
const MAX_PACKET = 65_000;

/** Methods and options that would need what is not there; each is refused as what it asks for. */
const REFUSED: readonly { readonly short?: string; readonly long?: string; readonly arg?: string }[] = [
  { short: 'T', long: 'tcp' },
  { short: 'g', long: 'gateway', arg: 'gate,...' },
  { short: 'e', long: 'extensions' },
  { short: 'A', long: 'as-path-lookups' },
  { short: 'UL' },
  { short: 'D', long: 'dccp' },
  { short: 'P', long: 'protocol', arg: 'prot' },
];

/** The address a name stands for, IPv4 before IPv6; null (said on stderr) when there is none. */
async function getaddr(proc: Process, name: string, family: number): Promise<AddrInfo | null> {
  const found = await getaddrinfo(proc, name, family);
  if (typeof found === 'number') {
    proc.err(`${name}: ${gaiStrerror(found)}\n`);
    return null;
  }
  return found.find((a) => a.family === (family === AF_UNSPEC ? AF_INET : family)) ?? found[0] ?? null;
}

/**
 * Reads the command line.
 * Differs from Linux: -T, -g, -e, -A, -UL, -D, -P and modules other than default, icmp and udp are refused.
 * @throws TracerouteExit
 */
export async function parseOptions(proc: Process): Promise<TracerouteOptions> {
  const args = proc.argv.slice(1);
  if (args.length === 0) throw new TracerouteExit(0, USAGE);
  let family: number = proc.name.endsWith('6') ? AF_INET6 : AF_UNSPEC;
  let host: AddrInfo | null = null;
  let moduleOptions = '';
  const o: Omit<TracerouteOptions, 'host'> = {
    method: 'default',
    icmpSocket: 'any',
    debug: false,
    dontFragment: false,
    discoverMtu: false,
    backward: false,
    firstHop: 1,
    maxHops: 30,
    probesPerHop: 3,
    simultaneous: 16,
    device: null,
    numeric: false,
    port: 0,
    sourcePort: 0,
    source: null,
    tos: null,
    flowLabel: 0,
    dontRoute: false,
    mark: null,
    waitS: 5,
    hereFactor: 3,
    nearFactor: 10,
    sendIntervalS: 0,
    packetLength: -1,
    hostName: '',
  };
  const number =
    (keep: (value: number) => void): ClifOption['set'] =>
    (text) => {
      const value = wholeNumber(text);
      if (value === null) return false;
      keep(value);
      return true;
    };
  const flag =
    (keep: () => void): ClifOption['set'] =>
    () => {
      keep();
      return true;
    };
  const options: readonly ClifOption[] = [
    { short: '4', set: flag(() => (family = AF_INET)) },
    { short: '6', set: flag(() => (family = AF_INET6)) },
    { short: 'd', long: 'debug', set: flag(() => (o.debug = true)) },
    { short: 'F', long: 'dont-fragment', set: flag(() => (o.dontFragment = true)) },
    { short: 'f', long: 'first', arg: 'first_ttl', set: number((v) => (o.firstHop = v)) },
    { short: 'I', long: 'icmp', set: flag(() => (o.method = 'icmp')) },
    { short: 'i', long: 'interface', arg: 'device', set: (v) => ((o.device = v), true) },
    { short: 'm', long: 'max-hops', arg: 'max_ttl', set: number((v) => (o.maxHops = v)) },
    { short: 'N', long: 'sim-queries', arg: 'squeries', set: number((v) => (o.simultaneous = v)) },
    { short: 'n', set: flag(() => (o.numeric = true)) },
    { short: 'p', long: 'port', arg: 'port', set: number((v) => (o.port = v & 0xffff)) },
    { short: 't', long: 'tos', arg: 'tos', set: number((v) => (o.tos = v)) },
    { short: 'l', long: 'flowlabel', arg: 'flow_label', set: number((v) => (o.flowLabel = v & 0xfffff)) },
    { short: 'w', long: 'wait', arg: 'MAX,HERE,NEAR', set: (v) => waits(o, v) },
    { short: 'q', long: 'queries', arg: 'nqueries', set: number((v) => (o.probesPerHop = v)) },
    { short: 'r', set: flag(() => (o.dontRoute = true)) },
    {
      short: 's',
      long: 'source',
      arg: 'src_addr',
      set: async (v) => (o.source = await getaddr(proc, v, AF_UNSPEC)) !== null,
    },
    {
      short: 'z',
      long: 'sendwait',
      arg: 'sendwait',
      set: (v) => {
        const value = realNumber(v);
        o.sendIntervalS = value ?? 0;
        return value !== null;
      },
    },
    { short: 'M', long: 'module', arg: 'name', set: (v) => ((o.method = moduleNamed(v)), true) },
    { short: 'O', long: 'options', arg: 'OPTS,...', set: (v) => ((moduleOptions = v), true) },
    { long: 'sport', arg: 'num', set: number((v) => (o.sourcePort = v & 0xffff)) },
    { long: 'fwmark', arg: 'num', set: number((v) => (o.mark = v)) },
    { short: 'U', long: 'udp', set: flag(() => (o.method = 'udp')) },
    { long: 'mtu', set: flag(() => (o.discoverMtu = true)) },
    { long: 'back', set: flag(() => (o.backward = true)) },
    {
      short: 'V',
      long: 'version',
      set: () => {
        throw new TracerouteExit(0, VERSION);
      },
    },
    {
      long: 'help',
      set: () => {
        throw new TracerouteExit(0, USAGE);
      },
    },
    ...REFUSED.map((refused): ClifOption => ({
      ...refused,
      set: () => {
        const spelled = refused.short === undefined ? `--${refused.long}` : `-${refused.short}`;
        throw new TracerouteExit(2, `Bad option \`${spelled}' (not supported)\n`);
      },
    })),
  ];
  const wrong = await clif(args, options, [
    {
      name: 'host',
      required: true,
      set: async (v) => {
        o.hostName = v;
        host = await getaddr(proc, v, family);
        return host !== null;
      },
    },
    { name: 'packetlen', required: false, set: number((v) => (o.packetLength = v)) },
  ]);
  if (wrong !== '') throw new TracerouteExit(2, wrong);
  if (host === null) throw new Error('a host was read');
  check(o, host);
  ownOptions(o, moduleOptions);
  return { ...o, host };
}

/** `MAX`, `MAX,HERE` or `MAX,HERE,NEAR`; what is left out counts as 0. */
function waits(o: Omit<TracerouteOptions, 'host'>, text: string): boolean {
  const parts = text.split(',').map(realNumber);
  if (parts.length > 3 || parts.includes(null)) return false;
  [o.waitS, o.hereFactor, o.nearFactor] = [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0];
  return true;
}

function moduleNamed(name: string): Method {
  if (name === 'default' || name === 'icmp' || name === 'udp') return name;
  throw new TracerouteExit(2, `Unknown traceroute module ${name}\n`);
}

/** What belongs together is looked at once all is read. */
function check(o: Omit<TracerouteOptions, 'host'>, host: AddrInfo): void {
  const bad = (words: string): never => {
    throw new TracerouteExit(2, `${words}\n`);
  };
  if (o.firstHop === 0 || o.firstHop > o.maxHops) bad('first hop out of range');
  if (o.maxHops > MAX_HOPS) bad(`max hops cannot be more than ${MAX_HOPS}`);
  if (o.probesPerHop === 0 || o.probesPerHop > MAX_PROBES) bad(`no more than ${MAX_PROBES} probes per hop`);
  if (o.waitS < 0 || o.hereFactor < 0 || o.nearFactor < 0)
    bad(`bad wait specifications \`${o.waitS},${o.hereFactor},${o.nearFactor}' used`);
  if (o.packetLength > MAX_PACKET) bad(`too big packetlen ${o.packetLength | 0} specified`);
  if (o.source !== null && o.source.family !== host.family) bad('IP version mismatch in addresses specified');
  if (o.sendIntervalS < 0) bad(`bad sendtime \`${o.sendIntervalS}' specified`);
  if (o.sendIntervalS >= 10) o.sendIntervalS /= 1000;
  if (o.sourcePort !== 0) o.simultaneous = 1;
  if (o.discoverMtu) {
    o.simultaneous = 1;
    o.dontFragment = true;
    if (o.packetLength < 0) o.packetLength = MAX_PACKET;
  }
}

/** -O: options of the module. Those that a module does not know are left alone, as the original does. */
function ownOptions(o: Omit<TracerouteOptions, 'host'>, text: string): void {
  const words = text.split(',');
  if (words.includes('help')) {
    throw new TracerouteExit(0, o.method === 'icmp' ? ICMP_OPTIONS : `No options for module \`${o.method}'\n`);
  }
  if (o.method !== 'icmp') return;
  for (const word of words) if (word === 'raw' || word === 'dgram') o.icmpSocket = word;
}
