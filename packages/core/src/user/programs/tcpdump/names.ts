/** Names of addresses, ports, protocols and devices, for printing and in filters. @see tcpdump addrtoname.c */
import { NetlinkClient } from '../../../netlink/index.ts';
import { SystemError } from '../../../syscall/index.ts';
import type { Process } from '../../process/types.ts';
import { getaddrinfo } from '../netdb/getaddrinfo.ts';
import { hostName } from '../netdb/getnameinfo.ts';
import type { FilterNames } from './filter/parser.ts';
import type { Names } from './ndo.ts';

function table(proc: Process, path: string): string[][] {
  try {
    return proc.fs
      .readText(path)
      .split('\n')
      .map((l) => l.replace(/#.*/, '').trim().split(/\s+/))
      .filter((p) => p.length > 1);
  } catch (e) {
    if (e instanceof SystemError) return [];
    throw e;
  }
}

/** Names for printing. Hosts are asked for in two steps, since printers cannot wait: what one missed is learnt before it prints again. */
export class PrintNames implements Names {
  readonly #proc: Process;
  readonly #noDomains: boolean;
  readonly #ports = new Map<string, string>();
  readonly #protocols = new Map<number, string>();
  readonly #hosts = new Map<string, string | null>();
  readonly #missed = new Map<string, number | Uint8Array>();

  /** @param noDomains whether only the first part of a name is shown */
  constructor(proc: Process, noDomains: boolean) {
    this.#proc = proc;
    this.#noDomains = noDomains;
    for (const [name, at] of table(proc, '/etc/services')) if (!this.#ports.has(at!)) this.#ports.set(at!, name!);
    for (const [name, number] of table(proc, '/etc/protocols')) this.#protocols.set(Number(number), name!);
  }

  host(address: number | Uint8Array): string | null {
    const key = String(address);
    const name = this.#hosts.get(key);
    if (name === undefined) this.#missed.set(key, typeof address === 'number' ? address : address.slice());
    return name ?? null;
  }

  port(port: number, protocol: 'tcp' | 'udp'): string | null {
    return this.#ports.get(`${port}/${protocol}`) ?? null;
  }

  protocol(number: number): string | null {
    return this.#protocols.get(number) ?? null;
  }

  /** Asks for the hosts that printers missed; each only once, as tcpdump does. */
  async learn(): Promise<void> {
    for (const [key, address] of this.#missed) {
      const name = await hostName(this.#proc, address);
      this.#hosts.set(key, this.#noDomains ? (name?.split('.')[0] ?? null) : name);
    }
    this.#missed.clear();
  }
}

/** Whether /etc/passwd has a user of that name. */
export function userExists(proc: Process, name: string): boolean {
  try {
    return proc.fs
      .readText('/etc/passwd')
      .split('\n')
      .some((l) => l.startsWith(`${name}:`));
  } catch (e) {
    if (e instanceof SystemError) return name === 'root';
    throw e;
  }
}

export function filterNames(proc: Process): FilterNames {
  return {
    host: async (name) => {
      const found = await getaddrinfo(proc, name);
      return typeof found === 'number' ? [] : found.map((a) => a.address);
    },
    port: (name) => {
      const found = table(proc, '/etc/services').filter(
        ([n, at, ...alias]) => /\/(tcp|udp)$/.test(at!) && (n === name || alias.includes(name)),
      );
      if (found.length === 0) return null;
      const protos = new Set(found.map(([, at]) => at!.split('/')[1]));
      return { port: Number.parseInt(found[0]![1]!, 10), proto: protos.size > 1 ? 0 : protos.has('tcp') ? 6 : 17 };
    },
    protocol: (name) => {
      const found = table(proc, '/etc/protocols').find(([n, , ...alias]) => n === name || alias.includes(name));
      return found === undefined ? null : Number(found[1]);
    },
    net: () => null,
  };
}

export interface Device {
  readonly index: number;
  readonly name: string;
  readonly flags: number;
  /** ARPHRD_* */
  readonly type: number;
}

/** The devices of the namespace, in the kernel's order. */
export async function devices(proc: Process): Promise<Device[]> {
  const client = new NetlinkClient(proc.task);
  try {
    return (await client.link.dump()).map((l) => ({
      index: l.index,
      name: l.attrs.ifname ?? '',
      flags: l.flags,
      type: l.type,
    }));
  } finally {
    client.close();
  }
}
