/** The sockets `netstat` lists, from the tables of /proc/net. @see netstat.c of net-tools */
import { formatIpv4 } from '../../../lib/address.ts';
import { SystemError } from '../../../syscall/index.ts';
import type { Process } from '../../process/types.ts';
import { readLines } from './io.ts';
import { host6Name, hostName, portName, procIpv4, procIpv6 } from './resolve.ts';

export interface SocketOptions {
  readonly hostsNumeric: boolean;
  readonly portsNumeric: boolean;
  readonly usersNumeric: boolean;
  readonly all: boolean;
  readonly listening: boolean;
  readonly wide: boolean;
  readonly extended: number;
  readonly programs: boolean;
  readonly timers: boolean;
  readonly verbose: boolean;
}

/** Inode numbers of sockets, and the process that has each: `PID/name`. @see prg_cache_load */
export function socketOwners(proc: Process): Map<string, string> {
  const owners = new Map<string, string>();
  for (const pid of proc.fs.readdir('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      for (const fd of proc.fs.readdir(`/proc/${pid}/fd`)) {
        const m = /^socket:\[(\d+)\]$/.exec(proc.fs.readlink(`/proc/${pid}/fd/${fd}`));
        if (m === null || owners.has(m[1]!)) continue;
        const name = proc.fs.readText(`/proc/${pid}/cmdline`).split('\0')[0]!.replace(/^.*\//, '');
        owners.set(m[1]!, `${pid}/${name}`);
      }
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
    }
  }
  return owners;
}

const STATES = [
  '',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
];
const ESTABLISHED = 1;
const UNIX_TYPES = ['', 'STREAM', 'DGRAM', 'RAW', 'RDM', 'SEQPACKET'];
const UNIX_STATES = ['FREE', '', 'CONNECTING', 'CONNECTED', 'DISCONNECTING'];
const ADDRESS_WIDTH = 23;

/** The user of a number, from /etc/passwd. */
function userName(proc: Process, uid: string, numeric: boolean): string {
  const line = numeric ? undefined : readLines(proc, '/etc/passwd')?.find((l) => l.split(':')[2] === uid);
  return line?.split(':')[0] ?? uid;
}

export class SocketList {
  readonly proc: Process;
  readonly options: SocketOptions;
  readonly owners: ReadonlyMap<string, string>;

  constructor(proc: Process, options: SocketOptions, owners: ReadonlyMap<string, string>) {
    this.proc = proc;
    this.options = options;
    this.owners = owners;
  }

  #end(text: string, protocol: string, any: boolean): string {
    const [hex = '', portHex = '0'] = text.split(':');
    const { proc, options: o } = this;
    const port = Number.parseInt(portHex, 16);
    const six = hex.length > 8;
    const address = six ? procIpv6(hex) : procIpv4(hex);
    const host =
      typeof address === 'number'
        ? address === 0
          ? formatIpv4(0)
          : hostName(proc, address, o.hostsNumeric)
        : host6Name(proc, address, o.hostsNumeric);
    const number =
      protocol === 'raw' && port !== 0 && !o.portsNumeric
        ? this.#protocol(port)
        : portName(proc, port, protocol, o.portsNumeric);
    const service = any && port === 0 ? '*' : number;
    const room = ADDRESS_WIDTH - service.length - 1;
    return `${o.wide ? host : host.slice(0, Math.max(0, room))}:${service}`.padEnd(ADDRESS_WIDTH);
  }

  #protocol(n: number): string {
    const line = readLines(this.proc, '/etc/protocols')?.find((l) => l.split('\t')[1] === String(n));
    return line?.split('\t')[0] ?? String(n);
  }

  /** What follows the state: user, inode, program, timers. */
  #extras(uid: string, inode: string, timer: string): string {
    const { options: o } = this;
    let text = '';
    if (o.extended > 0) text += ` ${userName(this.proc, uid, o.usersNumeric).padEnd(10)} ${inode.padEnd(10)}`;
    if (o.programs) text += ` ${this.#owner(inode).padEnd(20)}`;
    if (o.timers) text += ` ${timer}`;
    return text;
  }

  #owner(inode: string): string {
    return (this.owners.get(inode) ?? '-').slice(0, 20);
  }

  /** A table of Internet sockets. @param service whose names ports have; `raw` for protocols */
  inet(path: string, name: string, service: 'tcp' | 'udp' | 'raw'): void {
    const { options: o } = this;
    for (const line of (readLines(this.proc, path) ?? []).slice(1)) {
      const f = line.trim().split(/\s+/);
      const [, local = '', remote = '', stateHex = '', queues = '', , , uid = '', , inode = ''] = f;
      const state = Number.parseInt(stateHex, 16);
      const [tx = '0', rx = '0'] = queues.split(':').map((h) => String(Number.parseInt(h, 16)));
      const connected = service === 'tcp' ? !remote.endsWith(':0000') : !/^0+:/.test(remote);
      if (!o.all && (o.listening ? connected : !connected)) continue;
      const word =
        service === 'tcp'
          ? STATES[state]!
          : state === ESTABLISHED
            ? 'ESTABLISHED'
            : service === 'raw'
              ? String(state)
              : '';
      const ends = `${this.#end(local, service, true)} ${this.#end(remote, service, true)}`;
      this.proc.out(
        `${name.padEnd(4)}  ${rx.padStart(6)} ${tx.padStart(6)} ${ends} ${word.padEnd(11)}${this.#extras(uid, inode, 'off (0.00/0/0)')}\n`,
      );
    }
  }

  /** The table of UNIX sockets. */
  unix(path: string): void {
    const { options: o } = this;
    for (const line of (readLines(this.proc, path) ?? []).slice(1)) {
      const [, refs = '', , flagHex = '', typeHex = '', stateHex = '', inode = '', name = ''] = line
        .trim()
        .split(/\s+/);
      const accepts = (Number.parseInt(flagHex, 16) & 0x10000) !== 0;
      if (!o.all && o.listening !== accepts) continue;
      const type = UNIX_TYPES[Number.parseInt(typeHex, 16)] ?? 'UNKNOWN';
      const state = accepts ? 'LISTENING' : (UNIX_STATES[Number.parseInt(stateHex, 16)] ?? 'UNKNOWN');
      const count = String(Number.parseInt(refs, 16) || 0);
      const owner = o.programs ? `${this.#owner(inode).padEnd(20)} ` : '';
      this.proc.out(
        `unix  ${count.padEnd(6)} ${`[ ${accepts ? 'ACC ' : ''}]`.padEnd(11)} ${type.padEnd(10)} ${state.padEnd(13)} ${inode.padEnd(8)} ${owner}${name}\n`,
      );
    }
  }
}
