/**
 * Capture files as libpcap reads them: pcap of any byte order and resolution, pcapng, and its words for what is wrong with them.
 * @see libpcap savefile.c, sf-pcap.c, sf-pcapng.c
 */
import { SystemError } from '../../../syscall/index.ts';
import { O_RDONLY } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import type { Frame } from './frame.ts';
import { pcapngReader } from './savefile-ng.ts';
import { pcapReader } from './savefile-pcap.ts';

/** Packets above this size are taken for damage; also what a snapshot length of 0 stands for. */
export const MAXIMUM_SNAPLEN = 262144;

/** A file that cannot be read on, in libpcap's words. */
export class SavefileError extends Error {}

/** Bytes in their order. */
export interface Source {
  /** The next `n` bytes; fewer at the end. */
  take(n: number): Promise<Uint8Array>;
}

export interface Savefile {
  /** LINKTYPE_*. */
  readonly linktype: number;
  readonly snaplen: number;
  /** The next packet; null at the end. @throws SavefileError */
  next(): Promise<Frame | null>;
}

/** What a whole file in memory is to a reader. */
export function memorySource(b: Uint8Array): Source {
  let at = 0;
  return {
    take: (n) => {
      const part = b.subarray(at, at + n);
      at += part.length;
      return Promise.resolve(part);
    },
  };
}

function descriptorSource(proc: Process, fd: number): Source {
  let left = new Uint8Array(0);
  return {
    async take(n) {
      while (left.length < n) {
        const more = await proc.read(fd, 65536);
        if (more.length === 0) break;
        const joined = new Uint8Array(left.length + more.length);
        joined.set(left);
        joined.set(more, left.length);
        left = joined;
      }
      const part = left.slice(0, n);
      left = left.slice(n);
      return part;
    },
  };
}

/** @param nano whether times are wanted in nanoseconds. @throws SavefileError */
export async function readSavefile(source: Source, nano: boolean): Promise<Savefile> {
  const magic = await source.take(4);
  if (magic.length < 4)
    throw new SavefileError(`truncated dump file; tried to read 4 file header bytes, only got ${magic.length}`);
  const file = (await pcapReader(magic, source, nano)) ?? (await pcapngReader(magic, source, nano));
  if (file === null) throw new SavefileError('unknown file format');
  return file;
}

/** Opens a file by name; `-` is standard input. @throws SavefileError */
export async function openSavefile(proc: Process, path: string, nano: boolean): Promise<Savefile> {
  let fd: number;
  try {
    fd = path === '-' ? 0 : await proc.open(path, O_RDONLY);
  } catch (e) {
    if (e instanceof SystemError) throw new SavefileError(`${path}: ${e.strerror}`);
    throw e;
  }
  try {
    return await readSavefile(descriptorSource(proc, fd), nano);
  } catch (e) {
    if (e instanceof SystemError) throw new SavefileError(`error reading dump file: ${e.strerror}`);
    throw e;
  }
}
