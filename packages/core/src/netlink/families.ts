import type { AttrPaths } from './family.ts';
import { addrFamily } from './addr.ts';
import { linkFamily } from './link.ts';
import { neighFamily } from './neigh.ts';
import { neightblFamily } from './neigh-table.ts';
import { nsidFamily } from './nsid.ts';
import { routeFamily } from './route.ts';
import { ruleFamily } from './rule.ts';
import { RTM_BASE } from '../uapi/rtnetlink.ts';

/** Groups of four message types (NEW DEL GET SET), from RTM_BASE on, and the family of those that have one here. */
const GROUPS: Readonly<Record<number, readonly [stem: string, family?: AttrPaths]>> = {
  0: ['LINK', linkFamily],
  1: ['ADDR', addrFamily],
  2: ['ROUTE', routeFamily],
  3: ['NEIGH', neighFamily],
  4: ['RULE', ruleFamily],
  5: ['QDISC'],
  6: ['TCLASS'],
  7: ['TFILTER'],
  8: ['ACTION'],
  9: ['PREFIX'],
  10: ['MULTICAST'],
  11: ['ANYCAST'],
  12: ['NEIGHTBL', neightblFamily],
  13: ['NDUSEROPT'],
  14: ['ADDRLABEL'],
  15: ['DCB'],
  16: ['NETCONF'],
  17: ['MDB'],
  18: ['NSID', nsidFamily],
  19: ['STATS'],
  20: ['CACHEREPORT'],
  21: ['CHAIN'],
  22: ['NEXTHOP'],
  23: ['LINKPROP', linkFamily],
  24: ['VLAN'],
  25: ['NEXTHOPBUCKET'],
  26: ['TUNNEL'],
};

const VERBS = ['NEW', 'DEL', 'GET', 'SET'] as const;

/** A message type's name: `rtmName(16)` is `RTM_NEWLINK`; `RTM_200` for one without. */
export function rtmName(type: number): string {
  const group = GROUPS[(type - RTM_BASE) >> 2];
  return type < RTM_BASE || group === undefined ? `RTM_${type}` : `RTM_${VERBS[(type - RTM_BASE) & 3]}${group[0]}`;
}

/** What messages of this type consist of, undefined for those without a table here. */
export function familyOfType(type: number): AttrPaths | undefined {
  return type < RTM_BASE ? undefined : GROUPS[(type - RTM_BASE) >> 2]?.[1];
}
