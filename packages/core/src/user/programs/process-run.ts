/** Running another program from one: exec's failures in words, a child's end as one's own. */
import { SystemError } from '../../syscall/index.ts';
import { EINTR, ENOENT } from '../../uapi/errno.ts';
import { SIGKILL, SIGSTOP } from '../../uapi/signal.ts';
import type { Process, WaitResult } from '../process/types.ts';

/** Waits for a child to end; signals with handlers do not end the waiting. */
export async function waitFor(proc: Process, pid: number): Promise<WaitResult> {
  for (;;) {
    try {
      const result = await proc.wait(pid);
      if (result !== null) return result;
    } catch (e) {
      if (!(e instanceof SystemError) || e.errno !== -EINTR) throw e;
    }
  }
}

/** Ends as the child did: with its status, or by its signal. */
export async function endLike(proc: Process, result: WaitResult): Promise<number> {
  if (result.signal === 0) return result.status;
  await proc.flush();
  if (result.signal !== SIGKILL && result.signal !== SIGSTOP) proc.signal(result.signal, 'default');
  proc.raise(result.signal);
  return 128 + result.signal;
}

/** What util-linux says when a program cannot be executed, and its status. @see include/exec_shell.h:errexec */
export function execFailure(
  name: string,
  program: string,
  e: unknown,
): { readonly words: string; readonly status: number } {
  if (!(e instanceof SystemError)) throw e;
  return { words: `${name}: failed to execute ${program}: ${e.strerror}\n`, status: e.errno === -ENOENT ? 127 : 126 };
}
