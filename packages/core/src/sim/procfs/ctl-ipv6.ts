/** /proc/sys/net/ipv6 besides `conf`. @see net/ipv6/sysctl_net_ipv6.c, net/ipv6/route.c:ipv6_route_table_template */
import { EINVAL } from '../../uapi/errno.ts';
import type { Net } from '../core/net.ts';
import { in6DevGet } from '../ipv6/inet6-dev.ts';
import { type Ipv6Sysctl, netIpv6, rtGenidBumpIpv6 } from '../ipv6/netns6.ts';
import { fib6FlushExceptions } from '../ipv6/route-sync.ts';
import { type CtlLimits, fixedFile, intFile, msFile, SECONDS } from './ctl.ts';
import { conf6Dir, deviceNames6 } from './ctl-conf6.ts';
import { neighDir } from './ctl-neigh.ts';
import { rwFile, sysctlDir, type ViewDir, type ViewNode } from './node.ts';

type NumberKey = { [K in keyof Ipv6Sysctl]: Ipv6Sysctl[K] extends number ? K : never }[keyof Ipv6Sysctl];
type Row = readonly [name: string, key: NumberKey, limits: CtlLimits | 'fixed'];

const U8: CtlLimits = { min: 0, max: 255 };

/** Files, what they are kept in, and their limits; `fixed` ones are of what is not simulated. */
const TOP: readonly Row[] = [
  ['anycast_src_echo_reply', 'anycast_src_echo_reply', U8],
  ['auto_flowlabels', 'auto_flowlabels', { min: 0, max: 3 }],
  ['bindv6only', 'bindv6only', 'fixed'],
  ['fib_multipath_hash_fields', 'fib_multipath_hash_fields', 'fixed'],
  ['fib_multipath_hash_policy', 'fib_multipath_hash_policy', 'fixed'],
  ['fib_notify_on_flag_change', 'fib_notify_on_flag_change', 'fixed'],
  ['flowlabel_consistency', 'flowlabel_consistency', 'fixed'],
  ['flowlabel_reflect', 'flowlabel_reflect', 'fixed'],
  ['flowlabel_state_ranges', 'flowlabel_state_ranges', 'fixed'],
  ['fwmark_reflect', 'fwmark_reflect', U8],
  ['idgen_delay', 'idgen_delay', 'fixed'],
  ['idgen_retries', 'idgen_retries', 'fixed'],
  ['ip6frag_high_thresh', 'ip6frag_high_thresh', 'fixed'],
  ['ip6frag_low_thresh', 'ip6frag_low_thresh', 'fixed'],
  ['ip6frag_time', 'ip6frag_time', SECONDS],
  ['ip_nonlocal_bind', 'ip_nonlocal_bind', U8],
  ['max_dst_opts_length', 'max_dst_opts_length', 'fixed'],
  ['max_dst_opts_number', 'max_dst_opts_number', {}],
  ['max_hbh_length', 'max_hbh_length', 'fixed'],
  ['max_hbh_opts_number', 'max_hbh_opts_number', {}],
];

const ICMP: readonly Row[] = [
  ['echo_ignore_all', 'icmp_echo_ignore_all', U8],
  ['echo_ignore_anycast', 'icmp_echo_ignore_anycast', U8],
  ['echo_ignore_multicast', 'icmp_echo_ignore_multicast', U8],
  ['error_anycast_as_unicast', 'icmp_error_anycast_as_unicast', 'fixed'],
];

const ROUTE: readonly Row[] = [
  ['gc_elasticity', 'gc_elasticity', 'fixed'],
  ['gc_interval', 'gc_interval', 'fixed'],
  ['gc_min_interval_ms', 'gc_min_interval_ms', 'fixed'],
  ['gc_thresh', 'gc_thresh', 'fixed'],
  ['gc_timeout', 'gc_timeout', 'fixed'],
  ['max_size', 'max_size', 'fixed'],
  ['min_adv_mss', 'min_adv_mss', 'fixed'],
  ['mtu_expires', 'mtu_expires', SECONDS],
  ['skip_notify_on_dev_down', 'skip_notify_on_dev_down', 'fixed'],
];

function rows(sysctl: Ipv6Sysctl, table: readonly Row[]): Map<string, () => ViewNode> {
  return new Map(
    table.map(([name, key, limits]) => [
      name,
      (): ViewNode =>
        limits === 'fixed'
          ? fixedFile(() => sysctl[key])
          : intFile(
              () => sysctl[key],
              (v) => {
                sysctl[key] = v;
              },
              limits,
            ),
    ]),
  );
}

/** The directory as this namespace has it. */
export function ipv6Dir(net: Net): ViewDir {
  const sysctl = netIpv6(net).sysctlOwn();
  return sysctlDir(
    new Map([
      ...rows(sysctl, TOP),
      ['icmp', () => icmpDir(sysctl)],
      ['route', () => routeDir(net, sysctl)],
      ['conf', () => conf6Dir(net)],
      ['neigh', () => neighDirs(net)],
    ]),
  );
}

function icmpDir(sysctl: Ipv6Sysctl): ViewDir {
  const files = rows(sysctl, ICMP);
  files.set('ratelimit', () =>
    msFile(
      () => sysctl.icmp_ratelimit,
      (v) => {
        sysctl.icmp_ratelimit = v;
      },
    ),
  );
  files.set('ratemask', () =>
    rwFile(
      () => `${sysctl.icmp_ratemask}\n`,
      (text) => {
        const mask = bitmap(text);
        if (mask === null) return EINVAL;
        sysctl.icmp_ratemask = mask;
        return 0;
      },
    ),
  );
  return sysctlDir(files);
}

/** Numbers 0 to 255 and ranges of them, put in order and joined: `0-1,3-127`; null for what is none. @see proc_do_large_bitmap */
export function bitmap(text: string): string | null {
  const on = new Uint8Array(257);
  for (const part of text.trim().split(/[,\s]+/)) {
    if (part === '') continue;
    const m = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (m === null) return null;
    const [first, last] = [Number(m[1]), Number(m[2] ?? m[1])];
    if (first > last || last > 255) return null;
    on.fill(1, first, last + 1);
  }
  const out: string[] = [];
  for (let i = 0; i < 256; i++) {
    if (on[i] === 0) continue;
    const first = i;
    while (on[i + 1] === 1) i++;
    out.push(first === i ? `${first}` : `${first}-${i}`);
  }
  return out.join(',');
}

function routeDir(net: Net, sysctl: Ipv6Sysctl): ViewDir {
  const files = rows(sysctl, ROUTE);
  files.set('gc_min_interval', () => fixedFile(() => Math.floor(sysctl.gc_min_interval_ms / 1000)));
  files.set('flush', () => ({
    ...rwFile(
      () => '',
      () => {
        fib6FlushExceptions(net);
        rtGenidBumpIpv6(net);
        return 0;
      },
    ),
    mode: 0o200,
  }));
  return sysctlDir(files);
}

function neighDirs(net: Net): ViewDir {
  return {
    kind: 'viewdir',
    mode: 0o555,
    names: () => deviceNames6(net).sort(),
    get: (name) => {
      const dev = net.names.get(name);
      const parms = dev === undefined || dev.name !== name ? undefined : in6DevGet(dev)?.ndParms;
      return parms === undefined ? null : neighDir(parms, net.kernel, true);
    },
  };
}
