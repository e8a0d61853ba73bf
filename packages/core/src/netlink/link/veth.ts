import { VETH_INFO_PEER } from '../../uapi/if-link.ts';
import type { AttrTable } from '../attr.ts';
import { embedded } from '../family.ts';
import type { IflaAttrs, VethAttrs } from './attrs.ts';
import { ifinfomsg } from './header.ts';

/** IFLA_INFO_DATA of kind veth; `ifla` is the table of the peer's own attributes. @see drivers/net/veth.c:veth_policy */
export const vethInfo = (ifla: () => AttrTable<IflaAttrs>): AttrTable<VethAttrs> => ({
  peer: [VETH_INFO_PEER, embedded(ifinfomsg, ifla)],
});
