/**
 * What a document is made of, as `play` sees it: blocks of console text, and the prose between them.
 *
 * Markdown: fenced blocks (``` and ~~~) and indented ones. A text without a fence is read by its paragraphs.
 */

/** A line and where it stands, from 1. */
export interface Line {
  readonly at: number;
  readonly text: string;
}

export interface Block {
  readonly kind: 'fenced' | 'indented' | 'paragraph' | 'prose';
  /** First word of a fence's info string, lower case; '' for none. */
  readonly language: string;
  /** Without the indentation they share. */
  readonly lines: readonly Line[];
}

const FENCE = /^(\s*)(`{3,}|~{3,})\s*([^`\s]*)[^`]*$/;

const indentOf = (text: string): number => /^[ \t]*/.exec(text)![0].length;

/** Takes off the indentation that all lines have. */
function dedent(lines: readonly Line[]): Line[] {
  const filled = lines.filter((l) => l.text.trim() !== '');
  const shared = filled.reduce((least, l) => Math.min(least, indentOf(l.text)), Infinity);
  return lines.map((l) => ({ at: l.at, text: l.text.slice(Math.min(shared, indentOf(l.text))) }));
}

/** The blocks of a document in order. */
export function blocksOf(text: string): Block[] {
  const lines = text.split(/\r?\n/).map((content, i) => ({ at: i + 1, text: content }));
  return lines.some((l) => FENCE.test(l.text)) ? markdown(lines) : paragraphs(lines);
}

function markdown(lines: readonly Line[]): Block[] {
  const blocks: Block[] = [];
  let held: Line[] = [];
  const flush = (): void => {
    for (const block of proseAndIndented(held)) blocks.push(block);
    held = [];
  };
  for (let i = 0; i < lines.length; i++) {
    const fence = FENCE.exec(lines[i]!.text);
    if (fence === null) {
      held.push(lines[i]!);
      continue;
    }
    flush();
    const mark = fence[2]!;
    const close = new RegExp(`^\\s*${mark[0]}{${mark.length},}\\s*$`);
    const inside: Line[] = [];
    while (++i < lines.length && !close.test(lines[i]!.text)) inside.push(lines[i]!);
    const language = fence[3]!.replace(/^[{.]+|[}]+$/g, '').toLowerCase();
    blocks.push({ kind: 'fenced', language, lines: inside.length === 0 ? [] : dedent(inside) });
  }
  flush();
  return blocks;
}

/** Indented code begins after an empty line, four blanks in; the rest is prose. */
function proseAndIndented(lines: readonly Line[]): Block[] {
  const blocks: Block[] = [];
  let prose: Line[] = [];
  const flush = (): void => {
    if (prose.some((l) => l.text.trim() !== '')) blocks.push({ kind: 'prose', language: '', lines: prose });
    prose = [];
  };
  for (let i = 0; i < lines.length; i++) {
    const fresh = i === 0 || lines[i - 1]!.text.trim() === '';
    if (!fresh || !/^(?: {4}|\t)\s*\S/.test(lines[i]!.text)) {
      prose.push(lines[i]!);
      continue;
    }
    flush();
    let end = i;
    while (end < lines.length && (lines[end]!.text.trim() === '' || /^(?: {4}|\t)/.test(lines[end]!.text))) end++;
    blocks.push({ kind: 'indented', language: '', lines: dedent(lines.slice(i, end)) });
    i = end - 1;
  }
  flush();
  return blocks;
}

function paragraphs(lines: readonly Line[]): Block[] {
  const blocks: Block[] = [];
  let held: Line[] = [];
  for (const line of [...lines, { at: lines.length + 1, text: '' }]) {
    if (line.text.trim() !== '') held.push(line);
    else if (held.length > 0) {
      blocks.push({ kind: 'paragraph', language: '', lines: dedent(held) });
      held = [];
    }
  }
  return blocks;
}
