import { NL_VALIDATE_DEPRECATED_STRICT } from '../../netlink/attr.ts';
import { addrFamily, type AddrMessage } from '../../netlink/addr.ts';
import { EINVAL, ENODEV } from '../../uapi/errno.ts';
import { NLM_F_DUMP_FILTERED } from '../../uapi/netlink.ts';
import { RTM_NEWADDR } from '../../uapi/rtnetlink.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { Net } from '../core/net.ts';
import { getNetNsById } from '../core/nsid.ts';
import { nlErr, type RtnlDumpit, type RtnlRequest } from '../core/rtnetlink.ts';

/** @see inet_valid_dump_ifaddr_req, inet6_valid_dump_ifaddr_req */
function parseDump(req: RtnlRequest, family: string): AddrMessage | number {
  const { message, extack } = req;
  if (message.length < 24) return nlErr(extack, EINVAL, `${family}: Invalid header for address dump request`);
  const head = addrFamily.decode(message.subarray(16))!;
  if (head.prefixlen !== 0 || head.flags !== 0 || head.scope !== 0) {
    return nlErr(extack, EINVAL, `${family}: Invalid values in header for address dump request`);
  }
  const m = addrFamily.parse(message, NL_VALIDATE_DEPRECATED_STRICT, extack);
  if (typeof m !== 'number' && Object.keys(m.attrs).some((key) => key !== 'targetNetnsid')) {
    return nlErr(extack, EINVAL, `${family}: Unsupported attribute in dump request`);
  }
  return m;
}

/**
 * A dump of addresses: of all devices in the order of their numbers, or of the one that is asked for; of another
 * namespace when one is named.
 *
 * @param family how the family's messages begin: `ipv4`
 * @param of the addresses of a device, as the attributes of RTM_NEWADDR
 * @see inet_dump_ifaddr, inet6_dump_addr
 */
export const dumpAddrs =
  (family: string, of: (dev: NetDevice, nsid: number | undefined) => Iterable<Uint8Array>): RtnlDumpit =>
  (req, emit) => {
    let net: Net = req.net;
    let index = 0;
    let nsid: number | undefined;
    let flags = 0;
    if (req.strict) {
      const m = parseDump(req, family);
      if (typeof m === 'number') return m;
      nsid = m.attrs.targetNetnsid;
      if (nsid !== undefined) {
        const target = getNetNsById(net, nsid);
        if (target === undefined) return nlErr(req.extack, EINVAL, `${family}: Invalid target network namespace id`);
        net = target;
      }
      index = m.index;
      if (index !== 0) {
        flags = NLM_F_DUMP_FILTERED;
        if (net.devs.get(index) === undefined) return -ENODEV;
      }
    }
    for (const dev of [...net.devs.values()].toSorted((a, b) => a.ifindex - b.ifindex)) {
      if (index !== 0 && dev.ifindex !== index) continue;
      for (const address of of(dev, nsid)) emit(RTM_NEWADDR, flags, address);
    }
    return 0;
  };
