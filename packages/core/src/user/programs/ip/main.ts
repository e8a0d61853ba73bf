/** The `ip` command of iproute2 6.1.0: options, objects, batches. */
import type { Process, Program } from '../../process/types.ts';
import { NetlinkError } from '../../../netlink/error.ts';
import { SystemError } from '../../../syscall/index.ts';
import { Context, type IpObject } from './context.ts';
import { IpError, IpExit, matches } from './parse.ts';
import { IpVersion, ipUsage, parseOptions, type Options } from './options.ts';
import { doAddress } from './address/index.ts';
import { doLink } from './link/index.ts';
import { doMaddress } from './maddress.ts';
import { doMonitor } from './monitor.ts';
import { doNetconf } from './netconf-show.ts';
import { doNeigh } from './neigh.ts';
import { doNetns, netnsSwitch } from './netns.ts';
import { doNtable } from './ntable.ts';
import { doRoute } from './route/index.ts';
import { doRule } from './rule/index.ts';
import { doTcpMetrics } from './tcp-metrics.ts';
import { doToken } from './token.ts';
import { netlinkWords } from './rtnl.ts';

const absent =
  (name: string): IpObject =>
  async (ctx) => {
    ctx.err(`warren: ip ${name} is not supported yet\n`);
    return 255;
  };

/** In the order abbreviations are tried. */
const OBJECTS: readonly (readonly [name: string, run: IpObject])[] = [
  ['address', doAddress],
  ['addrlabel', absent('addrlabel')],
  ['maddress', doMaddress],
  ['route', doRoute],
  ['rule', doRule],
  ['neighbor', doNeigh],
  ['neighbour', doNeigh],
  ['ntable', doNtable],
  ['ntbl', doNtable],
  ['link', doLink],
  ['l2tp', absent('l2tp')],
  ['fou', absent('fou')],
  ['ila', absent('ila')],
  ['macsec', absent('macsec')],
  ['tunnel', absent('tunnel')],
  ['tunl', absent('tunnel')],
  ['tuntap', absent('tuntap')],
  ['tap', absent('tuntap')],
  ['token', doToken],
  ['tcpmetrics', doTcpMetrics],
  ['tcp_metrics', doTcpMetrics],
  ['monitor', doMonitor],
  ['xfrm', absent('xfrm')],
  ['mroute', absent('mroute')],
  ['mrule', absent('mrule')],
  ['netns', doNetns],
  ['netconf', doNetconf],
  ['vrf', absent('vrf')],
  ['sr', absent('sr')],
  ['nexthop', absent('nexthop')],
  ['mptcp', absent('mptcp')],
  ['ioam', absent('ioam')],
  ['help', async () => ipUsage()],
  ['stats', absent('stats')],
];

/** Runs one command; errors that end only this command are printed here. */
async function runCommand(ctx: Context, words: readonly string[]): Promise<number> {
  const name = words[0]!;
  const object = OBJECTS.find(([full]) => matches(name, full));
  if (object === undefined) {
    ctx.err(`Object "${name}" is unknown, try "ip help".\n`);
    return 1;
  }
  try {
    return await object[1](ctx, words.slice(1));
  } catch (e) {
    if (e instanceof IpError) {
      ctx.err(e.words);
      return e.status;
    }
    if (e instanceof NetlinkError) {
      ctx.err(netlinkWords(e));
      return 2;
    }
    throw e;
  }
}

/** Splits a line of a batch file: white space, quotes, `#` comments. @throws IpExit on a quote left open. */
export function splitLine(line: string): string[] {
  const hash = line.indexOf('#');
  const s = hash < 0 ? line : line.slice(0, hash);
  const words: string[] = [];
  for (let i = 0; i < s.length;) {
    if (/\s/.test(s[i]!)) {
      i++;
      continue;
    }
    const quote = s[i] === "'" || s[i] === '"' ? s[i]! : null;
    if (quote !== null) {
      const end = s.indexOf(quote, i + 1);
      if (end < 0) throw new IpExit(1, 'Unterminated quoted string\n');
      words.push(s.slice(i + 1, end));
      i = end + 1;
    } else {
      const m = /^\S+/.exec(s.slice(i))!;
      words.push(m[0]);
      i += m[0].length;
    }
  }
  return words;
}

async function runBatch(ctx: Context, name: string): Promise<number> {
  let text: AsyncIterable<string> | string[];
  if (name === '-') text = ctx.proc.lines();
  else {
    try {
      text = ctx.proc.fs.readText(name).split('\n');
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      ctx.err(`Cannot open file "${name}" for reading: ${e.strerror}\n`);
      return 1;
    }
  }
  const family = ctx.options.family;
  let result = 0;
  let lineNumber = 0;
  let pending = '';
  for await (const line of text) {
    lineNumber++;
    const whole = pending + line;
    const comment = whole.indexOf('#');
    if (whole.endsWith('\\') && comment < 0) {
      pending = whole.slice(0, -1);
      continue;
    }
    pending = '';
    const words = splitLine(whole);
    if (words.length === 0) continue;
    ctx.family = family;
    const status = await runCommand(ctx, words);
    if (status === 0) continue;
    ctx.err(`Command failed ${name}:${lineNumber}\n`);
    result = 1;
    if (!ctx.options.force) break;
  }
  return result;
}

async function run(proc: Process, options: Options, words: readonly string[]): Promise<number> {
  for (const name of options.netns) {
    if (!(await netnsSwitch(proc, name))) return 255;
  }
  const ctx = new Context(proc, options);
  try {
    if (options.batch !== null) return await runBatch(ctx, options.batch);
    if (words.length === 0) ipUsage();
    return await runCommand(ctx, words);
  } finally {
    ctx.close();
  }
}

/** `ip [ OPTIONS ] OBJECT { COMMAND | help }`. @see ip(8) */
export const ipMain: Program = async (proc) => {
  try {
    const { options, at } = parseOptions(proc.argv.slice(1));
    return await run(proc, options, proc.argv.slice(1 + at));
  } catch (e) {
    if (e instanceof IpVersion) {
      proc.out('ip utility, iproute2-6.1.0, libbpf 1.1.2\n');
      return 0;
    }
    if (!(e instanceof IpExit)) throw e;
    proc.err(e.words);
    return e.status;
  }
};
