import type { Program } from '../user/process/index.ts';
import { SIGCHLD } from '../uapi/signal.ts';

/** Number 1 of a machine: it takes in the children of those that end, and outlives every shell. */
export const init: Program = async (proc) => {
  proc.signal(SIGCHLD, 'ignore');
  for (;;) await proc.nanosleep(Infinity);
};
