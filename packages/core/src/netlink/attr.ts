/**
 * Netlink attributes from tables: one definition gives codec and policy, an interface beside it the type.
 *
 *  |    nla_len (header included)    |F N|          nla_type         |  F: NLA_F_NESTED, N: NLA_F_NET_BYTEORDER
 *  |  payload, padded to 4 bytes ...                                 |
 *
 * A client decodes with `decodeAttrs`, which refuses nothing; a kernel with `nlaParse`, which refuses what Linux does.
 * Attributes are written in the order of the object's keys. Those a table does not name, or whose payload its codec
 * cannot hold, are kept in `unknown` and written back unharmed.
 */
import { le16 } from '../lib/bytes.ts';
import { EINVAL, ERANGE } from '../uapi/errno.ts';
import { NLA_F_NESTED, NLA_HDRLEN, NLA_TYPE_MASK } from '../uapi/netlink.ts';
import type { Codec } from './codec.ts';
import { nlErr, nlErrAttr, type ExtAck } from './error.ts';
import { nlAlign, NlWriter } from './writer.ts';

/** An attribute as it came, not interpreted. */
export interface RawAttr {
  /** nla_type as on the wire, with its flag bits. */
  readonly type: number;
  readonly data: Uint8Array;
}

/** What every set of attributes may hold besides its own. */
export interface UnknownAttrs {
  unknown?: readonly RawAttr[] | undefined;
}

/** Number and codec of each attribute of `T`: `{ mtu: [IFLA_MTU, u32], … }`. */
export type AttrTable<T> = {
  readonly [K in Exclude<keyof T, 'unknown'>]-?: readonly [type: number, codec: Codec<NonNullable<T[K]>>];
};

interface Def {
  readonly name: string;
  readonly type: number;
  readonly codec: Codec<unknown>;
}

interface Compiled {
  readonly byType: readonly (Def | undefined)[];
  readonly byName: ReadonlyMap<string, Def>;
}

const compiled = new WeakMap<object, Compiled>();

function compile(table: object): Compiled {
  let c = compiled.get(table);
  if (c !== undefined) return c;
  const byType: (Def | undefined)[] = [];
  const byName = new Map<string, Def>();
  for (const [name, [type, codec]] of Object.entries(table) as [string, readonly [number, Codec<unknown>]][]) {
    const def: Def = { name, type, codec };
    while (byType.length <= type) byType.push(undefined);
    byType[type] = def;
    byName.set(name, def);
  }
  c = { byType, byName };
  compiled.set(table, c);
  return c;
}

/** Appends the attributes of `value`, in the order of its keys; those undefined are left out. */
export function writeAttrs<T extends object>(w: NlWriter, table: AttrTable<T>, value: T): void {
  const { byName } = compile(table);
  for (const [name, v] of Object.entries(value)) {
    if (v === undefined) continue;
    if (name === 'unknown') {
      for (const a of v as readonly RawAttr[]) w.attr(a.type, a.data);
      continue;
    }
    const def = byName.get(name);
    if (def === undefined) throw new TypeError(`no attribute ${name}`);
    const at = w.beginAttr(def.type | (def.codec.flags ?? 0));
    def.codec.encode(v, w);
    w.endAttr(at);
  }
}

/** The attributes of `value` in bytes, in the order of its keys. */
export function encodeAttrs<T extends object>(table: AttrTable<T>, value: T): Uint8Array {
  const w = new NlWriter();
  writeAttrs(w, table, value);
  return w.finish();
}

/** Calls `each` for every attribute between `off` and `off + len`, stops when it returns true. Returns the bytes left over. */
function walk(
  b: Uint8Array,
  off: number,
  len: number,
  each: (at: number, type: number, size: number) => boolean,
): number {
  const end = off + len;
  let o = off;
  while (end - o >= NLA_HDRLEN) {
    const n = le16(b, o);
    if (n < NLA_HDRLEN || n > end - o) break;
    if (each(o, le16(b, o + 2), n - NLA_HDRLEN)) return 0;
    o += nlAlign(n);
  }
  return Math.max(0, end - o);
}

/**
 * Reads attributes and refuses nothing: of several of one type the last counts, bytes left over are dropped.
 *
 * @param off where the first attribute starts
 * @param len bytes from there
 */
export function decodeAttrs<T extends object>(
  table: AttrTable<T>,
  b: Uint8Array,
  off = 0,
  len: number = b.length - off,
): T {
  const { byType } = compile(table);
  const out: Record<string, unknown> = {};
  let unknown: RawAttr[] | undefined;
  walk(b, off, len, (at, type, size) => {
    const def = byType[type & NLA_TYPE_MASK];
    const value = def?.codec.decode(b, at + NLA_HDRLEN, size);
    if (def === undefined || value === undefined) {
      (unknown ??= []).push({ type, data: b.slice(at + NLA_HDRLEN, at + NLA_HDRLEN + size) });
    } else out[def.name] = value;
    return false;
  });
  if (unknown !== undefined) out['unknown'] = unknown;
  return out as T;
}

/** How much a kernel insists on. Bits as in enum netlink_validation. @see include/net/netlink.h */
export const NL_VALIDATE_LIBERAL = 0;
export const NL_VALIDATE_TRAILING = 1;
export const NL_VALIDATE_MAXTYPE = 2;
export const NL_VALIDATE_UNSPEC = 4;
export const NL_VALIDATE_STRICT_ATTRS = 8;
export const NL_VALIDATE_NESTED = 16;
export const NL_VALIDATE_DEPRECATED_STRICT = 3;
export const NL_VALIDATE_STRICT = 31;

const FAILED = 'Attribute failed policy validation';

/** @see lib/nlattr.c:validate_nla_string, NLA_STRING */
function stringFits(b: Uint8Array, o: number, n: number, max: number): boolean {
  if (n < 1) return false;
  return max === 0 || (b[o + n - 1] === 0 ? n - 1 : n) <= max;
}

/** 0 or -errno, as the policy of `codec` has it for the attribute at `at`. @see lib/nlattr.c:validate_nla */
function validate(
  codec: Codec<unknown>,
  b: Uint8Array,
  at: number,
  type: number,
  n: number,
  mode: number,
  ext: ExtAck,
  depth: number,
): number {
  const p = at + NLA_HDRLEN;
  const { policy, len } = codec;
  if (policy === 'int' && n !== len && (mode & NL_VALIDATE_STRICT_ATTRS) !== 0) {
    return nlErrAttr(ext, EINVAL, 'invalid attribute length', at);
  }
  if ((mode & NL_VALIDATE_NESTED) !== 0 && (policy === 'nested') !== ((type & NLA_F_NESTED) !== 0)) {
    const msg = policy === 'nested' ? 'NLA_F_NESTED is missing' : 'NLA_F_NESTED not expected';
    return nlErrAttr(ext, EINVAL, msg, at);
  }
  switch (policy) {
    case 'int':
    case 'min':
      if (n < len) return nlErrAttr(ext, ERANGE, FAILED, at);
      break;
    case 'max':
      if (len !== 0 && n > len) return nlErrAttr(ext, ERANGE, FAILED, at);
      break;
    case 'string':
      if (!stringFits(b, p, n, len)) return nlErrAttr(ext, ERANGE, FAILED, at);
      break;
    case 'nested':
      if (n === 0) break;
      if (n < NLA_HDRLEN) return nlErrAttr(ext, ERANGE, FAILED, at);
      return validateInner(codec, b, p, n, mode, ext, depth + 1);
  }
  if (codec.min !== undefined || codec.max !== undefined) {
    const v = codec.decode(b, p, n) as number;
    if (v < (codec.min ?? v) || v > (codec.max ?? v)) return nlErrAttr(ext, ERANGE, 'integer out of range', at);
  }
  return 0;
}

/** The table of the attributes inside a payload, if that is what it holds. */
function innerTable(codec: Codec<unknown>, b: Uint8Array, o: number, n: number): object | undefined {
  return (codec.tableFor?.(b, o, n) ?? codec.table) as object | undefined;
}

function validateInner(
  codec: Codec<unknown>,
  b: Uint8Array,
  p: number,
  n: number,
  mode: number,
  ext: ExtAck,
  depth: number,
): number {
  const table = innerTable(codec, b, p, n);
  return table === undefined ? 0 : validateAll(table, b, p, n, mode, ext, depth);
}

/** @see lib/nlattr.c:__nla_validate_parse */
function validateAll(
  table: object,
  b: Uint8Array,
  off: number,
  len: number,
  mode: number,
  ext: ExtAck,
  depth: number,
): number {
  if (depth >= 10) return nlErr(ext, EINVAL, 'allowed policy recursion depth exceeded');
  const { byType } = compile(table);
  let err = 0;
  const left = walk(b, off, len, (at, raw, size) => {
    const type = raw & NLA_TYPE_MASK;
    const def = byType[type];
    if (type === 0 || type >= byType.length) {
      if ((mode & NL_VALIDATE_MAXTYPE) !== 0) err = nlErrAttr(ext, EINVAL, 'Unknown attribute type', at);
    } else if (def !== undefined) err = validate(def.codec, b, at, raw, size, mode, ext, depth);
    else if ((mode & NL_VALIDATE_UNSPEC) !== 0) err = nlErrAttr(ext, EINVAL, 'Unsupported attribute', at);
    return err !== 0;
  });
  if (err === 0 && left > 0 && (mode & NL_VALIDATE_TRAILING) !== 0) {
    return nlErr(ext, EINVAL, 'bytes leftover after parsing attributes');
  }
  return err;
}

/**
 * Reads attributes as a kernel does: checks all against the policy first.
 *
 * @param b starts at the request's nlmsghdr, so that `ext.offset` counts from there
 * @param mode NL_VALIDATE_*
 * @returns the attributes, or -EINVAL or -ERANGE with `ext` filled in
 * @see lib/nlattr.c:__nla_parse
 */
export function nlaParse<T extends object>(
  table: AttrTable<T>,
  b: Uint8Array,
  off: number,
  len: number,
  mode: number,
  ext: ExtAck,
): T | number {
  const err = validateAll(table, b, off, len, mode, ext, 0);
  return err !== 0 ? err : decodeAttrs(table, b, off, len);
}

/**
 * Offset in `b` of the attribute with this path (`linkinfo.kind`), undefined if it is not there. The last of several.
 * With it a kernel points at what it refuses.
 */
export function attrOffset(table: object, b: Uint8Array, off: number, len: number, path: string): number | undefined {
  const dot = path.indexOf('.');
  const def = compile(table).byName.get(dot < 0 ? path : path.slice(0, dot));
  if (def === undefined) return undefined;
  let found: number | undefined;
  let size = 0;
  walk(b, off, len, (at, type, n) => {
    if ((type & NLA_TYPE_MASK) === def.type) {
      found = at;
      size = n;
    }
    return false;
  });
  if (found === undefined || dot < 0) return found;
  const inner = innerTable(def.codec, b, found + NLA_HDRLEN, size);
  if (inner === undefined) return undefined;
  const skip = def.codec.tableOffset ?? 0;
  return attrOffset(inner, b, found + NLA_HDRLEN + skip, size - skip, path.slice(dot + 1));
}

/** Names of the attribute at `offset` and of those around it, outermost first; numbers where a table has no name. */
export function attrPath(table: object, b: Uint8Array, off: number, len: number, offset: number): string | undefined {
  const { byType } = compile(table);
  let path: string | undefined;
  walk(b, off, len, (at, raw, n) => {
    if (offset < at || offset >= at + nlAlign(NLA_HDRLEN + n)) return false;
    const def = byType[raw & NLA_TYPE_MASK];
    path = def?.name ?? String(raw & NLA_TYPE_MASK);
    const table = def === undefined || offset === at ? undefined : innerTable(def.codec, b, at + NLA_HDRLEN, n);
    if (table !== undefined) {
      const skip = def?.codec.tableOffset ?? 0;
      const inner = attrPath(table, b, at + NLA_HDRLEN + skip, n - skip, offset);
      if (inner !== undefined) path += `.${inner}`;
    }
    return true;
  });
  return path;
}

/**
 * Attributes within an attribute.
 * @param flags NLA_F_NESTED where the kernel and iproute2 set it; older families do without
 */
export function nested<T extends object>(table: AttrTable<T>, flags = 0): Codec<T> {
  return {
    policy: 'nested',
    len: 0,
    flags,
    table,
    encode: (value, w) => writeAttrs(w, table, value),
    decode: (b, o, n) => (n > 0 && n < NLA_HDRLEN ? undefined : decodeAttrs(table, b, o, n)),
  };
}

/** Attributes of one type after another within an attribute, each an element, as in IFLA_PROP_LIST. */
export function nestedList<T>(type: number, item: Codec<T>, flags = 0): Codec<readonly T[]> {
  return {
    policy: 'nested',
    len: 0,
    flags,
    encode(values, w) {
      for (const v of values) {
        const at = w.beginAttr(type);
        item.encode(v, w);
        w.endAttr(at);
      }
    },
    decode(b, o, n) {
      const out: T[] = [];
      let whole = true;
      const left = walk(b, o, n, (at, raw, size) => {
        const v = raw === type ? item.decode(b, at + NLA_HDRLEN, size) : undefined;
        if (v === undefined) whole = false;
        else out.push(v);
        return !whole;
      });
      return whole && left === 0 ? out : undefined;
    },
  };
}
