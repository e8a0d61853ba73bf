/** Signals that this process gets, handed to the simulation. */

/** The second Ctrl-C ends the process when it follows the first within this time and nothing reacted. */
const IMPATIENCE_MS = 1000;

const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;
type Name = keyof typeof NUMBERS;

/**
 * Passes SIGINT, SIGQUIT, SIGTERM and SIGHUP on to `deliver` (the foreground process group of the simulated terminal).
 * A second SIGINT within a second, with nothing written and nothing ended meanwhile, ends this process with status 130.
 *
 * @param activity a number that grows whenever the simulation shows that it lives (a byte written).
 * @returns takes the handlers away.
 */
export function onHostSignals(
  deliver: (signal: number) => void,
  activity: () => number,
  exit: (status: number) => never,
): () => void {
  let last = Number.NEGATIVE_INFINITY;
  let seen = 0;
  const handlers = (Object.keys(NUMBERS) as Name[]).map((name) => {
    const handler = (): void => {
      if (name === 'SIGINT') {
        const now = performance.now();
        if (now - last < IMPATIENCE_MS && activity() === seen) exit(128 + NUMBERS.SIGINT);
        last = now;
      }
      deliver(NUMBERS[name]);
      seen = activity();
    };
    process.on(name, handler);
    return { name, handler };
  });
  return () => {
    for (const { name, handler } of handlers) process.off(name, handler);
  };
}
