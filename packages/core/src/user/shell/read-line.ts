/** Reading lines from a descriptor that others read too: not a byte more than the line. */
import { SEEK_CUR } from '../../uapi/fcntl.ts';
import { concatBytes, utf8Decode } from '../../lib/text.ts';
import { attend } from './process-run.ts';
import type { Shell } from './shell.ts';

/** Reads bytes up to and with `stop`; where the file can seek, in blocks. Empty: the end. */
export async function readUntil(sh: Shell, fd: number, stop: number): Promise<Uint8Array> {
  const file = sh.proc.fds.get(fd);
  if (file?.kind === 'file' && file.seek !== undefined) {
    const parts: Uint8Array[] = [];
    for (;;) {
      if (sh.traps.deadly) await attend(sh);
      const data = await sh.proc.read(fd, 4096);
      if (data.length === 0) return concatBytes(parts);
      const at = data.indexOf(stop);
      if (at < 0) {
        // Null bytes are nothing to a shell: /dev/zero has no lines, and takes no room.
        if (data.some((b) => b !== 0)) parts.push(data);
        continue;
      }
      if (at + 1 < data.length) file.seek(at + 1 - data.length, SEEK_CUR);
      parts.push(data.subarray(0, at + 1));
      return concatBytes(parts);
    }
  }
  const bytes: number[] = [];
  for (;;) {
    if (sh.traps.deadly) await attend(sh);
    const data = await sh.proc.read(fd, 1);
    if (data.length === 0) break;
    bytes.push(data[0]!);
    if (data[0] === stop) break;
  }
  return Uint8Array.from(bytes);
}

/** A line without its newline; null at the end. */
export async function readLine(sh: Shell, fd: number): Promise<string | null> {
  const data = await readUntil(sh, fd, 10);
  if (data.length === 0) return null;
  return utf8Decode(data, 0, data.at(-1) === 10 ? data.length - 1 : data.length);
}
