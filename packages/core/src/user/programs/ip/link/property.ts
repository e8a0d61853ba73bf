/** `ip link property { add | del }`: alternative names of a device. */
import { linkFamily } from '../../../../netlink/index.ts';
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL } from '../../../../uapi/netlink.ts';
import { RTM_DELLINKPROP, RTM_NEWLINKPROP } from '../../../../uapi/rtnetlink.ts';
import type { Context } from '../context.ts';
import { Args, checkAltifname, duparg2, invarg, IpExit, nodev } from '../parse.ts';
import { LINK_USAGE } from '../usage.ts';

export async function linkProperty(ctx: Context, words: readonly string[]): Promise<number> {
  const verb = words[0];
  if (verb === undefined || verb === 'help') throw new IpExit(255, LINK_USAGE);
  const remove = verb === 'del';
  if (verb !== 'add' && !remove) throw new IpExit(255, 'Operator required\n');
  const names: string[] = [];
  let dev: string | null = null;
  const args = new Args(words.slice(1));
  for (; args.left > 0; args.i++) {
    if (args.like('altname')) {
      const name = args.next();
      if (!checkAltifname(name)) invarg('not a valid altname', name);
      names.push(name);
    } else if (args.like('help')) {
      throw new IpExit(255, LINK_USAGE);
    } else {
      if (args.is('dev')) args.next();
      if (dev !== null) duparg2('dev', args.word);
      if (!checkAltifname(args.word)) invarg('"dev" not a valid ifname', args.word);
      dev = args.word;
    }
  }
  if (dev === null) throw new IpExit(255, 'Not enough of information: "dev" argument is required.\n');
  const index = await ctx.links.index(dev);
  if (index === 0) nodev(dev);
  const payload = linkFamily.encode({ index, attrs: { propList: names } });
  const flags = remove ? 0 : NLM_F_EXCL | NLM_F_CREATE | NLM_F_APPEND;
  await ctx.rt.done(ctx.rt.client.request(remove ? RTM_DELLINKPROP : RTM_NEWLINKPROP, flags, payload));
  return 0;
}
