import type { Socket } from '../../../syscall/index.ts';
import type { HostAddress } from '../recverr.ts';

/** One packet sent to find out who answers. Times in microseconds since the epoch, 0 for none. */
export interface Probe {
  sentUs: number;
  receivedUs: number;
  done: boolean;
  /** What answered is the end of the path. */
  final: boolean;
  from: HostAddress | null;
  /** The TTL its answer arrived with, 0 when unknown. */
  ttl: number;
  /** What is printed behind the time: `!H`, `F=1400` … */
  note: string;
  seq: number;
  /** Where the answer comes, while one is waited for. */
  socket: Socket | null;
}

export const newProbe = (): Probe => ({
  sentUs: 0,
  receivedUs: 0,
  done: false,
  final: false,
  from: null,
  ttl: 0,
  note: '',
  seq: 0,
  socket: null,
});
