/** Which processes have which sockets. @see misc/ss.c:user_ent_hash_build */
import { SystemError } from '../../../syscall/index.ts';
import type { Process } from '../../process/types.ts';

/** `("name",pid=1,fd=3)` of each socket, by inode number; those found last stand first. */
export function socketUsers(proc: Process, threads: boolean): Map<number, string[]> {
  const users = new Map<number, string[]>();
  for (const pid of proc.fs.readdir('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      const name = proc.fs.readText(`/proc/${pid}/comm`).trimEnd();
      for (const fd of proc.fs.readdir(`/proc/${pid}/fd`)) {
        const m = /^socket:\[(\d+)\]$/.exec(proc.fs.readlink(`/proc/${pid}/fd/${fd}`));
        if (m === null) continue;
        const ino = Number(m[1]);
        const thread = threads ? `,tid=${pid}` : '';
        users.set(ino, [`("${name}",pid=${pid}${thread},fd=${fd})`, ...(users.get(ino) ?? [])]);
      }
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
    }
  }
  return users;
}
