/** `ip address`. @see ip-address(8), ip/ipaddress.c:do_ipaddr */
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../../../../uapi/netlink.ts';
import { RTM_DELADDR, RTM_GETADDR, RTM_NEWADDR } from '../../../../uapi/rtnetlink.ts';
import { addrFamily, type AddrMessage } from '../../../../netlink/index.ts';
import type { Context } from '../context.ts';
import { readDump, restoreDump, beginDump, saveDump } from '../dump-file.ts';
import { Row } from '../json.ts';
import { IpExit, matches } from '../parse.ts';
import { ADDRESS_USAGE } from '../usage.ts';
import { modifyAddr } from './modify.ts';
import { addrMatches, parseFilter } from './filter.ts';
import { printAddr } from './print.ts';
import { flushAddrs, showAddrs } from './show.ts';

/** What begins an address dump. */
const MAGIC = 0x47361222;

async function save(ctx: Context, words: readonly string[]): Promise<number> {
  const f = await parseFilter(ctx, words);
  const header = { family: f.family, index: f.ifindex };
  beginDump(ctx, MAGIC);
  return saveDump(ctx, RTM_GETADDR, addrFamily.encode(header), async (m) => {
    const a = addrFamily.decode(m.payload);
    return a !== undefined && (f.ifindex === 0 || a.index === f.ifindex) && (await addrMatches(ctx, f, a));
  });
}

async function showDump(ctx: Context): Promise<number> {
  const rows: Row[] = [];
  for (const m of await readDump(ctx, MAGIC, 255)) {
    const a = m.type === RTM_NEWADDR ? addrFamily.decode(m.payload) : undefined;
    if (a !== undefined) rows.push(await dumpRow(ctx, a));
  }
  await ctx.print(rows);
  return 0;
}

async function dumpRow(ctx: Context, a: AddrMessage): Promise<Row> {
  const row = new Row();
  row.put('index', a.index, `if${a.index}:${ctx.nl}`);
  await printAddr(ctx, row, a, false);
  return row;
}

export async function doAddress(ctx: Context, args: readonly string[]): Promise<number> {
  if (args.length === 0) return showAddrs(ctx, []);
  const word = args[0]!;
  const rest = args.slice(1);
  const like = (full: string): boolean => matches(word, full);
  if (like('add')) return modifyAddr(ctx, rest, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
  if (like('change') || word === 'chg') return modifyAddr(ctx, rest, RTM_NEWADDR, NLM_F_REPLACE);
  if (like('replace')) return modifyAddr(ctx, rest, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
  if (like('delete')) return modifyAddr(ctx, rest, RTM_DELADDR, 0);
  if (like('show') || like('lst') || like('list')) return showAddrs(ctx, rest);
  if (like('flush')) return flushAddrs(ctx, rest);
  if (like('save')) return save(ctx, rest);
  if (like('showdump')) return showDump(ctx);
  if (like('restore')) return restoreDump(ctx, MAGIC, RTM_NEWADDR, 255);
  if (like('help')) throw new IpExit(255, ADDRESS_USAGE);
  throw new IpExit(255, `Command "${word}" is unknown, try "ip address help".\n`);
}
