/**
 * Keeps of a failing list what each guess in turn leaves of it, as far as it still fails. A good guess saves many questions.
 */
export async function guess<T>(
  list: readonly T[],
  guesses: readonly ((list: readonly T[]) => readonly T[])[],
  fails: (list: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let best = list;
  for (const g of guesses) {
    const rest = g(best);
    if (rest.length > 0 && rest.length < best.length && (await fails(rest))) best = rest;
  }
  return best;
}

/**
 * Makes a failing list small: drops halves, quarters and so on down to single elements, again until nothing more can go.
 *
 * @param fails whether the problem is still there without the others
 * @param budget how many times `fails` may be asked
 */
export async function shrink<T>(
  list: readonly T[],
  fails: (list: readonly T[]) => Promise<boolean>,
  budget: number,
): Promise<readonly T[]> {
  let best = list;
  let asked = 0;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let smaller = true; smaller;) {
      smaller = false;
      // From the end: what comes last leans on what came before.
      for (let at = best.length - size; at > -size; at -= size) {
        if (asked++ >= budget) return best;
        const rest = [...best.slice(0, Math.max(0, at)), ...best.slice(Math.max(0, at + size))];
        if (rest.length === 0 || rest.length === best.length || !(await fails(rest))) continue;
        best = rest;
        smaller = size === 1;
      }
    }
  }
  return best;
}
