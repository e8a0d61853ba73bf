/**
 * RTM_{GET,SET}NEIGHTBL: settings of the tables of neighbours. @see net/core/neighbour.c:neightbl_dump_info, neightbl_set
 *
 * Differs from Linux: without NDTA_CONFIG and NDTA_STATS, which tell of the hash table and of what it went through.
 */
import { NL_VALIDATE_DEPRECATED_STRICT } from '../../netlink/attr.ts';
import { type NdtpaAttrs, neightblFamily } from '../../netlink/neigh-table.ts';
import { EINVAL, ENOENT } from '../../uapi/errno.ts';
import { RTM_GETNEIGHTBL, RTM_NEWNEIGHTBL, RTM_SETNEIGHTBL } from '../../uapi/rtnetlink.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { NetDevice } from '../core/net-device.ts';
import { type RtnlDoit, type RtnlDumpit, type RtnlEmit } from '../core/rtnetlink.ts';
import { type NeighParms, type NeighTable, randReachTime } from '../neigh/table.ts';
import { neighTables } from './neigh.ts';

const MS = 1e6;
const GC_INTERVAL_MS = 30_000;
/** What a frame of full size takes of a queue's bytes. @see SKB_TRUESIZE(ETH_FRAME_LEN) */
const FRAME_TRUESIZE = 2090;

const ms = (ns: number): number => Math.floor(ns / MS);
/** Times are kept in ticks of HZ=250, rounded up. @see msecs_to_jiffies */
const ticks = (msec: number): number => Math.ceil(msec / 4) * 4 * MS;

/** @see neightbl_fill_parms */
function parmsAttrs(tbl: NeighTable, p: NeighParms, dev: NetDevice | null): NdtpaAttrs {
  return {
    ifindex: dev?.ifindex,
    refcnt: 1 + (dev === null ? 0 : [...tbl.of(dev)].length),
    queueLenbytes: p.queueLenBytes,
    queueLen: Math.floor(p.queueLenBytes / FRAME_TRUESIZE),
    proxyQlen: p.proxyQlen,
    appProbes: p.appProbes,
    ucastProbes: p.ucastProbes,
    mcastProbes: p.mcastProbes,
    mcastReprobes: p.mcastReprobes,
    reachableTime: ms(p.reachableTime),
    baseReachableTime: ms(p.baseReachableTime),
    gcStaletime: ms(p.gcStaletime),
    delayProbeTime: ms(p.delayProbeTime),
    retransTime: ms(p.retransTime),
    anycastDelay: ms(p.anycastDelay),
    proxyDelay: ms(p.proxyDelay),
    locktime: ms(p.locktime),
    intervalProbeTimeMs: ms(p.intervalProbeTime),
  };
}

/** The table itself, then its devices, those that came last first. */
function dumpTable(tbl: NeighTable, devs: readonly NetDevice[], emit: RtnlEmit): void {
  const { family, name } = tbl.ops;
  const own = {
    name,
    gcInterval: GC_INTERVAL_MS,
    thresh1: tbl.gcThresh1,
    thresh2: tbl.gcThresh2,
    thresh3: tbl.gcThresh3,
    parms: parmsAttrs(tbl, tbl.parms, null),
  };
  emit(RTM_NEWNEIGHTBL, 0, neightblFamily.encode({ family, attrs: own }));
  for (const dev of devs.toReversed()) {
    const p = tbl.ops.parms(dev);
    if (p === null) continue;
    emit(RTM_NEWNEIGHTBL, 0, neightblFamily.encode({ family, attrs: { name, parms: parmsAttrs(tbl, p, dev) } }));
  }
}

/** @see neightbl_dump_info */
const neightblDump: RtnlDumpit = (req, emit) => {
  const family = req.message[16] ?? 0;
  for (const tbl of neighTables(req.net.kernel))
    if (family === 0 || tbl.ops.family === family) dumpTable(tbl, [...req.net.devs.values()], emit);
  return 0;
};

/** Puts values where they are said. @see neightbl_set */
function setParms(tbl: NeighTable, p: NeighParms, a: NdtpaAttrs): void {
  if (a.queueLen !== undefined) p.queueLenBytes = a.queueLen * FRAME_TRUESIZE;
  if (a.queueLenbytes !== undefined) p.queueLenBytes = a.queueLenbytes;
  if (a.proxyQlen !== undefined) p.proxyQlen = a.proxyQlen;
  if (a.appProbes !== undefined) p.appProbes = a.appProbes;
  if (a.ucastProbes !== undefined) p.ucastProbes = a.ucastProbes;
  if (a.mcastProbes !== undefined) p.mcastProbes = a.mcastProbes;
  if (a.mcastReprobes !== undefined) p.mcastReprobes = a.mcastReprobes;
  if (a.baseReachableTime !== undefined) {
    p.baseReachableTime = ticks(a.baseReachableTime);
    p.reachableTime = randReachTime(tbl.kernel, p.baseReachableTime);
  }
  if (a.gcStaletime !== undefined) p.gcStaletime = ticks(a.gcStaletime);
  if (a.delayProbeTime !== undefined) p.delayProbeTime = ticks(a.delayProbeTime);
  if (a.intervalProbeTimeMs !== undefined) p.intervalProbeTime = ticks(a.intervalProbeTimeMs);
  if (a.retransTime !== undefined) p.retransTime = ticks(a.retransTime);
  if (a.anycastDelay !== undefined) p.anycastDelay = ticks(a.anycastDelay);
  if (a.proxyDelay !== undefined) p.proxyDelay = ticks(a.proxyDelay);
  if (a.locktime !== undefined) p.locktime = ticks(a.locktime);
}

const neightblSet: RtnlDoit = (req) => {
  const m = neightblFamily.parse(req.message, NL_VALIDATE_DEPRECATED_STRICT, req.extack);
  if (typeof m === 'number') return m;
  const { attrs: a } = m;
  const { kernel } = req.net;
  if (a.name === undefined) return -EINVAL;
  const tbl = neighTables(kernel).find((t) => t.ops.name === a.name && (m.family === 0 || t.ops.family === m.family));
  if (tbl === undefined) return -ENOENT;
  // What all devices share belongs to the first namespace.
  const first = req.net === kernel.initNet;
  if (a.parms !== undefined) {
    const { ifindex = 0 } = a.parms;
    const dev = req.net.devs.get(ifindex);
    const p = dev === undefined ? (ifindex === 0 && first ? tbl.parms : null) : tbl.ops.parms(dev);
    if (p === null) return -ENOENT;
    setParms(tbl, p, a.parms);
  }
  const limits = [a.thresh1, a.thresh2, a.thresh3, a.gcInterval];
  if (limits.every((v) => v === undefined)) return 0;
  if (!first) return -ENOENT;
  tbl.gcThresh1 = a.thresh1 ?? tbl.gcThresh1;
  tbl.gcThresh2 = a.thresh2 ?? tbl.gcThresh2;
  tbl.gcThresh3 = a.thresh3 ?? tbl.gcThresh3;
  return 0;
};

export function rtnlNeightblInit(kernel: SimKernel): void {
  kernel.rtnl.register(0, RTM_GETNEIGHTBL, null, neightblDump);
  kernel.rtnl.register(0, RTM_SETNEIGHTBL, neightblSet, null);
}
