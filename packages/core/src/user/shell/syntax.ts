/** bash's words for what its grammar refuses. */
import type { GrammarError } from './grammar-parts.ts';

export interface SyntaxReport {
  readonly line: number;
  /** Lines after the prefix `script: line N: `. */
  readonly message: readonly string[];
  readonly status: number;
  /** The text ended too early: more of it may help. */
  readonly atEnd: boolean;
}

const lineAt = (text: string, pos: number, first: number): number => {
  let n = first;
  for (let i = text.indexOf('\n'); i >= 0 && i < pos; i = text.indexOf('\n', i + 1)) n++;
  return n;
};

/** The token at a position, as bash names it. */
function tokenAt(text: string, pos: number): { token: string; pos: number } | null {
  let i = pos;
  while (i < text.length && (text[i] === ' ' || text[i] === '\t')) i++;
  if (i >= text.length) return null;
  if (text[i] === '\n') return { token: 'newline', pos: i };
  if (text[i] === '#') {
    const nl = text.indexOf('\n', i);
    return nl < 0 ? null : { token: 'newline', pos: nl };
  }
  const op = /^(?:;;&|;;|;&|&&|\|\||\|&|<<-|<<<|<<|>>|<&|>&|&>>|&>|<>|>\||[;&|()<>])/.exec(text.slice(i));
  if (op !== null) return { token: op[0], pos: i };
  const word = /^(?:[^\s;&|()<>"'\\]|\\[^]|"[^"]*"|'[^']*')+/.exec(text.slice(i));
  return { token: word?.[0] ?? text[i]!, pos: i };
}

/** Levels of nesting that the parser takes. @see unbash's MAX_SYNTAX_NESTING */
const MAX_NESTING = 256;

const CLOSERS: Readonly<Record<string, string>> = {
  'double quote': '"',
  'single quote': "'",
  'ANSI-C quote': "'",
  'command substitution': ')',
  'process substitution': ')',
  'arithmetic expansion': ')',
  'arithmetic for header': ')',
  'arithmetic command': ')',
  'parameter expansion': '}',
  'extended glob': ')',
  array: ')',
  'array assignment': ')',
  backtick: '`',
  'backtick command substitution': '`',
  backquote: '`',
};

/** Turns the grammar's error into bash's. */
export function syntaxError(text: string, error: GrammarError, firstLine: number): SyntaxReport {
  const { message: m, pos } = error;
  const end = text.endsWith('\n') ? lineAt(text, text.length, firstLine) : lineAt(text, text.length, firstLine) + 1;
  const deep = /^maximum (.*) nesting depth exceeded$/.exec(m);
  if (deep !== null)
    return {
      line: lineAt(text, pos, firstLine),
      message: [`syntax error: ${deep[1]}: nested too deeply (Warren's limit is ${MAX_NESTING} levels)`],
      status: 2,
      atEnd: false,
    };
  const unterminated = /^unterminated (.*)$/.exec(m);
  if (unterminated !== null) {
    const closer = CLOSERS[unterminated[1]!] ?? ')';
    const multi = /^(?:command|process) substitution$/.test(unterminated[1]!) && !text.startsWith('$((', pos);
    return {
      line: multi ? end : lineAt(text, pos, firstLine),
      message: [`unexpected EOF while looking for matching \`${closer}'`],
      status: openArray(text, pos) ? 1 : 2,
      atEnd: true,
    };
  }
  const token =
    /^expected '(?:do|then)'/.test(m) && keywordBefore(text, pos) !== null
      ? keywordBefore(text, pos)
      : skipNewlines(m)
        ? afterNewlines(text, unexpectedAt(text, error))
        : tokenAt(text, unexpectedAt(text, error));
  if (m === "expected ']]' to close '[['" || m.includes('test operator')) return condError(text, error, firstLine);
  if (token === null) return { line: end, message: ['syntax error: unexpected end of file'], status: 2, atEnd: true };
  const line = lineAt(text, token.pos, firstLine);
  const start = text.lastIndexOf('\n', token.pos - 1) + 1;
  const stop = text.indexOf('\n', token.pos);
  const shown = text.slice(start, stop < 0 ? text.length : stop);
  return {
    line,
    message: [`syntax error near unexpected token \`${token.token}'`, `\`${shown}'`],
    status: 2,
    atEnd: false,
  };
}

/** The word before `pos` when it stands where a keyword had to be: first behind `;` or a newline. */
function keywordBefore(text: string, pos: number): { token: string; pos: number } | null {
  const m = /[;\n][ \t]*([^\s;&|()<>]+)[ \t]*$/.exec(text.slice(0, pos));
  return m === null ? null : { token: m[1]!, pos: m.index + m[0].indexOf(m[1]!) };
}

/** Errors before which newlines do not matter. */
const skipNewlines = (m: string): boolean =>
  /^expected (?:command|'fi'|'done'|'do'|'then'|'esac'|'\}'|'\)'|compound command)/.test(m);

function afterNewlines(text: string, pos: number): { token: string; pos: number } | null {
  let t = tokenAt(text, pos);
  while (t !== null && t.token === 'newline') t = tokenAt(text, t.pos + 1);
  return t;
}

/** Where the token that does not fit begins. */
function unexpectedAt(text: string, error: GrammarError): number {
  const open = /^expected command in (subshell|brace group)/.exec(error.message);
  // Behind the bracket; blanks may stand before it.
  if (open !== null) return text.indexOf(open[1] === 'subshell' ? '(' : '{', error.pos) + 1;
  return error.pos;
}

/** Whether it is an array's list that does not end: bash counts that as a failed expansion. */
const openArray = (text: string, pos: number): boolean =>
  text[pos + 1] === '(' && /\w\+?=$/.test(text.slice(0, pos + 1));

/** What a test lacks that the end of the text cut off: by the words of its last term. */
function condAtEnd(text: string): string {
  const term = /(?:\[\[|&&|\|\||[(!])[ \t]+((?:(?!&&|\|\|)[^\s()!]\S*(?:[ \t]+|$))*)$/.exec(text)?.[1] ?? '';
  const words = term.split(/[ \t]+/).filter((w) => w !== '');
  if (words.length === 2 && !words[0]!.startsWith('-'))
    return "unexpected argument `newline' to conditional binary operator";
  if (words.length === 1 && !words[0]!.startsWith('-'))
    return "unexpected token `newline', conditional binary operator expected";
  return "unexpected EOF while looking for `]]'";
}

function condError(text: string, error: GrammarError, firstLine: number): SyntaxReport {
  const t = tokenAt(text, error.pos);
  const atEnd = t === null;
  const what = /unary/.test(error.message)
    ? `unexpected argument \`${t?.token ?? 'newline'}' to conditional unary operator`
    : atEnd
      ? condAtEnd(text.slice(0, error.pos))
      : 'conditional binary operator expected';
  return { line: lineAt(text, error.pos, firstLine), message: [what], status: 2, atEnd };
}
