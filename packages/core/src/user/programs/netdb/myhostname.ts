/** The machine's own name and its gateway's, known without asking anybody. @see nss-myhostname(8) */
import { be32 } from '../../../lib/bytes.ts';
import { openNetlink } from '../../../netlink/index.ts';
import { RT_SCOPE_HOST, RT_TABLE_MAIN } from '../../../uapi/rtnetlink.ts';
import { AF_INET } from '../../../uapi/socket.ts';
import type { Process } from '../../process/types.ts';
import { getifaddrs } from './interfaces.ts';

const GATEWAY = '_gateway';
/** 127.0.0.2: what a machine without addresses is called by. */
const LOCAL2 = 0x7f000002;

const same = (a: number | Uint8Array, b: number | Uint8Array): boolean =>
  typeof a === 'number' || typeof b === 'number' ? a === b : a.every((x, i) => x === b[i]);

/** Gateways of the default routes, IPv4. */
async function gateways(proc: Process): Promise<number[]> {
  const conn = openNetlink(proc.task);
  try {
    const routes = await conn.route.dump({ family: AF_INET, table: RT_TABLE_MAIN, attrs: {} });
    return routes.flatMap(({ dstLen, attrs: { gateway } }) =>
      dstLen === 0 && gateway !== undefined && gateway.length === 4 ? [be32(gateway, 0)] : [],
    );
  } finally {
    conn.close();
  }
}

/** The name of one of the machine's own addresses, or of its gateway's; null for all others. */
export async function ownName(proc: Process, address: number | Uint8Array): Promise<string | null> {
  if (address === LOCAL2) return proc.hostname;
  const own = (await getifaddrs(proc)).some((a) => a.scope !== RT_SCOPE_HOST && same(a.address, address));
  if (own) return proc.hostname;
  return typeof address === 'number' && (await gateways(proc)).includes(address) ? GATEWAY : null;
}

/** The addresses of the machine's own name, or of `_gateway`; none for all others. */
export async function ownAddresses(proc: Process, name: string): Promise<(number | Uint8Array)[]> {
  if (name === GATEWAY) return gateways(proc);
  if (name.toLowerCase() !== proc.hostname.toLowerCase()) return [];
  const own = (await getifaddrs(proc)).filter((a) => a.scope !== RT_SCOPE_HOST).map((a) => a.address);
  return own.length === 0 ? [LOCAL2] : own;
}
