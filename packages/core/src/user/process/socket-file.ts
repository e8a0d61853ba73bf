/** A socket as a descriptor: what /proc/PID/fd shows of it. @see net/socket.c:sock_alloc_file */
import type { Socket } from '../../syscall/index.ts';
import { O_RDWR, S_IFSOCK } from '../../uapi/fcntl.ts';
import { BaseFile } from './open-file.ts';
import type { Stat } from './types.ts';

export class SocketFile extends BaseFile {
  readonly kind = 'socket';
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super(`socket:[${socket.ino}]`, O_RDWR);
    this.#socket = socket;
  }

  override poll(): number {
    return this.#socket.poll();
  }

  override addWaiter(waiter: () => void): void {
    this.#socket.addWaiter(waiter);
  }

  override removeWaiter(waiter: () => void): void {
    this.#socket.removeWaiter(waiter);
  }

  read(size: number): Uint8Array {
    return this.#socket.recvmsg({ size }).data;
  }

  write(data: Uint8Array): number {
    return this.#socket.sendmsg(data);
  }

  stat(): Stat {
    return {
      ino: this.#socket.ino,
      dev: 9,
      mode: S_IFSOCK | 0o777,
      nlink: 1,
      uid: 0,
      gid: 0,
      size: 0,
      mtime: 0,
      atime: 0,
      ctime: 0,
    };
  }
}
