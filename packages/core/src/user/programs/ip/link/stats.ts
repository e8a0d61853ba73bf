/** Counters of a device as `-s` and `-s -s` print them: columns as wide as their widest value. */
import type { IflaAttrs, LinkStats } from '../../../../netlink/link.ts';
import { linkStats64 } from '../../../../netlink/link/header.ts';
import type { Context } from '../context.ts';
import type { Row } from '../json.ts';

/** A number with `-h`, in powers of 1000 or, with `-iec` too, 1024: `1.23k`, `12.3M`, `123M`. */
export function human(ctx: Context, n: number): string {
  if (!ctx.options.human) return String(n);
  const base = ctx.options.iec ? 1024 : 1000;
  let power = 0;
  let scaled = n;
  while (scaled >= base && power < 6) {
    scaled /= base;
    power++;
  }
  if (power === 0) return String(n);
  const digits = scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2;
  return `${scaled.toFixed(digits)}${'kMGTPE'[power - 1]!}${ctx.options.iec ? 'i' : ''}`;
}

interface Column {
  readonly head: string;
  readonly key: string;
  readonly value: number;
}

const NO_STATS: LinkStats = linkStats64.read(new Uint8Array(0), 0, 0);

const col = (head: string, key: string, value: number): Column => ({ head, key, value });

/** The first column holds the title of a block, and the bytes below `RX:` and `TX:`. */
const LEAST_WIDTHS: readonly number[] = [10, 7, 6, 7, 7, 7, 10];

interface Block {
  readonly title: string;
  readonly columns: readonly Column[];
  /** Column the first value is in: 0 below the title, 1 beside it. */
  readonly from: number;
}

function printBlock(ctx: Context, row: Row, b: Block, widths: readonly number[]): void {
  const width = (i: number): number => widths[i + b.from]!;
  let heads = b.from === 0 ? '' : b.title.padEnd(widths[0]!);
  let values = b.from === 0 ? '' : ' '.repeat(widths[0]!);
  b.columns.forEach((c, i) => {
    const w = width(i);
    const sep = i === 0 && b.from === 0 ? '' : ' ';
    heads += sep + (sep === '' ? b.title + c.head.padStart(w - b.title.length) : c.head.padStart(w));
    values += sep + human(ctx, c.value).padStart(w);
  });
  if (b.from === 0 && b.columns.length < widths.length) heads += ' '.repeat(1 + widths[6]!);
  row.say(`    ${heads}${ctx.nl}    ${values} `);
}

/** @see ip/ipaddress.c:__print_link_stats, print_stats64 */
export function printStats(ctx: Context, row: Row, a: IflaAttrs): void {
  const s: LinkStats = a.stats64 ?? a.stats ?? NO_STATS; // an AF_INET6 dump has none, and zeros are printed
  const more = ctx.options.stats > 1;
  const rx = [
    col('bytes', 'bytes', s.rxBytes),
    col('packets', 'packets', s.rxPackets),
    col('errors', 'errors', s.rxErrors),
    col('dropped', 'dropped', s.rxDropped),
    col('missed', 'over_errors', s.rxMissedErrors),
    col('mcast', 'multicast', s.multicast),
  ];
  if (s.rxCompressed !== 0) rx.push(col('compressed', 'compressed', s.rxCompressed));
  const rxErrors = [
    col('length', 'length_errors', s.rxLengthErrors),
    col('crc', 'crc_errors', s.rxCrcErrors),
    col('frame', 'frame_errors', s.rxFrameErrors),
    col('fifo', 'fifo_errors', s.rxFifoErrors),
    col('overrun', 'missed_errors', s.rxOverErrors),
  ];
  if (s.rxNohandler !== 0) rxErrors.push(col('nohandler', 'nohandler', s.rxNohandler));
  const tx = [
    col('bytes', 'bytes', s.txBytes),
    col('packets', 'packets', s.txPackets),
    col('errors', 'errors', s.txErrors),
    col('dropped', 'dropped', s.txDropped),
    col('carrier', 'carrier_errors', s.txCarrierErrors),
    col('collsns', 'collisions', s.collisions),
  ];
  if (s.txCompressed !== 0) tx.push(col('compressed', 'compressed', s.txCompressed));
  const txErrors = [
    col('aborted', 'aborted_errors', s.txAbortedErrors),
    col('fifo', 'fifo_errors', s.txFifoErrors),
    col('window', 'window_errors', s.txWindowErrors),
    col('heartbt', 'heartbeat_errors', s.txHeartbeatErrors),
  ];
  if (a.carrierChanges !== undefined) txErrors.push(col('transns', 'carrier_changes', a.carrierChanges));

  const members = (columns: readonly Column[]): void => {
    for (const c of columns) row.json(c.key, c.value);
  };
  row.nest(a.stats64 === undefined && a.stats !== undefined ? 'stats' : 'stats64', () => {
    row.nest('rx', () => members(more ? [...rx, ...rxErrors] : rx));
    row.nest('tx', () => members(more ? [...tx, ...txErrors] : tx));
  });
  const blocks: Block[] = [{ title: 'RX:', columns: rx, from: 0 }];
  if (more) blocks.push({ title: 'RX errors:', columns: rxErrors, from: 1 });
  blocks.push({ title: 'TX:', columns: tx, from: 0 });
  if (more) blocks.push({ title: 'TX errors:', columns: txErrors, from: 1 });
  const widths = [...LEAST_WIDTHS];
  for (const b of blocks) {
    b.columns.forEach((c, i) => {
      widths[i + b.from] = Math.max(widths[i + b.from]!, human(ctx, c.value).length);
    });
  }
  blocks.forEach((b, i) => {
    if (i > 0) row.say(ctx.nl);
    printBlock(ctx, row, b, widths);
  });
}
