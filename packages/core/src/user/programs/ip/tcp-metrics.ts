/**
 * `ip tcp_metrics`: what TCP remembers of destinations. @see ip-tcp_metrics(8), ip/tcp_metrics.c
 *
 * Differs from Linux: where something is remembered, it is refused to show it.
 */
import { GenericClient } from '../../../netlink/generic.ts';
import {
  TCP_METRICS_ATTR_ADDR_IPV4,
  TCP_METRICS_ATTR_ADDR_IPV6,
  TCP_METRICS_CMD_DEL,
  TCP_METRICS_CMD_GET,
  TCP_METRICS_GENL_NAME,
  TCP_METRICS_GENL_VERSION,
} from '../../../uapi/genetlink.ts';
import { AF_INET, AF_INET6, AF_UNSPEC } from '../../../uapi/socket.ts';
import type { Context } from './context.ts';
import { Args, getPrefix, incomplete, IpExit, matches, type Prefix } from './parse.ts';

const USAGE =
  'Usage:\tip tcp_metrics/tcpmetrics { COMMAND | help }\n\tip tcp_metrics { show | flush } SELECTOR\n' +
  '\tip tcp_metrics delete [ address ] ADDRESS\nSELECTOR := [ [ address ] PREFIX ]\n';

/** Whether it is one address rather than many. */
const isOne = (p: Prefix): boolean => p.bytes.length > 0 && p.bitlen === 8 * p.bytes.length;

/** The address or prefix of a selector; null for any. */
function selector(ctx: Context, words: readonly string[], required: boolean): { prefix: Prefix; word: string } | null {
  const args = new Args(words);
  if (args.is('address')) {
    if (args.left < 2) incomplete();
    args.next();
  }
  if (args.left === 0 && required) throw new IpExit(255, 'Error: argument "address" is required\n');
  if (args.left === 0) return null;
  if (args.is('source') || args.is('src'))
    throw new IpExit(255, 'warren: ip tcp_metrics: source is not supported yet\n');
  return { prefix: getPrefix(args.word, ctx.family), word: args.word };
}

async function ask(ctx: Context, command: number, one: Prefix | null): Promise<number> {
  const client = new GenericClient(ctx.proc.task, TCP_METRICS_GENL_NAME, TCP_METRICS_GENL_VERSION);
  try {
    const attr = one?.bytes.length === 4 ? TCP_METRICS_ATTR_ADDR_IPV4 : TCP_METRICS_ATTR_ADDR_IPV6;
    const dump = one === null && command === TCP_METRICS_CMD_GET;
    const found = await client.ask(command, one === null ? [] : [[attr, one.bytes]], dump);
    if (found.length > 0) throw new IpExit(255, 'warren: ip tcp_metrics: showing metrics is not supported yet\n');
    return 0;
  } finally {
    client.close();
  }
}

async function show(ctx: Context, words: readonly string[]): Promise<number> {
  const chosen = selector(ctx, words, false);
  const one = chosen !== null && isOne(chosen.prefix) ? chosen.prefix : null;
  await ask(ctx, TCP_METRICS_CMD_GET, one);
  if (one === null) await ctx.print([]);
  return 0;
}

async function flush(ctx: Context, words: readonly string[]): Promise<number> {
  const chosen = selector(ctx, words, false);
  if (chosen !== null && isOne(chosen.prefix)) return ask(ctx, TCP_METRICS_CMD_DEL, chosen.prefix);
  if (chosen === null || chosen.prefix.bitlen === 0) return ask(ctx, TCP_METRICS_CMD_DEL, null);
  await ask(ctx, TCP_METRICS_CMD_GET, null);
  ctx.err('Nothing to flush.\n');
  return 0;
}

async function del(ctx: Context, words: readonly string[]): Promise<number> {
  const { prefix, word } = selector(ctx, words, true)!;
  if (!isOne(prefix)) throw new IpExit(1, `Error: a specific IP address is expected rather than "${word}"\n`);
  return ask(ctx, TCP_METRICS_CMD_DEL, prefix);
}

export async function doTcpMetrics(ctx: Context, words: readonly string[]): Promise<number> {
  const [word, ...rest] = words;
  if (![AF_UNSPEC, AF_INET, AF_INET6].includes(ctx.family))
    throw new IpExit(1, `Unsupported protocol family: ${ctx.family}\n`);
  if (word === undefined) return show(ctx, []);
  if (matches(word, 'delete')) return del(ctx, rest);
  if (matches(word, 'flush')) return flush(ctx, rest);
  if (matches(word, 'show') || matches(word, 'lst') || matches(word, 'list')) return show(ctx, rest);
  if (matches(word, 'help')) throw new IpExit(255, USAGE);
  throw new IpExit(255, `Command "${word}" is unknown, try "ip tcp_metrics help".\n`);
}
