/**
 * The lease file: a line a lease, `expiry MAC address name client-id`; the time in seconds since 1970, 0 for ever, `*` for
 * what is not known. @see dnsmasq lease.c:lease_update_file
 */
import { formatIpv4, parseIpv4 } from '../../../lib/address.ts';
import { ENOENT } from '../../../uapi/errno.ts';
import { SystemError } from '../../../syscall/index.ts';
import { CLOCK_REALTIME } from '../../../uapi/sched.ts';
import type { Process } from '../../process/types.ts';
import type { DhcpServer, Lent } from './dhcp-server.ts';

/** What is added to the world's clock to be the time of day, ns. */
const offset = (proc: Process): number => Number(proc.task.clockGettime(CLOCK_REALTIME)) - proc.task.now();

const idText = (id: Uint8Array | null): string =>
  id === null ? '*' : Array.from(id, (b) => b.toString(16).padStart(2, '0')).join(':');

export function saveLeases(proc: Process, path: string, servers: readonly DhcpServer[]): void {
  const [now, realtime] = [proc.task.now(), offset(proc)];
  let text = '';
  for (const server of servers) {
    for (const [mac, { address, expires, name, id }] of server.lent) {
      if (expires <= now) continue;
      const expiry = expires === Infinity ? 0 : Math.floor((expires + realtime) / 1e9);
      text += `${expiry} ${mac} ${formatIpv4(address)} ${name === '' ? '*' : name} ${idText(id)}\n`;
    }
  }
  proc.fs.writeFile(path, text);
}

/** By MAC, what the file says; it is made when there is none. @throws SystemError when it cannot be */
export function loadLeases(proc: Process, path: string): ReadonlyMap<string, Lent> {
  const realtime = offset(proc);
  const out = new Map<string, Lent>();
  let text = '';
  try {
    text = proc.fs.readText(path);
  } catch (e) {
    if (!(e instanceof SystemError) || e.errno !== -ENOENT) throw e;
    proc.fs.writeFile(path, '');
  }
  for (const line of text.split('\n')) {
    const [expiry, mac, ip, name, id] = line.split(' ');
    const address = parseIpv4(ip ?? '');
    if (mac === undefined || address === null || name === undefined || id === undefined) continue;
    const expires = expiry === '0' ? Infinity : Number(expiry) * 1e9 - realtime;
    if (!(expires > proc.task.now())) continue;
    const bytes = id === '*' ? null : Uint8Array.from(id.split(':'), (digits) => Number.parseInt(digits, 16));
    out.set(mac, { address, expires, name: name === '*' ? '' : name, id: bytes });
  }
  return out;
}
