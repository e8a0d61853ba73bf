/** How a device is printed: `ip link show` and the head of `ip address show`. */
import type { IflaAttrs, LinkMessage } from '../../../../netlink/link.ts';
import {
  IFF_ALLMULTI,
  IFF_AUTOMEDIA,
  IFF_BROADCAST,
  IFF_DEBUG,
  IFF_DORMANT,
  IFF_DYNAMIC,
  IFF_ECHO,
  IFF_LOOPBACK,
  IFF_LOWER_UP,
  IFF_MASTER,
  IFF_MULTICAST,
  IFF_NOARP,
  IFF_NOTRAILERS,
  IFF_POINTOPOINT,
  IFF_PORTSEL,
  IFF_PROMISC,
  IFF_RUNNING,
  IFF_SLAVE,
  IFF_UP,
} from '../../../../uapi/if.ts';
import {
  ARPHRD_ETHER,
  ARPHRD_INFINIBAND,
  ARPHRD_IPGRE,
  ARPHRD_LOOPBACK,
  ARPHRD_NONE,
  ARPHRD_SIT,
  ARPHRD_TUNNEL,
  ARPHRD_TUNNEL6,
  ARPHRD_IP6GRE,
  ARPHRD_VOID,
} from '../../../../uapi/if-arp.ts';
import { AF_PACKET } from '../../../../uapi/socket.ts';
import type { Context } from '../context.ts';
import type { Json, Row } from '../json.ts';
import { formatAddr, formatLl } from '../parse.ts';
import { nameOfNsid } from '../netns.ts';
import { printStats } from './stats.ts';

const FLAGS: readonly (readonly [number, string])[] = [
  [IFF_LOOPBACK, 'LOOPBACK'],
  [IFF_BROADCAST, 'BROADCAST'],
  [IFF_POINTOPOINT, 'POINTOPOINT'],
  [IFF_MULTICAST, 'MULTICAST'],
  [IFF_NOARP, 'NOARP'],
  [IFF_ALLMULTI, 'ALLMULTI'],
  [IFF_PROMISC, 'PROMISC'],
  [IFF_MASTER, 'MASTER'],
  [IFF_SLAVE, 'SLAVE'],
  [IFF_DEBUG, 'DEBUG'],
  [IFF_DYNAMIC, 'DYNAMIC'],
  [IFF_AUTOMEDIA, 'AUTOMEDIA'],
  [IFF_PORTSEL, 'PORTSEL'],
  [IFF_NOTRAILERS, 'NOTRAILERS'],
  [IFF_UP, 'UP'],
  [IFF_LOWER_UP, 'LOWER_UP'],
  [IFF_DORMANT, 'DORMANT'],
  [IFF_ECHO, 'ECHO'],
];

export const OPER_STATES: readonly string[] = [
  'UNKNOWN',
  'NOTPRESENT',
  'DOWN',
  'LOWERLAYERDOWN',
  'TESTING',
  'DORMANT',
  'UP',
];
export const LINK_MODES: readonly string[] = ['DEFAULT', 'DORMANT'];

const LINK_TYPES: ReadonlyMap<number, string> = new Map([
  [0, 'netrom'],
  [ARPHRD_ETHER, 'ether'],
  [ARPHRD_INFINIBAND, 'infiniband'],
  [512, 'ppp'],
  [ARPHRD_TUNNEL, 'ipip'],
  [ARPHRD_TUNNEL6, 'tunnel6'],
  [ARPHRD_LOOPBACK, 'loopback'],
  [ARPHRD_SIT, 'sit'],
  [ARPHRD_IPGRE, 'gre'],
  [ARPHRD_IP6GRE, 'gre6'],
  [ARPHRD_NONE, 'none'],
  [ARPHRD_VOID, 'void'],
]);

/** Link-layer address text: IPv4 for tunnels with 4 bytes, IPv6 with 16, else hex octets. @see ll_addr_n2a */
export function linkAddress(bytes: Uint8Array, type: number): string {
  if (bytes.length === 4 && (type === ARPHRD_TUNNEL || type === ARPHRD_SIT || type === ARPHRD_IPGRE)) {
    return formatAddr(2, bytes);
  }
  if (bytes.length === 16 && (type === ARPHRD_TUNNEL6 || type === ARPHRD_IP6GRE)) return formatAddr(10, bytes);
  return formatLl(bytes);
}

/** The words of ifi_flags, `NO-CARRIER` first and `M-DOWN` last. @see print_link_flags */
export function flagWords(flags: number, masterDown: boolean): string[] {
  const out: string[] = [];
  if ((flags & IFF_UP) !== 0 && (flags & IFF_RUNNING) === 0) out.push('NO-CARRIER');
  let rest = flags & ~IFF_RUNNING;
  for (const [bit, word] of FLAGS) {
    if ((rest & bit) !== 0) out.push(word);
    rest &= ~bit;
  }
  if (rest !== 0) out.push((rest >>> 0).toString(16));
  if (masterDown) out.push('M-DOWN');
  return out;
}

function printFlags(row: Row, flags: number, masterDown: boolean): void {
  const words = flagWords(flags, masterDown);
  row.put('flags', words, `<${words.join(',')}> `);
}

/** The name with `@` what is below or across; whether that device is down. @see print_name_and_link */
async function printName(
  ctx: Context,
  row: Row,
  name: string,
  a: IflaAttrs,
  pad: (s: string) => string,
): Promise<boolean> {
  let shown = name;
  let down = false;
  if (a.link !== undefined) {
    let below: string;
    if (a.link === 0) {
      below = 'NONE';
      row.json('link', null);
    } else if (a.linkNetnsid !== undefined) {
      below = `if${a.link}`;
      row.json('link_index', a.link);
    } else {
      below = await ctx.links.name(a.link);
      row.json('link', below);
      down = ((await ctx.links.flags(a.link)) & IFF_UP) === 0;
    }
    shown = `${name}@${below}`;
  }
  row.put('ifname', name, pad(shown));
  return down;
}

const operState = (n: number): string => OPER_STATES[n] ?? n.toString(16).toUpperCase().padStart(1);

async function printAddresses(ctx: Context, row: Row, m: LinkMessage): Promise<void> {
  const a = m.attrs;
  const type = (ctx.options.numeric ? undefined : LINK_TYPES.get(m.type)) ?? `[${m.type}]`;
  row.say(ctx.nl).put('link_type', type, `    link/${type} `);
  if (a.address !== undefined) {
    const text = linkAddress(a.address, m.type);
    row.put('address', text, text);
  }
  if (a.broadcast !== undefined) {
    const text = linkAddress(a.broadcast, m.type);
    if ((m.flags & IFF_POINTOPOINT) !== 0) row.say(' peer ').json('link_pointtopoint', true);
    else row.say(' brd ');
    row.put('broadcast', text, text);
  }
  if (a.permAddress !== undefined && a.permAddress.length > 0) {
    const text = linkAddress(a.permAddress, m.type);
    if (a.address === undefined || text !== linkAddress(a.address, m.type))
      row.put('permaddr', text, ` permaddr ${text}`);
  }
}

async function printNetnsid(ctx: Context, row: Row, id: number): Promise<void> {
  row.json('link_netnsid', id);
  if (id < 0) {
    row.say(' link-netnsid unknown');
    return;
  }
  const name = ctx.options.json ? undefined : await nameOfNsid(ctx, id);
  row.say(name === undefined ? ` link-netnsid ${id}` : ` link-netns ${name}`);
}

const GEN_MODES: readonly string[] = ['eui64', 'none', 'stable_secret', 'random'];

function printLinkInfo(ctx: Context, row: Row, m: LinkMessage): void {
  const info = m.attrs.linkinfo;
  if (info === undefined) return;
  row.nest('linkinfo', () => {
    if (info.kind !== undefined) row.say(ctx.nl).put('info_kind', info.kind, `    ${info.kind} `);
    if (info.slaveKind !== undefined) {
      row.say(ctx.nl).put('info_slave_kind', info.slaveKind, `    ${info.slaveKind}_slave `);
    }
  });
}

/** What `-d` adds on the line of the link-layer address. `afSpec`: only `ip link` prints it. */
function printDetails(ctx: Context, row: Row, m: LinkMessage, afSpec: boolean): void {
  const a = m.attrs;
  const num = (key: string, value: number | undefined, text: string): void => {
    if (value !== undefined) row.put(key, value, text);
  };
  num('promiscuity', a.promiscuity, ` promiscuity ${a.promiscuity} `);
  num('allmulti', a.allmulti, ` allmulti ${a.allmulti} `);
  num('min_mtu', a.minMtu, `minmtu ${a.minMtu} `);
  num('max_mtu', a.maxMtu, `maxmtu ${a.maxMtu} `);
  printLinkInfo(ctx, row, m);
  const mode = a.afSpec?.inet6?.addrGenMode;
  if (afSpec && mode !== undefined) {
    const word = GEN_MODES[mode] ?? `0x${mode.toString(16).padStart(2, '0')}`;
    row.put('inet6_addr_gen_mode', word, `addrgenmode ${word} `);
  }
  num('num_tx_queues', a.numTxQueues, `numtxqueues ${a.numTxQueues} `);
  num('num_rx_queues', a.numRxQueues, `numrxqueues ${a.numRxQueues} `);
  num('gso_max_size', a.gsoMaxSize, `gso_max_size ${a.gsoMaxSize} `);
  num('gso_max_segs', a.gsoMaxSegs, `gso_max_segs ${a.gsoMaxSegs} `);
  num('tso_max_size', a.tsoMaxSize, `tso_max_size ${a.tsoMaxSize} `);
  num('tso_max_segs', a.tsoMaxSegs, `tso_max_segs ${a.tsoMaxSegs} `);
  num('gro_max_size', a.groMaxSize, `gro_max_size ${a.groMaxSize} `);
  if (a.physPortName !== undefined) row.put('phys_port_name', a.physPortName, `portname ${a.physPortName} `);
  if (a.parentDevBusName !== undefined) row.put('parentbus', a.parentDevBusName, `parentbus ${a.parentDevBusName} `);
  if (a.parentDevName !== undefined) row.put('parentdev', a.parentDevName, `parentdev ${a.parentDevName} `);
}

/** Which of the two commands prints, and the family it is limited to. */
export interface LinkStyle {
  /** `ip link`: link mode, alias, statistics belong to it. */
  readonly link: boolean;
  readonly family: number;
  /** `ip monitor` leaves the queue's length out. Default true. */
  readonly queue?: boolean;
}

/** One device on `row`. @see ip/ipaddress.c:print_linkinfo */
export async function printLink(ctx: Context, row: Row, m: LinkMessage, style: LinkStyle): Promise<void> {
  const a = m.attrs;
  const name = a.ifname ?? `if${m.index}`;
  if (ctx.options.brief) {
    await printBrief(ctx, row, m, name, style);
    return;
  }
  row.put('ifindex', m.index, `${m.index}: `);
  const down = await printName(ctx, row, name, a, (s) => `${s}: `);
  printFlags(row, m.flags, down);
  if (a.mtu !== undefined) row.put('mtu', a.mtu, `mtu ${a.mtu} `);
  if (a.qdisc !== undefined) row.put('qdisc', a.qdisc, `qdisc ${a.qdisc} `);
  if (a.master !== undefined) {
    const master = await ctx.links.name(a.master);
    row.put('master', master, `master ${master} `);
  }
  if (a.operstate !== undefined) {
    const state = operState(a.operstate);
    row.put('operstate', state, `state ${state} `);
  }
  if (style.link && a.linkmode !== undefined) {
    const mode = LINK_MODES[a.linkmode] ?? String(a.linkmode);
    row.put('linkmode', mode, `mode ${mode} `);
  }
  if (a.group !== undefined) {
    const group = ctx.names.name('group', a.group);
    row.put('group', group, `group ${group} `);
  }
  // An int to ip, whatever the kernel makes of it.
  const qlen =
    style.queue === false ? 0 : (a.txqlen ?? (await ctx.rt.linkOrNull({ index: m.index }))?.attrs.txqlen ?? 0) | 0;
  if (qlen !== 0) row.put('txqlen', qlen, `qlen ${qlen}`);
  if (style.family === 0 || style.family === AF_PACKET || ctx.details) await printAddresses(ctx, row, m);
  if (a.linkNetnsid !== undefined) await printNetnsid(ctx, row, a.linkNetnsid);
  if (a.protoDown !== undefined && a.protoDown !== 0) row.put('proto_down', true, ' protodown on ');
  if (ctx.details) printDetails(ctx, row, m, style.link);
  if ((style.link || ctx.details) && a.ifalias !== undefined) {
    row.say(ctx.nl).put('ifalias', a.ifalias, `    alias ${a.ifalias}`);
  }
  if (style.link && ctx.stats) {
    row.say(ctx.nl);
    printStats(ctx, row, a);
  }
  if (a.propList !== undefined) {
    const names: Json[] = [];
    row.json('altnames', names);
    for (const alt of a.propList) {
      names.push(alt);
      row.say(`${ctx.nl}    altname ${alt}`);
    }
  }
  row.say('\n');
}

async function printBrief(ctx: Context, row: Row, m: LinkMessage, name: string, style: LinkStyle): Promise<void> {
  const down = await printName(ctx, row, name, m.attrs, (s) => `${s.padEnd(16)} `);
  const state = operState(m.attrs.operstate ?? 0);
  if (m.attrs.operstate !== undefined) row.put('operstate', state, `${state.padEnd(14)} `);
  if (style.family !== AF_PACKET) return;
  if (m.attrs.address !== undefined) {
    const text = linkAddress(m.attrs.address, m.type);
    row.put('address', text, `${text} `);
  }
  printFlags(row, m.flags, down);
  row.say('\n');
}
