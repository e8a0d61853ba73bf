/** /proc/sys/net/{ipv4,ipv6}/neigh/DEV. @see net/core/neighbour.c:neigh_sysctl_template */
import type { SimKernel } from '../core/kernel.ts';
import { type NeighParms, randReachTime } from '../neigh/table.ts';
import { intFile } from './ctl.ts';
import { sysctlDir, type ViewDir, type ViewNode } from './node.ts';

/** Nanoseconds in the units of these files: seconds, hundredths (USER_HZ), milliseconds. */
const S = 1e9;
const HZ = 1e7;
const MS = 1e6;
/** Bytes that a full frame takes in a queue. @see SKB_TRUESIZE(ETH_FRAME_LEN) */
const TRUESIZE = 2090;

type NumberKey = { [K in keyof NeighParms]: NeighParms[K] extends number ? K : never }[keyof NeighParms];

/** File, field, unit. */
const FILES: readonly (readonly [string, NumberKey, number])[] = [
  ['mcast_solicit', 'mcastProbes', 1],
  ['ucast_solicit', 'ucastProbes', 1],
  ['app_solicit', 'appProbes', 1],
  ['mcast_resolicit', 'mcastReprobes', 1],
  ['retrans_time', 'retransTime', HZ],
  ['base_reachable_time', 'baseReachableTime', S],
  ['delay_first_probe_time', 'delayProbeTime', S],
  ['interval_probe_time_ms', 'intervalProbeTime', MS],
  ['gc_stale_time', 'gcStaletime', S],
  ['unres_qlen', 'queueLenBytes', TRUESIZE],
  ['unres_qlen_bytes', 'queueLenBytes', 1],
  ['proxy_qlen', 'proxyQlen', 1],
  ['anycast_delay', 'anycastDelay', HZ],
  ['proxy_delay', 'proxyDelay', HZ],
  ['locktime', 'locktime', HZ],
  ['retrans_time_ms', 'retransTime', MS],
  ['base_reachable_time_ms', 'baseReachableTime', MS],
];

/** A device's directory. */
export function neighDir(parms: NeighParms, kernel: SimKernel): ViewDir {
  const files = new Map<string, () => ViewNode>();
  for (const [name, key, unit] of FILES) {
    files.set(name, () =>
      intFile(
        () => Math.floor(parms[key] / unit),
        (v) => {
          parms[key] = v * unit;
          if (key === 'baseReachableTime') parms.reachableTime = randReachTime(kernel, parms.baseReachableTime);
        },
        { min: 0 },
      ),
    );
  }
  return sysctlDir(files);
}
