import { SystemError } from '../../syscall/index.ts';
import { EAGAIN, EMFILE, EPIPE } from '../../uapi/errno.ts';
import { SIGSEGV } from '../../uapi/signal.ts';
import { Unwind } from './signals.ts';

/** Whether an exception says that a limit was reached, rather than that we are wrong. */
export const isExhaustion = (e: unknown): e is RangeError | SystemError =>
  e instanceof SystemError
    ? e.errno === -EMFILE || e.errno === -EPIPE || (e.errno === -EAGAIN && e.syscall === 'fork')
    : e instanceof RangeError &&
      /call stack|Invalid (?:string|array|typed array) length|allocation failed/.test(e.message);

/**
 * The script or its input asked for more than there is: what Linux does then.
 *
 * @param say prints on standard error, after the program's name
 */
export function exhausted(e: RangeError | SystemError, say: (text: string) => void): Unwind {
  if (e instanceof RangeError) {
    // A stack that is used up is a fault; a string or array that cannot be made is malloc's failure.
    if (/call stack/.test(e.message)) return new Unwind(0, SIGSEGV);
    say('memory exhausted');
    return new Unwind(2, 0);
  }
  // Who does not die of SIGPIPE has a failed write to tell of.
  say(`${e.errno === -EPIPE ? 'write error' : e.syscall}: ${e.strerror}`);
  return new Unwind(1, 0);
}
