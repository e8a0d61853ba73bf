import { errnoName, strerror } from '../uapi/errno.ts';

export interface SystemErrorContext {
  readonly path?: string;
  readonly address?: string;
  readonly port?: number;
}

/** A system call that failed, shaped like Node's own: branch on `code`, never on `message`. */
export class SystemError extends Error {
  override readonly name: string = 'SystemError';
  /** Symbolic errno, e.g. `ENOENT`. */
  readonly code: string;
  /** Negative, as libuv reports it. */
  readonly errno: number;
  /** The call that failed, e.g. `bind`. */
  readonly syscall: string;
  readonly path: string | undefined;
  readonly address: string | undefined;
  readonly port: number | undefined;

  /** @param errno positive or negative; only its magnitude counts. */
  constructor(errno: number, syscall: string, context: SystemErrorContext = {}) {
    const n = Math.abs(errno);
    super(`${syscall}: ${strerror(n)}${context.path === undefined ? '' : `, '${context.path}'`}`);
    this.code = errnoName(n);
    this.errno = -n;
    this.syscall = syscall;
    this.path = context.path;
    this.address = context.address;
    this.port = context.port;
  }

  /** The C library's text for this error, e.g. `No such file or directory`. */
  get strerror(): string {
    return strerror(-this.errno);
  }
}
