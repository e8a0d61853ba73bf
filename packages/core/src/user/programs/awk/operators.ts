/** What awk's operators do with their values. */
import { COMPARES } from './flow.ts';
import type { Runtime } from './runtime.ts';
import { toNumber, truth, type Value } from './value.ts';

/** Concatenation, comparison, arithmetic. */
export function binary(rt: Runtime, op: string, a: Value, b: Value): Value {
  if (op === ' ') return rt.str(a) + rt.str(b);
  if (op in COMPARES) return rt.compare(op, a, b) ? 1 : 0;
  return arith(rt, op, toNumber(a), toNumber(b));
}

/** @param op its first character decides: `+=` adds, too. Division by zero ends the program. */
export function arith(rt: Runtime, op: string, x: number, y: number): number {
  switch (op[0]) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return y === 0 ? rt.fatal('fatal: division by zero attempted') : x / y;
    case '%':
      return y === 0 ? rt.fatal("fatal: division by zero attempted in `%'") : x % y;
    default:
      return x ** y;
  }
}

export function unary(op: string, v: Value): Value {
  if (op === '!') return truth(v) ? 0 : 1;
  return op === '-' ? -toNumber(v) : toNumber(v);
}
