/**
 * Capture files as libpcap reads them: pcap of any byte order and resolution, pcapng, and its words for what is wrong with them.
 * @see libpcap savefile.c, sf-pcap.c, sf-pcapng.c
 */
import { SystemError } from '../../../syscall/index.ts';
import { O_RDONLY } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import { pcapngReader } from './savefile-ng.ts';
import { pcapReader } from './savefile-pcap.ts';
import { type Savefile, SavefileError, type Source } from './savefile-types.ts';

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
  let have = new Uint8Array(0);
  let at = 0;
  return {
    async take(n) {
      while (have.length - at < n) {
        const more = await proc.read(fd, Math.max(65536, n));
        if (more.length === 0) break;
        const joined = new Uint8Array(have.length - at + more.length);
        joined.set(have.subarray(at));
        joined.set(more, have.length - at);
        have = joined;
        at = 0;
      }
      const part = have.subarray(at, at + n);
      at += part.length;
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
