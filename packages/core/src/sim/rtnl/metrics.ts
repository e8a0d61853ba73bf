/** Metrics of routes, between messages and the table. @see net/ipv4/metrics.c, net/core/rtnetlink.c:rtnetlink_put_metrics */
import type { ExtAck } from '../../netlink/error.ts';
import { type RtaxAttrs, rtax } from '../../netlink/route.ts';
import { EINVAL } from '../../uapi/errno.ts';
import { nlErr } from '../core/rtnetlink.ts';
import type { Metrics } from '../ipv4/fib-types.ts';

/** Congestion controls a route may ask for, by the key that stands for each in its metrics. @see tcp_ca_get_key_by_name */
const CONGESTION: readonly string[] = ['', 'reno', 'cubic'];

const METRIC_NAMES = Object.entries(rtax) as [keyof RtaxAttrs, readonly [number, unknown]][];

/** What a route has, as a message says it. @see rtnetlink_put_metrics */
export function metricsAttrs(m: Metrics | null): RtaxAttrs | undefined {
  if (m === null) return undefined;
  const out: Record<string, number | string> = {};
  for (const [name, [type]] of METRIC_NAMES.toSorted((a, b) => a[1][0] - b[1][0])) {
    const v = m.get(type);
    if (v !== undefined && v !== 0) out[name] = name === 'ccAlgo' ? CONGESTION[v]! : v;
  }
  return out as RtaxAttrs;
}

/** Metrics as they are asked for, to compare those of a route with. @see fib_metrics_match */
export function rawMetrics(a: RtaxAttrs | undefined): Metrics | null {
  if (a === undefined) return null;
  const out = new Map<number, number>();
  if (a.unknown !== undefined) out.set(-1, 1); // no route has that
  for (const [name, [type]] of METRIC_NAMES) {
    if (a[name] !== undefined)
      out.set(type, name === 'ccAlgo' ? Math.max(0, CONGESTION.indexOf(a.ccAlgo!)) : (a[name] as number));
  }
  return out;
}

/** Metrics as a route keeps them: within bounds, without those that are 0. @see ip_metrics_convert */
export function toMetrics(extack: ExtAck, a: RtaxAttrs | undefined): Metrics | null | number {
  if (a === undefined) return null;
  if (a.unknown !== undefined) return nlErr(extack, EINVAL, 'Invalid metric type');
  const out = new Map<number, number>();
  for (const [name, [type]] of METRIC_NAMES) {
    if (name === 'ccAlgo') {
      const key = a.ccAlgo === undefined ? 0 : CONGESTION.indexOf(a.ccAlgo);
      if (key < 0) return nlErr(extack, EINVAL, 'Unknown tcp congestion algorithm');
      if (key > 0) out.set(type, key);
      continue;
    }
    let v = a[name] as number | undefined;
    if (v === undefined || v === 0) continue;
    if (name === 'advmss') v = Math.min(v, 65535 - 40);
    if (name === 'mtu') v = Math.min(v, 65535 - 15);
    if (name === 'hoplimit') v = Math.min(v, 255);
    out.set(type, v);
  }
  return out;
}
