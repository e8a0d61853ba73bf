/** `ip token`: the interface identifier for addresses made of prefixes. @see ip-token(8), ip/iptoken.c */
import { IFF_LOOPBACK, IFF_NOARP } from '../../../uapi/if.ts';
import { AF_INET6 } from '../../../uapi/socket.ts';
import type { Context } from './context.ts';
import { Row } from './json.ts';
import { Args, formatAddr, getPrefix, incomplete, invarg, IpExit, matches } from './parse.ts';

const USAGE = 'Usage: ip token [ list | set | del | get ] [ TOKEN ] [ dev DEV ]\n';

/** @see iptoken_list */
async function list(ctx: Context, words: readonly string[]): Promise<number> {
  let index = 0;
  for (const args = new Args(words); args.i < words.length; args.i++) {
    if (!args.is('dev')) continue;
    const name = args.next();
    index = await ctx.links.index(name);
    if (index === 0) invarg('dev is invalid\n', name);
  }
  const rows: Row[] = [];
  for (const m of await ctx.rt.links()) {
    const token = m.attrs.afSpec?.inet6?.token;
    if ((index !== 0 && m.index !== index) || (m.flags & (IFF_LOOPBACK | IFF_NOARP)) !== 0 || token === undefined)
      continue;
    const name = m.attrs.ifname ?? '';
    const text = formatAddr(AF_INET6, token);
    rows.push(new Row().put('token', text, `token ${text} `).put('ifname', name, `dev ${name}\n`));
  }
  await ctx.print(rows);
  return 0;
}

/** @see iptoken_set */
async function set(ctx: Context, words: readonly string[], del: boolean): Promise<number> {
  let token: Uint8Array | null = del ? new Uint8Array(16) : null;
  let index = 0;
  for (const args = new Args(words); args.i < words.length; args.i++) {
    if (args.is('dev')) {
      const name = args.next();
      index = await ctx.links.index(name);
      if (index === 0) invarg('dev is invalid\n', name);
    } else if (args.like('help')) throw new IpExit(255, USAGE);
    else if (token !== null && !del)
      throw new IpExit(255, `Error: duplicate "token": "${args.word}" is the second value.\n`);
    else token = getPrefix(args.word, AF_INET6).bytes;
  }
  if (words.length === 0 && !del) return incomplete();
  if (token === null) throw new IpExit(1, 'Not enough information: token is required.\n');
  if (index === 0) throw new IpExit(1, 'Not enough information: "dev" argument is required.\n');
  await ctx.rt.done(ctx.rt.client.link.setlink({ index, attrs: { afSpec: { inet6: { token } } } }));
  return 0;
}

export async function doToken(ctx: Context, words: readonly string[]): Promise<number> {
  const [word, ...rest] = words;
  if (word === undefined || matches(word, 'list') || matches(word, 'lst') || matches(word, 'show'))
    return list(ctx, rest);
  if (matches(word, 'set')) return set(ctx, rest, false);
  if (matches(word, 'delete')) return set(ctx, rest, true);
  if (matches(word, 'get')) return list(ctx, rest);
  if (matches(word, 'help')) throw new IpExit(255, USAGE);
  throw new IpExit(255, `Command "${word}" is unknown, try "ip token help".\n`);
}
