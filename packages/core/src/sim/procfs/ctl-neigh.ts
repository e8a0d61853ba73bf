/** /proc/sys/net/{ipv4,ipv6}/neigh/DEV. @see net/core/neighbour.c:neigh_sysctl_template */
import type { SimKernel } from '../core/kernel.ts';
import { type NeighParms, randReachTime } from '../neigh/table.ts';
import { type CtlLimits, intFile, SECONDS } from './ctl.ts';
import { sysctlDir, type ViewDir, type ViewNode } from './node.ts';

/** Nanoseconds of a second, a tick, a millisecond. */
const S = 1e9;
const TICK = 4e6;
const MS = 1e6;
/** Bytes that a full frame takes in a queue. @see SKB_TRUESIZE(ETH_FRAME_LEN) */
const TRUESIZE = 2090;

type NumberKey = { [K in keyof NeighParms]: NeighParms[K] extends number ? K : never }[keyof NeighParms];

/** How the file's number stands for the field's. */
interface Unit {
  read(value: number): number;
  write(number: number): number;
  readonly limits: CtlLimits;
}

const COUNT: Unit = { read: (v) => v, write: (v) => v, limits: { min: 0 } };
const SEC: Unit = { read: (v) => Math.trunc(v / S), write: (v) => v * S, limits: SECONDS };
const MSEC: Unit = { read: (v) => Math.floor(v / MS), write: (v) => Math.ceil(v / 4) * TICK, limits: { min: 0 } };
const MSEC_POSITIVE: Unit = { ...MSEC, limits: { min: 1 } };
/** Hundredths of a second, cut to ticks. @see proc_dointvec_userhz_jiffies */
const USERHZ: Unit = {
  read: (v) => Math.floor(v / 1e7),
  write: (v) => Math.floor(v * 2.5) * TICK,
  limits: { min: 0, max: 858_993_459 },
};
/** Ticks as they are. @see ndisc_ifinfo_sysctl_change */
const TICKS: Unit = { read: (v) => Math.floor(v / TICK), write: (v) => v * TICK, limits: {} };
const PACKETS: Unit = {
  read: (v) => Math.floor(v / TRUESIZE),
  write: (v) => v * TRUESIZE,
  limits: { min: 0, max: 931_956 },
};

const FILES: readonly (readonly [name: string, field: NumberKey, unit: Unit])[] = [
  ['mcast_solicit', 'mcastProbes', COUNT],
  ['ucast_solicit', 'ucastProbes', COUNT],
  ['app_solicit', 'appProbes', COUNT],
  ['mcast_resolicit', 'mcastReprobes', COUNT],
  ['retrans_time', 'retransTime', USERHZ],
  ['base_reachable_time', 'baseReachableTime', SEC],
  ['delay_first_probe_time', 'delayProbeTime', SEC],
  ['interval_probe_time_ms', 'intervalProbeTime', MSEC_POSITIVE],
  ['gc_stale_time', 'gcStaletime', SEC],
  ['unres_qlen', 'queueLenBytes', PACKETS],
  ['unres_qlen_bytes', 'queueLenBytes', COUNT],
  ['proxy_qlen', 'proxyQlen', COUNT],
  ['anycast_delay', 'anycastDelay', USERHZ],
  ['proxy_delay', 'proxyDelay', USERHZ],
  ['locktime', 'locktime', USERHZ],
  ['retrans_time_ms', 'retransTime', MSEC],
  ['base_reachable_time_ms', 'baseReachableTime', MSEC],
];

/** A device's directory. */
export function neighDir(parms: NeighParms, kernel: SimKernel, ipv6: boolean): ViewDir {
  const files = new Map<string, () => ViewNode>();
  for (const [name, key, usual] of FILES) {
    const unit = ipv6 && name === 'retrans_time' ? TICKS : usual;
    files.set(name, () =>
      intFile(
        () => unit.read(parms[key]),
        (v) => {
          parms[key] = unit.write(v);
          if (key === 'baseReachableTime') parms.reachableTime = randReachTime(kernel, parms.baseReachableTime);
        },
        unit.limits,
      ),
    );
  }
  return sysctlDir(files);
}
