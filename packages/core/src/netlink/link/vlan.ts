import {
  IFLA_VLAN_EGRESS_QOS,
  IFLA_VLAN_FLAGS,
  IFLA_VLAN_ID,
  IFLA_VLAN_INGRESS_QOS,
  IFLA_VLAN_PROTOCOL,
  IFLA_VLAN_QOS_MAPPING,
} from '../../uapi/if-link.ts';
import { nestedList, type AttrTable, type UnknownAttrs } from '../attr.ts';
import { be16Codec, struct, u16, u32, type Struct } from '../codec.ts';

/** include/uapi/linux/if_link.h:struct ifla_vlan_flags */
export interface VlanFlags {
  flags: number;
  mask: number;
}
/** include/uapi/linux/if_link.h:struct ifla_vlan_qos_mapping */
export interface VlanQosMapping {
  from: number;
  to: number;
}
const vlanFlags: Struct<VlanFlags> = struct<VlanFlags>(8, { flags: [0, u32], mask: [4, u32] });
const vlanQos: Struct<VlanQosMapping> = struct<VlanQosMapping>(8, { from: [0, u32], to: [4, u32] });

/** IFLA_INFO_DATA of kind vlan. */
export interface VlanAttrs extends UnknownAttrs {
  id?: number | undefined;
  flags?: VlanFlags | undefined;
  egressQos?: readonly VlanQosMapping[] | undefined;
  ingressQos?: readonly VlanQosMapping[] | undefined;
  /** ETH_P_8021Q or ETH_P_8021AD. */
  protocol?: number | undefined;
}

export const iflaVlan: AttrTable<VlanAttrs> = {
  id: [IFLA_VLAN_ID, u16],
  flags: [IFLA_VLAN_FLAGS, vlanFlags],
  egressQos: [IFLA_VLAN_EGRESS_QOS, nestedList(IFLA_VLAN_QOS_MAPPING, vlanQos)],
  ingressQos: [IFLA_VLAN_INGRESS_QOS, nestedList(IFLA_VLAN_QOS_MAPPING, vlanQos)],
  protocol: [IFLA_VLAN_PROTOCOL, be16Codec],
};
