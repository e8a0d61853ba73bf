/** bash's grammar, which is unbash's: its tree becomes ours (ast.ts) in grammar-commands.ts and grammar-words.ts. */
import { forEachChild, parse } from 'unbash';
import type * as U from 'unbash';
import type { ArrayElement, Statement, Word } from './ast.ts';
import { Lowering } from './grammar-commands.ts';
import type { GrammarError } from './grammar-parts.ts';

export { parseQuotedText } from './grammar-commands.ts';

/** A statement and where it stands, so that a script can be run line by line. */
export interface PlacedStatement {
  readonly pos: number;
  readonly end: number;
  /** Made on demand: a later part of a script with errors is never looked at. */
  lower(): Statement;
}

export interface ParsedText {
  readonly statements: readonly PlacedStatement[];
  readonly errors: readonly GrammarError[];
  /** A here-document that has no end yet. */
  readonly openHere: { readonly pos: number; readonly delimiter: string } | null;
}

/** Parses a script, or a part of one that begins at line `firstLine` of its file. */
export function parseText(source: string, firstLine = 1): ParsedText {
  const script = parse(source);
  const l = new Lowering(source, firstLine);
  return {
    statements: script.commands.map((s) => ({ pos: s.pos, end: l.endOf(s), lower: () => l.statement(s) })),
    errors: script.errors ?? [],
    openHere: source.includes('<<') ? findOpenHere(script) : null,
  };
}

function findOpenHere(node: U.SyntaxNode): ParsedText['openHere'] {
  if (node.type === 'HereDoc')
    return node.closing === undefined ? { pos: node.pos, delimiter: node.delimiter?.value ?? '' } : null;
  let open: ParsedText['openHere'] = null;
  forEachChild(node, (child) => {
    open ??= findOpenHere(child);
  });
  return open;
}

/** The names of commands that are plain words, in order. */
export function commandNames(source: string): { readonly text: string; readonly pos: number }[] {
  const found: { text: string; pos: number }[] = [];
  const visit = (node: U.SyntaxNode): void => {
    if (node.type === 'Command' && node.name !== undefined && node.name.text === node.name.value)
      found.push({ text: node.name.text, pos: node.name.pos });
    if (node.type !== 'Word') forEachChild(node, visit);
  };
  visit(parse(source));
  return found.sort((a, b) => a.pos - b.pos);
}

/** Parses one word from text, e.g. an index or a value found in a string. */
export function parseWord(text: string, line: number): Word {
  const command = parse(`: ${text}`).commands[0]?.command;
  const arg = command?.type === 'Command' ? command.args[0] : undefined;
  const l = new Lowering(`: ${text}`, line);
  if (arg?.type === 'Word' && arg.end === text.length + 2) return l.word(arg, 'plain');
  return { text, parts: [{ k: 'quo', s: text }], value: text, line };
}

/** Parses `(a [b]=c ...)`, the value of a compound assignment given as a string; null when it is none. */
export function parseArrayText(text: string, line: number): readonly ArrayElement[] | null {
  const source = `x=${text}`;
  const script = parse(source);
  const command = script.commands[0]?.command;
  if (script.errors !== undefined || command?.type !== 'Command') return null;
  const first = command.prefix[0];
  if (first?.type !== 'Assignment' || first.end !== source.length) return null;
  return new Lowering(source, line).assign(first).array;
}
