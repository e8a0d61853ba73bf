/** Reading pcapng files. @see libpcap sf-pcapng.c */
import { be16, be32, be64, le16, le32, le64 } from '../../../lib/bytes.ts';
import { LINKTYPE_RAW } from '../../../wire/pcap.ts';
import type { Frame } from './frame.ts';
import { MAXIMUM_SNAPLEN, type Savefile, SavefileError, type Source } from './savefile-types.ts';

const SHB = 0x0a0d0d0a;
const IDB = 1;
const PB = 2;
const SPB = 3;
const EPB = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
/** Sizes a header block and any block may have. */
const SHB_MAX = 1024 * 1024;
const BLOCK_MAX = 16 * 1024 * 1024;

const wrong = (words: string): never => {
  throw new SavefileError(words);
};

/** How times of an interface are counted. */
interface Clock {
  /** Units a second. */
  readonly resolution: bigint;
  /** Seconds to add. */
  readonly offset: bigint;
}

interface Block {
  readonly type: number;
  readonly body: Uint8Array;
}

const snapshot = (v: number): number => (v === 0 || v > 0x7fffffff ? MAXIMUM_SNAPLEN : v);

class PcapngReader implements Savefile {
  linktype = 0;
  snaplen = MAXIMUM_SNAPLEN;
  readonly #source: Source;
  readonly #big: boolean;
  readonly #units: bigint;
  #clocks: Clock[] = [];

  constructor(source: Source, big: boolean, nano: boolean) {
    this.#source = source;
    this.#big = big;
    this.#units = nano ? 1_000_000_000n : 1_000_000n;
  }

  u16(b: Uint8Array, o: number): number {
    return this.#big ? be16(b, o) : le16(b, o);
  }
  u32(b: Uint8Array, o: number): number {
    return this.#big ? be32(b, o) : le32(b, o);
  }

  async read(n: number): Promise<Uint8Array> {
    const b = await this.#source.take(n);
    if (b.length < n) wrong(`truncated pcapng dump file; tried to read ${n} bytes, only got ${b.length}`);
    return b;
  }

  async #block(): Promise<Block | null> {
    const head = await this.#source.take(8);
    if (head.length === 0) return null;
    if (head.length < 8) wrong(`truncated pcapng dump file; tried to read 8 bytes, only got ${head.length}`);
    const type = this.u32(head, 0);
    const size = this.u32(head, 4);
    if (size < 12) wrong(`block in pcapng dump file has a length of ${size} < 12`);
    if (size % 4 !== 0) wrong(`block in pcapng dump file has a length of ${size} that is not a multiple of 4`);
    if (size > BLOCK_MAX) wrong(`pcapng block size ${size} > maximum ${BLOCK_MAX}`);
    const rest = await this.read(size - 8);
    if (this.u32(rest, size - 12) !== size) wrong("block total length in header and trailer don't match");
    return { type, body: rest.subarray(0, size - 12) };
  }

  /** The first interface, which says what the file holds. */
  async start(): Promise<void> {
    for (;;) {
      const block = await this.#block();
      if (block === null) return wrong('the capture file has no Interface Description Blocks');
      if (block.type === EPB || block.type === SPB || block.type === PB)
        wrong('the capture file has a packet block before any Interface Description Blocks');
      if (block.type !== IDB) continue;
      this.#need(block, 8);
      this.linktype = this.u16(block.body, 0);
      this.snaplen = snapshot(this.u32(block.body, 4));
      this.#interface(block);
      return;
    }
  }

  #need(block: Block, n: number): void {
    if (block.body.length < n) wrong(`block of type ${block.type} in pcapng dump file is too short`);
  }

  #interface(block: Block): void {
    const b = block.body;
    let resolution: bigint | null = null;
    let offset: bigint | null = null;
    const what = 'Interface Description Block has';
    for (let o = 8; o < b.length;) {
      this.#need(block, o + 4);
      const code = this.u16(b, o);
      const size = this.u16(b, o + 2);
      this.#need(block, o + 4 + ((size + 3) & ~3));
      if (code === 0) {
        if (size !== 0) wrong(`${what} opt_endofopt option with length ${size} != 0`);
        break;
      }
      if (code === IF_TSRESOL) {
        if (size !== 1) wrong(`${what} if_tsresol option with length ${size} != 1`);
        if (resolution !== null) wrong(`${what} more than one if_tsresol option`);
        resolution = tickRate(b[o + 4]!);
      } else if (code === IF_TSOFFSET) {
        if (size !== 8) wrong(`${what} if_tsoffset option with length ${size} != 8`);
        if (offset !== null) wrong(`${what} more than one if_tsoffset option`);
        offset = this.#big ? be64(b, o + 4) : le64(b, o + 4);
      }
      o += 4 + ((size + 3) & ~3);
    }
    this.#clocks.push({ resolution: resolution ?? 1_000_000n, offset: offset ?? 0n });
  }

  /** An interface after the first: it must be like it. A raw one never is: its number here (101) is compared with DLT_RAW (12). */
  #another(block: Block): void {
    this.#need(block, 8);
    const linktype = this.u16(block.body, 0);
    const snaplen = this.u32(block.body, 4);
    if (linktype !== this.linktype || linktype === LINKTYPE_RAW)
      wrong(`an interface has a type ${linktype} different from the type of the first interface`);
    if (snapshot(snaplen) !== this.snaplen)
      wrong(`an interface has a snapshot length ${snaplen} different from the snapshot length of the first interface`);
    this.#interface(block);
  }

  #section(block: Block): void {
    this.#need(block, 16);
    const order = this.u32(block.body, 0);
    if (order !== BYTE_ORDER_MAGIC) {
      wrong(
        (this.#big ? le32 : be32)(block.body, 0) === BYTE_ORDER_MAGIC
          ? 'the file has sections with different byte orders'
          : 'the file has a section with a bad byte order magic field',
      );
    }
    const major = this.u16(block.body, 4);
    if (major !== 1) wrong(`unknown pcapng savefile major version number ${major}`);
    this.#clocks = [];
  }

  async next(): Promise<Frame | null> {
    for (;;) {
      const block = await this.#block();
      if (block === null) return null;
      const b = block.body;
      if (block.type === IDB) this.#another(block);
      else if (block.type === SHB) this.#section(block);
      else if (block.type === EPB || block.type === PB) {
        this.#need(block, 20);
        const id = block.type === EPB ? this.u32(b, 0) : this.u16(b, 0);
        const ticks = (BigInt(this.u32(b, 4)) << 32n) | BigInt(this.u32(b, 8));
        return this.#frame(block, id, ticks, this.u32(b, 12), this.u32(b, 16), 20);
      } else if (block.type === SPB) {
        this.#need(block, 4);
        const len = this.u32(b, 0);
        return this.#frame(block, 0, 0n, Math.min(len, this.snaplen), len, 4);
      }
    }
  }

  #frame(block: Block, id: number, ticks: bigint, caplen: number, origLen: number, at: number): Frame {
    const clock = this.#clocks[id];
    if (clock === undefined)
      return wrong(
        `a packet arrived on interface ${id}, but there's no Interface Description Block for that interface`,
      );
    if (caplen > this.snaplen) wrong(`invalid packet capture length ${caplen}, bigger than snaplen of ${this.snaplen}`);
    const seconds = ticks / clock.resolution + clock.offset;
    this.#need(block, at + caplen);
    return {
      seconds: Number(seconds & 0xffffffffn),
      fraction: Number(((ticks % clock.resolution) * this.#units) / clock.resolution),
      data: block.body.subarray(at, at + caplen),
      origLen,
    };
  }
}

/** Units a second of an if_tsresol option. */
function tickRate(v: number): bigint {
  const what = 'Interface Description Block if_tsresol option resolution';
  if ((v & 0x80) !== 0) {
    if ((v & 0x7f) > 63) wrong(`${what} 2^-${v & 0x7f} is too high`);
    return 1n << BigInt(v & 0x7f);
  }
  if (v > 19) wrong(`${what} 10^-${v} is too high`);
  return 10n ** BigInt(v);
}

/** Null when the file does not begin as one. @throws SavefileError */
export async function pcapngReader(magic: Uint8Array, source: Source, nano: boolean): Promise<Savefile | null> {
  if (le32(magic, 0) !== SHB) return null;
  const head = await source.take(8);
  if (head.length < 8) return null;
  const big = be32(head, 4) === BYTE_ORDER_MAGIC;
  if (!big && le32(head, 4) !== BYTE_ORDER_MAGIC) return null;
  const reader = new PcapngReader(source, big, nano);
  const size = reader.u32(head, 0);
  if (size < 28 || size > SHB_MAX)
    wrong(
      `Section Header Block in pcapng dump file has invalid length 28 < _${size}_ < ${SHB_MAX} (BT_SHB_INSANE_MAX)`,
    );
  const rest = await reader.read(size - 12);
  const [major, minor] = [reader.u16(rest, 0), reader.u16(rest, 2)];
  if (major !== 1 || (minor !== 0 && minor !== 2)) wrong(`unsupported pcapng savefile version ${major}.${minor}`);
  await reader.start();
  return reader;
}
