/** Per-device IPv4 settings and how they are inherited. @see include/linux/inetdevice.h, net/ipv4/devinet.c */

/** Names as files of `net.ipv4.conf.DEV`, at the place of their number (IPV4_DEVCONF_*) minus one. */
export const DEVCONF_NAMES: readonly string[] = [
  'forwarding',
  'mc_forwarding',
  'proxy_arp',
  'accept_redirects',
  'secure_redirects',
  'send_redirects',
  'shared_media',
  'rp_filter',
  'accept_source_route',
  'bootp_relay',
  'log_martians',
  'tag',
  'arp_filter',
  'medium_id',
  'disable_xfrm',
  'disable_policy',
  'force_igmp_version',
  'arp_announce',
  'arp_ignore',
  'promote_secondaries',
  'arp_accept',
  'arp_notify',
  'accept_local',
  'src_valid_mark',
  'proxy_arp_pvlan',
  'route_localnet',
  'igmpv2_unsolicited_report_interval',
  'igmpv3_unsolicited_report_interval',
  'ignore_routes_with_linkdown',
  'drop_unicast_in_l2_multicast',
  'drop_gratuitous_arp',
  'bc_forwarding',
  'arp_evict_nocarrier',
];

// Places in a Devconf.
export const FORWARDING = 0;
export const MC_FORWARDING = 1;
export const PROXY_ARP = 2;
export const ACCEPT_REDIRECTS = 3;
export const SECURE_REDIRECTS = 4;
export const SEND_REDIRECTS = 5;
export const SHARED_MEDIA = 6;
export const RP_FILTER = 7;
export const ACCEPT_SOURCE_ROUTE = 8;
export const LOG_MARTIANS = 10;
export const ARPFILTER = 12;
export const MEDIUM_ID = 13;
export const ARP_ANNOUNCE = 17;
export const ARP_IGNORE = 18;
export const PROMOTE_SECONDARIES = 19;
export const ARP_ACCEPT = 20;
export const ARP_NOTIFY = 21;
export const ACCEPT_LOCAL = 22;
export const SRC_VMARK = 23;
export const PROXY_ARP_PVLAN = 24;
export const ROUTE_LOCALNET = 25;
const IGMPV2_UNSOLICITED_REPORT_INTERVAL = 26;
const IGMPV3_UNSOLICITED_REPORT_INTERVAL = 27;
export const IGNORE_ROUTES_WITH_LINKDOWN = 28;
export const DROP_UNICAST_IN_L2_MULTICAST = 29;
export const DROP_GRATUITOUS_ARP = 30;
export const BC_FORWARDING = 31;
export const ARP_EVICT_NOCARRIER = 32;

const N = DEVCONF_NAMES.length;

function defaults(dflt: boolean): Int32Array {
  const d = new Int32Array(N);
  d[ACCEPT_REDIRECTS] = d[SECURE_REDIRECTS] = d[SEND_REDIRECTS] = d[SHARED_MEDIA] = 1;
  d[IGMPV2_UNSOLICITED_REPORT_INTERVAL] = 10_000;
  d[IGMPV3_UNSOLICITED_REPORT_INTERVAL] = 1000;
  d[ARP_EVICT_NOCARRIER] = 1;
  if (dflt) d[ACCEPT_SOURCE_ROUTE] = 1;
  return d;
}

/** The compiled-in values of `all` and of `default`; nobody writes to them. */
export const DEVCONF_ALL: Int32Array = defaults(false);
export const DEVCONF_DEFAULT: Int32Array = defaults(true);

/**
 * Settings of one device (or `all`, or `default`). Shares its values with where they came from until it is written to;
 * those written here no longer follow the default.
 */
export class Devconf {
  data: Int32Array;
  shared = true;
  /** Bit i: value i was set here. Two words. @see ipv4_devconf.state */
  #state0 = 0;
  #state1 = 0;

  constructor(data: Int32Array) {
    this.data = data;
  }

  isSet(i: number): boolean {
    return (((i < 32 ? this.#state0 : this.#state1) >>> (i & 31)) & 1) !== 0;
  }

  /** The values as they are now, for somebody else to start with. */
  share(): Int32Array {
    this.shared = true;
    return this.data;
  }

  /** Writes a value without marking it as this device's own. */
  put(i: number, v: number): void {
    if (this.shared) {
      this.data = this.data.slice();
      this.shared = false;
    }
    this.data[i] = v;
  }

  /** @see ipv4_devconf_set */
  set(i: number, v: number): void {
    if (i < 32) this.#state0 |= 1 << i;
    else this.#state1 |= 1 << (i & 31);
    this.put(i, v);
  }

  /** Follows the default no longer. @see ipv4_devconf_setall */
  setAll(): void {
    this.#state0 = this.#state1 = -1;
  }
}
