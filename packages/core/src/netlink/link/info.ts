import { cString } from '../../lib/text.ts';
import { le16 } from '../../lib/bytes.ts';
import {
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_INFO_SLAVE_DATA,
  IFLA_INFO_SLAVE_KIND,
  IFLA_INFO_XSTATS,
} from '../../uapi/if-link.ts';
import { NLA_HDRLEN, NLA_TYPE_MASK } from '../../uapi/netlink.ts';
import { decodeAttrs, nested, writeAttrs, type AttrTable } from '../attr.ts';
import { bytes, nulString, type Codec } from '../codec.ts';
import { nlAlign, type NlWriter } from '../writer.ts';
import type { IflaAttrs, LinkInfo, LinkKinds } from './attrs.ts';
import { vethInfo } from './veth.ts';
import { iflaVlan } from './vlan.ts';

/** The attributes of each kind. `ifla` is asked for late: a veth's peer is a link itself. */
export type KindTables = { readonly [K in keyof LinkKinds]: AttrTable<LinkKinds[K]> };

const kindTables = (ifla: () => AttrTable<IflaAttrs>): KindTables => ({ veth: vethInfo(ifla), vlan: iflaVlan });

/** `info.data` when the link is of this kind and has any. */
export function linkData<K extends keyof LinkKinds>(info: LinkInfo | undefined, kind: K): LinkKinds[K] | undefined {
  if (info?.kind !== kind || info.data === undefined || info.data instanceof Uint8Array) return undefined;
  return info.data as LinkKinds[K];
}

/** IFLA_INFO_KIND within the attributes at `o`. */
function kindAt(b: Uint8Array, o: number, n: number): string | undefined {
  for (let p = o; o + n - p >= NLA_HDRLEN;) {
    const len = le16(b, p);
    if (len < NLA_HDRLEN || len > o + n - p) return undefined;
    if ((le16(b, p + 2) & NLA_TYPE_MASK) === IFLA_INFO_KIND) return cString(b, p + NLA_HDRLEN, p + len);
    p += nlAlign(len);
  }
  return undefined;
}

/**
 * IFLA_LINKINFO. Its table depends on the kind inside, so one is kept for each.
 *
 * Differs from Linux: IFLA_INFO_DATA is checked together with the rest, and not after the kind was looked up.
 */
export function linkInfo(ifla: () => AttrTable<IflaAttrs>): Codec<LinkInfo> {
  const tableWith = (data: Codec<NonNullable<LinkInfo['data']>>): AttrTable<LinkInfo> => ({
    kind: [IFLA_INFO_KIND, nulString()],
    data: [IFLA_INFO_DATA, data],
    xstats: [IFLA_INFO_XSTATS, bytes],
    slaveKind: [IFLA_INFO_SLAVE_KIND, nulString()],
    slaveData: [IFLA_INFO_SLAVE_DATA, bytes],
  });
  const other = tableWith(bytes as unknown as Codec<NonNullable<LinkInfo['data']>>);
  const byKind = new Map<string, AttrTable<LinkInfo>>();
  for (const [kind, table] of Object.entries(kindTables(ifla))) {
    byKind.set(kind, tableWith(nested(table as AttrTable<object>) as Codec<NonNullable<LinkInfo['data']>>));
  }
  const tableOf = (kind: string | undefined): AttrTable<LinkInfo> => byKind.get(kind ?? '') ?? other;
  return {
    policy: 'nested',
    len: 0,
    table: other,
    tableFor: (b, o, n) => tableOf(kindAt(b, o, n)),
    encode(value: LinkInfo, w: NlWriter) {
      writeAttrs(w, value.data instanceof Uint8Array ? other : tableOf(value.kind), value);
    },
    decode: (b, o, n) => (n > 0 && n < NLA_HDRLEN ? undefined : decodeAttrs(tableOf(kindAt(b, o, n)), b, o, n)),
  };
}
