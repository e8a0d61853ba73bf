import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fromHex } from '../../lib/bytes.ts';
import { decodeDone, decodeError, decodeMessages } from '../../netlink/message.ts';
import { NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK, NLMSG_DONE, NLMSG_ERROR } from '../../uapi/netlink.ts';
import { AF_NETLINK, POLLIN, SOCK_RAW, SOL_NETLINK } from '../../uapi/socket.ts';
import { NO_COST } from '../core/cost.ts';
import { createSimKernel } from '../index.ts';

/** [request in hex, answers]: an answer is [errno, message, attribute offset] or [message type]; equal neighbours once. */
type Golden = readonly (readonly [string, readonly (readonly (number | string | null)[])[]])[];

/** Requests of every kind to one empty namespace, good and bad, and what Linux 6.18 answered. */
const golden: Golden = readFileSync(new URL('./link-golden.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Golden[number]);

test('answers as recorded from Linux 6.18', async () => {
  const host = {
    turn: (): Promise<void> => new Promise((r) => setImmediate(r)),
    monotonic: () => 0,
    after: () => () => undefined,
  };
  const task = createSimKernel({ host, cost: NO_COST }).fork(null);
  await task.yield_();
  const s = task.socket(AF_NETLINK, SOCK_RAW, 0);
  for (const option of [NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK]) s.setsockopt(SOL_NETLINK, option, 1);
  const got: Golden[number][] = [];
  for (const [request] of golden) {
    s.sendmsg(fromHex(request)!);
    const answers: (number | string | null)[][] = [];
    while ((s.poll() & POLLIN) !== 0) {
      for (const m of decodeMessages(s.recvmsg().data)) {
        const end = m.type === NLMSG_ERROR ? decodeError(m) : m.type === NLMSG_DONE ? decodeDone(m) : undefined;
        const answer = end === undefined ? [m.type] : [end.errno, end.extack?.msg ?? null, end.extack?.offset ?? null];
        if (JSON.stringify(answers.at(-1)) !== JSON.stringify(answer)) answers.push(answer);
      }
    }
    got.push([request, answers]);
  }
  expect(got).toEqual(golden);
});
