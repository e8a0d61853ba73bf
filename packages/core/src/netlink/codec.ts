/**
 * Codecs of attribute payloads. Integers are in host order (little endian) unless the name says `be`.
 *
 * `decode` never throws: it returns undefined for a payload it cannot hold. `encode` appends to the writer.
 */
import { be16, be32, copyBytes, le16, le32, le32s, putBe16, putBe32, putLe16, putLe32 } from '../lib/bytes.ts';
import { cString, utf8Encode } from '../lib/text.ts';
import type { NlWriter } from './writer.ts';

/**
 * What the kernel's policy checks of a payload; `len` is read accordingly.
 * `int`: exactly `len` bytes (more is tolerated outside strict checking). `min`: at least `len`. `max`: at most `len`
 * (0: any). `string`: 1 to `len` bytes without the NUL (0: any). `nested`: empty or attributes.
 * @see lib/nlattr.c:validate_nla
 */
export type NlaPolicy = 'int' | 'min' | 'max' | 'string' | 'nested';

/** How one kind of attribute payload is written, read and checked. */
export interface Codec<T> {
  readonly policy: NlaPolicy;
  readonly len: number;
  /** NLA_F_NESTED when writers set it; readers ignore it. */
  readonly flags?: number;
  /** The attributes inside, where the payload is nothing but attributes. */
  readonly table?: unknown;
  /** The same, where it depends on the payload (IFLA_LINKINFO: on the kind). Comes before `table`. */
  tableFor?(b: Uint8Array, o: number, n: number): unknown;
  /** Where the attributes inside start, behind a fixed header. Default 0. */
  readonly tableOffset?: number;
  /** Smallest value accepted by the policy, if there is a limit. */
  readonly min?: number;
  /** Largest value accepted by the policy, if there is a limit. */
  readonly max?: number;
  encode(value: T, w: NlWriter): void;
  decode(b: Uint8Array, o: number, n: number): T | undefined;
}

const TWO32 = 2 ** 32;

/** Little-endian u64 at `o` as a number; exact to 2^53. */
export const le64n = (b: Uint8Array, o: number): number => le32(b, o + 4) * TWO32 + le32(b, o);

/** Writes a non-negative safe integer as little-endian u64. */
export function putLe64n(b: Uint8Array, o: number, v: number): void {
  putLe32(b, o, v % TWO32);
  putLe32(b, o + 4, Math.floor(v / TWO32));
}

type Put = (b: Uint8Array, o: number, v: number) => void;
type Get = (b: Uint8Array, o: number) => number;

/** A fixed-size integer, as a codec and as a struct field. */
export interface Int extends Codec<number> {
  readonly put: Put;
  readonly get: Get;
}

function int(size: number, get: Get, put: Put): Int {
  return {
    policy: 'int',
    len: size,
    get,
    put,
    encode(value, w) {
      const at = w.reserve(size);
      put(w.buf, at, value);
    },
    decode: (b, o, n) => (n < size ? undefined : get(b, o)),
  };
}

export const u8: Int = int(
  1,
  (b, o) => b[o]!,
  (b, o, v) => void (b[o] = v),
);
export const u16: Int = int(2, le16, putLe16);
export const u32: Int = int(4, le32, putLe32);
export const s32: Int = int(4, le32s, putLe32);
/** Numbers above 2^53 lose their low bits. */
export const u64: Int = int(8, le64n, putLe64n);
export const be16Codec: Int = int(2, be16, putBe16);
export const be32Codec: Int = int(4, be32, putBe32);

/** An integer the policy limits to `min..max`. @see include/net/netlink.h:NLA_POLICY_RANGE */
export const ranged = (codec: Int, min: number, max: number): Codec<number> => ({ ...codec, min, max });

/** A string sent with its NUL; `max` is the most bytes without it (0: any). Accepted without the NUL too, as NLA_STRING is. */
export function nulString(max = 0): Codec<string> {
  return {
    policy: 'string',
    len: max,
    encode(value, w) {
      w.bytes(utf8Encode(value));
      w.reserve(1);
    },
    decode: (b, o, n) => (n === 0 ? undefined : cString(b, o, o + n)),
  };
}

function raw(policy: NlaPolicy, len: number, least: number): Codec<Uint8Array> {
  return {
    policy,
    len,
    encode: (value, w) => w.bytes(value),
    decode: (b, o, n) => (n < least ? undefined : b.slice(o, o + n)),
  };
}

/** Any bytes. */
export const bytes: Codec<Uint8Array> = raw('max', 0, 0);
/** A hardware address: 6 bytes for Ethernet, at most MAX_ADDR_LEN. */
export const macAddr: Codec<Uint8Array> = raw('max', 32, 0);
/** An IPv4 (4 bytes) or IPv6 (16 bytes) address; the message's family says which. */
export const ipAddr: Codec<Uint8Array> = raw('min', 4, 0);

/** An array of integers with nothing between them. */
export function intArray(item: Int): Codec<readonly number[]> {
  const size = item.len;
  return {
    policy: 'max',
    len: 0,
    encode(values, w) {
      let at = w.reserve(values.length * size);
      for (const v of values) {
        item.put(w.buf, at, v);
        at += size;
      }
    },
    decode(b, o, n) {
      if (n % size !== 0) return undefined;
      const out: number[] = [];
      for (let i = 0; i < n; i += size) out.push(item.get(b, o + i));
      return out;
    },
  };
}

/** Where each field of a C struct is. */
export type Fields<T> = { readonly [K in keyof T]-?: readonly [offset: number, type: Int] };

/** A C struct of integers. */
export interface Struct<T> extends Codec<T> {
  readonly size: number;
  /** Reads the struct at `o`; bytes past `n` count as zero (the struct grew since). */
  read(b: Uint8Array, o: number, n: number): T;
  /** Writes the struct at `o`; fields left out are zero. The bytes there must be zero before. */
  write(value: Partial<T>, b: Uint8Array, o: number): void;
}

/** @param least bytes a decoder asks for at least; the struct's first published size. Default: all. */
export function struct<T extends { [K in keyof T]: number }>(
  size: number,
  fields: Fields<T>,
  least: number = size,
): Struct<T> {
  const list = Object.entries(fields) as [string, readonly [number, Int]][];
  const read = (b: Uint8Array, o: number, n: number): T => {
    let src = b;
    let at = o;
    if (n < size) {
      src = new Uint8Array(size);
      copyBytes(src, 0, b, o, n);
      at = 0;
    }
    const out: Record<string, number> = {};
    for (const [name, [off, type]] of list) out[name] = type.get(src, at + off);
    return out as T;
  };
  const write = (value: Partial<T>, b: Uint8Array, o: number): void => {
    const v = value as Record<string, number | undefined>;
    for (const [name, [off, type]] of list) {
      const x = v[name];
      if (x !== undefined) type.put(b, o + off, x);
    }
  };
  return {
    policy: 'min',
    len: least,
    size,
    read,
    write,
    encode(value, w) {
      const at = w.reserve(size);
      write(value, w.buf, at);
    },
    decode: (b, o, n) => (n < least ? undefined : read(b, o, n)),
  };
}
