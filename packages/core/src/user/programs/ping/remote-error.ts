import type { Received } from '../../../syscall/index.ts';
import { EAGAIN, EINTR, EMSGSIZE, strerror } from '../../../uapi/errno.ts';
import { SO_EE_ORIGIN_LOCAL } from '../../../uapi/socket.ts';
import { type ExtendedError, extendedError } from '../recverr.ts';
import type { QueuedError } from './main-loop.ts';
import type { Session } from './session.ts';
import { errnoOf, type PingSocket } from './socket.ts';

/** What somebody on the way said of a packet, which is quoted. */
export interface RemoteError {
  readonly error: ExtendedError;
  readonly received: Received;
}

/**
 * Takes an error off a socket's queue. One of this machine is told, and done with.
 *
 * @param mtu what stands between the word and the number
 * @returns the error of somebody else, or what is to be answered @see ping4_receive_error_msg, ping6_receive_error_msg
 */
export async function remoteError(s: Session, socket: PingSocket, mtu: string): Promise<RemoteError | QueuedError> {
  let received: Received;
  try {
    received = socket.receiveError(8);
  } catch (e) {
    const errno = -errnoOf(e).errno;
    return { count: errno === EAGAIN || errno === EINTR ? -1 : 0, errno };
  }
  const error = extendedError(received);
  if (error === null) throw new Error('an error queue without errors');
  if (error.origin !== SO_EE_ORIGIN_LOCAL) return { error, received };
  const { quiet, flood } = s.options;
  if (quiet) return { count: -1, errno: 0 };
  if (flood) await s.out('E');
  else if (error.errno === EMSGSIZE) await s.warn(`local error: message too long, mtu${mtu}${error.info}`);
  else await s.warn(`local error: ${strerror(error.errno)}`);
  s.errors++;
  return { count: -1, errno: 0 };
}
