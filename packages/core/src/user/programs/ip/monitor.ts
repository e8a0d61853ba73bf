/** `ip monitor`: prints what the kernel says about changes. @see ip-monitor(8), ip/ipmonitor.c */
import {
  addrFamily,
  decodeMessages,
  linkFamily,
  neighFamily,
  type NlEvent,
  type NlMessage,
  type NlMonitor,
  nsidFamily,
  openMonitor,
  routeFamily,
  ruleFamily,
} from '../../../netlink/index.ts';
import { netconfFamily } from '../../../netlink/netconf.ts';
import { strftime } from '../../../lib/strftime.ts';
import { SystemError } from '../../../syscall/index.ts';
import { CLOCK_REALTIME } from '../../../uapi/sched.ts';
import { AF_INET, AF_INET6, AF_UNSPEC, POLLIN } from '../../../uapi/socket.ts';
import * as rt from '../../../uapi/rtnetlink.ts';
import { printAddr } from './address/print.ts';
import type { Context } from './context.ts';
import { Row } from './json.ts';
import { printLink } from './link/print.ts';
import { neighRow } from './neigh.ts';
import { netconfText } from './netconf.ts';
import { nameOfNsid, netnsNames, nsidOfName } from './netns.ts';
import { Args, invarg, IpExit } from './parse.ts';
import { routeRow } from './route/print.ts';
import { ruleRow } from './rule/print.ts';
import { MONITOR_USAGE } from './usage.ts';

/** An object, and the groups its news come by: of both families, of IPv4, of IPv6. */
type Subject = readonly [word: string, any: readonly number[], inet: readonly number[], inet6: readonly number[]];

/** In the order abbreviations are tried. */
const SUBJECTS: readonly Subject[] = [
  ['link', [rt.RTNLGRP_LINK], [], []],
  ['address', [], [rt.RTNLGRP_IPV4_IFADDR], [rt.RTNLGRP_IPV6_IFADDR]],
  ['route', [], [rt.RTNLGRP_IPV4_ROUTE], [rt.RTNLGRP_IPV6_ROUTE]],
  ['mroute', [], [rt.RTNLGRP_IPV4_MROUTE], [rt.RTNLGRP_IPV6_MROUTE]],
  ['prefix', [], [], [rt.RTNLGRP_IPV6_PREFIX]],
  ['neigh', [rt.RTNLGRP_NEIGH], [], []],
  ['netconf', [], [rt.RTNLGRP_IPV4_NETCONF], [rt.RTNLGRP_IPV6_NETCONF]],
  ['rule', [], [rt.RTNLGRP_IPV4_RULE], [rt.RTNLGRP_IPV6_RULE]],
  ['nsid', [rt.RTNLGRP_NSID], [], []],
  ['nexthop', [rt.RTNLGRP_NEXTHOP], [], []],
  ['stats', [rt.RTNLGRP_STATS], [], []],
];

interface Options {
  readonly subjects: Set<Subject>;
  label: boolean;
  allNsid: boolean;
  file: string | null;
  /** Only this device; 0 any. */
  ifindex: number;
}

async function parse(ctx: Context, words: readonly string[]): Promise<Options> {
  const o: Options = { subjects: new Set(), label: false, allNsid: false, file: null, ifindex: 0 };
  const args = new Args(words);
  for (; args.left > 0; args.i++) {
    const subject = SUBJECTS.find(([word]) => args.like(word));
    if (args.like('file')) o.file = args.next();
    else if (args.like('label')) o.label = true;
    else if (subject !== undefined) o.subjects.add(subject);
    else if (args.is('all')) o.label = true;
    else if (args.like('all-nsid')) o.allNsid = true;
    else if (args.like('help')) throw new IpExit(255, MONITOR_USAGE);
    else if (args.is('dev')) {
      const word = args.next();
      o.ifindex = await ctx.links.index(word);
      if (o.ifindex === 0) invarg('Device does not exist\n', word);
    } else throw new IpExit(255, `Argument "${args.word}" is unknown, try "ip monitor help".\n`);
  }
  if (o.subjects.size === 0) for (const s of SUBJECTS) o.subjects.add(s);
  return o;
}

class Monitor {
  private readonly ctx: Context;
  private readonly o: Options;
  /** Names of namespaces by id, as they were first known. */
  private readonly nsNames = new Map<number, string>();

  constructor(ctx: Context, o: Options) {
    this.ctx = ctx;
    this.o = o;
  }

  async init(): Promise<void> {
    await this.ctx.links.init();
    for (const name of netnsNames(this.ctx.proc)) {
      const id = await nsidOfName(this.ctx, name);
      if (id >= 0) this.nsNames.set(id, name);
    }
  }

  /** What goes before each notification. @param nsid of the namespace it is from; undefined for the own */
  private header(label: string, nsid: number | undefined): string {
    const { options, proc } = this.ctx;
    let text = '';
    if (options.timestamp > 0) {
      const t = proc.task.clockGettime(CLOCK_REALTIME);
      const [seconds, usec] = [Number(t / 1_000_000_000n), (t % 1_000_000_000n) / 1000n];
      text += options.shortTimestamp
        ? strftime(`[%Y-%m-%dT%H:%M:%S.${String(usec).padStart(6, '0')}] `, seconds)
        : strftime(`Timestamp: %a %b %e %H:%M:%S %Y ${usec} usec\n`, seconds);
    }
    if (this.o.allNsid) text += nsid === undefined || nsid < 0 ? '[nsid current]' : `[nsid ${nsid}]`;
    return this.o.label ? `${text}[${label}]` : text;
  }

  /** The text of a notification; null for one that is not printed. */
  async text(m: NlMessage, nsid: number | undefined): Promise<string | null> {
    const found = await this.body(m);
    return found === null ? null : this.header(found[0], nsid) + found[1];
  }

  private async body(m: NlMessage): Promise<readonly [label: string, text: string] | null> {
    switch (m.type) {
      case rt.RTM_NEWLINK:
      case rt.RTM_DELLINK:
        return ['LINK', await this.link(m)];
      case rt.RTM_NEWADDR:
      case rt.RTM_DELADDR:
        return ['ADDR', await this.address(m)];
      case rt.RTM_NEWROUTE:
      case rt.RTM_DELROUTE:
        return ['ROUTE', await this.route(m)];
      case rt.RTM_NEWNEIGH:
      case rt.RTM_DELNEIGH:
      case rt.RTM_GETNEIGH: {
        const n = neighFamily.decode(m.payload);
        const { family } = this.ctx;
        if (n === undefined || (family !== AF_UNSPEC && n.family !== family)) return null;
        return ['NEIGH', await this.neigh(m)];
      }
      case rt.RTM_NEWRULE:
      case rt.RTM_DELRULE: {
        const r = ruleFamily.decode(m.payload);
        return r === undefined ? null : ['RULE', ruleRow(this.ctx, r, m.type === rt.RTM_DELRULE).text];
      }
      case rt.RTM_NEWNETCONF:
      case rt.RTM_DELNETCONF: {
        const n = netconfFamily.decode(m.payload);
        if (n === undefined || this.elsewhere(n.attrs.ifindex ?? 0)) return null;
        if (this.ctx.family !== AF_UNSPEC && n.family !== this.ctx.family) return null;
        return ['NETCONF', await netconfText(this.ctx, n, m.type === rt.RTM_DELNETCONF)];
      }
      case rt.RTM_NEWNSID:
      case rt.RTM_DELNSID:
        return ['NSID', await this.nsid(m)];
      default:
        return null;
    }
  }

  private elsewhere(ifindex: number): boolean {
    return this.o.ifindex !== 0 && ifindex !== this.o.ifindex;
  }

  private async link(m: NlMessage): Promise<string> {
    const gone = m.type === rt.RTM_DELLINK;
    const l = linkFamily.decode(m.payload);
    if (l === undefined) return '';
    this.ctx.links.follow(l, gone);
    if (this.elsewhere(l.index)) return '';
    const row = new Row().say(gone ? 'Deleted ' : '');
    await printLink(this.ctx, row, l, { link: false, family: AF_UNSPEC, queue: false });
    return row.text;
  }

  private async address(m: NlMessage): Promise<string> {
    const a = addrFamily.decode(m.payload);
    if (a === undefined || this.elsewhere(a.index)) return '';
    const row = new Row().say(m.type === rt.RTM_DELADDR ? 'Deleted ' : '');
    await printAddr(this.ctx, row, a, true);
    return row.text;
  }

  private async route(m: NlMessage): Promise<string> {
    const r = routeFamily.decode(m.payload);
    if (r === undefined || this.elsewhere(r.attrs.oif ?? 0)) return '';
    return (await routeRow(this.ctx, r, { dev: this.o.ifindex !== 0 }, m.type === rt.RTM_DELROUTE)).text;
  }

  private async neigh(m: NlMessage): Promise<string> {
    const n = neighFamily.decode(m.payload)!;
    if (this.elsewhere(n.ifindex)) return '';
    const before = m.type === rt.RTM_DELNEIGH ? 'Deleted ' : m.type === rt.RTM_GETNEIGH ? 'miss ' : '';
    return before + (await neighRow(this.ctx, n, this.o.ifindex === 0)).text;
  }

  private async nsid(m: NlMessage): Promise<string> {
    const a = nsidFamily.decode(m.payload)?.attrs;
    if (a?.nsid === undefined) return '';
    const gone = m.type === rt.RTM_DELNSID;
    const name = this.nsNames.get(a.nsid) ?? (gone ? undefined : await nameOfNsid(this.ctx, a.nsid));
    if (gone) this.nsNames.delete(a.nsid);
    else if (name !== undefined) this.nsNames.set(a.nsid, name);
    const id = a.nsid < 0 ? 'nsid unassigned ' : `nsid ${a.nsid} `;
    return `${gone ? 'Deleted ' : ''}${id}${name === undefined ? '' : `(iproute2 netns name: ${name})`}\n`;
  }
}

/** Prints the messages a file of `rtmon` holds. */
async function fromFile(ctx: Context, monitor: Monitor, file: string): Promise<number> {
  let bytes: Uint8Array;
  try {
    bytes = ctx.proc.fs.readFile(file);
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    throw new IpExit(255, `Cannot fopen: ${e.strerror}\n`);
  }
  for (const m of decodeMessages(bytes)) ctx.out((await monitor.text(m, undefined)) ?? '');
  return 0;
}

/** Runs until a signal ends it. @see do_ipmonitor */
export async function doMonitor(ctx: Context, words: readonly string[]): Promise<number> {
  const o = await parse(ctx, words);
  const monitor = new Monitor(ctx, o);
  if (o.file !== null) return fromFile(ctx, monitor, o.file);
  const { family } = ctx;
  const groups = [...o.subjects].flatMap(([, any, inet, inet6]) => [
    ...any,
    ...(family === AF_UNSPEC || family === AF_INET ? inet : []),
    ...(family === AF_UNSPEC || family === AF_INET6 ? inet6 : []),
  ]);
  const { rcvbuf } = ctx.options;
  const socket = openMonitor(ctx.proc.task, groups, { allNsid: o.allNsid, ...(rcvbuf === null ? {} : { rcvbuf }) });
  try {
    await monitor.init();
    for (;;) {
      const event = await nextEvent(ctx, socket);
      if (event === undefined) continue;
      const text = await monitor.text(event.message, event.nsid);
      if (text === null) continue;
      ctx.out(text);
      await ctx.proc.flush();
    }
  } finally {
    socket.close();
  }
}

/** The next notification; undefined when there is none yet, or some were lost. Signals end the wait. */
async function nextEvent(ctx: Context, monitor: NlMonitor): Promise<NlEvent | undefined> {
  try {
    const event = monitor.take();
    if (event === undefined) await ctx.proc.poll([{ on: monitor.socket, events: POLLIN }], Infinity);
    return event;
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    ctx.err(`netlink receive error ${e.strerror} (${-e.errno})\n`);
    if (e.code !== 'ENOBUFS') throw new IpExit(2, '');
    return undefined;
  }
}
