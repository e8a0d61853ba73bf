/** The tree of an awk program. */

/** A name, resolved: a parameter of the function it is in, or global. */
export interface Name {
  readonly k: 'name';
  readonly name: string;
  /** Position among the parameters, -1 when global. */
  readonly local: number;
}

export type Lvalue =
  | Name
  | { readonly k: 'index'; readonly array: Name; readonly subs: readonly Expr[] }
  | { readonly k: 'field'; readonly e: Expr };

export type Expr =
  | Lvalue
  | { readonly k: 'number'; readonly value: number }
  | { readonly k: 'string'; readonly value: string }
  | { readonly k: 'regex'; readonly source: string }
  | { readonly k: 'group'; readonly e: Expr }
  | { readonly k: 'unary'; readonly op: '-' | '+' | '!'; readonly e: Expr }
  | { readonly k: 'binary'; readonly op: string; readonly l: Expr; readonly r: Expr }
  | { readonly k: 'logic'; readonly op: '&&' | '||'; readonly l: Expr; readonly r: Expr }
  | { readonly k: 'cond'; readonly c: Expr; readonly a: Expr; readonly b: Expr }
  | { readonly k: 'match'; readonly negated: boolean; readonly l: Expr; readonly r: Expr }
  | { readonly k: 'in'; readonly subs: readonly Expr[]; readonly array: Name }
  | { readonly k: 'assign'; readonly op: string; readonly l: Lvalue; readonly r: Expr }
  | { readonly k: 'step'; readonly prefix: boolean; readonly delta: 1 | -1; readonly l: Lvalue }
  | { readonly k: 'call'; readonly name: string; readonly args: readonly Expr[] }
  | { readonly k: 'builtin'; readonly name: string; readonly args: readonly Expr[] }
  | {
      readonly k: 'getline';
      readonly from: 'main' | 'file' | 'command';
      readonly l: Lvalue | null;
      readonly source: Expr | null;
    };

/** Where print goes. */
export interface Redirect {
  readonly op: '>' | '>>' | '|';
  readonly to: Expr;
}

export type Stmt =
  | { readonly k: 'block'; readonly body: readonly Stmt[] }
  | { readonly k: 'expr'; readonly e: Expr }
  | {
      readonly k: 'print';
      readonly format: boolean;
      readonly args: readonly Expr[];
      readonly redirect: Redirect | null;
    }
  | { readonly k: 'if'; readonly c: Expr; readonly a: Stmt; readonly b: Stmt | null }
  | { readonly k: 'while'; readonly c: Expr; readonly body: Stmt }
  | { readonly k: 'do'; readonly c: Expr; readonly body: Stmt }
  | {
      readonly k: 'for';
      readonly init: Stmt | null;
      readonly c: Expr | null;
      readonly step: Stmt | null;
      readonly body: Stmt;
    }
  | { readonly k: 'forin'; readonly v: Lvalue; readonly array: Name; readonly body: Stmt }
  | { readonly k: 'delete'; readonly array: Name; readonly subs: readonly Expr[] | null }
  | { readonly k: 'jump'; readonly how: 'next' | 'nextfile' | 'break' | 'continue' }
  | { readonly k: 'exit' | 'return'; readonly e: Expr | null };

export interface Rule {
  readonly kind: 'BEGIN' | 'END' | 'main';
  readonly from: Expr | null;
  /** The end of a range pattern. */
  readonly to: Expr | null;
  readonly body: Stmt | null;
}

export interface Func {
  readonly name: string;
  readonly params: readonly string[];
  body: Stmt;
}

export interface AwkProgram {
  readonly rules: readonly Rule[];
  readonly functions: ReadonlyMap<string, Func>;
}
