/** Numbers by which one namespace knows another. @see net/core/net_namespace.c */
import { RTM_DELNSID, RTM_NEWNSID } from '../../uapi/rtnetlink.ts';
import type { Net } from './net.ts';
import { KERNEL_INFO, type NlInfo } from './rtnetlink.ts';

/** The id of `peer` in `net`; -1 when it has none. @see peernet2id */
export function peernet2id(net: Net, peer: Net): number {
  return net.nsidOf.get(peer) ?? -1;
}

/** The same, giving it the lowest free one when it has none; -1 for a namespace about to die. @see peernet2id_alloc */
export function peernet2idAlloc(net: Net, peer: Net, info: NlInfo = KERNEL_INFO): number {
  if (net.dying) return -1;
  const known = peernet2id(net, peer);
  if (known >= 0 || peer.dying) return known;
  const id = freeNsid(net);
  setNsid(net, id, peer, info);
  return id;
}

/** The lowest id not in use. */
export function freeNsid(net: Net): number {
  let id = net.nsidHint;
  while (net.nsids.has(id)) id++;
  net.nsidHint = id;
  return id;
}

/** Gives `peer` this id and tells of it. */
export function setNsid(net: Net, id: number, peer: Net, info: NlInfo): void {
  net.nsids.set(id, peer);
  net.nsidOf.set(peer, id);
  net.kernel.rtnl.onNsid?.(net, RTM_NEWNSID, id, info);
}

/** The namespace with this id, if it lives. @see get_net_ns_by_id */
export function getNetNsById(net: Net, id: number): Net | undefined {
  const found = id < 0 ? undefined : net.nsids.get(id);
  return found === undefined || found.dying ? undefined : found;
}

/** A namespace dies: all others forget it. @see unhash_nsid */
export function unhashNsid(dying: Net): void {
  const { nets, rtnl } = dying.kernel;
  for (const net of nets) {
    if (net === dying) continue;
    const id = peernet2id(net, dying);
    if (id < 0) continue;
    net.nsids.delete(id);
    net.nsidOf.delete(dying);
    net.nsidHint = Math.min(net.nsidHint, id);
    rtnl.onNsid?.(net, RTM_DELNSID, id, KERNEL_INFO);
  }
  dying.nsids.clear();
  dying.nsidOf.clear();
}
