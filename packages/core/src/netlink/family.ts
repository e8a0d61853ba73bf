import { EINVAL } from '../uapi/errno.ts';
import { NLMSG_HDRLEN } from '../uapi/netlink.ts';
import { attrOffset, attrPath, decodeAttrs, nlaParse, writeAttrs, type AttrTable } from './attr.ts';
import type { Codec, Struct } from './codec.ts';
import { nlErr, type ExtAck } from './error.ts';
import { nlAlign, NlWriter } from './writer.ts';

/** A message of a family: the fields of its fixed header, and `attrs`. */
export type Message<H, A> = H & { attrs: A };

/** A message to be sent: header fields left out are zero. */
export type MessageInit<H, A> = Partial<H> & { attrs?: A };

/** Where attributes are in a whole message, for extended acks. */
export interface AttrPaths {
  /** Offset of an attribute in the whole message, for `ext.offset`: `offsetOf(raw, 'linkinfo.kind')`. */
  offsetOf(raw: Uint8Array, path: string): number | undefined;
  /** Path of the attribute at an offset in the whole message. */
  pathAt(raw: Uint8Array, offset: number): string | undefined;
}

/** Messages of one family: a fixed header followed by attributes. */
export interface Family<H, A extends object> extends AttrPaths {
  readonly header: Struct<H>;
  readonly table: AttrTable<A>;
  /** Where attributes start in the payload. */
  readonly attrsAt: number;
  /** The payload of a message, for `conn.request` or a notification. */
  encode(message: MessageInit<H, A>): Uint8Array;
  /** Appends the payload; a kernel's dumps use it. */
  write(w: NlWriter, message: MessageInit<H, A>): void;
  /** Reads a payload and refuses nothing but one shorter than the header (undefined). */
  decode(payload: Uint8Array): Message<H, A> | undefined;
  /**
   * Reads a request as a kernel does.
   * @param raw the whole message, nlmsghdr included
   * @param mode NL_VALIDATE_*
   * @returns the message, or -EINVAL or -ERANGE with `ext` filled in
   * @see include/net/netlink.h:__nlmsg_parse
   */
  parse(raw: Uint8Array, mode: number, ext: ExtAck): Message<H, A> | number;
}

export function family<H extends object, A extends object>(header: Struct<H>, table: AttrTable<A>): Family<H, A> {
  const attrsAt = nlAlign(header.size);
  const start = NLMSG_HDRLEN + attrsAt;
  const write = (w: NlWriter, message: MessageInit<H, A>): void => {
    const at = w.reserve(attrsAt);
    header.write(message as Partial<H>, w.buf, at);
    if (message.attrs !== undefined) writeAttrs(w, table, message.attrs);
  };
  const decodeAt = (b: Uint8Array, o: number): Message<H, A> =>
    Object.assign(header.read(b, o, b.length - o), {
      attrs: decodeAttrs(table, b, o + attrsAt, Math.max(0, b.length - o - attrsAt)),
    });
  return {
    header,
    table,
    attrsAt,
    write,
    encode(message) {
      const w = new NlWriter();
      write(w, message);
      return w.finish();
    },
    decode: (payload) => (payload.length < header.size ? undefined : decodeAt(payload, 0)),
    parse(raw, mode, ext) {
      if (raw.length < NLMSG_HDRLEN + header.size) return nlErr(ext, EINVAL, 'Invalid header length');
      const attrs = nlaParse(table, raw, start, Math.max(0, raw.length - start), mode, ext);
      if (typeof attrs === 'number') return attrs;
      return Object.assign(header.read(raw, NLMSG_HDRLEN, header.size), { attrs });
    },
    offsetOf: (raw, path) => attrOffset(table, raw, start, raw.length - start, path),
    pathAt: (raw, offset) => attrPath(table, raw, start, raw.length - start, offset),
  };
}

/** A message of a family as the payload of an attribute (VETH_INFO_PEER). */
export function embedded<H extends object, A extends object>(
  header: Struct<H>,
  table: () => AttrTable<A>,
): Codec<Partial<H> & { attrs: A }> {
  const size = nlAlign(header.size);
  return {
    policy: 'min',
    len: header.size,
    get table() {
      return table();
    },
    tableOffset: size,
    encode(value, w) {
      const at = w.reserve(size);
      header.write(value, w.buf, at);
      writeAttrs(w, table(), value.attrs);
    },
    decode(b, o, n) {
      if (n < header.size) return undefined;
      const attrs = decodeAttrs(table(), b, o + size, Math.max(0, n - size));
      return Object.assign(header.read(b, o, n), { attrs });
    },
  };
}
