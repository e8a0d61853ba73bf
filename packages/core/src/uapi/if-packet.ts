/** packet(7). include/uapi/linux/if_packet.h */

// sll_pkttype
export const PACKET_HOST = 0;
export const PACKET_BROADCAST = 1;
export const PACKET_MULTICAST = 2;
export const PACKET_OTHERHOST = 3;
export const PACKET_OUTGOING = 4;
export const PACKET_LOOPBACK = 5;
export const PACKET_USER = 6;
export const PACKET_FASTROUTE = 6;
export const PACKET_KERNEL = 7;

// Memberships
export const PACKET_MR_MULTICAST = 0;
export const PACKET_MR_PROMISC = 1;
export const PACKET_MR_ALLMULTI = 2;
export const PACKET_MR_UNICAST = 3;

// Fanout
export const PACKET_FANOUT_HASH = 0;
export const PACKET_FANOUT_LB = 1;
export const PACKET_FANOUT_CPU = 2;
export const PACKET_FANOUT_ROLLOVER = 3;
export const PACKET_FANOUT_RND = 4;
export const PACKET_FANOUT_QM = 5;
export const PACKET_FANOUT_CBPF = 6;
export const PACKET_FANOUT_EBPF = 7;
export const PACKET_FANOUT_DATA = 22;
export const PACKET_FANOUT_FLAG_ROLLOVER = 4096;
export const PACKET_FANOUT_FLAG_UNIQUEID = 8192;
export const PACKET_FANOUT_FLAG_DEFRAG = 32768;

// Socket options at SOL_PACKET
export const PACKET_ADD_MEMBERSHIP = 1;
export const PACKET_DROP_MEMBERSHIP = 2;
export const PACKET_RECV_OUTPUT = 3;
export const PACKET_RX_RING = 5;
export const PACKET_STATISTICS = 6;
export const PACKET_COPY_THRESH = 7;
export const PACKET_AUXDATA = 8;
export const PACKET_ORIGDEV = 9;
export const PACKET_VERSION = 10;
export const PACKET_HDRLEN = 11;
export const PACKET_RESERVE = 12;
export const PACKET_TX_RING = 13;
export const PACKET_LOSS = 14;
export const PACKET_VNET_HDR = 15;
export const PACKET_TX_TIMESTAMP = 16;
export const PACKET_TIMESTAMP = 17;
export const PACKET_FANOUT = 18;
export const PACKET_TX_HAS_OFF = 19;
export const PACKET_QDISC_BYPASS = 20;
export const PACKET_ROLLOVER_STATS = 21;
export const PACKET_IGNORE_OUTGOING = 23;

// Ring status
export const TP_STATUS_AVAILABLE = 0;
export const TP_STATUS_KERNEL = 0;
export const TP_STATUS_SEND_REQUEST = 1;
export const TP_STATUS_USER = 1;
export const TP_STATUS_SENDING = 2;
export const TP_STATUS_COPY = 2;
export const TP_STATUS_WRONG_FORMAT = 4;
export const TP_STATUS_LOSING = 4;
export const TP_STATUS_CSUMNOTREADY = 8;
export const TP_STATUS_VLAN_VALID = 16;
export const TP_STATUS_BLK_TMO = 32;
export const TP_STATUS_VLAN_TPID_VALID = 64;
export const TP_STATUS_CSUM_VALID = 128;
export const TP_STATUS_TS_SOFTWARE = 536870912;
export const TP_STATUS_TS_SYS_HARDWARE = 1073741824;
export const TP_STATUS_TS_RAW_HARDWARE = 2147483648;
