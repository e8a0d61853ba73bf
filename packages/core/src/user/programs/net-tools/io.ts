/** The kernel as net-tools speak to it: ioctl(2) with C structures, and tables of /proc/net. */
import { le16, putBe32, putLe16 } from '../../../lib/bytes.ts';
import { cString, utf8Encode } from '../../../lib/text.ts';
import { SystemError, type Socket } from '../../../syscall/index.ts';
import { AF_INET } from '../../../uapi/socket.ts';
import type { Process } from '../../process/types.ts';

/** struct ifreq with a device's name; what each request says stands at 16. */
export const IFR_DATA = 16;

export function ifreq(name: string): Uint8Array {
  const b = new Uint8Array(40);
  b.set(utf8Encode(name).subarray(0, 15));
  return b;
}

export const ifrName = (b: Uint8Array, o = 0): string => cString(b, o, o + 16);

/** Writes a struct sockaddr_in. */
export function putSin(b: Uint8Array, o: number, address: number): void {
  b.fill(0, o, o + 16);
  putLe16(b, o, AF_INET);
  putBe32(b, o + 4, address);
}

/** Flags of a short, with its sign. */
export const shortAt = (b: Uint8Array, o: number): number => (le16(b, o) << 16) >> 16;

/** Asks; null when the kernel did it, else why not. */
export function tryIoctl(socket: Socket, request: number, arg: Uint8Array): SystemError | null {
  try {
    socket.ioctl(request, arg);
    return null;
  } catch (e) {
    if (e instanceof SystemError) return e;
    throw e;
  }
}

/** Lines of a file of the kernel, null when it is not there. */
export function readLines(proc: Process, path: string): string[] | null {
  try {
    const lines = proc.fs.readText(path).split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines;
  } catch (e) {
    if (e instanceof SystemError) return null;
    throw e;
  }
}

/** `printf("%-15.15s")`: cut to a width and filled up to it. */
export const column = (text: string, width: number): string => text.slice(0, width).padEnd(width);
