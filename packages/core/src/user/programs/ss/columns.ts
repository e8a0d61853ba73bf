/** The table ss prints: columns as wide as what stands in them, those nothing is said in left out. @see misc/ss.c:render */

export type Column = 'netid' | 'state' | 'recvq' | 'sendq' | 'addr' | 'serv' | 'raddr' | 'rserv' | 'proc';

interface Layout {
  readonly name: Column;
  readonly header: string;
  readonly right: boolean;
  /** What stands before the column, unless it is the first. */
  readonly before: string;
}

const LAYOUT: readonly Layout[] = [
  { name: 'netid', header: 'Netid', right: false, before: '' },
  { name: 'state', header: 'State', right: false, before: ' ' },
  { name: 'recvq', header: 'Recv-Q', right: false, before: ' ' },
  { name: 'sendq', header: 'Send-Q', right: false, before: ' ' },
  { name: 'addr', header: 'Local Address:', right: true, before: ' ' },
  { name: 'serv', header: 'Port', right: false, before: '' },
  { name: 'raddr', header: 'Peer Address:', right: true, before: ' ' },
  { name: 'rserv', header: 'Port', right: false, before: '' },
  { name: 'proc', header: 'Process', right: false, before: '' },
];

/** One socket's cells; those absent are empty. */
export type SsRow = Partial<Record<Column, string>>;

/**
 * The whole table. Cells may hold several lines, whose length counts as one.
 *
 * The last cell of the last row does not widen its column: it was not there yet when the widths were taken.
 * @param hidden columns left out
 */
export function renderTable(rows: readonly SsRow[], hidden: ReadonlySet<Column>, header: boolean): string {
  const layout = LAYOUT.filter((c) => !hidden.has(c.name));
  const heads: SsRow = Object.fromEntries(LAYOUT.map((c) => [c.name, c.header]));
  const all = header ? [heads, ...rows] : rows;
  const widths = layout.map((c) => {
    let width = 0;
    all.forEach((row, i) => {
      const last = c.name === 'proc' && i === all.length - 1;
      // A header without rows is done with when the widths are taken.
      if (!last || (header && rows.length === 0)) width = Math.max(width, row[c.name]?.length ?? 0);
    });
    return width;
  });
  return all.map((row) => line(row, layout, widths)).join('');
}

function line(row: SsRow, layout: readonly Layout[], widths: readonly number[]): string {
  let text = '';
  layout.forEach((c, i) => {
    const cell = row[c.name] ?? '';
    const width = widths[i]!;
    text += (i === 0 ? '' : c.before) + (c.right ? cell.padStart(width) : cell.padEnd(width));
  });
  return `${text}\n`;
}
