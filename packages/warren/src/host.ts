/** What the command needs of Node: files, standard input and output, the exit. Nothing else in the package touches it. */
import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';

/** Status of a process that SIGPIPE ended, as a shell reports it. */
const SIGPIPE_STATUS = 141;

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** The words after `warren`. */
export function commandLineArguments(): readonly string[] {
  return process.argv.slice(2);
}

/** Ends the process. */
export function exit(status: number): never {
  process.exit(status);
}

/** Bytes that went to standard output and error so far: a sign of life. */
export let bytesWritten = 0;

/**
 * Writes all of it to a descriptor of this process, in order with everything written before on the other. Waits where a pipe is full.
 * @throws Error with code EPIPE when nobody reads any more.
 */
function writeAll(fd: 1 | 2, data: Uint8Array): void {
  bytesWritten += data.length;
  for (let done = 0; done < data.length;) {
    try {
      done += writeSync(fd, data, done);
    } catch (error) {
      if (errorCode(error) !== 'EAGAIN') throw error;
      // Somebody else made the descriptor non-blocking, and it is full: look again in a millisecond.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/**
 * Where the simulation's output goes. What it throws, its writers get: SIGPIPE when nobody reads any more, ENOSPC on a full disk.
 * @param fd 1 or 2, this process's own.
 */
export function hostSink(fd: 1 | 2): (data: Uint8Array) => void {
  return (data) => writeAll(fd, data);
}

/** Writes words of the command's own; a reader that went away ends it quietly, and so does what cannot be written at all. */
function writeText(fd: 1 | 2, text: string): void {
  try {
    writeAll(fd, encoder.encode(text));
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EPIPE') exit(SIGPIPE_STATUS);
    if (code === '') throw error;
    // With standard error gone there is nobody to tell, and the work goes on as it would for bash.
    if (fd === 1) exit(1);
  }
}

const encoder = new TextEncoder();

export function writeOutput(text: string): void {
  writeText(1, text);
}

export function writeError(text: string): void {
  writeText(2, text);
}

/** A file's bytes, or why it cannot be read: `EISDIR`, `ENOENT`, `EACCES` ... */
export function readHostFile(path: string): { readonly data: Uint8Array } | { readonly code: string } {
  try {
    if (statSync(path).isDirectory()) return { code: 'EISDIR' };
    return { data: readFileSync(path) };
  } catch (error) {
    const code = errorCode(error);
    if (code === '') throw error;
    return { code };
  }
}

/** Writes a whole file. @returns null, or why not */
export function writeHostFile(path: string, text: string): string | null {
  const file = createHostFile(path);
  if ('code' in file) return file.code;
  const failed = file.write(encoder.encode(text));
  file.close();
  return failed;
}

/** A file that is written from its start; each write is on disk when it returns. */
export interface HostFile {
  /** @returns null, or why it could not be written: `ENOSPC`, `EIO` ... */
  write(data: Uint8Array): string | null;
  close(): void;
}

/** Creates or empties a file. @returns the file, or why not: `EISDIR`, `ENOENT`, `EACCES` ... */
export function createHostFile(path: string): HostFile | { readonly code: string } {
  try {
    const fd = openSync(path, 'w');
    return {
      write(data) {
        try {
          for (let done = 0; done < data.length;) done += writeSync(fd, data, done);
          return null;
        } catch (error) {
          const code = errorCode(error);
          if (code === '') throw error;
          return code;
        }
      },
      close: () => closeSync(fd),
    };
  } catch (error) {
    const code = errorCode(error);
    if (code === '') throw error;
    return { code };
  }
}
