/** Assignments: `x=1`, `a[i]+=2`, `m=([k]=v)`. */
import type { ArrayElement, Assign } from './ast.ts';
import { ShellError } from './errors.ts';
import { type Maybe, each, chain } from './maybe.ts';
import type { Shell } from './shell.ts';
import { IndexedArray, V_EXPORT, V_READONLY, type Variable } from './variables.ts';
import { expandString, expandWord } from './words/expand.ts';

/** An assignment whose words are expanded: what declaration builtins get. */
export interface Assigned {
  readonly name: string;
  readonly index: string | null;
  readonly append: boolean;
  readonly value: string | null;
  readonly array: readonly AssignedElement[] | null;
  /** A compound value as written. */
  readonly text?: string;
}
export type AssignedElement = { readonly index: string | null; readonly append: boolean; readonly value: string };

function elements(sh: Shell, list: readonly ArrayElement[]): Maybe<AssignedElement[]> {
  const out: AssignedElement[] = [];
  return chain(
    each(list, (e) => {
      if (e.index === null) {
        const fields: string[] = [];
        return chain(
          each(e.words, (w) => expandWord(sh, w, fields)),
          () => {
            for (const value of fields) out.push({ index: null, append: false, value });
          },
        );
      }
      const { append } = e;
      return chain(expandString(sh, e.index), (index) =>
        chain(expandString(sh, e.value), (value) => {
          out.push({ index, append, value });
        }),
      );
    }),
    () => out,
  );
}

/** Expands an assignment's words. */
export function expandAssign(sh: Shell, a: Assign): Maybe<Assigned> {
  const { name, append } = a;
  if (a.array !== null)
    return chain(elements(sh, a.array), (array) => ({
      name,
      index: null,
      append,
      value: null,
      array,
      text: a.text.slice(a.text.indexOf('(')),
    }));
  return chain(a.index === null ? null : expandString(sh, a.index), (index) =>
    chain(a.value === null ? '' : expandString(sh, a.value), (value) => ({ name, index, append, value, array: null })),
  );
}

/** Stores the elements of a compound assignment into a variable. */
export function storeArray(
  sh: Shell,
  name: string,
  v: Variable,
  list: readonly AssignedElement[],
  append: boolean,
): void {
  v.bare = false;
  if (!append) {
    if (v.assoc !== null) v.assoc = new Map();
    else v.indexed = new IndexedArray();
    v.value = null;
  } else if (v.indexed === null && v.assoc === null) {
    v.indexed = new IndexedArray();
    if (v.value !== null) v.indexed.set(0, v.value);
    v.value = null;
  }
  if (v.assoc !== null) {
    let pairs: string[] = [];
    for (const e of list) {
      if (e.index !== null) sh.vars.storeElement(name, v, e.index, e.value, e.append);
      else pairs.push(e.value);
    }
    for (let i = 0; i < pairs.length; i += 2) v.assoc.set(pairs[i]!, pairs[i + 1] ?? '');
    pairs = [];
    return;
  }
  let next = v.indexed!.max + 1;
  for (const e of list) {
    if (e.index !== null) next = sh.vars.index(name, e.index, v.indexed!.max);
    sh.vars.storeElement(name, v, String(next), e.value, e.append);
    next++;
  }
}

/** Carries out an expanded assignment on the variable that is visible. @throws ShellError */
export function assign(sh: Shell, a: Assigned): void {
  if (a.array !== null) {
    const t = sh.vars.resolve(a.name);
    storeArray(sh, t.name, sh.vars.writable(a.name), a.array, a.append);
    sh.vars.changed(t.name);
  } else if (a.index !== null) {
    if (a.index === '') throw new ShellError(`${a.name}[]: bad array subscript`);
    if ((a.index === '@' || a.index === '*') && (sh.vars.lookup(a.name)?.assoc ?? null) === null)
      throw new ShellError(`${a.name}[${a.index}]: bad array subscript`);
    sh.vars.setElement(a.name, a.index, a.value ?? '', a.append);
  } else sh.vars.set(a.name, a.value ?? '', a.append);
  if (sh.options.allexport) {
    const v = sh.vars.lookup(a.name);
    if (v !== undefined) v.flags |= V_EXPORT;
  }
}

/** Puts assignments before a command into its own environment. */
export function assignTemporary(sh: Shell, list: readonly Assigned[]): ShellError | null {
  let failed: ShellError | null = null;
  for (const a of list) {
    const old = sh.vars.lookup(a.name);
    if (old !== undefined && (old.flags & V_READONLY) !== 0) {
      failed = new ShellError(`${a.name}: readonly variable`);
      continue;
    }
    const before = old?.scalar ?? '';
    const v = sh.vars.makeLocal(a.name, true);
    v.flags |= V_EXPORT | (old === undefined ? 0 : old.flags & 0x1c);
    if (a.array !== null) storeArray(sh, a.name, v, a.array, false);
    else if (a.index !== null) sh.vars.storeElement(a.name, v, a.index, a.value ?? '');
    else sh.vars.store(v, (a.append ? before : '') + (a.value ?? ''));
    sh.vars.changed(a.name);
  }
  return failed;
}
