/** /proc/sys/net/ipv6/conf/{all,default,DEV}. @see net/ipv6/addrconf.c:addrconf_sysctl */
import { parseIpv6 } from '../../lib/address.ts';
import { toHex } from '../../lib/bytes.ts';
import { EINVAL, EIO } from '../../uapi/errno.ts';
import { IN6_ADDR_GEN_MODE_STABLE_PRIVACY } from '../../uapi/if-link.ts';
import { IPV6_MIN_MTU } from '../../uapi/ip.ts';
import type { Net } from '../core/net.ts';
import { addrconfStableSecret, addrconfSysctl, type Devconf6Target as Target } from '../ipv6/addrconf.ts';
import { type Devconf6, DEVCONF6_NAMES } from '../ipv6/devconf6.ts';
import { in6DevGet } from '../ipv6/inet6-dev.ts';
import { netIpv6 } from '../ipv6/netns6.ts';
import { constFile, type CtlLimits, fixedFile, intFile, msFile, SECONDS } from './ctl.ts';
import { rwFile, sysctlDir, type ViewDir, type ViewNode } from './node.ts';

const BOOL: CtlLimits = { min: 0, max: 1 };

/** Limits of those that have any. */
const LIMITS: Readonly<Record<string, CtlLimits>> = {
  accept_untracked_na: { min: 0, max: 2 },
  force_forwarding: BOOL,
  hop_limit: { min: 1, max: 255 },
  ndisc_evict_nocarrier: BOOL,
  ndisc_tclass: { min: 0, max: 255 },
  ra_defrtr_metric: { min: 1, max: 0xffffffff },
  router_solicitations: { min: -1 },
  router_solicitation_interval: SECONDS,
  router_solicitation_max_interval: SECONDS,
  router_solicitation_delay: SECONDS,
};

/**
 * What is not simulated: redirects, routing headers, temporary and optimistic addresses, route preferences and information
 * in advertisements, multicast routing, segment routing and IOAM, IPsec, MLDv1. The values are those that ask for nothing.
 */
const FIXED: Readonly<Record<string, readonly number[]>> = {
  accept_ra_rt_info_max_plen: [],
  accept_ra_rt_info_min_plen: [],
  accept_ra_rtr_pref: [0],
  accept_redirects: [0],
  accept_source_route: [-1],
  accept_untracked_na: [],
  disable_policy: [],
  ioam6_enabled: [],
  ioam6_id: [],
  ioam6_id_wide: [],
  max_desync_factor: [],
  mldv1_unsolicited_report_interval: [],
  optimistic_dad: [],
  ra_honor_pio_life: [],
  ra_honor_pio_pflag: [],
  regen_max_retry: [],
  regen_min_advance: [],
  router_probe_interval: [],
  rpl_seg_enabled: [],
  seg6_enabled: [],
  seg6_require_hmac: [],
  temp_prefered_lft: [],
  temp_valid_lft: [],
  use_optimistic: [],
  use_tempaddr: [0, -1],
};

export const deviceNames6 = (net: Net): string[] =>
  [...net.devs.values()].filter((d) => in6DevGet(d) !== null).map((d) => d.name);

/** `all`, `default` and every device that has IPv6. */
export function conf6Dir(net: Net): ViewDir {
  return {
    kind: 'viewdir',
    mode: 0o555,
    names: () => ['all', 'default', ...deviceNames6(net)].sort(),
    get: (name) => {
      if (name === 'all' || name === 'default') return devconf6Dir(net, name);
      const dev = net.names.get(name);
      const idev = dev === undefined || dev.name !== name ? null : in6DevGet(dev);
      return idev === null ? null : devconf6Dir(net, idev);
    },
  };
}

function devconf6Dir(net: Net, target: Target): ViewDir {
  const v6 = netIpv6(net);
  const conf = target === 'all' ? v6.devconfAll : target === 'default' ? v6.devconfDflt : target.cnf;
  return sysctlDir(
    new Map(DEVCONF6_NAMES.map((name, i) => [name, (): ViewNode => devconf6File(net, target, conf, name, i)])),
  );
}

function devconf6File(net: Net, target: Target, conf: Devconf6, name: string, i: number): ViewNode {
  const get = (): number => conf.get(i);
  const set = (v: number): void => addrconfSysctl(net, target, i, v);
  const fixed = FIXED[name];
  if (fixed !== undefined) return fixedFile(get, fixed, set);
  switch (name) {
    case 'mc_forwarding':
      return constFile(get);
    case 'mldv2_unsolicited_report_interval':
      return msFile(get, set);
    case 'mtu':
      return intFile(
        get,
        set,
        typeof target === 'string' ? { min: IPV6_MIN_MTU } : { min: IPV6_MIN_MTU, max: target.dev.mtu },
      );
    case 'addr_gen_mode':
      return addrGenMode(net, target, get, set);
    case 'stable_secret':
      return stableSecret(net, target, conf);
    default:
      return intFile(get, set, LIMITS[name] ?? {});
  }
}

/** Modes 0 to 3; a stable one needs its secret. @see addrconf_sysctl_addr_gen_mode */
function addrGenMode(net: Net, target: Target, get: () => number, set: (v: number) => void): ViewNode {
  const numbers = intFile(get, set, { min: 0, max: 3 });
  if (numbers.kind !== 'file' || typeof target === 'string') return numbers;
  return rwFile(
    () => `${get()}\n`,
    (text) => {
      const mode = Number(text);
      if (!Number.isInteger(mode) || text.trim() === '' || mode < 0 || mode > 3) return EINVAL;
      const secret = target.cnf.stableSecret ?? netIpv6(net).devconfDflt.stableSecret;
      if (mode === IN6_ADDR_GEN_MODE_STABLE_PRIVACY && secret === null) return EINVAL;
      set(mode);
      return 0;
    },
  );
}

/** The secret as an address in full; EIO while there is none, and always for `all`. @see addrconf_sysctl_stable_secret */
function stableSecret(net: Net, target: Target, conf: Devconf6): ViewNode {
  const file = rwFile(
    () =>
      conf.stableSecret === null || target === 'all'
        ? EIO
        : `${toHex(conf.stableSecret).replace(/(....)(?!$)/g, '$1:')}\n`,
    (text) => {
      const secret = parseIpv6(text.trim());
      if (secret === null || target === 'all') return EIO;
      addrconfStableSecret(net, target, secret);
      return 0;
    },
  );
  return { ...file, mode: 0o600 };
}
