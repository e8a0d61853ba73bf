/** The keyword `time`. */
import { CLOCK_MONOTONIC } from '../../uapi/sched.ts';
import type { Maybe } from './maybe.ts';
import type { Shell } from './shell.ts';

const part = (value: number, precision: number, long: boolean): string => {
  const p = Math.min(precision, 3);
  if (!long) return value.toFixed(p);
  const minutes = Math.floor(value / 60);
  return `${minutes}m${(value - minutes * 60).toFixed(p)}s`;
};

/** `TIMEFORMAT` filled in. `%R` real, `%U` user, `%S` system, `%P` percentage. */
function format(text: string, real: number): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '%') {
      out += text[i]!;
      continue;
    }
    const m = /^%(?:(\d)?(l)?([RUS])|P|%)/.exec(text.slice(i));
    if (m === null) {
      out += '%';
      continue;
    }
    i += m[0].length - 1;
    if (m[0] === '%%') out += '%';
    else if (m[0] === '%P') out += '0.00';
    else out += part(m[3] === 'R' ? real : 0, m[1] === undefined ? 3 : Number(m[1]), m[2] === 'l');
  }
  return out;
}

/** Runs a pipeline and says how long it took; processor time is not told apart. */
export async function timed(sh: Shell, posix: boolean, run: () => Maybe<number>): Promise<number> {
  const start = sh.proc.task.clockGettime(CLOCK_MONOTONIC);
  try {
    return await run();
  } finally {
    const real = Number(sh.proc.task.clockGettime(CLOCK_MONOTONIC) - start) / 1e9;
    const text = posix
      ? 'real %2R\nuser %2U\nsys %2S'
      : (sh.vars.get('TIMEFORMAT') ?? '\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS');
    if (text !== '') await sh.warn(`${format(text, real)}\n`);
  }
}
