/** Reading pcap files. @see libpcap sf-pcap.c */
import { be16, be32, le16, le32 } from '../../../lib/bytes.ts';
import { PCAP_MAGIC_NS, PCAP_MAGIC_US } from '../../../wire/pcap.ts';
import type { Frame } from './frame.ts';
import { MAXIMUM_SNAPLEN, type Savefile, SavefileError, type Source } from './savefile-types.ts';

/** A patched libpcap's format: 8 bytes more a packet. */
const PCAP_MAGIC_KUZNETZOV = 0xa1b2cd34;

const cut = (wanted: number, got: number): never => {
  throw new SavefileError(`truncated dump file; tried to read ${wanted} captured bytes, only got ${got}`);
};

/** Which of two length fields comes first, by the version of the format. */
type Swapped = 'no' | 'maybe' | 'yes';

class PcapReader implements Savefile {
  readonly linktype: number;
  readonly snaplen: number;
  readonly #source: Source;
  readonly #u32: (b: Uint8Array, o: number) => number;
  readonly #hlen: number;
  readonly #lengths: Swapped;
  readonly #scale: (fraction: number) => number;

  constructor(source: Source, header: Uint8Array, magic: number, swapped: boolean, minor: number, nano: boolean) {
    this.#source = source;
    this.#u32 = swapped ? be32 : le32;
    const patched = magic === PCAP_MAGIC_KUZNETZOV;
    this.linktype = this.#u32(header, 16) & 0x03ffffff;
    const snaplen = this.#u32(header, 12);
    this.snaplen =
      (snaplen === 0 || snaplen > 0x7fffffff ? MAXIMUM_SNAPLEN : snaplen) + (patched && this.linktype === 1 ? 14 : 0);
    this.#hlen = patched ? 24 : 16;
    this.#lengths = minor < 3 ? 'yes' : minor === 3 ? 'maybe' : 'no';
    const fine = magic === PCAP_MAGIC_NS;
    this.#scale =
      fine === nano ? (v) => v >>> 0 : nano ? (v) => Math.imul(v, 1000) >>> 0 : (v) => Math.trunc((v | 0) / 1000) >>> 0;
  }

  async next(): Promise<Frame | null> {
    const h = await this.#source.take(this.#hlen);
    if (h.length === 0) return null;
    if (h.length < this.#hlen)
      throw new SavefileError(`truncated dump file; tried to read ${this.#hlen} header bytes, only got ${h.length}`);
    let caplen = this.#u32(h, 8);
    let origLen = this.#u32(h, 12);
    if (this.#lengths === 'yes' || (this.#lengths === 'maybe' && caplen > origLen))
      [caplen, origLen] = [origLen, caplen];
    if (caplen > MAXIMUM_SNAPLEN) {
      throw new SavefileError(
        caplen > this.snaplen
          ? `invalid packet capture length ${caplen}, bigger than snaplen of ${this.snaplen}`
          : `invalid packet capture length ${caplen}, bigger than maximum of ${MAXIMUM_SNAPLEN}`,
      );
    }
    const data = await this.#source.take(caplen);
    if (data.length < caplen) {
      if (caplen > this.snaplen && data.length < this.snaplen) cut(this.snaplen, data.length);
      cut(caplen, data.length);
    }
    return {
      seconds: this.#u32(h, 0),
      fraction: this.#scale(this.#u32(h, 4)),
      data: caplen > this.snaplen ? data.subarray(0, this.snaplen) : data,
      origLen,
    };
  }
}

/** Null when the file does not begin as one. @throws SavefileError */
export async function pcapReader(magicBytes: Uint8Array, source: Source, nano: boolean): Promise<Savefile | null> {
  const known = (v: number): boolean => v === PCAP_MAGIC_US || v === PCAP_MAGIC_NS || v === PCAP_MAGIC_KUZNETZOV;
  const swapped = !known(le32(magicBytes, 0));
  const magic = swapped ? be32(magicBytes, 0) : le32(magicBytes, 0);
  if (!known(magic)) return null;
  const h = await source.take(20);
  if (h.length < 20)
    throw new SavefileError(`truncated dump file; tried to read 24 file header bytes, only got ${h.length}`);
  const u16 = swapped ? be16 : le16;
  const [major, minor] = [u16(h, 0), u16(h, 2)];
  if (major < 2) throw new SavefileError('archaic pcap savefile format');
  if (!(major === 2 && minor <= 4) && !(major === 543 && minor === 0))
    throw new SavefileError(`unsupported pcap savefile version ${major}.${minor}`);
  return new PcapReader(source, h, magic, swapped, major === 543 ? 0 : minor, nano);
}
