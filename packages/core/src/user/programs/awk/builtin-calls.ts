import type { Regex } from '../../../lib/regex/regex.ts';
import type { Expr, Lvalue, Name } from './ast.ts';
import { asort, SIMPLE, split, substitute } from './builtins.ts';
import type { Places } from './places.ts';
import type { Runtime } from './runtime.ts';
import { type AwkArray, fromInput, toNumber, type Value } from './value.ts';

/** The regular expression an operand is: a literal, or a value's text. */
export const pattern = (rt: Runtime, e: Expr, v: Value): Regex => rt.regex(e.k === 'regex' ? e.source : rt.str(v));

/**
 * Calls a built-in that does not wait.
 * @param args its arguments' values; null for arrays and literal patterns. @param target the subscripts of what sub and gsub write to.
 */
export function callBuiltin(
  places: Places,
  e: Extract<Expr, { k: 'builtin' }>,
  args: readonly Value[],
  target: () => readonly Value[],
): Value {
  const { rt } = places;
  const { name, args: exprs } = e;
  const re = (i: number): Regex => pattern(rt, exprs[i]!, args[i] ?? null);
  const arr = (i: number): AwkArray => {
    const a = exprs[i];
    return a?.k === 'name' ? places.array(a) : rt.fatal(`fatal: ${name}: argument ${i + 1} is not an array`);
  };
  const need = (min: number, max: number): void => {
    if (exprs.length < min || exprs.length > max)
      rt.fatal(`fatal: ${exprs.length} is invalid as number of arguments for ${name}`);
  };
  switch (name) {
    case 'length': {
      if (exprs.length === 0) return [...rt.record].length;
      const a = exprs[0]!;
      if (places.isArray(name, a)) return places.array(a as Name).size;
      const s = rt.str(args[0]!);
      return /[\ud800-\udbff]/.test(s) ? [...s].length : s.length;
    }
    case 'split': {
      need(2, 4);
      const a = exprs[2];
      const fs = a === undefined ? rt.getVar('FS') : a.k === 'regex' ? rt.regex(a.source) : args[2]!;
      return split(rt, rt.str(args[0]!), arr(1), fs, exprs.length > 3 ? arr(3) : null);
    }
    case 'sub':
    case 'gsub': {
      need(2, 3);
      const l = exprs[2];
      const place: Lvalue | null =
        l === undefined ? null : l.k === 'name' || l.k === 'index' || l.k === 'field' ? l : null;
      const text = l === undefined ? rt.record : rt.str(args[2]!);
      const done = substitute(re(0), text, rt.str(args[1]!), name === 'sub' ? 1 : 0, false);
      if (done.count > 0) {
        if (l === undefined) rt.setRecord(done.text);
        else if (place !== null) places.store(place, target(), done.text);
      }
      return done.count;
    }
    case 'gensub': {
      need(3, 4);
      const how = rt.str(args[2]!);
      const which = /^[gG]/.test(how) ? 0 : Math.max(1, Math.trunc(toNumber(args[2]!)));
      return substitute(re(0), exprs.length > 3 ? rt.str(args[3]!) : rt.record, rt.str(args[1]!), which, true).text;
    }
    case 'match': {
      need(2, 3);
      const m = re(1).exec(rt.str(args[0]!));
      rt.globals.set('RSTART', m === null ? 0 : m.index + 1);
      rt.globals.set('RLENGTH', m === null ? -1 : m.end - m.index);
      if (exprs.length > 2) {
        const into = arr(2);
        into.clear();
        m?.groups.forEach((g, i) => {
          if (g !== undefined) into.set(String(i), fromInput(g));
        });
      }
      return m === null ? 0 : m.index + 1;
    }
    case 'asort':
    case 'asorti':
      return asort(rt, arr(0), arr(exprs.length > 1 ? 1 : 0), name === 'asorti');
    default:
      return SIMPLE[name]!(rt, args);
  }
}
