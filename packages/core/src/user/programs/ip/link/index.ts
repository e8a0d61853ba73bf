/** `ip link`. @see ip-link(8), ip/iplink.c:do_iplink */
import type { Context } from '../context.ts';
import { IpExit, matches } from '../parse.ts';
import { LINK_USAGE } from '../usage.ts';
import { addLink, deleteLink, setLink } from './set.ts';
import { linkProperty } from './property.ts';
import { showLinks } from './show.ts';
import { linkTypeHelp } from './kinds.ts';

export async function doLink(ctx: Context, args: readonly string[]): Promise<number> {
  if (args.length === 0) return showLinks(ctx, []);
  const word = args[0]!;
  const rest = args.slice(1);
  const like = (full: string): boolean => matches(word, full);
  if (like('add')) return addLink(ctx, rest, true);
  if (like('set') || like('change')) return setLink(ctx, rest);
  if (like('replace')) return addLink(ctx, rest, false);
  if (like('delete')) return deleteLink(ctx, rest);
  if (like('show') || like('lst') || like('list')) return showLinks(ctx, rest);
  if (like('xstats') || like('afstats')) {
    ctx.err(`warren: ip link ${like('xstats') ? 'xstats' : 'afstats'} is not supported yet\n`);
    return 255;
  }
  if (like('property')) return linkProperty(ctx, rest);
  if (like('help')) {
    const text = rest.length > 0 ? linkTypeHelp(rest[0]!) : undefined;
    if (text === undefined) throw new IpExit(255, LINK_USAGE);
    ctx.out(text);
    return 0;
  }
  throw new IpExit(255, `Command "${word}" is unknown, try "ip link help".\n`);
}
