/** Tables as libsmartcols prints them: columns, trees in one of them, JSON, raw. @see libsmartcols(3) */

export interface ColumnDef {
  readonly name: string;
  readonly right?: boolean;
  /** Numbers in JSON. */
  readonly number?: boolean;
}

/** A line: one cell a column, null for nothing; lines below it in the tree. */
export interface TableLine {
  readonly cells: readonly (string | null)[];
  readonly children: TableLine[];
}

export interface TableOptions {
  readonly headings: boolean;
  readonly json: boolean;
  readonly raw: boolean;
  /** The column with the tree's branches, by index; -1 for a list. */
  readonly tree: number;
}

const quote = (s: string): string => JSON.stringify(s);
/** White space and what is no plain character, as `\x20`. */
const encodeRaw = (s: string): string =>
  s.replace(/[\s\\]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);

function jsonLine(columns: readonly ColumnDef[], line: TableLine, depth: number): string {
  const pad = '   '.repeat(depth + 1);
  const members = columns.map((c, i) => {
    const v = line.cells[i] ?? null;
    return `${pad}"${c.name.toLowerCase()}": ${v === null ? 'null' : c.number === true ? v : quote(v)}`;
  });
  if (line.children.length > 0) members.push(`${pad}"children": ${jsonList(columns, line.children, depth + 1)}`);
  return `{\n${members.join(',\n')}\n${'   '.repeat(depth)}}`;
}

function jsonList(columns: readonly ColumnDef[], lines: readonly TableLine[], depth: number): string {
  const pad = '   '.repeat(depth);
  return `[\n${pad}${lines.map((l) => jsonLine(columns, l, depth)).join(',')}\n${'   '.repeat(depth - 1)}]`;
}

/** Lines in the order they are printed, each with its branches. */
function flatten(lines: readonly TableLine[], tree: boolean): { line: TableLine; branch: string }[] {
  const out: { line: TableLine; branch: string }[] = [];
  const walk = (list: readonly TableLine[], lead: string, top: boolean): void => {
    list.forEach((line, i) => {
      const last = i === list.length - 1;
      out.push({ line, branch: top || !tree ? '' : `${lead}${last ? '└─' : '├─'}` });
      walk(line.children, top || !tree ? '' : `${lead}${last ? '  ' : '│ '}`, false);
    });
  };
  walk(lines, '', true);
  return out;
}

/** @param name what the JSON array is called */
export function formatTable(
  name: string,
  columns: readonly ColumnDef[],
  lines: readonly TableLine[],
  options: TableOptions,
): string {
  if (options.json) return lines.length === 0 ? '' : `{\n   "${name}": ${jsonList(columns, lines, 2)}\n}\n`;
  const rows = flatten(lines, options.tree >= 0 && !options.raw).map(({ line, branch }) =>
    columns.map((_, i) => (i === options.tree ? branch : '') + (line.cells[i] ?? '')),
  );
  if (rows.length === 0) return '';
  const heads = columns.map((c) => c.name);
  if (options.raw) {
    const all = options.headings ? [heads, ...rows.map((r) => r.map(encodeRaw))] : rows.map((r) => r.map(encodeRaw));
    return all.map((r) => `${r.join(' ')}\n`).join('');
  }
  const all = options.headings ? [heads, ...rows] : rows;
  // Headings count though they be not printed.
  const widths = columns.map((c, i) => Math.max(c.name.length, ...rows.map((r) => r[i]!.length)));
  const last = columns.length - 1;
  return all
    .map((r) => {
      const cells = r.map((cell, i) =>
        columns[i]!.right === true ? cell.padStart(widths[i]!) : i === last ? cell : cell.padEnd(widths[i]!),
      );
      return `${cells.join(' ')}\n`;
    })
    .join('');
}
