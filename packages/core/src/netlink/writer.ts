import { putLe16, putLe32 } from '../lib/bytes.ts';
import { NLMSG_ALIGNTO, NLMSG_HDRLEN } from '../uapi/netlink.ts';

/** Rounds up to the 4 bytes to which messages and attributes are padded. @see include/uapi/linux/netlink.h:NLMSG_ALIGN */
export const nlAlign = (n: number): number => (n + NLMSG_ALIGNTO - 1) & ~(NLMSG_ALIGNTO - 1);

/**
 * A growing buffer of netlink bytes, little endian as the host. Padding is zero.
 *
 * `buf` is replaced when it grows: read it anew after every call.
 */
export class NlWriter {
  buf: Uint8Array;
  len = 0;

  constructor(capacity = 256) {
    this.buf = new Uint8Array(capacity);
  }

  /** Makes room for `n` zero bytes and returns where they start. */
  reserve(n: number): number {
    const at = this.len;
    const need = at + n;
    if (need > this.buf.length) {
      const grown = new Uint8Array(Math.max(need, this.buf.length * 2));
      grown.set(this.buf);
      this.buf = grown;
    }
    this.len = need;
    return at;
  }

  /** Pads to the next multiple of 4. */
  align(): void {
    this.reserve(nlAlign(this.len) - this.len);
  }

  bytes(data: Uint8Array): void {
    const at = this.reserve(data.length);
    this.buf.set(data, at);
  }

  /** Starts an attribute and returns its offset, to be given to `endAttr`. @param type with NLA_F_* bits */
  beginAttr(type: number): number {
    const at = this.reserve(4);
    putLe16(this.buf, at + 2, type);
    return at;
  }

  /** Fills in the length of the attribute begun at `at` and pads behind it. @see include/net/netlink.h:nla_nest_end */
  endAttr(at: number): void {
    putLe16(this.buf, at, this.len - at);
    this.align();
  }

  /** One attribute with the payload given. */
  attr(type: number, payload: Uint8Array): void {
    const at = this.beginAttr(type);
    this.bytes(payload);
    this.endAttr(at);
  }

  /** Starts a message and returns its offset, to be given to `endMessage`. */
  beginMessage(type: number, flags: number, seq: number, pid: number): number {
    const at = this.reserve(NLMSG_HDRLEN);
    putLe16(this.buf, at + 4, type);
    putLe16(this.buf, at + 6, flags);
    putLe32(this.buf, at + 8, seq);
    putLe32(this.buf, at + 12, pid);
    return at;
  }

  /** Fills in the length of the message begun at `at` and pads behind it. */
  endMessage(at: number): void {
    putLe32(this.buf, at, this.len - at);
    this.align();
  }

  /** The bytes written, in an array of their own. */
  finish(): Uint8Array {
    return this.buf.slice(0, this.len);
  }
}
