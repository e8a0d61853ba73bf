import { s32, struct, u16, u32, u64, u8, type Int, type Struct } from '../codec.ts';

/** Fixed header of RTM_*LINK. include/uapi/linux/rtnetlink.h:struct ifinfomsg */
export interface Ifinfomsg {
  family: number;
  /** ARPHRD_* */
  type: number;
  index: number;
  /** IFF_* */
  flags: number;
  /** Which bits of `flags` are meant; the kernel reads 0 as all. */
  change: number;
}

export const ifinfomsg: Struct<Ifinfomsg> = struct<Ifinfomsg>(16, {
  family: [0, u8],
  type: [2, u16],
  index: [4, s32],
  flags: [8, u32],
  change: [12, u32],
});

/** Counters of a device. include/uapi/linux/if_link.h:struct rtnl_link_stats64 */
export interface LinkStats {
  rxPackets: number;
  txPackets: number;
  rxBytes: number;
  txBytes: number;
  rxErrors: number;
  txErrors: number;
  rxDropped: number;
  txDropped: number;
  multicast: number;
  collisions: number;
  rxLengthErrors: number;
  rxOverErrors: number;
  rxCrcErrors: number;
  rxFrameErrors: number;
  rxFifoErrors: number;
  rxMissedErrors: number;
  txAbortedErrors: number;
  txCarrierErrors: number;
  txFifoErrors: number;
  txHeartbeatErrors: number;
  txWindowErrors: number;
  rxCompressed: number;
  txCompressed: number;
  rxNohandler: number;
  /** Only in IFLA_STATS64. */
  rxOtherhostDropped: number;
}

function stats(item: Int, size: number): Struct<LinkStats> {
  const n = item.len;
  return struct<LinkStats>(
    size,
    {
      rxPackets: [0, item],
      txPackets: [n, item],
      rxBytes: [2 * n, item],
      txBytes: [3 * n, item],
      rxErrors: [4 * n, item],
      txErrors: [5 * n, item],
      rxDropped: [6 * n, item],
      txDropped: [7 * n, item],
      multicast: [8 * n, item],
      collisions: [9 * n, item],
      rxLengthErrors: [10 * n, item],
      rxOverErrors: [11 * n, item],
      rxCrcErrors: [12 * n, item],
      rxFrameErrors: [13 * n, item],
      rxFifoErrors: [14 * n, item],
      rxMissedErrors: [15 * n, item],
      txAbortedErrors: [16 * n, item],
      txCarrierErrors: [17 * n, item],
      txFifoErrors: [18 * n, item],
      txHeartbeatErrors: [19 * n, item],
      txWindowErrors: [20 * n, item],
      rxCompressed: [21 * n, item],
      txCompressed: [22 * n, item],
      rxNohandler: [23 * n, item],
      rxOtherhostDropped: [24 * n, item],
    },
    23 * n,
  );
}

/** The 32-bit struct has no rx_otherhost_dropped: it reads as 0 and is not written. */
const s32bit = stats({ ...u32, len: 4 }, 100);
export const linkStats: Struct<LinkStats> = {
  ...s32bit,
  size: 96,
  encode(value, w) {
    const at = w.reserve(96);
    linkStats.write(value, w.buf, at);
  },
  write(value, b, o) {
    const { rxOtherhostDropped: _, ...rest } = value;
    s32bit.write(rest, b, o);
  },
  read: (b, o, n) => s32bit.read(b, o, Math.min(n, 96)),
  decode: (b, o, n) => (n < 92 ? undefined : s32bit.read(b, o, Math.min(n, 96))),
};
export const linkStats64: Struct<LinkStats> = stats(u64, 200);

/** include/uapi/linux/if_link.h:struct rtnl_link_ifmap */
export interface LinkMap {
  memStart: number;
  memEnd: number;
  baseAddr: number;
  irq: number;
  dma: number;
  port: number;
}

export const linkMap: Struct<LinkMap> = struct<LinkMap>(32, {
  memStart: [0, u64],
  memEnd: [8, u64],
  baseAddr: [16, u64],
  irq: [24, u16],
  dma: [26, u8],
  port: [27, u8],
});

/** IFLA_INET6_CACHEINFO. include/uapi/linux/if_link.h:struct ifla_cacheinfo */
export interface IflaCacheinfo {
  maxReasmLen: number;
  /** Hundredths of a second since boot. */
  tstamp: number;
  /** Milliseconds. */
  reachableTime: number;
  /** Milliseconds. */
  retransTime: number;
}

export const iflaCacheinfo: Struct<IflaCacheinfo> = struct<IflaCacheinfo>(16, {
  maxReasmLen: [0, u32],
  tstamp: [4, u32],
  reachableTime: [8, u32],
  retransTime: [12, u32],
});
