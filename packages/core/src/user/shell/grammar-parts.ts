/** Small pieces that the grammar builds its tree of. */
import type { Part, Statement, Word } from './ast.ts';

/** A place where the grammar was left, an offset into the source. */
export interface GrammarError {
  readonly message: string;
  readonly pos: number;
}

/** A syntax error inside `$( )`, found when the command around it is read. */
export class NestedSyntaxError {
  readonly error: GrammarError;
  constructor(error: GrammarError) {
    this.error = error;
  }
}

/** Text that is a word of one literal part. */
export const isWordRange = (s: string): boolean => s !== '' && !/[\\'"$`~{*?[\]!@+(<>]/.test(s);
/** `$name`. */
export const simpleParam = (name: string, text: string): Part => ({
  k: 'param',
  p: { name, prefix: '', index: null, op: null, text },
});

/** `$(<file)`: the word, when that is all there is. */
export function onlyInput(body: readonly Statement[]): Word | null {
  const node = body.length === 1 ? body[0]!.node : null;
  if (node?.t !== 'simple' || node.words.length > 0 || node.assigns.length > 0 || node.redirs.length !== 1) return null;
  const r = node.redirs[0]!;
  return r.op === '<' && (r.fd === null || r.fd === 0) ? r.target : null;
}

/** Unquoted text: a backslash quotes the next character, and goes away with a newline. */
export function literal(text: string): Part[] {
  const out: Part[] = [];
  let plain = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '\\') {
      plain += text[i];
      continue;
    }
    const c = text[++i];
    if (c === '\n') continue;
    if (c === undefined) {
      plain += '\\';
      continue;
    }
    if (plain !== '') out.push({ k: 'lit', s: plain });
    plain = '';
    out.push({ k: 'quo', s: c });
  }
  if (plain !== '') out.push({ k: 'lit', s: plain });
  return out;
}
