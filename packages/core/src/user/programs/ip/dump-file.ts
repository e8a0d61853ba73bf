/** `save`, `restore`, `showdump`: rtnetlink messages in a file, a magic number first (little endian). */
import { le32, putLe32 } from '../../../lib/bytes.ts';
import { decodeMessages, NetlinkError, type NlMessage } from '../../../netlink/index.ts';
import { NLM_F_CREATE, NLM_F_DUMP, NLM_F_REQUEST } from '../../../uapi/netlink.ts';
import type { Context } from './context.ts';
import { IpError } from './parse.ts';
import { netlinkWords } from './rtnl.ts';

/** Begins a file of messages, before the rest of the command line is looked at. */
export function beginDump(ctx: Context, magic: number): void {
  if (ctx.proc.isatty(1)) throw new IpError(255, 'Not sending a binary stream to stdout\n');
  const head = new Uint8Array(4);
  putLe32(head, 0, magic);
  ctx.proc.outBytes(head);
}

/** Writes the messages of a dump that pass to standard output, after `beginDump`. */
export async function saveDump(
  ctx: Context,
  type: number,
  payload: Uint8Array,
  keep: (m: NlMessage) => Promise<boolean>,
): Promise<number> {
  const reply = await ctx.rt.client.request(type, NLM_F_DUMP, payload);
  for (const m of reply.messages) {
    if (!(await keep(m))) continue;
    const padded = new Uint8Array((m.raw.length + 3) & ~3);
    padded.set(m.raw);
    ctx.proc.outBytes(padded);
  }
  return 0;
}

/** The messages of a dump on standard input. @param status what a wrong beginning ends with */
export async function readDump(ctx: Context, magic: number, status: number): Promise<NlMessage[]> {
  if (ctx.proc.isatty(0)) throw new IpError(255, "Can't restore from a terminal\n");
  const bytes = await ctx.proc.readAll();
  const head = new Uint8Array(4);
  head.set(bytes.subarray(0, 4));
  const found = le32(head, 0);
  if (bytes.length < 4 || found !== magic) {
    throw new IpError(status, `Magic mismatch (${bytes.length < 4 ? 0 : 1} elems, ${found.toString(16)} magic)\n`);
  }
  return decodeMessages(bytes.subarray(4));
}

/** Sends what a dump holds back to the kernel; what exists already is reported and passed over. */
export async function restoreDump(ctx: Context, magic: number, type: number, status: number): Promise<number> {
  for (const m of await readDump(ctx, magic, status)) {
    if (m.type !== type) continue;
    try {
      await ctx.rt.done(ctx.rt.client.request(type, NLM_F_REQUEST | NLM_F_CREATE, m.payload));
    } catch (e) {
      if (!(e instanceof NetlinkError)) throw e;
      ctx.err(netlinkWords(e));
      if (e.code !== 'EEXIST') return 2;
    }
  }
  return 0;
}
