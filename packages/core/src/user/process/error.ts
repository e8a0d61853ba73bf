import { SystemError } from '../../syscall/index.ts';

/** Throws the SystemError of a failed call. */
export function fail(errno: number, syscall: string, path?: string): never {
  throw new SystemError(errno, syscall, path === undefined ? {} : { path });
}
