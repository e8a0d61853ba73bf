/** The words of ip(8), as far as they can be known before they are typed. */

/** What may follow: words as they are, or `<dev>`, `<netns>`, `<file>`; `-` is a value nobody can guess. */
type Words = string;

const OBJECTS: Words =
  'address addrlabel link maddress monitor mroute mrule neighbour netns netconf nexthop ntable route rule tcp_metrics tunnel xfrm';
export const IP_OPTIONS: Words =
  '-4 -6 -all -batch -brief -color -details -family -json -human -netns -numeric -oneline -pretty -resolve -statistics -timestamp -Version';

/** Device types that `ip link add type` takes. */
const KINDS: Words =
  'bareudp bond bridge dummy erspan geneve gre gretap ifb ip6gre ip6gretap ip6tnl ipip ipvlan ipvtap macsec macvlan macvtap ' +
  'netdevsim sit team tun vcan veth vlan vrf vti vxlan wireguard xfrm';

/** By `OBJECT COMMAND`: the keywords that may come in any order. */
const KEYWORDS: Readonly<Record<string, Words>> = {
  'link set':
    '<dev> dev group up down arp multicast allmulticast promisc mtu txqueuelen name address broadcast netns alias master nomaster ' +
    'addrgenmode type vf xdp carrier protodown',
  'link add': 'link dev name type mtu address broadcast numtxqueues numrxqueues txqueuelen netns index',
  'link delete': '<dev> dev group type',
  'link show': '<dev> dev group master type up vrf nomaster',
  'link property': 'add del',
  'address add':
    'dev local peer broadcast anycast label scope metric valid_lft preferred_lft noprefixroute nodad home mngtmpaddr autojoin',
  'address change': 'dev local peer broadcast label scope metric valid_lft preferred_lft noprefixroute',
  'address replace': 'dev local peer broadcast label scope metric valid_lft preferred_lft noprefixroute',
  'address delete': 'dev local peer broadcast label scope',
  'address show': '<dev> dev scope to label up master type dynamic permanent deprecated tentative primary secondary',
  'address flush': '<dev> dev scope to label up dynamic permanent deprecated tentative primary secondary',
  'route add':
    'default unicast local broadcast multicast throw unreachable prohibit blackhole via dev src metric table proto scope mtu advmss ' +
    'onlink nexthop weight tos preference nhid expires initcwnd initrwnd realms',
  'route get': 'from to iif oif mark vrf tos uid fibmatch notify connected ipproto sport dport',
  'route show': 'default table all main local cache via dev src proto scope type root match exact cloned vrf',
  'rule add':
    'from to table lookup priority preference fwmark iif oif tos not ipproto sport dport uidrange suppress_prefixlength ' +
    'suppress_ifgroup goto nop unreachable prohibit blackhole protocol l3mdev',
  'rule show': 'from to table priority fwmark iif oif protocol',
  'neighbour add': 'dev lladdr nud proxy router use managed extern_learn protocol permanent noarp reachable stale',
  'neighbour show':
    'dev nud proxy vrf nomaster unused all permanent reachable stale delay probe failed incomplete noarp none',
  'neighbour get': 'dev proxy to',
  'maddress add': 'dev',
  'maddress show': '<dev> dev',
  'netconf show': 'dev',
  'netns add': '-',
  'netns attach': '-',
  'netns delete': '<netns>',
  'netns exec': '<netns>',
  'netns identify': '-',
  'netns list': '-',
  'netns list-id': 'target-nsid nsid',
  'netns monitor': '-',
  'netns pids': '<netns>',
  'netns set': '<netns>',
  monitor: 'all address link mroute maddress route neigh netconf nexthop nsid prefix rule label file dev all-nsid',
};
/** What comes first, where that is something else. */
const FIRST: Readonly<Record<string, Words>> = {
  'link set': '<dev> dev group',
  'link add': 'dev link name type',
  'address add': 'local dev',
  'route add': 'default unicast local broadcast multicast throw unreachable prohibit blackhole to',
};
const COPIES: Readonly<Record<string, string>> = {
  'route append': 'route add',
  'route change': 'route add',
  'route delete': 'route add',
  'route prepend': 'route add',
  'route replace': 'route add',
  'route flush': 'route show',
  'route list': 'route show',
  'link change': 'link set',
  'link list': 'link show',
  'address list': 'address show',
  'rule delete': 'rule add',
  'rule flush': 'rule show',
  'rule list': 'rule show',
  'neighbour change': 'neighbour add',
  'neighbour delete': 'neighbour add',
  'neighbour replace': 'neighbour add',
  'neighbour flush': 'neighbour show',
  'neighbour list': 'neighbour show',
  'maddress delete': 'maddress add',
};

const COMMANDS: Readonly<Record<string, Words>> = {
  address: 'add change delete flush help list replace restore save show',
  addrlabel: 'add delete flush help list',
  link: 'add change delete help list property set show xstats',
  maddress: 'add delete help show',
  monitor: KEYWORDS['monitor']!,
  neighbour: 'add change delete flush get help list replace show',
  netconf: 'help show',
  netns: 'add attach delete exec identify list list-id monitor pids set',
  nexthop: 'add delete flush get help list replace show',
  ntable: 'change help show',
  route: 'add append change delete flush get help list prepend replace restore save show showdump',
  rule: 'add delete flush help list restore save show',
  tcp_metrics: 'delete flush help show',
  tunnel: 'add change delete help show',
};

/** What a keyword is followed by. */
const VALUES: Readonly<Record<string, Words>> = {
  dev: '<dev>',
  iif: '<dev>',
  oif: '<dev>',
  master: '<dev>',
  link: '<dev>',
  vrf: '<dev>',
  netns: '<netns>',
  type: KINDS,
  scope: 'global link host',
  nud: 'permanent noarp stale reachable none incomplete delay probe failed',
  proto: 'kernel boot static dhcp ra',
  protocol: 'kernel boot static dhcp ra',
  table: 'all default local main',
  lookup: 'default local main',
  addrgenmode: 'none eui64 stable_secret random',
  arp: 'on off',
  multicast: 'on off',
  allmulticast: 'on off',
  promisc: 'on off',
  carrier: 'on off',
  protodown: 'on off',
  file: '<file>',
};
/** Words whose value is nothing that can be offered. */
const FREE = new Set(
  (
    'mtu address broadcast name txqueuelen numtxqueues numrxqueues index group alias local peer anycast label metric valid_lft ' +
    'preferred_lft via src from to weight tos preference nhid expires initcwnd initrwnd realms priority fwmark mark uid ipproto sport ' +
    'dport uidrange suppress_prefixlength suppress_ifgroup goto lladdr advmss nsid target-nsid'
  ).split(' '),
);

/** The object or command that an abbreviation stands for: the first in iproute2's order. */
const OBJECT_ORDER =
  'address addrlabel maddress route rule neighbor neighbour ntable ntbl link l2tp fou ila macsec tunnel tunl tuntap tap token tcpmetrics tcp_metrics monitor xfrm mroute mrule netns netconf vrf sr nexthop'.split(
    ' ',
  );
const SYNONYMS: Readonly<Record<string, string>> = {
  neighbor: 'neighbour',
  tcpmetrics: 'tcp_metrics',
  lst: 'list',
  del: 'delete',
};

const canonical = (word: string, all: readonly string[]): string => {
  const full = SYNONYMS[word] ?? all.find((o) => o.startsWith(word)) ?? word;
  return SYNONYMS[full] ?? full;
};

/** What may follow `ip` and the words after its options. @returns null when that is another command: after `netns exec NAME` */
export function ipWords(words: readonly string[]): Words | null {
  const [first, second, ...rest] = words;
  if (first === undefined) return OBJECTS;
  const object = canonical(first, OBJECT_ORDER);
  if (object === 'netns' && second === 'exec' && rest.length > 0) return null;
  if (second === undefined) return COMMANDS[object] ?? '-';
  const command = canonical(second, (COMMANDS[object] ?? '').split(' '));
  const key = `${object} ${command}`;
  const keywords = KEYWORDS[COPIES[key] ?? key] ?? KEYWORDS[object] ?? '-';
  const last = rest.at(-1);
  if (last === undefined) return FIRST[COPIES[key] ?? key] ?? keywords;
  // `link` is also the object's own name, and `type` has another sense for routes.
  const value =
    object === 'route' && last === 'type'
      ? 'unicast local broadcast throw unreachable prohibit blackhole'
      : VALUES[last];
  if (value !== undefined && !(object === 'link' && rest.length === 1 && command === 'set' && last !== 'dev'))
    return value;
  if (FREE.has(last)) return '-';
  if (object === 'link' && rest.includes('veth') && !rest.includes('peer')) return `peer ${keywords}`;
  const used = new Set(rest);
  return keywords
    .split(' ')
    .filter((w) => !used.has(w) && !(w === '<dev>' && rest.length > 0))
    .join(' ');
}
