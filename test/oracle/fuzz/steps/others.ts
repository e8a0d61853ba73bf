import { SETTLE_NETNS, type Draw, type Grammar } from '../belief.ts';

function neighModify(d: Draw): string {
  const { rng } = d;
  const ns = d.ns();
  const dev = d.dev(ns);
  const family = d.family();
  const ip = d.ip(family);
  const verb = d.choose('neigh.verb', [
    ['add', 5],
    ['replace', 3],
    ['change', 2],
    ['append', 0.3],
  ]);
  d.belief.neighbours.push({ ns, dev, ip });
  if (d.maybe('neigh.proxy', 0.1)) return `${d.ipIn(ns)} neigh ${verb} proxy ${ip} dev ${dev}`;
  let text = `${d.ipIn(ns)} neigh ${verb} ${ip}`;
  if (d.maybe('neigh.lladdr', 0.85))
    text +=
      ` lladdr ${rng.pick([`02:00:00:00:00:0${1 + rng.below(6)}`, '02:aa:00:00:00:99', '02:00:00:00:00', 'zz'])}`.replace(
        '02:aa:00',
        '02:00:00',
      );
  text += ` dev ${dev}`;
  const nud = d.choose('neigh.nud', [
    ['', 4],
    ['permanent', 2],
    ['reachable', 1],
    ['stale', 1],
    ['noarp', 1],
    ['failed', 0.5],
    ['none', 0.5],
    ['incomplete', 0.3],
    ['odd', 0.3],
  ]);
  if (nud !== '') text += ` nud ${nud}`;
  if (d.maybe('neigh.flag', 0.08)) text += ` ${rng.pick(['router', 'extern_learn', 'use', 'managed'])}`;
  return text;
}

function neighDel(d: Draw): string {
  const known = d.belief.neighbours.length > 0 && d.rng.chance(0.6) ? d.rng.pick(d.belief.neighbours) : undefined;
  const ns = known?.ns ?? d.ns();
  return `${d.ipIn(ns)} neigh del ${d.rng.chance(0.1) ? 'proxy ' : ''}${known?.ip ?? d.ip4()} dev ${known?.dev ?? d.dev(ns)}`;
}

function neighFlush(d: Draw): string {
  const ns = d.ns();
  const what = d.choose('neigh.flush', [
    ['dev', 4],
    ['all', 3],
    ['to', 1],
    ['nothing', 1],
    ['nud', 1],
  ]);
  const words = {
    dev: `dev ${d.dev(ns)}`,
    all: 'all',
    to: `to ${d.ip4()}`,
    nothing: '',
    nud: `dev ${d.dev(ns)} nud permanent`,
  };
  return `${d.ipIn(ns)} neigh flush ${words[what]}`.trimEnd();
}

function neighShow(d: Draw): string {
  const ns = d.ns();
  if (d.maybe('neigh.get', 0.25)) return `${d.ipIn(ns)} neigh get ${d.ip4()} dev ${d.dev(ns)}`;
  const what = d.choose('neigh.show', [
    ['', 3],
    ['dev', 3],
    ['proxy', 1],
    ['nud permanent', 1],
    ['nud all', 1],
    ['to', 1],
  ]);
  const words = what === 'dev' ? ` dev ${d.dev(ns)}` : what === 'to' ? ` to ${d.ip4()}` : what === '' ? '' : ` ${what}`;
  return `${d.ipIn(
    ns,
    d.choose('neigh.show.options', [
      ['', 3],
      ['-4', 1],
      ['-j', 1],
      ['-br', 0.5],
    ]),
  )} neigh show${words}`;
}

function netns(d: Draw): string {
  const { belief, rng } = d;
  switch (
    d.choose('netns.verb', [
      ['add', 4],
      ['del', 2],
      ['list', 2],
      ['set', 2],
      ['list-id', 2],
      ['exec', 1.5],
      ['identify', 1],
      ['pids', 1],
      ['all', 0.5],
    ])
  ) {
    case 'add': {
      const name = rng.pick(['n1', 'n2', 'a', 'b', 'x y', 'a/b', '..', 'n.3']);
      if (/^n\d$/.test(name) && !belief.devices.has(name)) belief.devices.set(name, ['lo']);
      return `ip netns add ${name.includes(' ') ? `'${name}'` : name}`;
    }
    case 'del': {
      const name = d.nsWord();
      belief.devices.delete(name);
      return `ip netns ${rng.pick(['del', 'delete'])} ${name}`;
    }
    case 'list':
      return rng.pick(['ip netns', 'ip netns list', 'ip -j netns']);
    case 'set':
      return `${d.ipIn(d.ns())} netns set ${d.nsWord()} ${rng.pick([0, 1, 5, 77, 'auto', -1, 'x'])}`;
    case 'list-id':
      return `${d.ipIn(d.ns())} netns list-id${rng.pick(['', '', ' target-nsid 0', ' nsid 1'])}`;
    case 'exec':
      return `ip netns exec ${d.nsWord()} ${rng.pick(['true', 'false', 'nosuchprogram', 'ip netns identify', 'cat /proc/sys/net/ipv4/ip_forward', 'ls /sys/class/net'])}`;
    case 'identify':
      return rng.pick(['ip netns identify $$', 'ip netns identify', 'ip netns identify 999999', 'ip netns identify x']);
    case 'pids':
      return `ip netns pids ${d.nsWord()}`;
    case 'all':
      return rng.pick(['ip -all netns exec true', 'ip -all netns exec ip -br -4 addr show dev lo']);
  }
}

function sysctl(d: Draw): string {
  const { rng } = d;
  const ns = d.ns();
  const dev = d
    .choose('sysctl.dev', [
      ['dev', 5],
      ['all', 2],
      ['default', 1],
    ])
    .replace('dev', d.dev(ns));
  const four = d.choose('sysctl.key', [
    ['ip_forward', 3],
    ['conf.rp_filter', 2],
    ['conf.forwarding', 3],
    ['conf.arp_ignore', 1],
    ['conf.arp_announce', 1],
    ['conf.arp_filter', 1],
    ['conf.proxy_arp', 2],
    ['conf.accept_local', 1],
    ['conf.route_localnet', 1],
    ['conf.send_redirects', 1],
    ['conf.accept_redirects', 0.5],
    ['conf.ignore_routes_with_linkdown', 1.5],
    ['conf.promote_secondaries', 1.5],
    ['conf.log_martians', 0.5],
    ['icmp_echo_ignore_all', 1],
    ['icmp_echo_ignore_broadcasts', 0.5],
    ['ip_default_ttl', 1],
    ['conf.arp_notify', 0.5],
    ['conf.medium_id', 0.2],
    ['ip_nonlocal_bind', 0.5],
    ['conf6.disable_ipv6', 1],
    ['conf6.forwarding', 1],
    ['conf.mtu', 0.3],
    ['nosuch', 0.3],
    ['neigh.base_reachable_time_ms', 0.3],
    ['ping_group_range', 0.3],
  ]);
  const v6 = four.startsWith('conf6.');
  const key = four.startsWith('conf')
    ? `net.${v6 ? 'ipv6' : 'ipv4'}.conf.${dev}.${four.slice(four.indexOf('.') + 1)}`
    : four.startsWith('neigh.')
      ? `net.ipv4.neigh.${dev}.${four.slice(6)}`
      : `net.ipv4.${four}`;
  if (v6 && d.ipv6 === 'off') return `${d.exec(ns)}sysctl ${key}`;
  const write =
    d.choose('sysctl.write', [
      ['write', 6],
      ['read', 2],
    ]) === 'write';
  const value = d.choose('sysctl.value', [
    ['1', 6],
    ['0', 5],
    ['2', 2],
    ['x', 0.4],
    ['-1', 0.4],
    ['300', 0.3],
    ['', 0.2],
  ]);
  return `${d.exec(ns)}sysctl ${rng.pick(['', '', '-n ', '-q '])}${write ? `-w ${key}=${value}` : key}`;
}

function ping(d: Draw): string {
  const { rng } = d;
  const ns = d.ns();
  const family = d.family();
  let text = `${d.exec(ns)}ping ${rng.chance(0.9) ? '-n ' : ''}-c 1 -W 0.3`;
  switch (
    d.choose('ping.option', [
      ['', 5],
      ['-t', 3],
      ['-s', 2],
      ['-M', 2.5],
      ['-I dev', 1.5],
      ['-I addr', 1.5],
      ['-b', 1],
      ['-q', 0.5],
      ['-R', 0.5],
      ['-c 2', 0.5],
      ['-4', 0.3],
      ['-6', 0.3],
      ['-p', 0.3],
      ['bad', 0.5],
      ['-Q', 0.3],
      ['-r', 0.5],
      ['-L', 0.2],
    ])
  ) {
    case '-t':
      text += ` -t ${rng.pick([1, 2, 3, 64, 255, 0, 256])}`;
      break;
    case '-s':
      text += ` -s ${rng.pick([0, 8, 15, 1472, 1473, 3000, 65507, 65508])}`;
      break;
    case '-M':
      text += ` -M ${rng.pick(['do', 'do', 'want', 'dont', 'x'])} -s ${rng.pick([1372, 1373, 1472, 1473, 1252])}`;
      break;
    case '-I dev':
      text += ` -I ${d.dev(ns)}`;
      break;
    case '-I addr':
      text += ` -I ${d.ip(family)}`;
      break;
    case '-b':
      return `${text} -b 10.0.${d.subnet()}.255`;
    case '-q':
      text += ' -q';
      break;
    case '-R':
      text += family === 4 ? ' -R' : '';
      break;
    case '-c 2':
      text += ' -c 2 -i 0.01';
      break;
    case '-4':
      text += ' -4';
      break;
    case '-6':
      text += ' -6';
      break;
    case '-p':
      text += ' -p ff00 -s 20';
      break;
    case 'bad':
      text += ` ${rng.pick(['-c 0', '-i -1', '-W x', '-z', '-s -1', '-w 0 -c 1'])}`;
      break;
    case '-Q':
      text += ' -Q 0x10';
      break;
    case '-r':
      text += ' -r';
      break;
    case '-L':
      text += ' -L';
      break;
    case '':
      break;
  }
  const to = d.choose('ping.to', [
    ['known', 10],
    ['any', 3],
    ['link-local', 0.5],
    ['name', 0.2],
  ]);
  const known = d.belief.addresses.filter((a) => a.cidr.includes(':') === (family === 6));
  if (to === 'link-local' && d.ipv6 !== 'off') return `${text} fe80::ff:fe00:${1 + rng.below(6)}%${d.dev(ns)}`;
  if (to === 'name') return `${text} ${rng.pick(['localhost', 'nosuch.invalid', '10.0.0', '1.2.3.4.5'])}`;
  return `${text} ${to === 'known' && known.length > 0 ? rng.pick(known).cidr.split('/')[0]! : d.ip(family)}`;
}

/** Everything but links, addresses and routes. */
export const OTHERS: readonly Grammar[] = [
  { kind: 'neigh.modify', weight: 4, make: neighModify },
  { kind: 'neigh.del', weight: 1.5, make: neighDel },
  { kind: 'neigh.flush', weight: 1, make: neighFlush },
  { kind: 'neigh.show', weight: 2, make: neighShow, unordered: true },
  { kind: 'netns', weight: 4, make: netns, settle: SETTLE_NETNS },
  { kind: 'sysctl', weight: 4, make: sysctl },
  { kind: 'ping', weight: 7, make: ping },
];
