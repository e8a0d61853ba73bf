/** ioctl(2) about devices. @see net/core/dev_ioctl.c:dev_ioctl */
import { bytesEqual, le16, le32, le32s, putLe16, putLe32 } from '../../lib/bytes.ts';
import { withLast, without } from '../../lib/small.ts';
import { EFAULT, EINVAL, ENODEV, ENOENT, EOPNOTSUPP } from '../../uapi/errno.ts';
import { IFF_LOOPBACK } from '../../uapi/if.ts';
import { AF_UNSPEC } from '../../uapi/socket.ts';
import * as sio from '../../uapi/sockios.ts';
import { devGetFlags } from './dev.ts';
import { devChangeFlags, devChangeName, devChangeTxQueueLen, devSetMacAddress, devSetMtu } from './dev-config.ts';
import { IFREQ_DATA, IFREQ_SIZE, nameAt, putName, type SockIoctl, withoutAlias } from './ioctl.ts';
import type { SimKernel } from './kernel.ts';
import type { NetDevice } from './net-device.ts';
import { newExtAck } from './rtnetlink.ts';

/** Where sa_data of the sockaddr begins. */
const HW = IFREQ_DATA + 2;

/** A request that reads a device. @returns 0 or -errno, null when it is not one of these. @see dev_ifsioc_locked */
function get(dev: NetDevice, request: number, arg: Uint8Array): number | null {
  switch (request) {
    case sio.SIOCGIFFLAGS:
      putLe16(arg, IFREQ_DATA, devGetFlags(dev) & 0xffff);
      return 0;
    case sio.SIOCGIFMETRIC:
      putLe32(arg, IFREQ_DATA, 0);
      return 0;
    case sio.SIOCGIFMTU:
      putLe32(arg, IFREQ_DATA, dev.mtu);
      return 0;
    case sio.SIOCGIFHWADDR:
      arg.fill(0, IFREQ_DATA, IFREQ_SIZE);
      putLe16(arg, IFREQ_DATA, dev.type);
      arg.set(dev.devAddr.subarray(0, Math.min(dev.addrLen, 14)), HW);
      return 0;
    case sio.SIOCGIFMAP:
      arg.fill(0, IFREQ_DATA, IFREQ_SIZE);
      return 0;
    case sio.SIOCGIFINDEX:
      putLe32(arg, IFREQ_DATA, dev.ifindex);
      return 0;
    case sio.SIOCGIFTXQLEN:
      putLe32(arg, IFREQ_DATA, dev.txQueueLen);
      return 0;
    case sio.SIOCGIFSLAVE:
      return -EINVAL;
    default:
      return null;
  }
}

/** A user's own multicast address. @see dev_mc_add_global, dev_mc_del_global */
function devMcGlobal(dev: NetDevice, addr: Uint8Array, add: boolean): number {
  const found = dev.mc.find((h) => bytesEqual(h.addr, addr));
  if (add) {
    if (found === undefined) dev.mc = withLast(dev.mc, { addr, users: 1, global: true });
    else if (found.global !== true) {
      found.global = true;
      found.users++;
    }
  } else {
    if (found?.global !== true) return -ENOENT;
    found.global = false;
    if (--found.users === 0) dev.mc = without(dev.mc, found);
  }
  dev.netdevOps.setRxMode?.(dev);
  return 0;
}

/** A request that changes one. @see dev_ifsioc */
function set(dev: NetDevice, request: number, arg: Uint8Array): number {
  switch (request) {
    case sio.SIOCSIFFLAGS:
      // A short, with its sign.
      return devChangeFlags(dev, (le16(arg, IFREQ_DATA) << 16) >> 16);
    case sio.SIOCSIFMETRIC:
      return -EOPNOTSUPP;
    case sio.SIOCSIFMTU:
      return le32s(arg, IFREQ_DATA) < 0 ? -EINVAL : devSetMtu(dev, le32(arg, IFREQ_DATA), newExtAck());
    case sio.SIOCSIFHWADDR:
      if (le16(arg, IFREQ_DATA) !== dev.type) return -EINVAL;
      return devSetMacAddress(dev, arg.slice(HW, HW + dev.addrLen));
    case sio.SIOCSIFHWBROADCAST:
      if (le16(arg, IFREQ_DATA) !== dev.type) return -EINVAL;
      dev.broadcast = arg.slice(HW, HW + dev.addrLen);
      return 0;
    case sio.SIOCSIFTXQLEN:
      return le32s(arg, IFREQ_DATA) < 0 ? -EINVAL : devChangeTxQueueLen(dev, le32(arg, IFREQ_DATA));
    case sio.SIOCSIFNAME:
      return devChangeName(dev, nameAt(arg, IFREQ_DATA));
    case sio.SIOCADDMULTI:
    case sio.SIOCDELMULTI:
      if ((dev.flags & IFF_LOOPBACK) !== 0 || le16(arg, IFREQ_DATA) !== AF_UNSPEC) return -EINVAL;
      return devMcGlobal(dev, arg.slice(HW, HW + dev.addrLen), request === sio.SIOCADDMULTI);
    default:
      return -EOPNOTSUPP;
  }
}

const SETS: ReadonlySet<number> = new Set([
  sio.SIOCSIFFLAGS,
  sio.SIOCSIFMETRIC,
  sio.SIOCSIFMTU,
  sio.SIOCSIFHWADDR,
  sio.SIOCSIFHWBROADCAST,
  sio.SIOCSIFTXQLEN,
  sio.SIOCSIFNAME,
  sio.SIOCSIFMAP,
  sio.SIOCSIFSLAVE,
  sio.SIOCADDMULTI,
  sio.SIOCDELMULTI,
  sio.SIOCGMIIPHY,
  sio.SIOCGMIIREG,
  sio.SIOCSMIIREG,
  sio.SIOCETHTOOL,
]);

/**
 * Differs from Linux: SIOCETHTOOL and the requests of particular drivers are refused (EOPNOTSUPP).
 * @returns 0, -ENODEV, -EINVAL, -EOPNOTSUPP …; null for what is no request about devices
 */
const devIoctl: SockIoctl = (sk, request, arg) => {
  const { net } = sk;
  if (request === sio.SIOCGIFNAME) {
    if (arg.length < IFREQ_SIZE) return -EFAULT;
    const dev = net.devs.get(le32(arg, IFREQ_DATA));
    if (dev === undefined) return -ENODEV;
    putName(arg, 0, dev.name);
    return 0;
  }
  const reads =
    (request >= sio.SIOCGIFFLAGS && request <= sio.SIOCGIFSLAVE && !SETS.has(request)) ||
    request === sio.SIOCGIFINDEX ||
    request === sio.SIOCGIFTXQLEN ||
    request === sio.SIOCGIFMAP;
  const own = request >= sio.SIOCDEVPRIVATE && request < sio.SIOCDEVPRIVATE + 16;
  if (!reads && !own && !SETS.has(request)) return null;
  if (arg.length < IFREQ_SIZE) return -EFAULT;
  const dev = net.names.get(withoutAlias(nameAt(arg, 0)));
  if (dev === undefined) return -ENODEV;
  return reads ? get(dev, request, arg) : set(dev, request, arg);
};

/** Comes last: other parts have requests of the same numbers for aliases. */
export function devIoctlInit(kernel: SimKernel): void {
  kernel.ioctls.push(devIoctl);
}
