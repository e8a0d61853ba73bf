/** `ip rule show`: how a rule reads. @see ip/iprule.c:print_rule */
import type { RuleMessage } from '../../../../netlink/index.ts';
import {
  FIB_RULE_IIF_DETACHED,
  FIB_RULE_INVERT,
  FIB_RULE_OIF_DETACHED,
  FIB_RULE_UNRESOLVED,
  FR_ACT_GOTO,
  FR_ACT_NOP,
  FR_ACT_TO_TBL,
  RTN_NAT,
  RTPROT_KERNEL,
} from '../../../../uapi/rtnetlink.ts';
import type { Context } from '../context.ts';
import { Row } from '../json.ts';
import { formatAddr } from '../parse.ts';
import { hostLength, typeName } from '../route/print.ts';

const IP_PROTOCOLS: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp' };

/** A protocol's name, or `ipproto-99`. */
const ipProtoName = (ctx: Context, n: number): string =>
  (ctx.options.numeric ? undefined : IP_PROTOCOLS[n]) ?? `ipproto-${n}`;

/** Eight bytes, big-endian. */
export const tunIdOf = (b: Uint8Array): bigint => b.subarray(0, 8).reduce((v, x) => (v << 8n) | BigInt(x), 0n);

/** The table a rule asks. */
export const ruleTable = (m: RuleMessage): number => m.attrs.table ?? m.table;

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

const hex = (n: number): string => (n === 0 ? '0' : `0x${n.toString(16)}`);

function printMatch(ctx: Context, row: Row, m: RuleMessage): void {
  const a = m.attrs;
  if (m.tos !== 0) {
    const tos = ctx.names.nameOnly('rt_dsfield', m.tos) ?? `0x${m.tos.toString(16).padStart(2, '0')}`;
    row.put('tos', tos, ` tos ${tos}`);
  }
  if (a.fwmark !== undefined || a.fwmask !== undefined) {
    const mark = hex(a.fwmark ?? 0);
    row.put('fwmark', mark, ` fwmark ${mark}`);
    const mask = a.fwmask ?? 0xffffffff;
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
    const name = ipProtoName(ctx, a.ipProto);
    row.put('ipproto', name, ` ipproto ${name}`);
  }
  for (const key of ['sport', 'dport'] as const) {
    const range = key === 'sport' ? a.sportRange : a.dportRange;
    if (range === undefined) continue;
    if (range.start === range.end) row.put(key, range.start, ` ${key} ${range.start}`);
    else row.put(`${key}_start`, range.start, ` ${key} ${range.start}`).put(`${key}_end`, range.end, `-${range.end}`);
  }
  if (a.tunId !== undefined) {
    const id = tunIdOf(a.tunId);
    row.put('tun_id', id, ` tun_id ${id}`);
  }
}

function printTable(ctx: Context, row: Row, m: RuleMessage): void {
  const table = ruleTable(m);
  if (table === 0) return;
  const a = m.attrs;
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

function printRealms(ctx: Context, row: Row, flow: number): void {
  const from = ctx.names.name('rt_realms', flow >>> 16);
  const to = ctx.names.name('rt_realms', flow & 0xffff);
  if (flow >>> 16 !== 0) row.put('flow_from', from, ` realms ${from}/`);
  else row.say(' realms ');
  row.put('flow_to', to, to);
}

/** @param deleted from `ip monitor`: the rule is gone */
export function ruleRow(ctx: Context, m: RuleMessage, deleted = false): Row {
  const a = m.attrs;
  const row = new Row();
  if (deleted) row.put('deleted', true, 'Deleted ');
  const priority = a.priority ?? 0;
  row.put('priority', priority, `${priority}:\t`);
  if ((m.flags & FIB_RULE_INVERT) !== 0) row.put('not', null, 'not ');
  printEnd(row, 'src', m, a.src, m.srcLen);
  printEnd(row, 'dst', m, a.dst, m.dstLen);
  printMatch(ctx, row, m);
  printTable(ctx, row, m);
  if (a.flow !== undefined) printRealms(ctx, row, a.flow);
  if (m.action === RTN_NAT) row.put('masquerade', null, ' masquerade');
  else if (m.action === FR_ACT_GOTO) {
    const to = a.goto === undefined ? 'none' : String(a.goto);
    row.put('goto', a.goto ?? 'none', ` goto ${to}`);
    if ((m.flags & FIB_RULE_UNRESOLVED) !== 0) row.put('unresolved', null, ' [unresolved]');
  } else if (m.action === FR_ACT_NOP) row.put('nop', null, ' nop');
  else if (m.action !== FR_ACT_TO_TBL) {
    const action = typeName(ctx, m.action);
    row.put('action', action, ` ${action}`);
  }
  if (a.protocol !== undefined && ((a.protocol !== 0 && a.protocol !== RTPROT_KERNEL) || ctx.details)) {
    const proto = ctx.names.name('rt_protos', a.protocol);
    row.put('protocol', proto, ` proto ${proto}`);
  }
  return row.say('\n');
}
