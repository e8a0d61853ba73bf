/** /sys/class/net and /sys/devices/virtual/net: devices as files. @see net/core/net-sysfs.c */
import { formatMac } from '../../lib/address.ts';
import { EINVAL, EIO, EOPNOTSUPP } from '../../uapi/errno.ts';
import { devChangeFlags, devChangeTxQueueLen, devSetAlias, devSetMtu } from '../core/dev-config.ts';
import { devGetFlags, netifRunning } from '../core/dev.ts';
import { devGetIflink } from '../core/link-watch.ts';
import type { Net } from '../core/net.ts';
import { type DevStats, type NetDevice } from '../core/net-device.ts';
import { newExtAck } from '../core/rtnetlink.ts';
import { fixedFile, parseNumbers } from './ctl.ts';
import { fixedDir, readFile, rwFile, type ViewDir, type ViewNode } from './node.ts';

const OPERSTATES = ['unknown', 'notpresent', 'down', 'lowerlayerdown', 'testing', 'dormant', 'up'];

type StatKey = { [K in keyof DevStats]: DevStats[K] extends number ? K : never }[keyof DevStats];

/** Files of `statistics`; those without a counter of ours are always 0 here, as no virtual device has such errors. */
const STATISTICS: readonly (readonly [string, StatKey | null])[] = [
  ['collisions', 'collisions'],
  ['multicast', 'multicast'],
  ['rx_bytes', 'rxBytes'],
  ['rx_compressed', null],
  ['rx_crc_errors', null],
  ['rx_dropped', 'rxDropped'],
  ['rx_errors', 'rxErrors'],
  ['rx_fifo_errors', null],
  ['rx_frame_errors', null],
  ['rx_length_errors', null],
  ['rx_missed_errors', null],
  ['rx_nohandler', 'rxNohandler'],
  ['rx_over_errors', null],
  ['rx_packets', 'rxPackets'],
  ['tx_aborted_errors', null],
  ['tx_bytes', 'txBytes'],
  ['tx_carrier_errors', null],
  ['tx_compressed', null],
  ['tx_dropped', 'txDropped'],
  ['tx_errors', 'txErrors'],
  ['tx_fifo_errors', null],
  ['tx_heartbeat_errors', null],
  ['tx_packets', 'txPackets'],
  ['tx_window_errors', null],
];

/** /sys/class/net: a link to each device's directory. */
export function classNetDir(net: Net): ViewDir {
  return {
    kind: 'viewdir',
    mode: 0o755,
    names: () => names(net),
    get: (name) =>
      byName(net, name) === null ? null : { kind: 'link', target: () => `../../devices/virtual/net/${name}` },
  };
}

/** /sys/devices/virtual/net. */
export function devicesNetDir(net: Net): ViewDir {
  return {
    kind: 'viewdir',
    mode: 0o755,
    names: () => names(net),
    get: (name) => {
      const dev = byName(net, name);
      return dev === null ? null : deviceDir(dev);
    },
  };
}

const names = (net: Net): string[] => [...net.devs.values()].map((d) => d.name);

function byName(net: Net, name: string): NetDevice | null {
  const dev = net.names.get(name);
  return dev === undefined || dev.name !== name ? null : dev;
}

/** A number that takes part in the device's life: written through the same function as netlink's. */
function numberFile(
  get: () => string | number,
  set: (value: number) => number,
  format = (v: string | number): string => `${v}\n`,
): ViewNode {
  return rwFile(
    () => format(get()),
    (text) => {
      const value = parseNumbers(text, 1)?.[0];
      return value === undefined ? EINVAL : -set(value);
    },
  );
}

function deviceDir(dev: NetDevice): ViewDir {
  const value =
    (get: () => string | number): (() => ViewNode) =>
    () =>
      readFile(() => `${get()}\n`);
  /** Only an interface that is up knows: down, reading says EINVAL. */
  const whileUp =
    (get: () => string | number): (() => ViewNode) =>
    () =>
      readFile(() => (netifRunning(dev) ? `${get()}\n` : EINVAL));
  return fixedDir(
    new Map<string, () => ViewNode>([
      ['addr_assign_type', value(() => dev.addrAssignType)],
      ['addr_len', value(() => dev.addrLen)],
      ['address', value(() => formatMac(dev.devAddr, 0, dev.addrLen))],
      ['broadcast', value(() => formatMac(dev.broadcast, 0, dev.addrLen))],
      [
        'carrier',
        () =>
          rwFile(
            () => (netifRunning(dev) ? `${dev.noCarrier ? 0 : 1}\n` : EINVAL),
            () => EOPNOTSUPP,
          ),
      ],
      ['carrier_changes', value(() => dev.carrierUpCount + dev.carrierDownCount)],
      ['carrier_down_count', value(() => dev.carrierDownCount)],
      ['carrier_up_count', value(() => dev.carrierUpCount)],
      ['dev_id', value(() => '0x0')],
      ['dev_port', value(() => 0)],
      ['dormant', whileUp(() => (dev.dormant ? 1 : 0))],
      [
        'flags',
        () =>
          numberFile(
            () => `0x${devGetFlags(dev).toString(16)}`,
            (v) => devChangeFlags(dev, v),
          ),
      ],
      [
        'ifalias',
        () =>
          rwFile(
            () => (dev.ifalias === '' ? '' : `${dev.ifalias}\n`),
            (text) => -devSetAlias(dev, text.replace(/\n$/, '')),
          ),
      ],
      ['ifindex', value(() => dev.ifindex)],
      ['iflink', value(() => devGetIflink(dev))],
      ['link_mode', value(() => dev.linkMode)],
      [
        'mtu',
        () =>
          numberFile(
            () => dev.mtu,
            (v) => devSetMtu(dev, v, newExtAck()),
          ),
      ],
      ['gro_flush_timeout', () => fixedFile(() => 0)],
      ['name_assign_type', value(() => dev.nameAssignType)],
      ['napi_defer_hard_irqs', () => fixedFile(() => 0)],
      [
        'netdev_group',
        () =>
          numberFile(
            () => dev.group,
            (v) => {
              dev.group = v;
              return 0;
            },
          ),
      ],
      ['operstate', value(() => (netifRunning(dev) ? (OPERSTATES[dev.operstate] ?? 'unknown') : 'down'))],
      ['proto_down', value(() => (dev.protoDown ? 1 : 0))],
      ['power', () => powerDir()],
      ['queues', () => queuesDir(dev)],
      ['speed', () => readFile(() => EINVAL)],
      ['duplex', () => readFile(() => EINVAL)],
      ['statistics', () => statisticsDir(dev)],
      ['testing', whileUp(() => 0)],
      ['threaded', () => fixedFile(() => 0)],
      ['subsystem', () => ({ kind: 'link', target: () => '../../../../class/net' })],
      [
        'tx_queue_len',
        () =>
          numberFile(
            () => dev.txQueueLen,
            (v) => devChangeTxQueueLen(dev, v),
          ),
      ],
      ['type', value(() => dev.type)],
      ['uevent', value(() => `INTERFACE=${dev.name}\nIFINDEX=${dev.ifindex}`)],
    ]),
    0o755,
  );
}

/** Power management, of which a virtual device has none. */
function powerDir(): ViewDir {
  const text =
    (t: string): (() => ViewNode) =>
    () =>
      readFile(() => `${t}\n`);
  return fixedDir(
    new Map([
      ['autosuspend_delay_ms', (): ViewNode => readFile(() => EIO)],
      ['control', text('auto')],
      ['runtime_active_time', text('0')],
      ['runtime_status', text('unsupported')],
      ['runtime_suspended_time', text('0')],
    ]),
    0o755,
  );
}

/** Queues: their processors cannot be chosen, as there is one. @see net/core/net-sysfs.c:netdev_queue_attr */
function queuesDir(dev: NetDevice): ViewDir {
  const zeros = (names: readonly string[]): ViewDir =>
    fixedDir(new Map(names.map((name) => [name, (): ViewNode => readFile(() => '0\n')])), 0o755);
  const queues = new Map<string, () => ViewNode>();
  for (let i = 0; i < dev.numRxQueues; i++) queues.set(`rx-${i}`, () => zeros(['rps_cpus', 'rps_flow_cnt']));
  for (let i = 0; i < dev.numTxQueues; i++)
    queues.set(`tx-${i}`, () => zeros(['tx_maxrate', 'tx_timeout', 'xps_cpus', 'xps_rxqs']));
  return fixedDir(queues, 0o755);
}

function statisticsDir(dev: NetDevice): ViewDir {
  return fixedDir(
    new Map(
      STATISTICS.map(([name, key]) => [name, (): ViewNode => readFile(() => `${key === null ? 0 : dev.stats[key]}\n`)]),
    ),
    0o755,
  );
}
