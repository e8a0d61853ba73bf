import type { Draw, Grammar } from '../belief.ts';

function target(d: Draw): { ns: string; dev: string } {
  const ns = d.ns();
  return { ns, dev: d.dev(ns) };
}

function cidr(d: Draw, family: 4 | 6): string {
  if (family === 6) return `${d.ip6()}${d.rng.pick(['/64', '/64', '/128', '/48', ''])}`;
  return `${d.ip4()}${d.choose('addr.length', [
    ['/24', 5],
    ['/32', 1],
    ['/31', 1],
    ['/30', 2],
    ['/16', 1],
    ['/8', 1],
    ['', 1],
    ['/0', 0.5],
    ['/33', 0.3],
  ])}`;
}

/** What may follow an address in `ip addr add`. */
function options(d: Draw, family: 4 | 6, dev: string): string {
  const { rng } = d;
  let text = '';
  if (family === 6) {
    text += ' nodad';
    if (d.maybe('addr6.home', 0.05)) text += ' home';
  } else {
    if (d.maybe('addr.broadcast', 0.25))
      text += ` ${rng.pick(['brd', 'broadcast'])} ${rng.pick(['+', '-', '10.0.0.255', '+', '10.9.9.9'])}`;
    if (d.maybe('addr.label', 0.12))
      text += ` label ${rng.pick([`${dev}:1`, `${dev}:x`, 'other', `${dev}:averylonglabel`])}`;
  }
  const scope = d.choose('addr.scope', [
    ['', 8],
    ['link', 1],
    ['host', 1],
    ['global', 1],
    ['site', 0.3],
    ['nowhere', 0.3],
  ]);
  if (scope !== '') text += ` scope ${scope}`;
  if (d.maybe('addr.peer', 0.1)) text += ` peer ${d.ip(family)}${rng.pick(['', family === 4 ? '/24' : '/64'])}`;
  if (d.maybe('addr.noprefixroute', 0.12)) text += ' noprefixroute';
  if (d.maybe('addr.metric', 0.12)) text += ` metric ${rng.pick([0, 5, 1000])}`;
  if (d.maybe('addr.lifetime', 0.08))
    text += rng.pick([
      ' valid_lft 1000',
      ' valid_lft 1000 preferred_lft 500',
      ' preferred_lft 0',
      ' valid_lft 100 preferred_lft 200',
      ' valid_lft 0',
      ' valid_lft forever preferred_lft 900',
    ]);
  return text;
}

function add(d: Draw): string {
  const { ns, dev } = target(d);
  const family = d.family();
  const what = cidr(d, family);
  const verb = d.choose('addr.verb', [
    ['add', 8],
    ['replace', 2],
    ['change', 1.5],
  ]);
  d.belief.addresses.push({ ns, dev, cidr: what });
  return `${d.ipIn(ns)} addr ${verb} ${what}${options(d, family, dev)} dev ${dev}`;
}

function del(d: Draw): string | null {
  const how = d.choose('addr.del', [
    ['known', 8],
    ['without-length', 2],
    ['other', 2],
  ]);
  const known = d.belief.addresses.length > 0 ? d.rng.pick(d.belief.addresses) : undefined;
  if (how === 'other' || known === undefined) {
    const { ns, dev } = target(d);
    return `${d.ipIn(ns)} addr del ${cidr(d, d.family())} dev ${dev}`;
  }
  if (d.rng.chance(0.7)) d.belief.addresses.splice(d.belief.addresses.indexOf(known), 1);
  return `${d.ipIn(known.ns)} addr del ${how === 'known' ? known.cidr : known.cidr.split('/')[0]!} dev ${known.dev}`;
}

function flush(d: Draw): string {
  const { ns, dev } = target(d);
  const what = d.choose('addr.flush', [
    ['dev', 5],
    ['scope', 2],
    ['to', 2],
    ['nothing', 1],
    ['label', 1],
    ['permanent', 1],
  ]);
  const option = d.choose('addr.flush.options', [
    ['', 4],
    ['-s', 1],
    ['-4', 1],
    ['-6', 1],
  ]);
  const words = {
    dev: `dev ${dev}`,
    scope: `dev ${dev} scope ${d.rng.pick(['global', 'link', 'host'])}`,
    to: `to ${d.ip4()}/${d.rng.pick([16, 24, 32])}`,
    nothing: '',
    label: `label '${dev}:*'`,
    permanent: `dev ${dev} permanent`,
  };
  return `${d.ipIn(ns, option)} addr flush ${words[what]}`.trimEnd();
}

function show(d: Draw): string {
  const { ns, dev } = target(d);
  const options = d.choose('addr.show.options', [
    ['', 3],
    ['-4', 2],
    ['-6', 1],
    ['-br', 2],
    ['-o', 2],
    ['-j', 1],
    ['-br -4', 1],
  ]);
  const what = d.choose('addr.show.filter', [
    ['', 2],
    ['dev', 4],
    ['to', 1],
    ['scope global', 1],
    ['up', 1],
    ['permanent', 1],
    ['primary', 1],
    ['secondary', 1],
    ['deprecated', 1],
    ['type veth', 1],
  ]);
  const words = what === 'dev' ? ` dev ${dev}` : what === 'to' ? ` to ${d.ip4()}/24` : what === '' ? '' : ` ${what}`;
  return `${d.ipIn(ns, options)} ${d.rng.pick(['addr', 'a', 'address'])} show${words}`;
}

/** `ip address`. */
export const ADDRESS: readonly Grammar[] = [
  { kind: 'addr.add', weight: 10, make: add },
  { kind: 'addr.del', weight: 4, make: del },
  { kind: 'addr.flush', weight: 1.5, make: flush },
  // Running lifetimes stand in the text.
  { kind: 'addr.show', weight: 3, make: show },
];
