/** Events of the network device notifier chain. @see include/linux/netdevice.h:enum netdev_cmd */
export const NETDEV_UP = 1;
export const NETDEV_DOWN = 2;
export const NETDEV_CHANGE = 4;
export const NETDEV_REGISTER = 5;
export const NETDEV_UNREGISTER = 6;
export const NETDEV_CHANGEMTU = 7;
export const NETDEV_CHANGEADDR = 8;
export const NETDEV_PRE_CHANGEADDR = 9;
export const NETDEV_GOING_DOWN = 10;
export const NETDEV_CHANGENAME = 11;
export const NETDEV_PRE_UP = 14;
export const NETDEV_POST_INIT = 17;
export const NETDEV_NOTIFY_PEERS = 20;
export const NETDEV_CHANGEUPPER = 22;
export const NETDEV_CHANGEINFODATA = 25;
export const NETDEV_CHANGE_TX_QUEUE_LEN = 31;
