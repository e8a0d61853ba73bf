/** Reads a script command by command: the lines before a syntax error run. */
import type { Statement } from './ast.ts';
import { parseText } from './grammar.ts';
import { type GrammarError, NestedSyntaxError } from './grammar-parts.ts';
import type { Shell } from './shell.ts';
import { expandAliases } from './alias.ts';
import { syntaxError } from './syntax.ts';

/** Statements that are read together: all that stands on one line, or on the lines of one command. */
export type Unit =
  | {
      readonly kind: 'run';
      readonly statements: readonly Statement[];
      readonly text: string;
      readonly raw: string;
      readonly line: number;
      readonly warnings: readonly { readonly line: number; readonly text: string }[];
    }
  | {
      readonly kind: 'error';
      readonly text: string;
      readonly line: number;
      readonly message: readonly string[];
      readonly status: number;
    };

const lineOf = (text: string, pos: number, first: number): number => {
  let n = first;
  for (let i = text.indexOf('\n'); i >= 0 && i < pos; i = text.indexOf('\n', i + 1)) n++;
  return n;
};

/** The end of the line at `pos`, behind its newline. */
const lineEnd = (text: string, pos: number): number => {
  const i = text.indexOf('\n', pos);
  return i < 0 ? text.length : i + 1;
};

/**
 * The units of a text. Parsed anew after each one that an alias changed.
 * @param firstLine the number of the text's first line
 */
export function* units(sh: Shell, source: string, firstLine: number): Generator<Unit, void, undefined> {
  let text = source;
  let line = firstLine;
  let again = true;
  /** The text's first command is what an alias stood for. */
  let aliased = false;
  while (again) {
    again = false;
    let seen = 0;
    const parsed = parseText(text, line);
    const error = earliest(parsed.errors);
    const groups: { from: number; items: (typeof parsed.statements)[number][] }[] = [];
    parsed.statements.forEach((s, i) => {
      const before = parsed.statements[i - 1];
      if (before !== undefined && !text.slice(before.end, s.pos).includes('\n')) groups.at(-1)!.items.push(s);
      else groups.push({ from: s.pos, items: [s] });
    });
    for (const [g, group] of groups.entries()) {
      const to = groups[g + 1]?.from ?? text.length;
      const last = group.items.at(-1)!;
      if (g === 0 && error !== null && error.pos < group.from) {
        yield fault(text, error.pos, error, line);
        return;
      }
      // An error anywhere in a unit, or on its last line, spoils all of it.
      const lastGroup = g === groups.length - 1;
      const inside =
        error !== null && error.pos >= group.from && (error.pos < to || (lastGroup && error.pos <= text.length));
      if (
        error !== null &&
        inside &&
        (error.pos < lineEnd(text, last.end) || /^(?:expected|unterminated)/.test(error.message))
      ) {
        yield fault(text, group.from, error, line);
        return;
      }
      const unitText = text.slice(group.from, to).replace(/\s*(?:\n[ \t]*#[^\n]*|\s)*$/, '');
      const rawEnd = unitText.includes('<<') ? to : lineEnd(text, last.end);
      const raw = text.slice(seen, rawEnd);
      seen = rawEnd;
      if (!aliased && sh.aliases.size > 0 && sh.shopts['expand_aliases'] === true) {
        const replaced = expandAliases(sh, text, group.from);
        if (replaced !== null) {
          line = lineOf(text, group.from, line);
          text = replaced;
          again = true;
          aliased = true;
          break;
        }
      }
      aliased = false;
      let statements: readonly Statement[];
      try {
        statements = group.items.map((s) => s.lower());
      } catch (e) {
        if (!(e instanceof NestedSyntaxError)) throw e;
        yield fault(text, group.from, e.error, line);
        return;
      }
      const warnings = lastGroup && parsed.openHere !== null ? [hereWarning(text, parsed.openHere, line)] : [];
      yield { kind: 'run', statements, text: unitText, raw, warnings, line: lineOf(text, group.from, line) };
      if (error !== null && error.pos < to) {
        yield fault(text, error.pos, error, line);
        return;
      }
      if (sh.aliases.size > 0 && sh.shopts['expand_aliases'] === true && g < groups.length - 1) {
        line = lineOf(text, to, line);
        text = text.slice(to);
        again = true;
        break;
      }
    }
    if (!again && groups.length === 0 && error !== null) {
      yield fault(text, error.pos, error, line);
      return;
    }
  }
}

/** A here-document that the end of the text ended. */
function hereWarning(
  text: string,
  here: { readonly pos: number; readonly delimiter: string },
  first: number,
): { readonly line: number; readonly text: string } {
  const end = lineOf(text, text.length, first) - (text.endsWith('\n') ? 1 : 0);
  return {
    line: end,
    text: `warning: here-document at line ${lineOf(text, here.pos, first)} delimited by end-of-file (wanted \`${here.delimiter}')`,
  };
}

function earliest(errors: readonly GrammarError[]): GrammarError | null {
  let first: GrammarError | null = null;
  for (const e of errors) if (first === null || e.pos < first.pos) first = e;
  return first;
}

function fault(text: string, from: number, error: GrammarError, firstLine: number): Unit {
  const e = syntaxError(text, error, firstLine);
  return { kind: 'error', text: text.slice(from), line: e.line, message: e.message, status: e.status };
}

/** True when more lines could complete the text: for scripts that come line by line. */
export function isIncomplete(text: string): boolean {
  if (/(^|[^\\])(\\\\)*\\\n?$/.test(text) && !text.endsWith('\\\\\n')) return true;
  const parsed = parseText(text);
  if (openHereDocument(text)) return true;
  return parsed.errors.length > 0 && syntaxError(text, earliest(parsed.errors)!, 1).atEnd;
}

/** A here-document whose delimiter has not come. */
function openHereDocument(text: string): boolean {
  if (!text.includes('<<')) return false;
  return parseText(text).openHere !== null;
}
