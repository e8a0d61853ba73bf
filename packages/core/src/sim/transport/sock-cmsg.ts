/** Options and ancillary data that sockets of all families write alike. */
import { le32, putLe32 } from '../../lib/bytes.ts';
import type { ControlMessage } from '../../syscall/index.ts';
import * as so from '../../uapi/socket.ts';
import type { Sock } from '../core/sock.ts';

/** An option's value as a number. */
export const intOf = (v: Uint8Array | number): number =>
  typeof v === 'number' ? v : v.length >= 4 ? le32(v, 0) | 0 : v.length >= 1 ? v[0]! : 0;

export function int32(v: number): Uint8Array {
  const b = new Uint8Array(4);
  putLe32(b, 0, v);
  return b;
}

/** SO_TIMESTAMP and SO_TIMESTAMPNS; `tstamp` 0 is now. @see __sock_recv_timestamp */
export function timestampControl(sk: Sock, tstamp: number, out: ControlMessage[]): void {
  const ns = sk.switches.get(so.SO_TIMESTAMPNS) === 1;
  if (!ns && sk.switches.get(so.SO_TIMESTAMP) !== 1) return;
  const { clock } = sk.net.kernel;
  const at = clock.bootRealtime + BigInt(Math.floor(tstamp !== 0 ? tstamp : clock.now));
  const b = new Uint8Array(16);
  const sec = at / 1_000_000_000n;
  const rest = Number(at % 1_000_000_000n);
  putLe32(b, 0, Number(sec & 0xffffffffn));
  putLe32(b, 4, Number(sec >> 32n));
  putLe32(b, 8, ns ? rest : Math.floor(rest / 1000));
  out.push({ level: so.SOL_SOCKET, type: ns ? so.SCM_TIMESTAMPNS : so.SCM_TIMESTAMP, data: b });
}

/** The head of struct sock_extended_err, `size` bytes with what follows it: the offender, from byte 16. */
export function extendedErr(
  e: {
    readonly errno: number;
    readonly origin: number;
    readonly type: number;
    readonly code: number;
    readonly info: number;
  },
  size: number,
): Uint8Array {
  const b = new Uint8Array(size);
  putLe32(b, 0, e.errno);
  b[4] = e.origin;
  b[5] = e.type;
  b[6] = e.code;
  putLe32(b, 8, e.info);
  return b;
}
