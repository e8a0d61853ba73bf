/** Between the terminal and the network, until nothing is left to say. @see netcat.c:readwrite */
import { latin1Decode, latin1Encode } from '../../../lib/text.ts';
import { type Socket, SystemError } from '../../../syscall/index.ts';
import { EAGAIN } from '../../../uapi/errno.ts';
import { POLLERR, POLLHUP, POLLIN } from '../../../uapi/socket.ts';
import type { OpenFile, PollEntry, Process } from '../../process/types.ts';
import type { NcOptions } from './options.ts';

const BUFFER = 16_384;

/** Ends the whole program, successfully. */
export class Quit extends Error {}

/** What is read at once; null when there is nothing yet, an empty array at the end. */
function readNow(file: OpenFile): Uint8Array | null {
  try {
    return file.read(BUFFER);
  } catch (e) {
    if (e instanceof SystemError && e.errno === -EAGAIN) return null;
    if (e instanceof SystemError) return new Uint8Array(0);
    throw e;
  }
}

/** Line ends as Telnet wants them. */
const withCr = (data: Uint8Array): Uint8Array => latin1Encode(latin1Decode(data).replaceAll(/(?<!\r)\n/g, '\r\n'));

/** @throws Quit when -q or -W say so */
export async function relay(proc: Process, o: NcOptions, socket: Socket): Promise<void> {
  const stdin = o.detached ? undefined : proc.fds.get(0);
  let input = stdin !== undefined;
  let net = true;
  let received = 0;
  let quitAt = Infinity;
  const inputEnded = (): void => {
    input = false;
    if (o.shutdown) {
      try {
        socket.shutdown(1);
      } catch (e) {
        if (!(e instanceof SystemError)) throw e;
      }
    }
    if (o.quitS === 0) throw new Quit();
    if (o.quitS > 0) quitAt = proc.task.now() + o.quitS * 1e9;
  };
  if (!input && !o.detached) inputEnded();
  while (net) {
    const entries: PollEntry[] = [{ on: socket, events: POLLIN }];
    if (input) entries.push({ on: stdin!, events: POLLIN });
    const wait = o.timeoutS < 0 ? Infinity : o.timeoutS * 1e9;
    const ready = await proc.poll(entries, Math.max(0, Math.min(wait, quitAt - proc.task.now())));
    if (proc.task.now() >= quitAt) throw new Quit();
    if (ready.every((r) => r === 0)) return;
    if ((ready[0]! & POLLERR) !== 0) return;
    if (input && (ready[1]! & (POLLIN | POLLHUP)) !== 0) {
      proc.task.charge('syscall');
      const data = readNow(stdin!);
      if (data !== null && data.length === 0) inputEnded();
      else if (data !== null) {
        proc.task.charge('syscall');
        try {
          socket.sendmsg(o.crlf ? withCr(data) : data);
        } catch (e) {
          if (!(e instanceof SystemError)) throw e;
          return;
        }
      }
    }
    if ((ready[0]! & POLLIN) === 0) continue;
    proc.task.charge('syscall');
    let data: Uint8Array;
    try {
      ({ data } = socket.recvmsg({ size: BUFFER }));
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      if (e.errno === -EAGAIN) continue;
      return;
    }
    if (data.length === 0) net = false;
    else await proc.write(1, data);
    if (o.receiveLimit > 0 && ++received >= o.receiveLimit) throw new Quit();
  }
}
