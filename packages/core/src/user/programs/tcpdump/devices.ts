/** Devices in libpcap's order, -D and what -i names. @see libpcap pcap.c:get_figure_of_merit, tcpdump.c:open_interface */
import { ARPHRD_ETHER, ARPHRD_LOOPBACK, ARPHRD_NONE, ARPHRD_SIT, ARPHRD_TUNNEL } from '../../../uapi/if-arp.ts';
import { IFF_LOOPBACK, IFF_RUNNING, IFF_UP } from '../../../uapi/if.ts';
import { LINKTYPE_ETHERNET, LINKTYPE_RAW } from '../../../wire/pcap.ts';
import type { Device } from './names.ts';
import { TcpdumpExit } from './options.ts';

const ANY = 'any (Pseudo-device that captures on all interfaces) [Up, Running]';

/** The link type of a device's packets; null of one captured cooked. @see libpcap pcap-linux.c:map_arphrd_to_dlt */
export function deviceLink(type: number): number | null {
  switch (type) {
    case ARPHRD_ETHER:
    case ARPHRD_LOOPBACK:
      return LINKTYPE_ETHERNET;
    case ARPHRD_TUNNEL:
    case ARPHRD_SIT:
    case ARPHRD_NONE:
      return LINKTYPE_RAW;
    default:
      return null;
  }
}

/** Devices as libpcap sorts them: what is up and running first, `any`, loopback. */
function sorted(all: readonly Device[]): Device[] {
  const rank = (d: Device): number =>
    ((d.flags & IFF_UP) === 0 ? 4 : (d.flags & IFF_RUNNING) === 0 ? 2 : 0) + ((d.flags & IFF_LOOPBACK) !== 0 ? 1 : 0);
  return [...all].sort((a, b) => rank(a) - rank(b));
}

const beforeAny = (d: Device): boolean =>
  (d.flags & IFF_LOOPBACK) === 0 && (d.flags & IFF_UP) !== 0 && (d.flags & IFF_RUNNING) !== 0;

/** The numbered list; null stands for `any`. */
function numbered(all: readonly Device[]): (Device | null)[] {
  const list: (Device | null)[] = sorted(all);
  const at = list.findIndex((d) => !beforeAny(d!));
  list.splice(at < 0 ? list.length : at, 0, null);
  return list;
}

function line(d: Device | null): string {
  if (d === null) return ANY;
  const up = (d.flags & IFF_UP) !== 0;
  const running = (d.flags & IFF_RUNNING) !== 0;
  const lo = (d.flags & IFF_LOOPBACK) !== 0;
  const words = [
    ...(up ? ['Up'] : []),
    ...(running ? ['Running'] : []),
    ...(lo ? ['Loopback'] : []),
    ...(up && !lo ? [running ? 'Connected' : 'Disconnected'] : []),
  ];
  const state = words.length > 0 ? words.join(', ') : lo ? 'Loopback' : 'none, Disconnected';
  return `${d.name} [${state}]`;
}

/** What -D prints. */
export const listDevices = (all: readonly Device[]): string =>
  numbered(all)
    .map((d, i) => `${i + 1}.${line(d)}\n`)
    .join('');

/** The device to capture on; null is `any`. @param wanted null for the first of the list. @throws TcpdumpExit */
export function findDevice(all: readonly Device[], wanted: string | null): Device | null {
  if (wanted === null) return numbered(all)[0]!;
  if (wanted === 'any') return null;
  const found = all.find((d) => d.name === wanted);
  if (found !== undefined) return found;
  if (!/^\s*[+-]?\d+$/.test(wanted))
    throw new TcpdumpExit(1, `tcpdump: ${wanted}: No such device exists\n(No such device exists)\n`);
  const device = numbered(all)[Number(wanted) - 1];
  if (device === undefined) throw new TcpdumpExit(1, 'tcpdump: Invalid adapter index\n');
  return device;
}
