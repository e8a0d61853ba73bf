import type { Meter } from '../../lib/regex/meter.ts';
import type { Process } from '../process/types.ts';

/** Calls of `breathe` of which one looks at the clock. */
const BREATHS = 8;

/** After much work of patterns: lets the host hear signals (Ctrl-C). No world time passes. Null: there was not much. */
export function giveWay(proc: Process, meter: Meter): Promise<void> | null {
  if (!meter.heavy) return null;
  for (let i = 0; i < BREATHS; i++) {
    const turn = proc.breathe();
    if (turn !== null) return turn;
  }
  return null;
}
