import type { Socket } from '../../syscall/index.ts';
import { O_RDWR, S_IFSOCK } from '../../uapi/fcntl.ts';
import { BaseFile } from './open-file.ts';
import type { Stat } from './types.ts';

/** A socket in a descriptor table, so that read and write work on it; closed with the last descriptor. */
export class SocketFile extends BaseFile {
  readonly kind = 'socket';
  readonly socket: Socket;
  readonly #ino: number;

  constructor(socket: Socket, ino: number) {
    super(`socket:[${ino}]`, O_RDWR);
    this.socket = socket;
    this.#ino = ino;
  }

  protected override closed(): void {
    this.socket.close();
  }

  override addWaiter(waiter: () => void): void {
    this.socket.addWaiter(waiter);
  }

  override removeWaiter(waiter: () => void): void {
    this.socket.removeWaiter(waiter);
  }

  override poll(): number {
    return this.socket.poll();
  }

  read(size: number): Uint8Array {
    return this.socket.recvmsg({ size }).data;
  }

  write(data: Uint8Array): number {
    return this.socket.sendmsg(data);
  }

  stat(): Stat {
    return { ino: this.#ino, dev: 8, mode: S_IFSOCK | 0o777, nlink: 1, uid: 0, gid: 0, size: 0, mtime: 0 };
  }
}
