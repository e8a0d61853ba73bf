/** Which namespace a link request means. @see net/core/rtnetlink.c:rtnl_link_get_net_ifla */
import { EBADF, EINVAL, EOPNOTSUPP, ESRCH } from '../../uapi/errno.ts';
import type { Net } from '../core/net.ts';
import type { LinkAttrs } from '../core/net-device.ts';
import { getNetNsById } from '../core/nsid.ts';
import { type ExtAck, nlErr } from '../core/rtnetlink.ts';

/** At most one way to name a namespace; with `idOnly` only by its id. @see rtnl_ensure_unique_netns */
export function ensureUniqueNetns(attrs: LinkAttrs, extack: ExtAck, idOnly: boolean): number {
  const { netNsPid, netNsFd, targetNetnsid } = attrs;
  if (idOnly) {
    if (netNsPid === undefined && netNsFd === undefined) return 0;
    return nlErr(extack, EOPNOTSUPP, 'specified netns attribute not supported');
  }
  const given = Number(netNsPid !== undefined) + Number(netNsFd !== undefined) + Number(targetNetnsid !== undefined);
  return given > 1 ? nlErr(extack, EINVAL, 'multiple netns identifying attributes specified') : 0;
}

/** The namespace the attributes name; undefined when none does. @returns -ESRCH (pid), -EBADF (descriptor), -EINVAL (id) */
export function linkGetNet(src: Net, attrs: LinkAttrs): Net | number | undefined {
  const { kernel } = src;
  if (attrs.netNsPid !== undefined) return kernel.findTaskByVpid(attrs.netNsPid)?.net ?? -ESRCH;
  if (attrs.netNsFd !== undefined) return kernel.netnsFds.get(attrs.netNsFd) ?? -EBADF;
  if (attrs.targetNetnsid !== undefined) return getNetNsById(src, attrs.targetNetnsid) ?? -EINVAL;
  return undefined;
}
