import { fromInput, StrNum, type Value } from './value.ts';

/** How a statement ended. */
export type Flow = 'go' | 'next' | 'nextfile' | 'break' | 'continue' | 'return' | 'exit';

/** next and exit inside a function: they end its callers, too. */
export class Jump {
  readonly flow: Flow;

  constructor(flow: Flow) {
    this.flow = flow;
  }
}

/** The operators that compare. */
export const COMPARES: Readonly<Record<string, true>> = {
  '<': true,
  '<=': true,
  '==': true,
  '!=': true,
  '>': true,
  '>=': true,
};
/** Built-ins an array may be given to. */
export const ARRAY_TAKERS: ReadonlySet<string> = new Set(['length', 'split', 'match', 'asort', 'asorti']);

/** A subscript as for-in gives it. */
export const fromKey = (key: string): Value => {
  const v = fromInput(key);
  return v instanceof StrNum ? v : key;
};
