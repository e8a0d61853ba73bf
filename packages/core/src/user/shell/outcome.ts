/** How a command ends: errors told, `set -e` and the traps ERR and DEBUG looked after. */
import type { Node } from './ast.ts';
import { DiscardSignal, ExitSignal, ShellError } from './errors.ts';
import { type Maybe, chain } from './maybe.ts';
import { printNode } from './printer.ts';
import { runTrap } from './process-run.ts';
import type { Shell } from './shell.ts';
import { TRAP_DEBUG, TRAP_ERR } from './traps.ts';

/** Reports an error of a command and says how things go on. */
function recover(sh: Shell, e: unknown): Maybe<number> {
  if (!(e instanceof ShellError)) throw e;
  return chain(sh.error(e.message), () => {
    sh.status = e.status;
    sh.pipeStatus = [e.status];
    if (e.scope === 'shell' && !sh.interactive) throw new ExitSignal(e.status);
    if (e.scope !== 'command') throw new DiscardSignal(e.status);
    return finish(sh, e.status);
  });
}

/** Runs a command; an error in it is told, and decides how things go on. */
export function guard(sh: Shell, work: () => Maybe<number>): Maybe<number> {
  try {
    const r = work();
    return r instanceof Promise ? r.catch((e: unknown) => recover(sh, e)) : r;
  } catch (e) {
    return recover(sh, e);
  }
}

/** The end of a command that `set -e` and ERR look at. */
export function finish(sh: Shell, status: number): Maybe<number> {
  sh.status = status;
  if (status === 0 || sh.lenient > 0) return status;
  return failed(sh, status);
}
function failed(sh: Shell, status: number): Maybe<number> {
  const trap = sh.traps.get(TRAP_ERR);
  const reaches =
    trap !== undefined &&
    trap !== '' &&
    sh.traps.running === 0 &&
    (sh.options.errtrace || sh.errDepth === sh.frames.length || sh.subshell > 0);
  if (!reaches && !sh.options.errexit) return status;
  return chain(reaches ? runTrap(sh, trap) : 0, () => {
    if (sh.options.errexit) throw new ExitSignal(status);
    return status;
  });
}

/** Runs the DEBUG trap. */
export function debug(sh: Shell, node: Node): Maybe<void> {
  const trap = sh.traps.get(TRAP_DEBUG);
  if (trap === undefined || trap === '' || sh.traps.debugging || (sh.inFunction && !sh.options.functrace)) return;
  // Of a trap's own commands only that one is known that it was for.
  if (sh.traps.running === 0) sh.command = printNode(node);
  sh.traps.debugging = true;
  return runTrap(sh, trap).then(
    () => void (sh.traps.debugging = false),
    (e: unknown) => {
      sh.traps.debugging = false;
      throw e;
    },
  );
}

/** Closes the descriptors of process substitutions made since there were `keep` of them. */
export function closePending(sh: Shell, keep: number): void {
  while (sh.pendingFds.length > keep) sh.proc.fds.close(sh.pendingFds.pop()!);
}
