/** The sockets of each family, as rows of the table. @see misc/ss.c:inet_show_sock, packet_show_sock, netlink_show_one */
import { formatIpv4, formatIpv6 } from '../../../lib/address.ts';
import { be32, le32 } from '../../../lib/bytes.ts';
import { NetlinkError } from '../../../netlink/error.ts';
import {
  decodeInetDiagMsg,
  decodeNetlinkDiagMsg,
  decodePacketDiagMsg,
  encodeDiagReq,
  encodeInetDiagReq,
  type InetDiagMsg,
  sockDiagDump,
} from '../../../netlink/sock-diag.ts';
import { SystemError } from '../../../syscall/index.ts';
import { ENOENT } from '../../../uapi/errno.ts';
import { IPPROTO_RAW, IPPROTO_UDP } from '../../../uapi/in.ts';
import * as id from '../../../uapi/inet-diag.ts';
import { AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, SOCK_RAW } from '../../../uapi/socket.ts';
import type { Process } from '../../process/types.ts';
import { ifIndexToName } from '../netdb/interfaces.ts';
import { hostByAddress, readHosts } from '../netdb/hosts.ts';
import type { SsRow } from './columns.ts';
import type { Condition } from './filter.ts';
import { SS_CLOSE, STATE_NAMES } from './states.ts';

export interface ShowOptions {
  /** Services as names. */
  readonly services: boolean;
  readonly hosts: boolean;
  readonly details: boolean;
  readonly memory: boolean;
  readonly info: boolean;
  readonly tos: boolean;
  readonly oneline: boolean;
  /** Processes by inode number; null unless asked for. */
  readonly users: ReadonlyMap<number, readonly string[]> | null;
  readonly states: number;
  readonly condition: Condition | null;
}

const NDIAG_PROTO_ALL = 255;
const NDIAG_SHOW_MEMINFO = 1;
const NDIAG_SHOW_GROUPS = 2;
const PACKET_SHOW = 0x1 | 0x10;
const ETH_P_ALL = 3;
const NETIDS: ReadonlyMap<number, string> = new Map([
  [IPPROTO_UDP, 'udp'],
  [IPPROTO_RAW, 'raw'],
  [6, 'tcp'],
  [33, 'dccp'],
  [132, 'sctp'],
]);
const LL_PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [0x0800, 'ip'],
  [0x0806, 'arp'],
  [0x86dd, 'ipv6'],
  [0x8100, '802.1Q'],
  [0x88a8, '802.1ad'],
  [0x88cc, '[35020]'],
]);

/** Lines of a table in /etc; none when it is not there. */
function table(proc: Process, path: string): string[] {
  try {
    return proc.fs.readText(path).split('\n');
  } catch (e) {
    if (e instanceof SystemError) return [];
    throw e;
  }
}

export class Shower {
  readonly proc: Process;
  readonly options: ShowOptions;
  readonly rows: SsRow[] = [];
  #ephemeral: readonly [number, number] | null = null;

  constructor(proc: Process, options: ShowOptions) {
    this.proc = proc;
    this.options = options;
  }

  /** Asks; what the kernel does not know is nothing. Other errors are said, and nothing comes of it. */
  async #dump(request: Uint8Array): Promise<Uint8Array[]> {
    try {
      return await sockDiagDump(this.proc.task, request);
    } catch (e) {
      if (e instanceof NetlinkError && e.errno === -ENOENT) return [];
      if (e instanceof NetlinkError) {
        this.proc.err(`RTNETLINK answers: ${e.strerror}\n`);
        return [];
      }
      throw e;
    }
  }

  #users(inode: number): string {
    const found = this.options.users?.get(inode);
    return found === undefined ? '' : ` users:(${found.join(',')})`;
  }

  /** The range that names of services are not looked for in. @see is_ephemeral */
  #isEphemeral(port: number): boolean {
    this.#ephemeral ??= (() => {
      const [low, high] = (table(this.proc, '/proc/sys/net/ipv4/ip_local_port_range')[0] ?? '')
        .split(/\s+/)
        .map(Number);
      return [low ?? 1024, high ?? 4999] as const;
    })();
    return port >= this.#ephemeral[0] && port <= this.#ephemeral[1];
  }

  #service(port: number, protocol: number): string {
    if (port === 0) return '*';
    if (!this.options.services) return String(port);
    if (protocol === IPPROTO_RAW) {
      const line = table(this.proc, '/etc/protocols').find((l) => l.split(/\s+/)[1] === String(port));
      return line?.split(/\s+/)[0] ?? `ipproto-${port}`;
    }
    if (this.#isEphemeral(port)) return String(port);
    const name = protocol === IPPROTO_UDP ? 'udp' : 'tcp';
    const line = table(this.proc, '/etc/services').find((l) => l.split(/\s+/)[1] === `${port}/${name}`);
    return line?.split(/\s+/)[0] ?? String(port);
  }

  #host(address: Uint8Array, v6only: boolean): string {
    const six = address.length === 16;
    const any = address.every((b) => b === 0);
    if (six && any && !v6only) return '*';
    const number = six ? formatIpv6(address) : formatIpv4(be32(address, 0));
    const value = six ? address : be32(address, 0);
    const name = this.options.hosts ? (hostByAddress(readHosts(this.proc), value)?.name ?? number) : number;
    return name.includes(':') ? `[${name}]` : name;
  }

  /** Sockets over IPv4 and IPv6. @see inet_show_netlink */
  async inet(protocol: number, families: readonly number[]): Promise<void> {
    const { options: o } = this;
    const bit = (attr: number): number => 1 << (attr - 1);
    let ext = 0;
    if (o.memory) ext |= bit(id.INET_DIAG_MEMINFO) | bit(id.INET_DIAG_SKMEMINFO);
    if (o.info) ext |= bit(id.INET_DIAG_INFO) | bit(id.INET_DIAG_VEGASINFO) | bit(id.INET_DIAG_CONG);
    if (o.tos) ext |= bit(id.INET_DIAG_TOS) | bit(id.INET_DIAG_TCLASS);
    for (const family of families) {
      const answers = await this.#dump(encodeInetDiagReq({ family, protocol, ext, states: o.states }));
      for (const payload of answers) {
        const m = decodeInetDiagMsg(payload);
        if (this.#passes(m)) this.rows.push(await this.#inetRow(m, protocol));
      }
    }
  }

  #passes(m: InetDiagMsg): boolean {
    const mark = m.attrs.get(id.INET_DIAG_MARK);
    const { condition } = this.options;
    return (
      condition === null ||
      condition({
        src: m.src,
        dst: m.dst,
        sport: m.sport,
        dport: m.dport,
        ifindex: m.ifindex,
        mark: mark === undefined ? 0 : le32(mark, 0),
      })
    );
  }

  async #inetRow(m: InetDiagMsg, protocol: number): Promise<SsRow> {
    const v6only = m.attrs.get(id.INET_DIAG_SKV6ONLY)?.[0] ?? 0;
    const device = m.ifindex === 0 ? '' : `%${(await ifIndexToName(this.proc, m.ifindex)) ?? `if${m.ifindex}`}`;
    return {
      netid: NETIDS.get(protocol) ?? '???',
      state: STATE_NAMES[m.state] ?? 'UNKNOWN',
      recvq: String(m.rqueue).padEnd(6),
      sendq: String(m.wqueue).padEnd(6),
      addr: `${this.#host(m.src, v6only !== 0)}${device}:`,
      serv: this.#service(m.sport, protocol),
      raddr: `${this.#host(m.dst, v6only !== 0)}:`,
      rserv: this.#service(m.dport, protocol),
      proc: this.#users(m.inode) + this.#inetExtras(m, protocol),
    };
  }

  /** What -e, -m, -i and --tos add. */
  #inetExtras(m: InetDiagMsg, protocol: number): string {
    const { options: o } = this;
    let text = '';
    if (o.details) {
      if (m.uid !== 0) text += ` uid:${m.uid}`;
      text += ` ino:${m.inode} sk:${m.cookie.toString(16)}`;
      const mark = m.attrs.get(id.INET_DIAG_MARK);
      if (mark !== undefined && le32(mark, 0) !== 0) text += ` fwmark:0x${le32(mark, 0).toString(16)}`;
      const only = m.attrs.get(id.INET_DIAG_SKV6ONLY);
      if (only !== undefined) text += ` v6only:${only[0]}`;
      const shutdown = m.attrs.get(id.INET_DIAG_SHUTDOWN)?.[0];
      if (shutdown !== undefined) text += ` ${(shutdown & 1) !== 0 ? '-' : '<'}-${(shutdown & 2) !== 0 ? '-' : '>'}`;
    }
    if (o.memory || (o.info && protocol !== IPPROTO_UDP))
      text += (o.oneline ? '' : '\n\t') + skmem(m.attrs.get(id.INET_DIAG_SKMEMINFO));
    if (o.tos) {
      const number = (attr: number): number | undefined => m.attrs.get(attr)?.[0];
      const tos = number(id.INET_DIAG_TOS);
      const tclass = number(id.INET_DIAG_TCLASS);
      const classId = m.attrs.get(id.INET_DIAG_CLASS_ID);
      if (tos !== undefined) text += ` tos:${hash(tos)}`;
      if (tclass !== undefined) text += ` tclass:${hash(tclass)}`;
      if (classId !== undefined) text += ` class_id:${hash(le32(classId, 0))}`;
    }
    return text;
  }

  /** @param types SOCK_* that are shown */
  async packet(types: readonly number[]): Promise<void> {
    const { options: o } = this;
    if ((o.states & (1 << SS_CLOSE)) === 0) return;
    for (const payload of await this.#dump(encodeDiagReq(AF_PACKET, 0, PACKET_SHOW))) {
      const m = decodePacketDiagMsg(payload);
      if (!types.includes(m.type)) continue;
      const info = m.attrs.get(0);
      const memory = m.attrs.get(5);
      const ifindex = info === undefined ? 0 : le32(info, 0);
      const subject = { src: new Uint8Array(0), dst: new Uint8Array(0), sport: ifindex, dport: 0, ifindex, mark: 0 };
      if (o.condition !== null && !o.condition(subject)) continue;
      let proc = this.#users(m.inode);
      if (o.details) proc += ` ino:${m.inode} sk:${m.cookie.toString(16)}${packetDetails(info, o.oneline)}`;
      this.rows.push({
        netid: m.type === SOCK_RAW ? 'p_raw' : 'p_dgr',
        state: STATE_NAMES[SS_CLOSE]!,
        recvq: String(memory === undefined ? 0 : le32(memory, 0)).padEnd(6),
        sendq: String(memory === undefined ? 0 : le32(memory, 8)).padEnd(6),
        addr: `${m.num === ETH_P_ALL ? '*' : (LL_PROTOCOLS.get(m.num) ?? `[${m.num}]`)}:`,
        serv: ifindex === 0 ? '*' : ((await ifIndexToName(this.proc, ifindex)) ?? `if${ifindex}`),
        raddr: '*',
        rserv: '',
        proc,
      });
    }
  }

  #protocolName(protocol: number): string {
    if (!this.options.services) return String(protocol);
    const line = table(this.proc, '/etc/iproute2/nl_protos').find((l) => l.split(/\s+/)[0] === String(protocol));
    return line?.split(/\s+/)[1] ?? String(protocol);
  }

  #portName(portid: number): string {
    const signed = portid | 0;
    if (!this.options.services) return String(signed);
    if (signed === 0) return 'kernel';
    if (signed > 0) {
      const name = table(this.proc, `/proc/${signed}/comm`)[0];
      if (name !== undefined && name !== '') return `${name}/${signed}`;
    }
    return String(signed);
  }

  async netlink(): Promise<void> {
    const { options: o } = this;
    if ((o.states & (1 << SS_CLOSE)) === 0) return;
    const request = encodeDiagReq(AF_NETLINK, NDIAG_PROTO_ALL, NDIAG_SHOW_MEMINFO | NDIAG_SHOW_GROUPS);
    for (const payload of await this.#dump(request)) {
      const m = decodeNetlinkDiagMsg(payload);
      const memory = m.attrs.get(0);
      const groups = m.attrs.get(1);
      const subject = {
        src: new Uint8Array(0),
        dst: new Uint8Array(0),
        sport: m.portid,
        dport: 0,
        ifindex: 0,
        mark: 0,
      };
      if (o.condition !== null && !o.condition(subject)) continue;
      const mask = groups === undefined || groups.length < 4 ? 0 : le32(groups, 0);
      let proc = '';
      if (o.details) proc = ` sk=${m.cookie.toString(16)} cb=0 groups=0x${mask.toString(16).padStart(8, '0')}`;
      if (o.memory) proc += (o.oneline ? '\t' : '\n\t') + skmem(memory);
      this.rows.push({
        netid: 'nl',
        state: STATE_NAMES[SS_CLOSE]!,
        recvq: String(memory === undefined ? 0 : le32(memory, 0)).padEnd(6),
        sendq: String(memory === undefined ? 0 : le32(memory, 8)).padEnd(6),
        addr: `${this.#protocolName(m.protocol)}:`,
        serv: this.#portName(m.portid),
        raddr: '*',
        rserv: '',
        proc,
      });
    }
  }
}

/** `%#x`. */
const hash = (v: number): string => (v === 0 ? '0' : `0x${v.toString(16)}`);

/** @see print_skmeminfo */
function skmem(b: Uint8Array | undefined): string {
  if (b === undefined) return '';
  const v = (i: number): number => (b.length >= 4 * i + 4 ? le32(b, 4 * i) : 0);
  return ` skmem:(r${v(0)},rb${v(1)},t${v(2)},tb${v(3)},f${v(4)},w${v(5)},o${v(6)},bl${v(7)},d${v(8)})`;
}

const PDI_FLAGS = ['running', 'auxdata', 'origdev', 'vnethdr', 'loss'];

function packetDetails(info: Uint8Array | undefined, oneline: boolean): string {
  if (info === undefined) return '';
  const flags = le32(info, 20);
  const names = PDI_FLAGS.filter((_, i) => (flags & (1 << i)) !== 0).map((n) => `${n} `);
  return `${oneline ? ' ' : '\n\t'}ver:${le32(info, 4)} cpy_thresh:${le32(info, 12)} flags( ${names.join('')})`;
}

export const inetFamilies = (families: ReadonlySet<number>): number[] =>
  [AF_INET, AF_INET6].filter((f) => families.has(f));
