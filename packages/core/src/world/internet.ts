/**
 * What is behind a machine's card: a gateway that lends addresses, a few routers, and hosts that answer.
 *
 *   machine eth0 ── gateway ── router ── router ── … ── servers (8.8.8.8 …)
 *
 * Every one of them is a namespace of one machine that nobody logs in to, joined by cables with delays. They are configured
 * and forward, answer and complain like any Linux.
 */
import { ipv4Bytes, ipv4Mask, parseIpv4 } from '../lib/address.ts';
import { utf8Encode } from '../lib/text.ts';
import { type NetlinkClient, openNetlink } from '../netlink/index.ts';
import { addVirtioNet, type Net, type NetDevice } from '../sim/index.ts';
import { SystemError } from '../syscall/index.ts';
import { O_RDONLY, O_WRONLY } from '../uapi/fcntl.ts';
import { CLONE_NEWNET } from '../uapi/sched.ts';
import { RT_SCOPE_HOST, RT_SCOPE_UNIVERSE, RT_TABLE_MAIN, RTN_UNICAST, RTPROT_STATIC } from '../uapi/rtnetlink.ts';
import { AF_INET } from '../uapi/socket.ts';
import type { Process, Program } from '../user/process/index.ts';
import { dnsd, type NamedHost } from '../user/programs/dnsmasq/dnsd.ts';
import { Lending } from '../user/programs/dnsmasq/lending.ts';
import type { DhcpPool } from '../user/programs/dnsmasq/dhcp-server.ts';
import type { Machine, MachineOptions } from './machine.ts';
import type { World } from './world.ts';

/** A router on the way, as traceroute shows it, and how long a frame takes to it from the one before. */
export interface Hop {
  readonly address: string;
  readonly delayMs: number;
  readonly jitterMs?: number;
}

/** A host that answers ping, and its names. */
export interface PublicHost {
  /** The first is what its addresses are called. */
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  /** It answers questions for names. */
  readonly dns?: true;
}

/** Hosts at the far end. */
export interface Servers {
  readonly hosts: readonly PublicHost[];
  readonly delayMs: number;
  /** What their packets start with. */
  readonly ttl: number;
}

export interface InternetPlan {
  /** The gateway's address on the machine's side, e.g. `10.0.2.2/24`. */
  readonly gateway: string;
  /** Further addresses of the gateway there: name servers, which know the names of `hosts` and `servers`. */
  readonly beside: readonly string[];
  /** Names on the machine's side. */
  readonly hosts?: readonly PublicHost[];
  /** Names made of addresses, as dnsmasq's --synth-domain has them: `ec2.internal,172.31.0.0/16,ip-`. */
  readonly synthDomain?: string;
  readonly lease: Omit<DhcpPool, 'server' | 'prefixlen' | 'router'>;
  readonly uplink: { readonly delayMs: number; readonly jitterMs?: number; readonly rate?: number };
  /** From the gateway outwards. */
  readonly hops: readonly Hop[];
  readonly servers: Servers;
}

/** Networks between routers: a /30 each, whose second address is the outer router's. */
const LINK_PREFIX = 30;
const MTU = 9216;

const address = (text: string): number => {
  const value = parseIpv4(text);
  if (value === null) throw new RangeError(`${text}: not an IPv4 address`);
  return value;
};

/** `10.0.2.2/24` as its parts. */
function interfaceAddress(text: string): { readonly local: number; readonly prefixlen: number } {
  const [, host, prefixlen] = /^([\d.]+)\/([12]?\d|3[0-2])$/.exec(text) ?? [];
  if (host === undefined) throw new RangeError(`${text}: not an IPv4 address with the length of its prefix`);
  return { local: address(host), prefixlen: Number(prefixlen) };
}

const named = ({ names, addresses }: PublicHost): NamedHost => ({ names, addresses: addresses.map(address) });

async function addAddress(conn: NetlinkClient, index: number, local: number, prefixlen: number): Promise<void> {
  const bytes = ipv4Bytes(local);
  const scope = index === 1 ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
  await conn.addr.create({ family: AF_INET, prefixlen, scope, index, attrs: { local: bytes, address: bytes } });
}

interface RouteSpec {
  readonly dst?: number;
  readonly dstLen: number;
  readonly via: number;
  readonly oif: number;
}

async function addRoute(conn: NetlinkClient, { dst, dstLen, via, oif }: RouteSpec): Promise<void> {
  await conn.route.create({
    family: AF_INET,
    table: RT_TABLE_MAIN,
    protocol: RTPROT_STATIC,
    type: RTN_UNICAST,
    scope: RT_SCOPE_UNIVERSE,
    dstLen,
    attrs: { gateway: ipv4Bytes(via), oif, ...(dst === undefined ? {} : { dst: ipv4Bytes(dst) }) },
  });
}

async function setSysctl(proc: Process, name: string, value: number): Promise<void> {
  const fd = await proc.open(`/proc/sys/net/${name}`, O_WRONLY);
  await proc.write(fd, utf8Encode(String(value)));
  proc.close(fd);
}

/** One computer of the internet, while it is put together. */
class Node {
  readonly net: Net;
  readonly conn: NetlinkClient;
  readonly #proc: Process;
  readonly #fd: number;

  private constructor(proc: Process, net: Net, fd: number) {
    this.#proc = proc;
    this.net = net;
    this.#fd = fd;
    this.conn = openNetlink(proc.task);
  }

  /** A namespace of its own, in which the process then is. Its cards have no IPv6. */
  static async create(proc: Process, machine: Machine): Promise<Node> {
    proc.unshare(CLONE_NEWNET);
    await setSysctl(proc, 'ipv6/conf/default/disable_ipv6', 1);
    const net = machine.kernel.tasks.get(proc.pid)!.net;
    const node = new Node(proc, net, await proc.open('/proc/self/ns/net', O_RDONLY));
    await node.conn.link.set('lo', { up: true });
    return node;
  }

  /** Puts the process into this namespace, for what is done next. */
  enter(): void {
    this.#proc.setns(this.#fd, CLONE_NEWNET);
  }

  /** A card, up and with an address. */
  async card(name: string, local: number, prefixlen: number, mtu: number = MTU): Promise<NetDevice> {
    const dev = addVirtioNet(this.net, { name, mtu });
    await addAddress(this.conn, dev.ifindex, local, prefixlen);
    await this.conn.link.set(name, { up: true });
    return dev;
  }
}

/** The other host of the /30 that `a` is in. */
const acrossFrom = (a: number): number => ((a & ~3) | (3 - (a & 3))) >>> 0;

/** Link between the last router and the servers. */
const SERVER_LINK = { router: '203.0.113.1', servers: '203.0.113.2' };

/** Builds what `plan` says and then serves. `card` is the user's: the cable to the gateway is plugged into it. */
function builder(world: World, machine: Machine, card: NetDevice, plan: InternetPlan): Program {
  return async (proc) => {
    const { local, prefixlen } = interfaceAddress(plan.gateway);
    const inside = { dst: (local & ipv4Mask(prefixlen)) >>> 0, dstLen: prefixlen };

    // New namespaces have it from the first one; those of the servers have nothing to forward.
    await setSysctl(proc, 'ipv4/ip_forward', 1);
    const gateway = await Node.create(proc, machine);
    const toUser = await gateway.card('eth0', local, prefixlen, card.mtu);
    for (const text of plan.beside) await addAddress(gateway.conn, toUser.ifindex, address(text), 32);
    world.cable(card, toUser, plan.uplink);

    let inner = gateway;
    for (const { address: text, ...delay } of plan.hops) {
      const here = address(text);
      const there = acrossFrom(here);
      const outerCard = await inner.card('wan0', there, LINK_PREFIX);
      const hop = await Node.create(proc, machine);
      const innerCard = await hop.card('lan0', here, LINK_PREFIX);
      world.cable(outerCard, innerCard, delay);
      await addRoute(inner.conn, { dstLen: 0, via: here, oif: outerCard.ifindex });
      await addRoute(hop.conn, { ...inside, via: there, oif: innerCard.ifindex });
      inner = hop;
    }
    const names = [...(plan.hosts ?? []), ...plan.servers.hosts].map(named);
    const listening = plan.servers.hosts.filter((h) => h.dns === true).flatMap((h) => named(h).addresses);
    await servers(proc, world, machine, inner, plan.servers);
    proc.fork((child) => dnsd(child, listening, names));

    gateway.enter();
    const made = plan.synthDomain === undefined ? [] : [`--synth-domain=${plan.synthDomain}`];
    proc.fork((child) => dnsd(child, plan.beside.map(address), names, made));
    const lease = { ...plan.lease, server: local, prefixlen, router: local };
    return lend(proc, toUser, lease);
  };
}

/** Lends addresses on a device, for ever. */
async function lend(proc: Process, { name, ifindex }: NetDevice, pool: DhcpPool): Promise<never> {
  const lending = new Lending(proc, { name, index: ifindex }, pool);
  for (;;) {
    const { data } = await proc.recv(lending.socket);
    try {
      await lending.take(data);
    } catch (e) {
      // The cable is out; the client asks again.
      if (!(e instanceof SystemError)) throw e;
    }
  }
}

/** The hosts at the far end: one namespace with all their addresses. */
async function servers(proc: Process, world: World, machine: Machine, last: Node, plan: Servers): Promise<void> {
  const [routerEnd, serverEnd] = [address(SERVER_LINK.router), address(SERVER_LINK.servers)];
  const outer = await last.card('wan0', routerEnd, LINK_PREFIX);
  const node = await Node.create(proc, machine);
  const card = await node.card('eth0', serverEnd, LINK_PREFIX);
  world.cable(outer, card, { delayMs: plan.delayMs });
  for (const dst of plan.hosts.flatMap((host) => named(host).addresses)) {
    await addAddress(node.conn, 1, dst, 32);
    await addRoute(last.conn, { dst, dstLen: 32, via: serverEnd, oif: outer.ifindex });
  }
  await addRoute(node.conn, { dstLen: 0, via: routerEnd, oif: card.ifindex });
  await setSysctl(proc, 'ipv4/ip_default_ttl', plan.ttl);
}

/**
 * Puts an internet behind `card`. It is there once the world's clock has moved a little.
 * @param onCrash as a machine's
 */
export function internet(world: World, card: NetDevice, plan: InternetPlan, onCrash?: MachineOptions['onCrash']): void {
  const machine = world.machine('internet', onCrash === undefined ? {} : { onCrash });
  machine.startDaemon(builder(world, machine, card, plan), ['internet']);
}
