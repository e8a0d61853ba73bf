/** A value that is there now, or comes later. What can go on without waiting does so without a promise. */
export type Maybe<T> = T | Promise<T>;

/** Goes on with `f` once the value is there. */
export function chain<T, U>(value: Maybe<T>, f: (value: T) => Maybe<U>): Maybe<U> {
  return value instanceof Promise ? value.then(f) : f(value);
}

/** One after the other, waiting where one must. */
export function each<T>(items: readonly T[], f: (item: T, index: number) => Maybe<void>, from = 0): Maybe<void> {
  for (let i = from; i < items.length; i++) {
    const r = f(items[i]!, i);
    if (r instanceof Promise) return r.then(() => each(items, f, i + 1));
  }
}
