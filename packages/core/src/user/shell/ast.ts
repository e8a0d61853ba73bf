/**
 * A script as the interpreter runs it: plain nodes, made once by grammar.ts. Braces are expanded, quotes resolved into
 * parts, lines known. Nothing here depends on the parser.
 */

/** One piece of a word. */
export type Part =
  /** Unquoted text; its glob characters are live. */
  | { readonly k: 'lit'; readonly s: string }
  /** Quoted text; nothing in it is special. */
  | { readonly k: 'quo'; readonly s: string }
  | { readonly k: 'dq'; readonly parts: readonly Part[] }
  | { readonly k: 'param'; readonly p: Param }
  | {
      readonly k: 'cmd';
      readonly body: readonly Statement[];
      readonly text: string;
      readonly file: Word | null;
      readonly broken?: string;
    }
  | { readonly k: 'arith'; readonly expr: ArithText }
  | { readonly k: 'proc'; readonly op: '<' | '>'; readonly body: readonly Statement[]; readonly text: string }
  | { readonly k: 'tilde'; readonly user: string }
  /** Braces of so many terms were not expanded: nothing but a message. */
  | { readonly k: 'refused'; readonly count: number };

/** A word as written. */
export interface Word {
  readonly text: string;
  readonly parts: readonly Part[];
  /** Its value when no expansion of any kind is needed, else null. */
  readonly value: string | null;
  readonly line: number;
}

/** An arithmetic expression: text, which needs expansion first when `parts` is there. */
export interface ArithText {
  readonly text: string;
  readonly parts: readonly Part[] | null;
}

export interface Param {
  readonly name: string;
  readonly prefix: '' | '!' | '#';
  /** `@`, `*`, or the word between the brackets. */
  readonly index: '@' | '*' | Word | null;
  readonly op: ParamOp | null;
  readonly text: string;
}

export type ParamOp =
  | { readonly o: 'default'; readonly sign: '-' | '=' | '+' | '?'; readonly colon: boolean; readonly word: Word }
  | { readonly o: 'remove'; readonly side: '#' | '%'; readonly longest: boolean; readonly word: Word }
  | { readonly o: 'replace'; readonly kind: '/' | '//' | '/#' | '/%'; readonly pattern: Word; readonly by: Word | null }
  | { readonly o: 'slice'; readonly offset: ArithText; readonly length: ArithText | null }
  | { readonly o: 'case'; readonly kind: '^' | '^^' | ',' | ',,'; readonly pattern: Word | null }
  | { readonly o: 'transform'; readonly letter: string }
  | { readonly o: 'names'; readonly star: boolean }
  | { readonly o: 'bad' };

export interface Assign {
  readonly name: string;
  readonly index: Word | null;
  readonly append: boolean;
  readonly value: Word | null;
  readonly array: readonly ArrayElement[] | null;
  readonly text: string;
}

export type ArrayElement =
  | { readonly index: null; readonly words: readonly Word[] }
  | { readonly index: Word; readonly append: boolean; readonly value: Word };

export interface Redir {
  readonly op: '>' | '>>' | '<' | '<>' | '<&' | '>&' | '>|' | '&>' | '&>>' | '<<' | '<<<';
  /** A number, a variable's name for `{name}`, or null for the operator's own. */
  readonly fd: number | string | null;
  readonly target: Word | null;
  /** Of a here-document: its delimiter as written, and whether `<<-`. */
  readonly here: { readonly delimiter: string; readonly tabs: boolean; readonly raw: string } | null;
  readonly line: number;
}

export interface Statement {
  readonly node: Node;
  readonly background: boolean;
  readonly line: number;
  /** As written, for jobs and for echoing. */
  readonly text: string;
}

export interface Simple {
  readonly t: 'simple';
  readonly assigns: readonly Assign[];
  readonly words: readonly (Word | Assign)[];
  readonly redirs: readonly Redir[];
  readonly line: number;
}
export interface Pipeline {
  readonly t: 'pipe';
  readonly negated: boolean;
  readonly timed: '' | 'time' | 'posix';
  readonly stages: readonly Node[];
  /** For each stage but the last: stderr goes into the pipe too. */
  readonly both: readonly boolean[];
  readonly line: number;
}
export interface AndOr {
  readonly t: 'andor';
  readonly nodes: readonly Node[];
  readonly ops: readonly ('&&' | '||')[];
}
export interface If {
  readonly t: 'if';
  readonly branches: readonly { readonly test: readonly Statement[]; readonly body: readonly Statement[] }[];
  readonly other: readonly Statement[] | null;
}
export interface For {
  readonly t: 'for' | 'select';
  readonly name: string;
  readonly words: readonly Word[] | null;
  readonly body: readonly Statement[];
  readonly line: number;
}
export interface ArithFor {
  readonly t: 'arithfor';
  readonly init: ArithText;
  readonly test: ArithText;
  readonly step: ArithText;
  readonly body: readonly Statement[];
  readonly line: number;
}
export interface While {
  readonly t: 'while';
  readonly until: boolean;
  readonly test: readonly Statement[];
  readonly body: readonly Statement[];
}
export interface Case {
  readonly t: 'case';
  readonly word: Word;
  readonly items: readonly {
    readonly patterns: readonly Word[];
    readonly body: readonly Statement[];
    readonly end: ';;' | ';&' | ';;&';
  }[];
  readonly line: number;
}
export interface Group {
  readonly t: 'group' | 'subshell';
  readonly body: readonly Statement[];
  readonly line: number;
}
export interface Redirected {
  readonly t: 'redirected';
  readonly node: Node;
  readonly redirs: readonly Redir[];
  readonly line: number;
}
export interface FunctionDef {
  readonly t: 'function';
  readonly name: string;
  readonly body: Node;
  readonly line: number;
}
export interface Coproc {
  readonly t: 'coproc';
  readonly name: string;
  readonly body: Node;
  readonly line: number;
}
export interface Cond {
  readonly t: 'cond';
  readonly expr: CondExpr;
  readonly line: number;
}
export interface ArithCommand {
  readonly t: 'arith';
  readonly expr: ArithText;
  readonly line: number;
}

export type CondExpr =
  | { readonly c: 'unary'; readonly op: string; readonly word: Word }
  | { readonly c: 'binary'; readonly op: string; readonly left: Word; readonly right: Word }
  | { readonly c: 'and' | 'or'; readonly items: readonly CondExpr[] }
  | { readonly c: 'not'; readonly expr: CondExpr }
  | { readonly c: 'group'; readonly expr: CondExpr };

export type Node =
  | Simple
  | Pipeline
  | AndOr
  | If
  | For
  | ArithFor
  | While
  | Case
  | Group
  | Redirected
  | FunctionDef
  | Coproc
  | Cond
  | ArithCommand;
