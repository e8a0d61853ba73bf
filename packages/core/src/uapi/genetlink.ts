/** Generic netlink: the controller, and the families programs of ours ask for. include/uapi/linux/genetlink.h, tcp_metrics.h */

export const GENL_ID_CTRL = 0x10;
export const GENL_HDRLEN = 4;

export const CTRL_CMD_NEWFAMILY = 1;
export const CTRL_CMD_GETFAMILY = 3;

export const CTRL_ATTR_FAMILY_ID = 1;
export const CTRL_ATTR_FAMILY_NAME = 2;
export const CTRL_ATTR_VERSION = 3;
export const CTRL_ATTR_HDRSIZE = 4;
export const CTRL_ATTR_MAXATTR = 5;

export const TCP_METRICS_GENL_NAME = 'tcp_metrics';
export const TCP_METRICS_GENL_VERSION = 1;

export const TCP_METRICS_ATTR_ADDR_IPV4 = 1;
export const TCP_METRICS_ATTR_ADDR_IPV6 = 2;
export const TCP_METRICS_ATTR_MAX = 13;

export const TCP_METRICS_CMD_GET = 1;
export const TCP_METRICS_CMD_DEL = 2;
