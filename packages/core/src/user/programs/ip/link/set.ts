/** `ip link add`, `set`, `delete`: one request of the same general options. @see ip/iplink.c:iplink_modify */
import type { NetnsHandle } from '../../../../syscall/index.ts';
import { linkFamily, type LinkInfo } from '../../../../netlink/index.ts';
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../../../../uapi/netlink.ts';
import { RTM_DELLINK, RTM_NEWLINK } from '../../../../uapi/rtnetlink.ts';
import type { Context } from '../context.ts';
import { Args, duparg, IpError, IpExit, matches, nodev } from '../parse.ts';
import { LINK_USAGE } from '../usage.ts';
import { isKnownKind, KindRefused, parserOf, takesOptions, type PeerLink } from './kinds.ts';
import { parseLink, type ParsedLink } from './parse.ts';

const ANY_LENGTH = -1;

/** Bytes a device's address has; ANY_LENGTH when the device is not known. */
async function addressLength(ctx: Context, dev: string): Promise<number> {
  const index = await ctx.links.index(dev);
  const m = index === 0 ? null : await ctx.rt.linkOrNull({ index });
  return m?.attrs.address?.length ?? ANY_LENGTH;
}

async function checkAddress(ctx: Context, p: ParsedLink): Promise<void> {
  if (p.addressLength === 0 || p.dev === null) return;
  const must = await addressLength(ctx, p.dev);
  if (must >= 0 && must !== p.addressLength) {
    throw new IpError(1, `Invalid address length ${p.addressLength} - must be ${must} bytes\n`);
  }
}

/** The name of a device to be made, null when the kernel shall choose. */
function newName(p: ParsedLink): string | null {
  if (p.name !== null && p.dev !== null && p.name !== p.dev) {
    throw new IpExit(255, 'both "name" and "dev" cannot be used when creating devices.\n');
  }
  return p.name ?? p.dev;
}

/** The index of the device another shall lie on. */
async function lowerLink(ctx: Context, name: string): Promise<number> {
  const index = await ctx.links.index(name);
  return index === 0 ? nodev(name) : index;
}

const groupOnCreate = (): never => {
  throw new IpExit(255, 'group cannot be used when creating devices.\n');
};

async function peerOf(ctx: Context, args: Args, handles: NetnsHandle[]): Promise<PeerLink> {
  const p = await parseLink(ctx, args, true, handles);
  if (p.type !== null) duparg('type', p.type);
  if (p.group !== -1 && p.dev === null) groupOnCreate();
  const name = newName(p);
  if (p.link !== null) p.attrs.link = await lowerLink(ctx, p.link);
  return {
    ...p.header,
    ...(p.index === 0 ? {} : { index: p.index }),
    attrs: name === null ? p.attrs : { ...p.attrs, ifname: name },
  };
}

/** The kind's own options, from where the general ones ended. */
async function kindInfo(ctx: Context, type: string, args: Args, handles: NetnsHandle[]): Promise<LinkInfo> {
  const slave = type.endsWith('_slave') ? type.slice(0, -6) : null;
  const info: LinkInfo = slave === null ? { kind: type } : { slaveKind: slave };
  if (args.left === 0) return info;
  const parser = parserOf(type);
  if (parser !== undefined) {
    const data = await parser(ctx, args, (rest) => peerOf(ctx, rest, handles));
    return data === undefined ? info : { ...info, data };
  }
  if (takesOptions(type)) {
    throw new IpExit(255, `warren: ip link: option "${args.word}" of type ${type} is not supported yet\n`);
  }
  // Nobody reads the words, but the kernel is sent that there are some.
  return { ...info, data: new Uint8Array() };
}

async function modify(ctx: Context, words: readonly string[], cmd: number, flags: number): Promise<number> {
  const handles: NetnsHandle[] = [];
  try {
    const args = new Args(words);
    const create = (flags & NLM_F_CREATE) !== 0;
    const p = await parseLink(ctx, args, create, handles);
    if (!create) await checkAddress(ctx, p);
    return await send(ctx, args, p, cmd, flags, handles);
  } catch (e) {
    if (e instanceof KindRefused) return 1;
    throw e;
  } finally {
    for (const h of handles) h.close();
  }
}

async function send(
  ctx: Context,
  args: Args,
  p: ParsedLink,
  cmd: number,
  flags: number,
  handles: NetnsHandle[],
): Promise<number> {
  const create = (flags & NLM_F_CREATE) !== 0;
  const attrs = p.attrs;
  let index = 0;
  if (!create && p.index !== 0 && !p.moves) {
    throw new IpExit(255, 'index can be used only when creating devices or when moving device to another netns.\n');
  }
  if (p.group !== -1 && p.dev === null) {
    if (args.left > 0) throw new IpExit(255, garbageWords(args.word));
    if (create) groupOnCreate();
    await ctx.rt.done(ctx.rt.client.request(cmd, flags, linkFamily.encode({ ...p.header, attrs })));
    return 0;
  }
  if (!create) {
    if (p.dev === null) throw new IpExit(255, 'Not enough information: "dev" argument is required.\n');
    index = await ctx.links.index(p.dev);
    if (index === 0) nodev(p.dev);
    if (p.name !== null && p.name !== p.dev) attrs.ifname = p.name;
    if (p.index !== 0) attrs.newIfindex = p.index;
  } else {
    const name = newName(p);
    if (p.link !== null) attrs.link = await lowerLink(ctx, p.link);
    index = p.index;
    if (name !== null) attrs.ifname = name;
  }
  if (p.type !== null) {
    if (args.left > 0 && !isKnownKind(p.type))
      throw matches(args.word, 'help') ? new IpExit(255, LINK_USAGE) : new IpError(1, garbageWords(args.word));
    attrs.linkinfo = await kindInfo(ctx, p.type, args, handles);
  } else if (create) {
    throw new IpError(1, 'Not enough information: "type" argument is required\n');
  }
  await ctx.rt.done(ctx.rt.client.request(cmd, flags, linkFamily.encode({ ...p.header, index, attrs })));
  return 0;
}

const garbageWords = (word: string): string => `Garbage instead of arguments "${word} ...". Try "ip link help".\n`;

/** @param exclusive `add`, else `replace` */
export const addLink = (ctx: Context, words: readonly string[], exclusive: boolean): Promise<number> =>
  modify(ctx, words, RTM_NEWLINK, exclusive ? NLM_F_CREATE | NLM_F_EXCL : NLM_F_CREATE | NLM_F_REPLACE);

export const setLink = (ctx: Context, words: readonly string[]): Promise<number> => modify(ctx, words, RTM_NEWLINK, 0);

export const deleteLink = (ctx: Context, words: readonly string[]): Promise<number> =>
  modify(ctx, words, RTM_DELLINK, 0);
