/** Per-device IPv6 settings. @see include/linux/ipv6.h:struct ipv6_devconf, net/ipv6/addrconf.c:addrconf_sysctl */
import {
  DEVCONF_ACCEPT_DAD,
  DEVCONF_MTU6,
  DEVCONF_RTR_PROBE_INTERVAL,
  DEVCONF_RTR_SOLICIT_DELAY,
  DEVCONF_RTR_SOLICIT_INTERVAL,
  DEVCONF_RTR_SOLICIT_MAX_INTERVAL,
  DEVCONF_USE_TEMPADDR,
} from '../../uapi/if-link.ts';

/** Entries that IFLA_INET6_CONF carries. @see DEVCONF_MAX of 6.18 */
export const DEVCONF6_MAX = 60;
export const DEVCONF_FORCE_FORWARDING = 59;

/** Files of `net.ipv6.conf.DEV` and their defaults, at the place of their DEVCONF_* number. Times in the unit of the file. */
const TABLE: readonly (readonly [name: string, value: number])[] = [
  ['forwarding', 0],
  ['hop_limit', 64],
  ['mtu', 1280],
  ['accept_ra', 1],
  ['accept_redirects', 1],
  ['autoconf', 1],
  ['dad_transmits', 1],
  ['router_solicitations', -1],
  ['router_solicitation_interval', 4],
  ['router_solicitation_delay', 1],
  ['use_tempaddr', 0],
  ['temp_valid_lft', 604_800],
  ['temp_prefered_lft', 86_400],
  ['regen_max_retry', 3],
  ['max_desync_factor', 600],
  ['max_addresses', 16],
  ['force_mld_version', 0],
  ['accept_ra_defrtr', 1],
  ['accept_ra_pinfo', 1],
  ['accept_ra_rtr_pref', 1],
  ['router_probe_interval', 60],
  ['accept_ra_rt_info_max_plen', 0],
  ['proxy_ndp', 0],
  ['optimistic_dad', 0],
  ['accept_source_route', 0],
  ['mc_forwarding', 0],
  ['disable_ipv6', 0],
  ['accept_dad', 1],
  ['force_tllao', 0],
  ['ndisc_notify', 0],
  ['mldv1_unsolicited_report_interval', 10_000],
  ['mldv2_unsolicited_report_interval', 1000],
  ['suppress_frag_ndisc', 1],
  ['accept_ra_from_local', 0],
  ['use_optimistic', 0],
  ['accept_ra_mtu', 1],
  ['stable_secret', 0],
  ['use_oif_addrs_only', 0],
  ['accept_ra_min_hop_limit', 1],
  ['ignore_routes_with_linkdown', 0],
  ['drop_unicast_in_l2_multicast', 0],
  ['drop_unsolicited_na', 0],
  ['keep_addr_on_down', 0],
  ['router_solicitation_max_interval', 3600],
  ['seg6_enabled', 0],
  ['seg6_require_hmac', 0],
  ['enhanced_dad', 1],
  ['addr_gen_mode', 0],
  ['disable_policy', 0],
  ['accept_ra_rt_info_min_plen', 0],
  ['ndisc_tclass', 0],
  ['rpl_seg_enabled', 0],
  ['ra_defrtr_metric', 1024],
  ['ioam6_enabled', 0],
  ['ioam6_id', 65_535],
  ['ioam6_id_wide', 4_294_967_295],
  ['ndisc_evict_nocarrier', 1],
  ['accept_untracked_na', 0],
  ['accept_ra_min_lft', 0],
  ['force_forwarding', 0],
  ['ra_honor_pio_life', 0],
  ['ra_honor_pio_pflag', 0],
  ['regen_min_advance', 2],
];

/** Names as files of `net.ipv6.conf.DEV`; a name's place is its number. */
export const DEVCONF6_NAMES: readonly string[] = TABLE.map((e) => e[0]);

/** The compiled-in values of `default`, and of `all`, whose `accept_dad` is 0. Nobody writes to them. */
export const DEVCONF6_DEFAULT: Float64Array = Float64Array.from(TABLE, (e) => e[1]);
export const DEVCONF6_ALL: Float64Array = DEVCONF6_DEFAULT.map((v, i) => (i === DEVCONF_ACCEPT_DAD ? 0 : v));

const MS_ON_WIRE: ReadonlySet<number> = new Set([
  DEVCONF_RTR_SOLICIT_INTERVAL,
  DEVCONF_RTR_SOLICIT_DELAY,
  DEVCONF_RTR_SOLICIT_MAX_INTERVAL,
  DEVCONF_RTR_PROBE_INTERVAL,
]);

/** What devices start with, made once for each MTU: by the values copied, then by MTU, negative for `quiet`. */
const starts: WeakMap<Float64Array, Map<number, Float64Array>> = new WeakMap();

function startOf(from: Float64Array, mtu: number, quiet: boolean): Float64Array {
  let byMtu = starts.get(from);
  if (byMtu === undefined) starts.set(from, (byMtu = new Map()));
  const key = quiet ? -mtu : mtu;
  let data = byMtu.get(key);
  if (data !== undefined) return data;
  data = from.slice();
  data[DEVCONF_MTU6] = mtu;
  if (quiet) data[DEVCONF_ACCEPT_DAD] = data[DEVCONF_USE_TEMPADDR] = -1;
  byMtu.set(key, data);
  return data;
}

/** Settings of one device (or `all`, or `default`); shares its values with others until one of them is written to. */
export class Devconf6 {
  data: Float64Array;
  /** Others may have the same values: a write makes its own first. */
  #shared = true;
  /** IN6_ADDR_GEN_MODE_STABLE_PRIVACY's secret, 16 bytes; null: none set. */
  stableSecret: Uint8Array | null = null;

  constructor(data: Float64Array) {
    this.data = data;
  }

  get(i: number): number {
    return this.data[i]!;
  }

  set(i: number, v: number): void {
    if (this.data[i] === v) return;
    if (this.#shared) {
      this.data = this.data.slice();
      this.#shared = false;
    }
    this.data[i] = v;
  }

  /** The values as they are now, for somebody else to start with. */
  share(): Float64Array {
    this.#shared = true;
    return this.data;
  }

  /** A device's own, as `default` is now. @see ipv6_add_dev */
  copy(mtu: number, quiet: boolean): Devconf6 {
    const c = new Devconf6(startOf(this.share(), mtu, quiet));
    c.stableSecret = this.stableSecret;
    return c;
  }

  /** Values as IFLA_INET6_CONF has them, times in ms. @see ipv6_store_devconf */
  wire(): number[] {
    const out: number[] = [];
    for (let i = 0; i < DEVCONF6_MAX; i++) out.push((this.data[i]! * (MS_ON_WIRE.has(i) ? 1000 : 1)) | 0);
    return out;
  }
}
