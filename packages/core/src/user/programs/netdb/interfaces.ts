/** Devices and their addresses by name and number, as glibc asks the kernel for them. */
import { NetlinkClient, NetlinkError } from '../../../netlink/index.ts';
import { SystemError } from '../../../syscall/index.ts';
import type { Process } from '../../process/types.ts';

async function ask<T>(proc: Process, question: (client: NetlinkClient) => Promise<T>, none: T): Promise<T> {
  const client = new NetlinkClient(proc.task);
  try {
    return await question(client);
  } catch (e) {
    if (e instanceof NetlinkError || e instanceof SystemError) return none;
    throw e;
  } finally {
    client.close();
  }
}

/** The number of a device, 0 when there is none. @see if_nametoindex(3) */
export function ifNameToIndex(proc: Process, name: string): Promise<number> {
  if (name === '' || name.length > 15) return Promise.resolve(0);
  return ask(proc, async (c) => (await c.link.query({ attrs: { ifname: name } })).index, 0);
}

/** The name of a device, or null. @see if_indextoname(3) */
export function ifIndexToName(proc: Process, index: number): Promise<string | null> {
  return ask<string | null>(proc, async (c) => (await c.link.query({ index })).attrs.ifname ?? null, null);
}

/** An address of a device. */
export interface InterfaceAddress {
  /** The label of an IPv4 address, else the device's name. */
  readonly name: string;
  readonly ifindex: number;
  readonly address: number | Uint8Array;
  readonly scope: number;
}

/** The addresses of all devices, in the kernel's order. @see getifaddrs(3) */
export function getifaddrs(proc: Process): Promise<InterfaceAddress[]> {
  return ask<InterfaceAddress[]>(
    proc,
    async (c) => {
      const names = new Map<number, string>();
      for (const link of await c.link.dump()) names.set(link.index, link.attrs.ifname ?? '');
      const out: InterfaceAddress[] = [];
      for (const a of await c.addr.dump()) {
        const address = a.attrs.local ?? a.attrs.address;
        if (address === undefined) continue;
        const name = a.attrs.label ?? names.get(a.index) ?? '';
        out.push({ name, ifindex: a.index, address: bytesOrNumber(address), scope: a.scope });
      }
      return out;
    },
    [],
  );
}

function bytesOrNumber(b: number | Uint8Array): number | Uint8Array {
  if (typeof b === 'number' || b.length !== 4) return b;
  return ((b[0]! << 24) | (b[1]! << 16) | (b[2]! << 8) | b[3]!) >>> 0;
}
