/** How an address is printed. @see ip/ipaddress.c:print_addrinfo */
import type { AddrMessage } from '../../../../netlink/index.ts';
import {
  IFA_F_DADFAILED,
  IFA_F_DEPRECATED,
  IFA_F_HOMEADDRESS,
  IFA_F_MANAGETEMPADDR,
  IFA_F_MCAUTOJOIN,
  IFA_F_NODAD,
  IFA_F_NOPREFIXROUTE,
  IFA_F_OPTIMISTIC,
  IFA_F_PERMANENT,
  IFA_F_SECONDARY,
  IFA_F_STABLE_PRIVACY,
  IFA_F_TENTATIVE,
} from '../../../../uapi/if-addr.ts';
import { AF_INET, AF_INET6 } from '../../../../uapi/socket.ts';
import type { Context } from '../context.ts';
import type { Row } from '../json.ts';
import { familyName, formatAddr } from '../parse.ts';

/** A flag's word; `v6` ones are refused a place on IPv4 addresses, `fixed` ones cannot be set. */
export interface AddrFlag {
  readonly name: string;
  readonly mask: number;
  readonly fixed: boolean;
  readonly v6: boolean;
}

const flag = (name: string, mask: number, fixed: boolean, v6: boolean): AddrFlag => ({ name, mask, fixed, v6 });

/** In the order they are printed. */
export const ADDR_FLAGS: readonly AddrFlag[] = [
  flag('secondary', IFA_F_SECONDARY, true, false),
  flag('temporary', IFA_F_SECONDARY, true, false),
  flag('nodad', IFA_F_NODAD, false, true),
  flag('optimistic', IFA_F_OPTIMISTIC, false, true),
  flag('dadfailed', IFA_F_DADFAILED, true, true),
  flag('home', IFA_F_HOMEADDRESS, false, true),
  flag('deprecated', IFA_F_DEPRECATED, true, true),
  flag('tentative', IFA_F_TENTATIVE, true, true),
  flag('permanent', IFA_F_PERMANENT, true, true),
  flag('mngtmpaddr', IFA_F_MANAGETEMPADDR, false, true),
  flag('noprefixroute', IFA_F_NOPREFIXROUTE, false, false),
  flag('autojoin', IFA_F_MCAUTOJOIN, false, false),
  flag('stable-privacy', IFA_F_STABLE_PRIVACY, true, true),
];

export const INFINITY = 0xffffffff;

export const addrFlags = (m: AddrMessage): number => m.attrs.flags ?? m.flags;

function printFlags(row: Row, m: AddrMessage): void {
  const flags = addrFlags(m);
  let rest = flags;
  for (const { name, mask } of ADDR_FLAGS) {
    if (mask === IFA_F_PERMANENT) {
      if ((flags & mask) === 0) row.put('dynamic', true, 'dynamic ');
    } else if ((rest & mask) !== 0) {
      const word = mask === IFA_F_SECONDARY && m.family === AF_INET6 ? 'temporary' : name;
      row.put(word, true, `${word} `);
    }
    rest &= ~mask;
  }
  if (rest !== 0) {
    const hex = rest.toString(16).padStart(2, '0');
    row.put('ifa_flags', hex, `flags ${hex} `);
  }
}

const life = (seconds: number, signed: boolean): string =>
  seconds === INFINITY ? 'forever' : `${signed ? seconds | 0 : seconds}sec`;

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((v, i) => v === b[i]);

/** @param withDevice begins the line with the device: -oneline, flush */
export async function printAddr(ctx: Context, row: Row, m: AddrMessage, withDevice: boolean): Promise<void> {
  const a = m.attrs;
  const brief = ctx.options.brief;
  if (!brief) {
    if (withDevice) {
      const dev = await ctx.links.name(m.index);
      row.json('index', m.index).json('dev', dev).say(`${m.index}: ${dev}`);
    }
    const name = m.family === AF_INET || m.family === AF_INET6 ? familyName(m.family) : String(m.family);
    row.put('family', name, m.family === AF_INET || m.family === AF_INET6 ? `    ${name} ` : `    family ${name} `);
  }
  const local = a.local ?? a.address;
  const peer = a.address ?? a.local;
  if (local !== undefined && peer !== undefined) {
    const text = ctx.names.host(m.family, local);
    row.put('local', text, text);
    if (!same(local, peer)) {
      const other = ctx.names.host(m.family, peer);
      row.put('address', other, ` peer ${other}`);
    }
    row.put('prefixlen', m.prefixlen, `/${m.prefixlen} `);
    if (a.rtPriority !== undefined) row.put('metric', a.rtPriority, `metric ${a.rtPriority} `);
  }
  if (brief) return;
  if (a.broadcast !== undefined) {
    const text = formatAddr(m.family, a.broadcast);
    row.put('broadcast', text, `brd ${text} `);
  }
  if (a.anycast !== undefined) {
    const text = formatAddr(m.family, a.anycast);
    row.put('anycast', text, `any ${text} `);
  }
  const scope = ctx.names.name('rt_scopes', m.scope);
  row.put('scope', scope, `scope ${scope} `);
  printFlags(row, m);
  if (a.label !== undefined) row.put('label', a.label, a.label);
  if (a.cacheinfo !== undefined) {
    const { valid, prefered } = a.cacheinfo;
    const deprecated = (addrFlags(m) & IFA_F_DEPRECATED) !== 0;
    row.say(ctx.nl);
    row.put('valid_life_time', valid, `       valid_lft ${life(valid, false)}`);
    row.put('preferred_life_time', prefered, ` preferred_lft ${life(prefered, deprecated)}`);
  }
  row.say('\n');
}
