/** The conversation with the kernel as `ip` leads it: warnings printed, errors in iproute2's words. */
import { AF_PACKET, AF_UNSPEC } from '../../../uapi/socket.ts';
import { RTEXT_FILTER_SKIP_STATS, RTEXT_FILTER_VF } from '../../../uapi/rtnetlink.ts';
import { NetlinkClient, NetlinkError, type ExtAck, type LinkMessage, type NlReply } from '../../../netlink/index.ts';
import { ALTIFNAMSIZ, IFNAMSIZ } from '../../../uapi/if.ts';
import type { Process } from '../../process/types.ts';

const sentence = (msg: string): string => (msg.endsWith('.') ? msg : `${msg}.`);

/** What iproute2 prints for a request refused. @see lib/libnetlink.c:nl_dump_ext_ack */
export function netlinkWords(e: NetlinkError): string {
  const msg = e.extack?.msg;
  return msg === undefined || msg === '' ? `RTNETLINK answers: ${e.strerror}\n` : `Error: ${sentence(msg)}\n`;
}

export class Rtnl {
  readonly client: NetlinkClient;
  private readonly proc: Process;

  /** @param rcvbuf bytes of answers the kernel may keep for it; its default when null */
  constructor(proc: Process, rcvbuf: number | null = null) {
    this.proc = proc;
    this.client = new NetlinkClient(proc.task, rcvbuf === null ? {} : { rcvbuf });
  }

  close(): void {
    this.client.close();
  }

  /** Prints what the kernel remarked on a request that it granted. */
  private warn(warnings: readonly ExtAck[]): void {
    for (const w of warnings) if (w.msg !== undefined && w.msg !== '') this.proc.err(`Warning: ${sentence(w.msg)}\n`);
  }

  /** Waits for a request to be granted. @throws NetlinkError */
  async done(reply: Promise<NlReply>): Promise<NlReply> {
    const r = await reply;
    this.warn(r.warnings);
    return r;
  }

  /** All devices. @param stats without, the kernel leaves counters out */
  links(
    family: number = AF_UNSPEC,
    stats = false,
    attrs: { master?: number; kind?: string } = {},
  ): Promise<LinkMessage[]> {
    if (family !== AF_UNSPEC && family !== AF_PACKET) return this.client.link.dump({ family });
    return this.client.link.dump({
      family,
      attrs: {
        extMask: stats ? RTEXT_FILTER_VF : RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS,
        ...(attrs.master === undefined ? {} : { master: attrs.master }),
        ...(attrs.kind === undefined ? {} : { linkinfo: { kind: attrs.kind } }),
      },
    });
  }

  /** One device. @throws NetlinkError ENODEV … */
  link(ref: { readonly index: number } | { readonly name: string }, stats = false): Promise<LinkMessage> {
    const extMask = stats ? RTEXT_FILTER_VF : RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS;
    if ('index' in ref) return this.client.link.query({ index: ref.index, attrs: { extMask } });
    const long = ref.name.length >= IFNAMSIZ;
    return this.client.link.query({ attrs: long ? { extMask, altIfname: ref.name } : { extMask, ifname: ref.name } });
  }

  /** One device, or null when there is none (or the name can be none's). */
  async linkOrNull(ref: { readonly index: number } | { readonly name: string }): Promise<LinkMessage | null> {
    if ('name' in ref && ref.name.length >= ALTIFNAMSIZ) return null;
    try {
      return await this.link(ref);
    } catch (e) {
      if (e instanceof NetlinkError) return null;
      throw e;
    }
  }

  /** The id of the namespace an open file stands for, -1 when it has none here. */
  async nsidOf(fd: number): Promise<number> {
    try {
      return (await this.client.nsid.query({ attrs: { fd } })).attrs.nsid ?? -1;
    } catch (e) {
      if (e instanceof NetlinkError) return -1;
      throw e;
    }
  }

  /** Gives the namespace of an open file an id (-1: the kernel chooses). @throws NetlinkError EEXIST, EINVAL … */
  async setNsid(fd: number, nsid: number): Promise<void> {
    await this.done(this.client.nsid.create({ attrs: { nsid, fd } }, 0));
  }

  /** Ids known in this namespace, or in the one with id `target`; only `one` when it is not negative. */
  async nsids(target: number, one: number): Promise<{ nsid: number; current: number | undefined }[]> {
    const attrs = target >= 0 ? { targetNsid: target } : {};
    const found =
      one >= 0
        ? [await this.client.nsid.query({ attrs: { ...attrs, nsid: one } })]
        : await this.client.nsid.dump({ attrs });
    return found.map((m) => ({ nsid: m.attrs.nsid ?? -1, current: m.attrs.currentNsid }));
  }
}
