import type { Draw, Grammar } from '../belief.ts';

const move = (d: Draw, from: string, to: string, dev: string, name = dev): void => {
  const here = d.belief.devices.get(from);
  const there = d.belief.devices.get(to);
  if (here === undefined || there === undefined || !here.includes(dev)) return;
  here.splice(here.indexOf(dev), 1);
  there.push(name);
};

function add(d: Draw): string {
  const { belief, rng } = d;
  const ns = d.ns();
  const [a, b] = [d.freshDev(), d.freshDev()];
  let text = d.ipIn(ns, rng.chance(0.05) ? '-d' : '') + ` link add ${rng.chance(0.5) ? 'name ' : ''}${a}`;
  let nsA = ns;
  if (d.maybe('link.add.netns', 0.2)) text += ` netns ${(nsA = d.nsWord())}`;
  text += ` address ${
    d.choose('link.add.mac', [
      ['own', 12],
      ['group', 1],
      ['zero', 1],
    ]) === 'own'
      ? belief.mac()
      : rng.pick(['03:00:00:00:00:01', '00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff'])
  }`;
  if (d.maybe('link.add.mtu', 0.2)) text += ` mtu ${rng.pick([1400, 9000, 68, 67, 65535, 65536, 1280])}`;
  if (d.maybe('link.add.up', 0.2)) text += ` up`;
  // Ends with the same index tell their loss of carrier up to a second late (net/core/link_watch.c:linkwatch_urgent_event).
  const index = d.choose('link.add.index', [
    ['own', 8],
    ['', 1],
    ['any', 1],
  ]);
  if (index !== '') text += ` index ${index === 'own' ? belief.index() : rng.pick([1, 2, 7, 20, 0, -1])}`;
  if (d.maybe('link.add.queue', 0.05)) text += ` txqueuelen ${rng.pick([0, 1, 500])}`;
  text += ` type veth peer name ${b} address ${belief.mac()}`;
  let nsB = nsA;
  if (d.maybe('link.add.peer-netns', 0.5)) text += ` netns ${(nsB = d.nsWord())}`;
  if (d.maybe('link.add.peer-mtu', 0.1)) text += ` mtu ${rng.pick([1400, 9000, 67, 65536])}`;
  const free = !belief.devices.get(nsA)?.includes(a) && !belief.devices.get(nsB)?.includes(b);
  if (free) {
    belief.devices.get(nsA)?.push(a);
    belief.devices.get(nsB)?.push(b);
  }
  return text;
}

function del(d: Draw): string {
  const ns = d.ns();
  const dev = d.dev(ns);
  const devices = d.belief.devices.get(ns);
  if (devices?.includes(dev) === true && dev !== 'lo') devices.splice(devices.indexOf(dev), 1);
  return `${d.ipIn(ns)} link ${d.rng.pick(['del', 'delete', 'del dev'])} ${dev}`;
}

/** The words of `ip link set`, one attribute each. */
function attribute(d: Draw, ns: string, dev: string): string {
  const { rng, belief } = d;
  switch (
    d.choose('link.set', [
      ['up', 9],
      ['down', 6],
      ['mtu', 5],
      ['name', 4],
      ['netns', 4],
      ['address', 3],
      ['arp', 2],
      ['multicast', 1],
      ['promisc', 2],
      ['allmulticast', 1],
      ['alias', 2],
      ['group', 2],
      ['txqueuelen', 1],
      ['broadcast', 1],
      ['addrgenmode', 2],
      ['master', 1],
      ['mode', 1],
      ['carrier', 1],
      ['protodown', 1],
      ['dynamic', 1],
      ['trailers', 1],
    ])
  ) {
    case 'up':
      return 'up';
    case 'down':
      return 'down';
    case 'mtu':
      return `mtu ${rng.pick([1500, 1400, 1280, 1279, 576, 68, 67, 9000, 65535, 65536, 0, 4294967295])}`;
    case 'name': {
      const name =
        d.choose('link.set.name', [
          ['fresh', 8],
          ['bad', 2],
        ]) === 'fresh'
          ? d.freshDev()
          : rng.pick(['a/b', 'waytoolonginterfacename', '.', 'x:y', 'v%d']);
      const devices = belief.devices.get(ns);
      if (devices?.includes(dev) === true && !devices.includes(name) && dev !== 'lo')
        devices[devices.indexOf(dev)] = name;
      return `name ${name}`;
    }
    case 'netns': {
      const to =
        d.choose('link.set.netns', [
          ['name', 8],
          ['pid', 1],
        ]) === 'pid'
          ? '1'
          : d.nsWord();
      const same = belief.devices.get(to)?.includes(dev) === true;
      if (!same && dev !== 'lo') move(d, ns, to === '1' ? '' : to, dev);
      return `netns ${to}`;
    }
    case 'address':
      return `address ${
        d.choose('link.set.mac', [
          ['own', 6],
          ['bad', 2],
        ]) === 'own'
          ? belief.mac()
          : rng.pick(['01:00:5e:00:00:01', '00:00:00:00:00:00', '02:00:00', 'zz'])
      }`;
    case 'arp':
      return `arp ${rng.pick(['on', 'off'])}`;
    case 'multicast':
      return `multicast ${rng.pick(['on', 'off'])}`;
    case 'promisc':
      return `promisc ${rng.pick(['on', 'off', 'on', 'perhaps'])}`;
    case 'allmulticast':
      return `allmulticast ${rng.pick(['on', 'off'])}`;
    case 'alias':
      return `alias ${rng.pick(['uplink', '"to the world"', '""', 'x'])}`;
    case 'group':
      return `group ${rng.pick(['7', 'default', '0', 'nogroup', '42'])}`;
    case 'txqueuelen':
      return `txqueuelen ${rng.pick([0, 1, 1000, 500])}`;
    case 'broadcast':
      return `broadcast ${rng.pick(['ff:ff:ff:ff:ff:ff', '02:00:00:00:00:ff'])}`;
    case 'addrgenmode':
      return `addrgenmode ${rng.pick(['eui64', 'none', 'random', 'stable_secret', 'x'])}`.replace('random', 'none');
    case 'master':
      return rng.pick(['nomaster', 'master lo', 'master nodev', 'master e0']);
    case 'mode':
      return `mode ${rng.pick(['default', 'dormant', 'x'])}`;
    case 'carrier':
      return `carrier ${rng.pick(['on', 'off'])}`;
    case 'protodown':
      return `protodown ${rng.pick(['on', 'off'])}`;
    case 'dynamic':
      return `dynamic ${rng.pick(['on', 'off'])}`;
    case 'trailers':
      return `trailers ${rng.pick(['on', 'off'])}`;
  }
}

function set(d: Draw): string {
  const ns = d.ns();
  const dev = d.dev(ns);
  const words = [attribute(d, ns, dev)];
  while (d.rng.chance(0.2) && words.length < 3) words.push(attribute(d, ns, dev));
  return `${d.ipIn(ns)} link set ${d.rng.chance(0.3) ? 'dev ' : ''}${dev} ${words.join(' ')}`;
}

function property(d: Draw): string {
  const ns = d.ns();
  const dev = d.dev(ns);
  const verb = d.choose('link.property', [
    ['add', 3],
    ['del', 2],
  ]);
  const name = d.rng.pick(['alt0', 'alt1', 'averylongalternativename0', 'e0', 'lo']);
  if (verb === 'add') d.belief.altnames.push(name);
  return `${d.ipIn(ns)} link property ${verb} dev ${dev} altname ${name}`;
}

function show(d: Draw): string {
  const ns = d.ns();
  const options = d.choose('link.show.options', [
    ['', 3],
    ['-br', 2],
    ['-o', 2],
    ['-d', 2],
    ['-j', 1],
    ['-4', 1],
    ['-p -j', 1],
  ]);
  const what = d.choose('link.show.filter', [
    ['', 3],
    ['dev', 3],
    ['up', 1],
    ['type veth', 2],
    ['group default', 1],
    ['group 7', 1],
    ['type nosuch', 1],
    ['master lo', 1],
  ]);
  return `${d.ipIn(ns, options.replace('-d', '-o'))} link ${d.rng.pick(['show', 'list', 'ls', ''])} ${what === 'dev' ? `dev ${d.dev(ns)}` : what}`.replace(
    /\s+$/,
    '',
  );
}

/** `ip link`. */
export const LINK: readonly Grammar[] = [
  { kind: 'link.add', weight: 5, make: add },
  { kind: 'link.del', weight: 2.5, make: del },
  { kind: 'link.set', weight: 14, make: set },
  { kind: 'link.property', weight: 1.5, make: property },
  { kind: 'link.show', weight: 3, make: show },
  { kind: 'link.stats', weight: 1, quietOnly: true, make: (d) => `${d.ipIn(d.ns(), '-s')} link show dev ${d.dev('')}` },
];
