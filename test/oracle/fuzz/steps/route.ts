import type { Draw, Grammar } from '../belief.ts';

function destination(d: Draw, family: 4 | 6): string {
  if (family === 6)
    return d
      .choose('route6.dst', [
        ['default', 2],
        ['subnet', 6],
        ['host', 3],
      ])
      .replace('subnet', `fd00:${d.rng.below(9)}::/64`)
      .replace('host', d.ip6());
  switch (
    d.choose('route.dst', [
      ['default', 4],
      ['subnet', 8],
      ['host', 4],
      ['wide', 2],
      ['hostbits', 0.7],
      ['zero', 0.5],
    ])
  ) {
    case 'default':
      return 'default';
    case 'subnet':
      return `10.0.${d.rng.below(7)}.0/24`;
    case 'host':
      return d.ip4();
    case 'wide':
      return d.rng.pick(['10.0.0.0/8', '10.0.0.0/16', '192.168.0.0/16', '10.0.0.0/22', '172.16/12']);
    case 'hostbits':
      return '10.0.1.1/24';
    case 'zero':
      return '0.0.0.0/0';
  }
}

function hop(d: Draw, ns: string, family: 4 | 6): string {
  const how = d.choose('route.hop', [
    ['via', 7],
    ['dev', 3],
    ['via-dev', 4],
    ['onlink', 1],
    ['none', 0.5],
    ['multi', 1.2],
  ]);
  const via = `via ${d.ip(family)}`;
  const dev = `dev ${d.dev(ns)}`;
  switch (how) {
    case 'via':
      return via;
    case 'dev':
      return dev;
    case 'via-dev':
      return `${via} ${dev}`;
    case 'onlink':
      return `${via} ${dev} onlink`;
    case 'none':
      return '';
    case 'multi':
      return `nexthop ${via} weight ${d.rng.pick([1, 2, 0, 256])} nexthop via ${d.ip(family)} ${dev}`;
  }
}

function words(d: Draw, ns: string, family: 4 | 6): string {
  const { rng } = d;
  const type = d.choose('route.type', [
    ['unicast', 14],
    ['blackhole', 1],
    ['unreachable', 1],
    ['prohibit', 1],
    ['throw', 0.7],
    ['local', 0.7],
    ['broadcast', 0.5],
    ['multicast', 0.3],
    ['nat', 0.2],
  ]);
  const dead = ['blackhole', 'unreachable', 'prohibit', 'throw'].includes(type);
  const parts = [
    type === 'unicast' && rng.chance(0.9) ? '' : type,
    destination(d, family),
    dead && rng.chance(0.8) ? '' : hop(d, ns, family),
  ];
  if (d.maybe('route.metric', 0.25)) parts.push(`metric ${rng.pick([0, 10, 100, 1024, 4294967295])}`);
  if (d.maybe('route.table', 0.15))
    parts.push(`table ${rng.pick(['main', 'local', '100', '253', '1000', 'default', 'nosuch'])}`);
  if (d.maybe('route.src', 0.12)) parts.push(`src ${d.ip(family)}`);
  if (d.maybe('route.scope', 0.12)) parts.push(`scope ${rng.pick(['link', 'host', 'global', 'nowhere', 'site'])}`);
  if (d.maybe('route.proto', 0.1)) parts.push(`proto ${rng.pick(['static', 'kernel', 'boot', '77', 'zebra'])}`);
  if (d.maybe('route.tos', 0.06)) parts.push(`tos ${rng.pick(['0x10', '0x08', '1', 'lowdelay'])}`);
  if (d.maybe('route.metrics', 0.1))
    parts.push(
      rng.pick([
        'mtu 1300',
        'mtu lock 1200',
        'advmss 1000',
        'hoplimit 5',
        'rtt 100',
        'window 2000',
        'initcwnd 10',
        'mtu 68',
        'mtu 70000',
        'quickack 1',
      ]),
    );
  return parts.filter((p) => p !== '').join(' ');
}

function modify(d: Draw): string {
  const ns = d.ns();
  const family = d.family();
  const verb = d.choose('route.verb', [
    ['add', 9],
    ['replace', 2.5],
    ['change', 2],
    ['append', 2],
    ['prepend', 1.5],
    ['test', 0],
  ]);
  const same =
    d.belief.routes.length > 0 &&
    d.choose('route.again', [
      ['new', 5],
      ['known', 2],
    ]) === 'known'
      ? d.rng.pick(d.belief.routes)
      : undefined;
  const at = same?.ns ?? ns;
  const text = same?.text ?? words(d, ns, family);
  d.belief.routes.push({ ns: at, text });
  return `${d.ipIn(at, text.includes(':') && d.rng.chance(0.5) ? '-6' : '')} route ${verb} ${text}`;
}

function del(d: Draw): string {
  const known = d.belief.routes.length > 0 ? d.rng.pick(d.belief.routes) : undefined;
  const how = d.choose('route.del', [
    ['known', 6],
    ['destination', 3],
    ['kernel', 2],
    ['other', 2],
  ]);
  if (known !== undefined && how === 'known') return `${d.ipIn(known.ns)} route del ${known.text}`;
  if (known !== undefined && how === 'destination') return `${d.ipIn(known.ns)} route del ${known.text.split(' ')[0]!}`;
  const ns = d.ns();
  if (how === 'kernel')
    return `${d.ipIn(ns)} route del ${d.rng.pick([`10.0.${d.subnet()}.0/24 dev ${d.dev(ns)}`, `local ${d.ip4()} dev ${d.dev(ns)} table local`, `broadcast 10.0.${d.subnet()}.255 dev ${d.dev(ns)} table local`])}`;
  return `${d.ipIn(ns)} route del ${words(d, ns, d.family())}`;
}

function flush(d: Draw): string {
  const ns = d.ns();
  const what = d.choose('route.flush', [
    ['dev', 3],
    ['table', 2],
    ['proto', 2],
    ['root', 2],
    ['exact', 1],
    ['nothing', 1],
    ['cache', 1],
    ['type', 1],
    ['scope', 1],
  ]);
  const words = {
    dev: `dev ${d.dev(ns)}`,
    table: `table ${d.rng.pick(['main', '100', 'all'])}`,
    proto: `proto ${d.rng.pick(['static', 'kernel', 'boot'])}`,
    root: `root 10.0.0.0/${d.rng.pick([8, 16, 23])}`,
    exact: `exact 10.0.${d.subnet()}.0/24`,
    nothing: '',
    cache: 'cache',
    type: `type ${d.rng.pick(['blackhole', 'unicast', 'local'])}`,
    scope: 'scope link',
  };
  return `${d.ipIn(ns, d.rng.chance(0.15) ? '-s' : '')} route flush ${words[what]}`.trimEnd();
}

function get(d: Draw): string {
  const ns = d.ns();
  const family = d.family();
  let text = `${d.ipIn(
    ns,
    d.choose('route.get.options', [
      ['', 4],
      ['-j', 1],
      ['-o', 1],
      ['-d', 1],
    ]),
  )} route get ${d.ip(family)}`;
  if (d.maybe('route.get.from', 0.25)) text += ` from ${d.ip(family)}`;
  if (d.maybe('route.get.iif', 0.15)) text += ` iif ${d.dev(ns)}`;
  if (d.maybe('route.get.oif', 0.15)) text += ` oif ${d.dev(ns)}`;
  if (d.maybe('route.get.fibmatch', 0.15)) text += ' fibmatch';
  if (d.maybe('route.get.tos', 0.05)) text += ' tos 0x10';
  if (d.maybe('route.get.mark', 0.05)) text += ' mark 5';
  return text;
}

function show(d: Draw): string {
  const ns = d.ns();
  const options = d.choose('route.show.options', [
    ['', 4],
    ['-4', 1],
    ['-o', 1],
    ['-d', 1],
    ['-j', 1],
    ['-N', 0.5],
  ]);
  const what = d.choose('route.show.filter', [
    ['', 3],
    ['table', 2],
    ['dev', 2],
    ['dst', 2],
    ['match', 1],
    ['root', 1],
    ['proto', 1],
    ['via', 1],
    ['scope', 1],
    ['type', 1],
    ['src', 1],
  ]);
  const words = {
    '': '',
    table: ` table ${d.rng.pick(['local', 'main', 'all', '100', 'default'])}`,
    dev: ` dev ${d.dev(ns)}`,
    dst: ` 10.0.${d.subnet()}.0/24`,
    match: ` match ${d.ip4()}`,
    root: ` root 10.0.0.0/${d.rng.pick([8, 23])}`,
    proto: ` proto ${d.rng.pick(['kernel', 'static', 'boot'])}`,
    via: ` via ${d.ip4()}`,
    scope: ` scope ${d.rng.pick(['link', 'global', 'host'])}`,
    type: ` type ${d.rng.pick(['unicast', 'blackhole', 'local'])}`,
    src: ` src ${d.ip4()}`,
  };
  return `${d.ipIn(ns, options)} ${d.rng.pick(['route', 'r', 'ro'])} ${d.rng.pick(['show', 'list', 'ls'])}${words[what]}`;
}

/** `ip route`. */
export const ROUTE: readonly Grammar[] = [
  { kind: 'route.modify', weight: 12, make: modify },
  { kind: 'route.del', weight: 4, make: del },
  { kind: 'route.flush', weight: 1.5, make: flush },
  { kind: 'route.get', weight: 5, make: get },
  // Only IPv4's order is fixed, and these ask for IPv4; `table all` shows both.
  { kind: 'route.show', weight: 3, make: show, unordered: true },
];
