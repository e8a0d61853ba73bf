/** `ip rule`: the list of policy rules; changing them is refused by name. @see ip-rule(8), ip/iprule.c:print_rule */
import { type RuleMessage } from '../../../netlink/index.ts';
import {
  FIB_RULE_IIF_DETACHED,
  FIB_RULE_INVERT,
  FIB_RULE_OIF_DETACHED,
  FIB_RULE_UNRESOLVED,
  FR_ACT_GOTO,
  FR_ACT_NOP,
  FR_ACT_TO_TBL,
  RTPROT_KERNEL,
} from '../../../uapi/rtnetlink.ts';
import { AF_INET, AF_UNSPEC } from '../../../uapi/socket.ts';
import type { Context } from './context.ts';
import { Row } from './json.ts';
import { formatAddr, IpExit, matches } from './parse.ts';
import { hostLength, ROUTE_TYPES } from './route/print.ts';
import { RULE_USAGE } from './usage.ts';

/** `from` and `to`: the address, its length unless it is a whole host's. */
function printEnd(row: Row, key: 'src' | 'dst', m: RuleMessage, bytes: Uint8Array | undefined, len: number): void {
  const word = key === 'src' ? 'from' : ' to';
  if (bytes !== undefined) {
    const text = formatAddr(m.family, bytes);
    row.put(key, text, `${word} ${text}`);
    if (len !== hostLength(m.family)) row.put(`${key}len`, len, `/${len}`);
  } else if (len !== 0) row.put(key, '0', `${word} 0`).put(`${key}len`, len, `/${len}`);
  else if (key === 'src') row.put(key, 'all', `${word} all`);
}

function printMatch(ctx: Context, row: Row, m: RuleMessage): void {
  const a = m.attrs;
  if (m.tos !== 0) {
    const tos = ctx.names.nameOnly('rt_dsfield', m.tos) ?? `0x${m.tos.toString(16).padStart(2, '0')}`;
    row.put('tos', tos, ` tos ${tos}`);
  }
  const mask = a.fwmask ?? 0xffffffff;
  if ((a.fwmark !== undefined && a.fwmark !== 0) || (a.fwmask !== undefined && mask !== 0xffffffff)) {
    const mark = `0x${(a.fwmark ?? 0).toString(16)}`;
    row.put('fwmark', mark, ` fwmark ${mark}`);
    if (mask !== 0xffffffff) row.put('fwmask', `0x${mask.toString(16)}`, `/0x${mask.toString(16)}`);
  }
  if (a.iifname !== undefined) {
    row.put('iif', a.iifname, ` iif ${a.iifname}`);
    if ((m.flags & FIB_RULE_IIF_DETACHED) !== 0) row.put('iif_detached', null, ' [detached]');
  }
  if (a.oifname !== undefined) {
    row.put('oif', a.oifname, ` oif ${a.oifname}`);
    if ((m.flags & FIB_RULE_OIF_DETACHED) !== 0) row.put('oif_detached', null, ' [detached]');
  }
  if (a.l3mdev !== undefined && a.l3mdev !== 0) row.put('l3mdev', null, ' lookup [l3mdev-table]');
  if (a.uidRange !== undefined) {
    const { start, end } = a.uidRange;
    row.put('uid_start', start, ` uidrange ${start}`).put('uid_end', end, `-${end}`);
  }
  if (a.ipProto !== undefined) {
    const name = { 1: 'icmp', 6: 'tcp', 17: 'udp' }[a.ipProto] ?? `ipproto-${a.ipProto}`;
    row.put('ipproto', name, ` ipproto ${name}`);
  }
  for (const key of ['sport', 'dport'] as const) {
    const range = key === 'sport' ? a.sportRange : a.dportRange;
    if (range === undefined) continue;
    if (range.start === range.end) row.put(key, range.start, ` ${key} ${range.start}`);
    else row.put(`${key}_start`, range.start, ` ${key} ${range.start}`).put(`${key}_end`, range.end, `-${range.end}`);
  }
}

function ruleRow(ctx: Context, m: RuleMessage): Row {
  const a = m.attrs;
  const row = new Row();
  const priority = a.priority ?? 0;
  row.put('priority', priority, `${priority}:\t`);
  if ((m.flags & FIB_RULE_INVERT) !== 0) row.put('not', null, 'not ');
  printEnd(row, 'src', m, a.src, m.srcLen);
  printEnd(row, 'dst', m, a.dst, m.dstLen);
  printMatch(ctx, row, m);
  const table = a.table ?? m.table;
  if (table !== 0) {
    const name = ctx.names.name('rt_tables', table);
    row.put('table', name, ` lookup ${name}`);
    const limit = a.suppressPrefixlen;
    if (limit !== undefined && limit !== 0xffffffff) {
      row.put('suppress_prefixlen', limit, ` suppress_prefixlength ${limit}`);
    }
    if (a.suppressIfgroup !== undefined && a.suppressIfgroup !== 0xffffffff) {
      const group = ctx.names.name('group', a.suppressIfgroup);
      row.put('suppress_ifgroup', group, ` suppress_ifgroup ${group}`);
    }
  }
  if (m.action === FR_ACT_GOTO) {
    const to = a.goto === undefined ? 'none' : String(a.goto);
    row.put('goto', a.goto ?? 'none', ` goto ${to}`);
    if ((m.flags & FIB_RULE_UNRESOLVED) !== 0) row.put('unresolved', null, ' [unresolved]');
  } else if (m.action === FR_ACT_NOP) row.put('nop', null, ' nop');
  else if (m.action !== FR_ACT_TO_TBL) {
    const action = ROUTE_TYPES[m.action] ?? String(m.action);
    row.put('action', action, ` ${action}`);
  }
  if (a.protocol !== undefined && ((a.protocol !== 0 && a.protocol !== RTPROT_KERNEL) || ctx.details)) {
    const proto = ctx.names.name('rt_protos', a.protocol);
    row.put('protocol', proto, ` proto ${proto}`);
  }
  return row.say('\n');
}

async function show(ctx: Context, words: readonly string[]): Promise<number> {
  if (words.length > 0) throw new IpExit(255, `warren: ip rule show: selector "${words[0]!}" is not supported yet\n`);
  const family = ctx.family === AF_UNSPEC ? AF_INET : ctx.family;
  const rows: Row[] = [];
  for (const m of await ctx.rt.client.rule.dump({ family })) rows.push(ruleRow(ctx, m));
  await ctx.print(rows);
  return 0;
}

/** @see ip/iprule.c:do_iprule */
export async function doRule(ctx: Context, args: readonly string[]): Promise<number> {
  if (args.length === 0) return show(ctx, []);
  const word = args[0]!;
  const like = (full: string): boolean => matches(word, full);
  if (like('list') || like('lst') || like('show')) return show(ctx, args.slice(1));
  for (const verb of ['save', 'restore', 'add', 'delete', 'flush']) {
    if (!like(verb)) continue;
    ctx.err(`warren: ip rule ${verb} is not supported yet\n`);
    return 255;
  }
  if (like('help')) throw new IpExit(255, RULE_USAGE);
  throw new IpExit(255, `Command "${word}" is unknown, try "ip rule help".\n`);
}
