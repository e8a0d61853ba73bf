/** /proc/sys/net/ipv4. @see net/ipv4/sysctl_net_ipv4.c, net/ipv4/devinet.c */
import {
  NETCONFA_FORWARDING,
  NETCONFA_IFINDEX_ALL,
  NETCONFA_IFINDEX_DEFAULT,
  NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN,
  NETCONFA_PROXY_NEIGH,
  NETCONFA_RP_FILTER,
} from '../../uapi/rtnetlink.ts';
import type { Net } from '../core/net.ts';
import { type Devconf, DEVCONF_NAMES, FORWARDING, MC_FORWARDING } from '../ipv4/devconf.ts';
import { devinetCopyDfltConf, inetForwardChange } from '../ipv4/devinet.ts';
import { inDevGet } from '../ipv4/in-device.ts';
import { type Ipv4Sysctl, kernelIpv4, netIpv4, rtCacheFlush } from '../ipv4/netns.ts';
import { rtFlushExceptions } from '../ipv4/route.ts';
import { constFile, type CtlLimits, fixedFile, intFile, msFile, rangedFile, rangeFile, SECONDS } from './ctl.ts';
import { neighDir } from './ctl-neigh.ts';
import { sysctlDir, rwFile, type ViewDir, type ViewNode } from './node.ts';

type NumberKey = { [K in keyof Ipv4Sysctl]: Ipv4Sysctl[K] extends number ? K : never }[keyof Ipv4Sysctl];

const BOOL: CtlLimits = { min: 0, max: 1 };
const U8: CtlLimits = { min: 0, max: 255 };
const ANY: CtlLimits = {};

/**
 * Plain numbers and their limits.
 * Differs from Linux: fib_multipath_hash_policy knows the policies 0 and 1 only.
 */
const NUMBERS: readonly (readonly [NumberKey, CtlLimits])[] = [
  ['ip_default_ttl', { min: 1, max: 255 }],
  ['ip_no_pmtu_disc', U8],
  ['ip_forward_use_pmtu', U8],
  ['ip_nonlocal_bind', U8],
  ['ip_unprivileged_port_start', { min: 0, max: 65535 }],
  ['icmp_echo_ignore_all', BOOL],
  ['icmp_echo_ignore_broadcasts', BOOL],
  ['icmp_errors_use_inbound_ifaddr', BOOL],
  ['icmp_ignore_bogus_error_responses', BOOL],
  ['icmp_msgs_per_sec', { min: 0 }],
  ['icmp_msgs_burst', { min: 0 }],
  ['icmp_ratemask', ANY],
  ['ipfrag_time', SECONDS],
  ['fib_multipath_hash_policy', BOOL],
  ['fib_multipath_use_neigh', BOOL],
  ['fwmark_reflect', U8],
  ['igmp_max_memberships', ANY],
];

/** Settings of what is not simulated, that scripts read all the same. */
const FIXED: readonly NumberKey[] = [
  'fib_multipath_hash_fields',
  'icmp_echo_enable_probe',
  'igmp_max_msf',
  'igmp_qrv',
  'ip_autobind_reuse',
  'ip_dynaddr',
  'ip_early_demux',
  'ip_forward_update_priority',
  'ipfrag_max_dist',
  'nexthop_compat_mode',
  'raw_l3mdev_accept',
  'udp_rmem_min',
  'udp_wmem_min',
];

/**
 * Of `conf`: those of what is not simulated (multicast routing, IPsec, DHCP relays, IGMP), each with the
 * values that ask for nothing.
 */
const FIXED_CONF: Readonly<Record<string, readonly number[]>> = {
  bootp_relay: [0],
  disable_policy: [],
  disable_xfrm: [],
  force_igmp_version: [0],
  igmpv2_unsolicited_report_interval: [],
  igmpv3_unsolicited_report_interval: [],
};

/** The directory as this namespace has it. */
export function ipv4Dir(net: Net): ViewDir {
  const v4 = netIpv4(net);
  const sysctl = v4.sysctlOwn();
  const files = new Map<string, () => ViewNode>();
  files.set('ip_forward', () => forwardingFile(net, v4.devconfAll));
  for (const [name, limits] of NUMBERS) {
    files.set(name, () =>
      intFile(
        () => sysctl[name],
        (v) => {
          sysctl[name] = v;
        },
        limits,
      ),
    );
  }
  for (const name of FIXED) files.set(name, () => fixedFile(() => sysctl[name]));
  files.set('icmp_ratelimit', () =>
    msFile(
      () => sysctl.icmp_ratelimit,
      (v) => {
        sysctl.icmp_ratelimit = v;
      },
    ),
  );
  // The lower threshold only bounds the upper one, on Linux too.
  files.set('ipfrag_high_thresh', () =>
    rangedFile(
      () => sysctl.ipfrag_high_thresh,
      (v) => {
        sysctl.ipfrag_high_thresh = v;
      },
      () => ({ min: sysctl.ipfrag_low_thresh, max: Number.MAX_SAFE_INTEGER }),
    ),
  );
  files.set('ipfrag_low_thresh', () =>
    rangedFile(
      () => sysctl.ipfrag_low_thresh,
      (v) => {
        sysctl.ipfrag_low_thresh = v;
      },
      () => ({ min: 0, max: sysctl.ipfrag_high_thresh }),
    ),
  );
  files.set('ip_local_port_range', () =>
    rangeFile(
      () => sysctl.ip_local_port_range,
      (v) => {
        sysctl.ip_local_port_range = v;
      },
      { min: 1, max: 65535 },
      ([low, high]) => low <= high && low >= sysctl.ip_unprivileged_port_start,
    ),
  );
  files.set('ping_group_range', () =>
    rangeFile(
      () => sysctl.ping_group_range,
      (v) => {
        sysctl.ping_group_range = v[0] > v[1] ? [1, 0] : v;
      },
      { min: 0 },
      () => true,
    ),
  );
  files.set('route', () => routeDir(net));
  files.set('conf', () => confDir(net));
  files.set('neigh', () => neighDirs(net));
  return sysctlDir(files);
}

function routeDir(net: Net): ViewDir {
  const sysctl = netIpv4(net).sysctlOwn();
  return sysctlDir(
    new Map<string, () => ViewNode>([
      [
        'flush',
        () => ({
          ...rwFile(
            () => '',
            () => (rtCacheFlush(net), rtFlushExceptions(net), 0),
          ),
          mode: 0o200,
        }),
      ],
      [
        'min_pmtu',
        () =>
          intFile(
            () => sysctl.min_pmtu,
            (v) => {
              sysctl.min_pmtu = v;
            },
            { min: 68 },
          ),
      ],
      [
        'mtu_expires',
        () =>
          intFile(
            () => sysctl.mtu_expires,
            (v) => {
              sysctl.mtu_expires = v;
            },
            SECONDS,
          ),
      ],
      [
        'min_adv_mss',
        () =>
          intFile(
            () => sysctl.min_adv_mss,
            (v) => {
              sysctl.min_adv_mss = v;
            },
          ),
      ],
    ]),
  );
}

/** `all`, `default` and every device that has IPv4. */
function confDir(net: Net): ViewDir {
  const v4 = netIpv4(net);
  const find = (name: string): Devconf | null => {
    if (name === 'all') return v4.devconfAll;
    if (name === 'default') return v4.devconfDflt;
    const dev = net.names.get(name);
    return dev === undefined || dev.name !== name ? null : (inDevGet(dev)?.cnf ?? null);
  };
  return {
    kind: 'viewdir',
    mode: 0o555,
    names: () => ['all', 'default', ...deviceNames(net)].sort(),
    get: (name) => {
      const conf = find(name);
      return conf === null ? null : devconfDir(net, conf);
    },
  };
}

const deviceNames = (net: Net): string[] =>
  [...net.devs.values()].filter((d) => inDevGet(d) !== null).map((d) => d.name);

function devconfDir(net: Net, conf: Devconf): ViewDir {
  const files = new Map<string, () => ViewNode>();
  DEVCONF_NAMES.forEach((name, i) => {
    files.set(name, () => {
      if (i === FORWARDING) return forwardingFile(net, conf);
      if (i === MC_FORWARDING) return constFile(() => conf.data[i]!);
      const fixed = FIXED_CONF[name];
      if (fixed !== undefined)
        return fixedFile(
          () => conf.data[i]!,
          fixed,
          (v) => devconfWrite(net, conf, i, v),
        );
      return intFile(
        () => conf.data[i]!,
        (v) => devconfWrite(net, conf, i, v),
      );
    });
  });
  return sysctlDir(files);
}

/** What RTM_NEWNETCONF tells of a setting, by its name. */
const NETCONFA: Readonly<Record<string, number>> = {
  rp_filter: NETCONFA_RP_FILTER,
  proxy_arp: NETCONFA_PROXY_NEIGH,
  ignore_routes_with_linkdown: NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN,
};

/** A setting changed: devices that follow the default get it, cached routes are void. @see devinet_conf_proc */
function devconfWrite(net: Net, conf: Devconf, i: number, value: number): void {
  const old = conf.data[i];
  conf.set(i, value);
  if (conf === netIpv4(net).devconfDflt) devinetCopyDfltConf(net, i);
  const attr = NETCONFA[DEVCONF_NAMES[i]!];
  if (attr !== undefined && old !== value) netconf(net, conf, attr);
  rtCacheFlush(net);
}

/** `forwarding` of all, default or a device; `ip_forward` is the first. @see devinet_sysctl_forward */
function forwardingFile(net: Net, conf: Devconf): ViewNode {
  const v4 = netIpv4(net);
  return intFile(
    () => conf.data[FORWARDING]!,
    (value) => {
      if (value === conf.data[FORWARDING]) return;
      if (conf === v4.devconfAll) inetForwardChange(net, value);
      else {
        conf.set(FORWARDING, value);
        netconf(net, conf, NETCONFA_FORWARDING);
      }
      rtCacheFlush(net);
    },
  );
}

function netconf(net: Net, conf: Devconf, attr: number): void {
  const v4 = netIpv4(net);
  let ifindex = conf === v4.devconfAll ? NETCONFA_IFINDEX_ALL : NETCONFA_IFINDEX_DEFAULT;
  for (const dev of net.devs.values()) if (inDevGet(dev)?.cnf === conf) ifindex = dev.ifindex;
  kernelIpv4(net.kernel).netconfNotify(net, attr, ifindex, conf);
}

/** Neighbour settings of each device. (`default` is a file of the machine's first namespace alone.) */
function neighDirs(net: Net): ViewDir {
  return {
    kind: 'viewdir',
    mode: 0o555,
    names: () => deviceNames(net).sort(),
    get: (name) => {
      const dev = net.names.get(name);
      const parms = dev === undefined ? undefined : inDevGet(dev)?.arpParms;
      return parms === undefined ? null : neighDir(parms, net.kernel, false);
    },
  };
}
