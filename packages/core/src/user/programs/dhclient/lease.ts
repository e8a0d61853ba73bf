/** Leases: from a server's message, in the file, and applied as dhclient-script does. @see dhclient.leases(5), dhclient-script(8) */
import { formatIpv4, ipv4MaskLen, parseIpv4 } from '../../../lib/address.ts';
import { be16, be32 } from '../../../lib/bytes.ts';
import { strftime } from '../../../lib/strftime.ts';
import { latin1Decode } from '../../../lib/text.ts';
import { SystemError } from '../../../syscall/index.ts';
import { CLOCK_REALTIME } from '../../../uapi/sched.ts';
import * as dhcp from '../../../wire/dhcp.ts';
import type { Process } from '../../process/types.ts';
import { waitFor } from '../process-run.ts';

export interface Lease {
  readonly device: string;
  readonly address: number;
  readonly mask: number;
  readonly broadcast: number | null;
  readonly routers: readonly number[];
  readonly nameServers: readonly number[];
  readonly domain: string | null;
  readonly hostName: string | null;
  readonly mtu: number | null;
  readonly server: number;
  readonly leaseS: number;
  readonly renewS: number;
  readonly rebindS: number;
  /** Seconds since the epoch at which it ends. */
  readonly expiry: number;
}

const words = (value: Uint8Array | undefined): number[] =>
  value === undefined ? [] : Array.from({ length: value.length >> 2 }, (_, i) => be32(value, 4 * i));

const text = (value: Uint8Array | undefined): string | null =>
  value === undefined ? null : latin1Decode(value).replace(/\0+$/, '');

export const secondsNow = (proc: Process): number => Number(proc.task.clockGettime(CLOCK_REALTIME) / 1_000_000_000n);

export function leaseOf(proc: Process, device: string, m: dhcp.DhcpMessage): Lease {
  const leaseS = dhcp.dhcpWord(m, dhcp.DHO_LEASE_TIME) ?? 43_200;
  const mtu = m.options.get(dhcp.DHO_INTERFACE_MTU);
  return {
    device,
    address: m.yiaddr,
    mask: dhcp.dhcpWord(m, dhcp.DHO_SUBNET_MASK) ?? 0xffffff00,
    broadcast: dhcp.dhcpWord(m, dhcp.DHO_BROADCAST_ADDRESS),
    routers: words(m.options.get(dhcp.DHO_ROUTERS)),
    nameServers: words(m.options.get(dhcp.DHO_DOMAIN_NAME_SERVERS)),
    domain: text(m.options.get(dhcp.DHO_DOMAIN_NAME)),
    hostName: text(m.options.get(dhcp.DHO_HOST_NAME)),
    mtu: mtu === undefined || mtu.length < 2 ? null : be16(mtu, 0),
    server: dhcp.dhcpWord(m, dhcp.DHO_SERVER_IDENTIFIER) ?? m.siaddr,
    leaseS,
    renewS: dhcp.dhcpWord(m, dhcp.DHO_RENEWAL_TIME) ?? Math.floor(leaseS / 2),
    rebindS: dhcp.dhcpWord(m, dhcp.DHO_REBINDING_TIME) ?? Math.floor((leaseS * 7) / 8),
    expiry: secondsNow(proc) + leaseS,
  };
}

/** A lease as the file has it. */
function leaseText(l: Lease): string {
  const list = (addresses: readonly number[]): string => addresses.map(formatIpv4).join(',');
  const lines = [
    `interface "${l.device}"`,
    `fixed-address ${formatIpv4(l.address)}`,
    `option subnet-mask ${formatIpv4(l.mask)}`,
  ];
  if (l.routers.length > 0) lines.push(`option routers ${list(l.routers)}`);
  lines.push(`option dhcp-lease-time ${l.leaseS}`, 'option dhcp-message-type 5');
  if (l.nameServers.length > 0) lines.push(`option domain-name-servers ${list(l.nameServers)}`);
  lines.push(`option dhcp-server-identifier ${formatIpv4(l.server)}`, `option dhcp-renewal-time ${l.renewS}`);
  if (l.broadcast !== null) lines.push(`option broadcast-address ${formatIpv4(l.broadcast)}`);
  lines.push(`option dhcp-rebinding-time ${l.rebindS}`);
  if (l.hostName !== null) lines.push(`option host-name "${l.hostName}"`);
  if (l.domain !== null) lines.push(`option domain-name "${l.domain}"`);
  const start = l.expiry - l.leaseS;
  for (const [word, at] of [
    ['renew', start + l.renewS],
    ['rebind', start + l.rebindS],
    ['expire', l.expiry],
  ] as const) {
    lines.push(`${word} ${strftime('%w %Y/%m/%d %H:%M:%S', at)}`);
  }
  return `lease {\n${lines.map((line) => `  ${line};\n`).join('')}}\n`;
}

/** Adds a lease to the file. */
export function saveLease(proc: Process, file: string, lease: Lease): void {
  let before = '';
  try {
    before = proc.fs.readText(file);
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    const dir = file.slice(0, file.lastIndexOf('/'));
    if (dir !== '' && proc.fs.exists(dir) === null) proc.fs.mkdir(dir);
  }
  proc.fs.writeFile(file, before + leaseText(lease));
}

/** What the file says last of a device: its address and server, and when that ends; null when nothing. */
export function lastLease(
  proc: Process,
  file: string,
  device: string,
): { readonly address: number; readonly server: number; readonly expiry: number } | null {
  let content: string;
  try {
    content = proc.fs.readText(file);
  } catch (e) {
    if (e instanceof SystemError) return null;
    throw e;
  }
  for (const block of content.split(/^lease \{$/m).toReversed()) {
    if (!block.includes(`interface "${device}";`)) continue;
    const address = parseIpv4(/fixed-address (\S+);/.exec(block)?.[1] ?? '');
    const server = parseIpv4(/dhcp-server-identifier (\S+);/.exec(block)?.[1] ?? '');
    const date = /expire \d (\d+)\/(\d+)\/(\d+) (\d+):(\d+):(\d+);/.exec(block);
    if (address === null || server === null || date === null) return null;
    const [y, mo, d, h, mi, s] = date.slice(1).map(Number) as [number, number, number, number, number, number];
    return { address, server, expiry: Date.UTC(y, mo - 1, d, h, mi, s) / 1000 };
  }
  return null;
}

/** Runs a command and waits for it. @param quiet its output is thrown away */
async function run(proc: Process, argv: readonly string[], quiet = false): Promise<void> {
  const words_ = quiet ? ['sh', '-c', `exec ${argv.join(' ')} >/dev/null 2>&1`] : argv;
  try {
    const child = await proc.spawn(words_[0]!, words_);
    await waitFor(proc, child.pid);
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
  }
}

export const linkUp = (proc: Process, device: string): Promise<void> =>
  run(proc, ['ip', 'link', 'set', 'dev', device, 'up']);

export const flush = (proc: Process, device: string): Promise<void> =>
  run(proc, ['ip', '-4', 'addr', 'flush', 'dev', device, 'label', device]);

/** Gives the device what the lease says: address, MTU, routes, name servers. */
export async function applyLease(proc: Process, l: Lease, renewed: boolean): Promise<void> {
  const life = String(l.leaseS);
  const broadcast = l.broadcast === null ? [] : ['broadcast', formatIpv4(l.broadcast)];
  const address = `${formatIpv4(l.address)}/${ipv4MaskLen(l.mask)}`;
  const lives = ['valid_lft', life, 'preferred_lft', life];
  const verb = renewed ? 'change' : 'add';
  await run(proc, ['ip', '-4', 'addr', verb, address, ...broadcast, ...lives, 'dev', l.device, 'label', l.device]);
  if (!renewed) {
    if (l.mtu !== null) await run(proc, ['ip', 'link', 'set', 'dev', l.device, 'mtu', String(l.mtu)]);
    for (const [i, router] of l.routers.entries()) {
      const via = formatIpv4(router);
      if (l.mask === 0xffffffff) await run(proc, ['ip', '-4', 'route', 'add', via, 'dev', l.device], true);
      const metric = l.routers.length > 1 ? ['metric', String(i + 1)] : [];
      await run(proc, ['ip', '-4', 'route', 'add', 'default', 'via', via, 'dev', l.device, ...metric], true);
    }
  }
  resolvConf(proc, l);
}

function resolvConf(proc: Process, l: Lease): void {
  if (l.domain === null && l.nameServers.length === 0) return;
  let content = l.domain === null ? '' : `domain ${l.domain.split(' ')[0]}\nsearch ${l.domain}\n`;
  if (l.nameServers.length > 0) content += l.nameServers.map((a) => `nameserver ${formatIpv4(a)}\n`).join('');
  else {
    try {
      content += (proc.fs.readText('/etc/resolv.conf').match(/^nameserver.*\n/gm) ?? []).join('');
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
    }
  }
  proc.fs.writeFile('/etc/resolv.conf', content);
}
