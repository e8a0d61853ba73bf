import { SIGCHLD, SIGCONT, SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH } from '../../uapi/signal.ts';
import type { SignalAction } from './types.ts';

/** What a signal does that nobody handles. @see signal(7) */
export type DefaultAction = 'terminate' | 'ignore' | 'stop' | 'continue';

export function defaultAction(signal: number): DefaultAction {
  switch (signal) {
    case SIGCHLD:
    case SIGURG:
    case SIGWINCH:
      return 'ignore';
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
      return 'stop';
    case SIGCONT:
      return 'continue';
    default:
      return 'terminate';
  }
}

const bit = (signal: number): bigint => 1n << BigInt(signal - 1);

/** Dispositions and pending signals of one process. */
export class SignalState {
  /** Only what is not default. */
  readonly #actions: Map<number, SignalAction> = new Map();
  readonly #pending: Set<number> = new Set();

  /** What a child starts with: ignored signals stay ignored, handlers are the parent's. */
  inherit(): SignalState {
    const child = new SignalState();
    for (const [n, action] of this.#actions) if (action === 'ignore') child.#actions.set(n, 'ignore');
    return child;
  }

  /** What exec does: handlers go. */
  resetHandlers(): void {
    for (const [n, action] of this.#actions) if (typeof action === 'function') this.#actions.delete(n);
  }

  action(signal: number): SignalAction {
    return this.#actions.get(signal) ?? 'default';
  }

  setAction(signal: number, action: SignalAction): void {
    if (action === 'default') this.#actions.delete(signal);
    else this.#actions.set(signal, action);
    if (this.ignores(signal)) this.#pending.delete(signal);
  }

  /** Whether the signal would do nothing at all. */
  ignores(signal: number): boolean {
    const action = this.#actions.get(signal);
    if (action === 'ignore') return signal !== SIGKILL && signal !== SIGSTOP;
    if (action !== undefined) return false;
    const byDefault = defaultAction(signal);
    return byDefault === 'ignore' || byDefault === 'continue';
  }

  get any(): boolean {
    return this.#pending.size > 0;
  }

  add(signal: number): void {
    this.#pending.add(signal);
  }

  remove(signal: number): void {
    this.#pending.delete(signal);
  }

  /** The next one to act on: SIGKILL first, then by number. 0 when there is none. */
  take(): number {
    let next = 0;
    for (const n of this.#pending) if (n === SIGKILL || (next !== SIGKILL && (next === 0 || n < next))) next = n;
    this.#pending.delete(next);
    return next;
  }

  get pending(): bigint {
    let mask = 0n;
    for (const n of this.#pending) mask |= bit(n);
    return mask;
  }

  #mask(wanted: (action: SignalAction) => boolean): bigint {
    let mask = 0n;
    for (const [n, action] of this.#actions) if (wanted(action)) mask |= bit(n);
    return mask;
  }

  get ignored(): bigint {
    return this.#mask((a) => a === 'ignore');
  }

  get caught(): bigint {
    return this.#mask((a) => typeof a === 'function');
  }
}

/** Thrown through a program to end its process: by exit, or by a signal. Not an Error, so that it is not taken for one. */
export class Unwind {
  readonly status: number;
  /** The signal that ends it, or 0. */
  readonly signal: number;

  constructor(status: number, signal: number) {
    this.status = status;
    this.signal = signal;
  }
}
