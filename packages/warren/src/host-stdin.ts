/** This process's standard input as the simulation reads it: only when something asks, and never more than is asked for at a time. */

/** Bytes that come from outside the simulation. */
export interface HostInput {
  /** Up to `size` bytes that are there; empty at the end; null when nothing is there yet. */
  read(size: number): Uint8Array | null;
  /** Calls back once, when `read` has something to say (bytes or the end). Until then the process stays alive. */
  whenReadable(callback: () => void): void;
}

/** Opens standard input on the first `whenReadable`, so that a script that reads nothing leaves it to whoever comes after. */
export function hostStdin(): HostInput {
  let chunk: Uint8Array = new Uint8Array(0);
  let ended = false;
  let opened = false;
  let waiting: (() => void)[] = [];

  const wake = (): void => {
    const callbacks = waiting;
    waiting = [];
    for (const callback of callbacks) callback();
  };
  const open = (): void => {
    opened = true;
    process.stdin.on('data', (data: Buffer) => {
      process.stdin.pause();
      chunk = data;
      wake();
    });
    process.stdin.on('end', () => {
      ended = true;
      wake();
    });
    // A descriptor that cannot be read (closed, a directory) reads as empty.
    process.stdin.on('error', () => {
      ended = true;
      wake();
    });
  };

  return {
    read(size) {
      if (chunk.length === 0) return ended ? chunk : null;
      const part = chunk.subarray(0, size);
      chunk = chunk.subarray(part.length);
      return part;
    },
    whenReadable(callback) {
      if (chunk.length > 0 || ended) {
        queueMicrotask(callback);
        return;
      }
      waiting.push(callback);
      if (!opened) open();
      process.stdin.resume();
    },
  };
}
