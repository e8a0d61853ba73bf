/** The general options of `ip link add` and `ip link set`. @see ip/iplink.c:iplink_parse */
import type { IflaAttrs, Ifinfomsg } from '../../../../netlink/link.ts';
import type { NetnsHandle } from '../../../../syscall/index.ts';
import { parseLlAddr } from '../../../../lib/address.ts';
import { utf8Encode } from '../../../../lib/text.ts';
import {
  IFALIASZ,
  IFF_ALLMULTI,
  IFF_DYNAMIC,
  IFF_MULTICAST,
  IFF_NOARP,
  IFF_NOTRAILERS,
  IFF_PROMISC,
  IFF_UP,
} from '../../../../uapi/if.ts';
import type { Context } from '../context.ts';
import {
  Args,
  checkAltifname,
  checkIfname,
  duparg,
  duparg2,
  getInteger,
  getUnsigned,
  incomplete,
  invarg,
  IpError,
  IpExit,
  matches,
  parseOnOff,
} from '../parse.ts';
import { nsidOfName, openNamed } from '../netns.ts';
import { LINK_USAGE } from '../usage.ts';
import { LINK_MODES, OPER_STATES } from './print.ts';
import { groupNumber } from './show.ts';

/** What the words said. */
export interface ParsedLink {
  readonly header: Partial<Ifinfomsg>;
  readonly attrs: IflaAttrs;
  dev: string | null;
  name: string | null;
  link: string | null;
  index: number;
  group: number;
  type: string | null;
  /** Whether the device changes its namespace. */
  moves: boolean;
  addressLength: number;
}

const FLAG_WORDS: Readonly<Record<string, readonly [flag: number, inverted: boolean]>> = {
  multicast: [IFF_MULTICAST, false],
  allmulticast: [IFF_ALLMULTI, false],
  promisc: [IFF_PROMISC, false],
  trailers: [IFF_NOTRAILERS, true],
  arp: [IFF_NOARP, true],
  dynamic: [IFF_DYNAMIC, false],
};

const GEN_MODES: readonly string[] = ['eui64', 'none', 'stable_secret', 'random'];

/** `on` or `off` as parse_on_off takes it; the error's status is EINVAL. */
function strictOnOff(what: string, word: string): number {
  if (word === 'on') return 1;
  if (word === 'off') return 0;
  throw new IpError(22, `Error: argument of "${what}" must be one of "off", "on", not "${word}"\n`);
}

function onOff(what: string, word: string): boolean {
  if (word !== 'on' && word !== 'off') {
    throw new IpError(1, `Error: argument of "${what}" must be "on" or "off", not "${word}"\n`);
  }
  return parseOnOff(what, word);
}

function llAddr(word: string): Uint8Array {
  return parseLlAddr(word, 32) ?? badAddress(word);
}
function badAddress(word: string): never {
  throw new IpError(1, `"${word}" is invalid lladdr.\n`);
}

const refuse = (word: string): never => {
  throw new IpExit(255, `warren: ip link: option "${word}" is not supported yet\n`);
};

/** Sockets name namespaces by descriptors, which must stay open until the request is sent: `handles` keeps them. */
export async function parseLink(
  ctx: Context,
  args: Args,
  create: boolean,
  handles: NetnsHandle[],
): Promise<ParsedLink> {
  const header: Partial<Ifinfomsg> = {};
  const a: IflaAttrs = {};
  const p: ParsedLink = {
    header,
    attrs: a,
    dev: null,
    name: null,
    link: null,
    index: 0,
    group: -1,
    type: null,
    moves: false,
    addressLength: 0,
  };
  const flag = (bit: number, on: boolean): void => {
    header.change = ((header.change ?? 0) | bit) >>> 0;
    header.flags = (on ? (header.flags ?? 0) | bit : (header.flags ?? 0) & ~bit) >>> 0;
  };
  const once = (value: unknown, key: string): void => {
    if (value !== undefined) duparg(key, args.word);
  };
  const integer = (key: string): number => getInteger(args.word) ?? invarg(`Invalid "${key}" value\n`, args.word);
  const unsigned = (key: string): number => getUnsigned(args.word) ?? invarg(`Invalid "${key}" value\n`, args.word);
  let nsGiven: true | undefined;

  for (; args.left > 0; args.i++) {
    const word = args.word;
    const bit = FLAG_WORDS[word] ?? (args.like('dynamic') ? FLAG_WORDS['dynamic'] : undefined);
    if (word === 'up') flag(IFF_UP, true);
    else if (word === 'down') flag(IFF_UP, false);
    else if (word === 'name') {
      const name = args.next();
      if (p.name !== null) duparg('name', name);
      if (!checkIfname(name)) invarg('"name" not a valid ifname', name);
      p.name = name;
      if (create && p.dev === null) p.dev = name;
    } else if (word === 'index') {
      const v = args.next();
      if (p.index !== 0) duparg('index', v);
      p.index = Number.parseInt(v, 10);
      if (!(p.index > 0)) invarg('Invalid "index" value', v);
    } else if (args.like('link')) p.link = args.next();
    else if (args.like('address')) {
      a.address = llAddr(args.next());
      p.addressLength = a.address.length;
    } else if (args.like('broadcast') || word === 'brd') a.broadcast = llAddr(args.next());
    else if (args.like('txqueuelen') || word === 'qlen' || args.like('txqlen')) {
      args.next();
      once(a.txqlen, 'txqueuelen');
      a.txqlen = integer('txqueuelen') >>> 0;
    } else if (word === 'mtu') {
      args.next();
      once(a.mtu, 'mtu');
      a.mtu = integer('mtu') >>> 0;
    } else if (/^xdp(generic|drv|offload)?$/.test(word)) refuse(word);
    else if (word === 'netns') {
      const v = args.next();
      once(nsGiven, 'netns');
      nsGiven = true;
      p.moves = true;
      const ns = await openNamed(ctx.proc, v);
      if (ns !== null) {
        handles.push(ns);
        a.netNsFd = ns.fd;
      } else a.netNsPid = (getInteger(v) ?? invarg('Invalid "netns" value\n', v)) >>> 0;
    } else if (bit !== undefined) {
      flag(bit[0], onOff(matches(word, 'dynamic') ? 'dynamic' : word, args.next()) !== bit[1]);
    } else if (word === 'carrier') a.carrier = strictOnOff('carrier', args.next());
    else if (word === 'vf') {
      args.next();
      unsigned('vf');
      if (args.left < 3) incomplete();
      refuse('vf');
    } else if (args.like('master')) {
      const v = args.next();
      const index = await ctx.links.index(v);
      a.master = index !== 0 ? index : invarg('Device does not exist\n', v);
    } else if (word === 'vrf') {
      const v = args.next();
      const index = await ctx.links.index(v);
      const m = index === 0 ? null : await ctx.rt.linkOrNull({ index });
      if (m?.attrs.linkinfo?.kind !== 'vrf') invarg('Not a valid VRF name\n', v);
      a.master = index;
    } else if (args.like('nomaster')) a.master = 0;
    else if (args.like('type')) {
      p.type = args.next();
      args.i++;
      break;
    } else if (args.like('alias')) {
      const v = args.next();
      if (utf8Encode(v).length >= IFALIASZ) invarg('alias too long\n', v);
      a.ifalias = v;
    } else if (word === 'group') {
      const v = args.next();
      if (p.group !== -1) duparg('group', v);
      p.group = groupNumber(ctx, v);
      a.group = p.group;
    } else if (word === 'mode') {
      const v = args.next();
      const mode = LINK_MODES.findIndex((m) => m.toLowerCase() === v.toLowerCase());
      a.linkmode = mode >= 0 ? mode : invarg('Invalid link mode\n', v);
    } else if (word === 'state') {
      const v = args.next();
      const state = OPER_STATES.findIndex((m) => m.toLowerCase() === v.toLowerCase());
      a.operstate = state >= 0 ? state : invarg('Invalid operstate\n', v);
    } else if (args.like('numtxqueues')) {
      args.next();
      once(a.numTxQueues, 'numtxqueues');
      a.numTxQueues = integer('numtxqueues') >>> 0;
    } else if (args.like('numrxqueues')) {
      args.next();
      once(a.numRxQueues, 'numrxqueues');
      a.numRxQueues = integer('numrxqueues') >>> 0;
    } else if (args.like('addrgenmode')) {
      const v = args.next();
      const mode = GEN_MODES.indexOf(v);
      a.afSpec = { inet6: { addrGenMode: mode >= 0 ? mode : invarg('Invalid address generation mode\n', v) } };
    } else if (args.like('link-netns')) {
      const v = args.next();
      once(a.linkNetnsid, 'link-netns/link-netnsid');
      const id = await nsidOfName(ctx, v);
      a.linkNetnsid = id >= 0 ? id : invarg('Invalid "link-netns" value\n', v);
    } else if (args.like('link-netnsid')) {
      args.next();
      once(a.linkNetnsid, 'link-netns/link-netnsid');
      a.linkNetnsid = integer('link-netnsid');
    } else if (word === 'protodown') a.protoDown = strictOnOff('protodown', args.next());
    else if (word === 'protodown_reason') {
      const v = args.next();
      const bitNumber = getUnsigned(v);
      if (bitNumber === null || bitNumber > 31) invarg('invalid protodown reason\n', v);
      const on = onOff('protodown_reason', args.next()) ? 1 : 0;
      a.protoDownReason = { mask: (1 << bitNumber!) >>> 0, value: (on << bitNumber!) >>> 0 };
    } else if (word === 'gso_max_size') {
      args.next();
      a.gsoMaxSize = unsigned('gso_max_size');
    } else if (word === 'gso_max_segs') {
      args.next();
      a.gsoMaxSegs = unsigned('gso_max_segs');
    } else if (word === 'gro_max_size') {
      args.next();
      a.groMaxSize = unsigned('gro_max_size');
    } else if (word === 'parentdev') a.parentDevName = args.next();
    else {
      if (args.like('help')) throw new IpExit(255, LINK_USAGE);
      if (word === 'dev') args.next();
      if (p.dev !== null && p.dev !== p.name) duparg2('dev', args.word);
      if (!checkAltifname(args.word)) invarg('"dev" not a valid ifname', args.word);
      p.dev = args.word;
    }
  }
  return p;
}
