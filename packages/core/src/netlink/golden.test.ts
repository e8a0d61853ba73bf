import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../lib/bytes.ts';
import { NLMSG_DONE, NLMSG_ERROR } from '../uapi/netlink.ts';
import { RTM_NEWLINK } from '../uapi/rtnetlink.ts';
import {
  addrFamily,
  decodeError,
  decodeMessages,
  encodeMessage,
  linkData,
  linkFamily,
  neighFamily,
  neightblFamily,
  newExtAck,
  NL_VALIDATE_LIBERAL,
  nsidFamily,
  routeFamily,
  ruleFamily,
  type Family,
  type NlMessage,
} from './index.ts';

interface Datagram {
  readonly cmd: string;
  readonly dir: 'send' | 'recv';
  readonly hex: string;
}
const golden = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8')) as { datagrams: Datagram[] };
const datagrams = golden.datagrams.map((d) => ({ ...d, bytes: fromHex(d.hex)! }));
const families = [linkFamily, addrFamily, routeFamily, neighFamily, ruleFamily];
const familyOf = (type: number): Family<object, object> => {
  const group = (type - 16) >> 2;
  const f = { 12: neightblFamily, 18: nsidFamily, 23: linkFamily }[group] ?? families[group];
  return f as unknown as Family<object, object>;
};
const first = (cmd: string, dir: 'send' | 'recv', type: number, nth = 0): NlMessage =>
  datagrams
    .filter((d) => d.cmd === cmd && d.dir === dir)
    .flatMap((d) => decodeMessages(d.bytes))
    .filter((m) => m.type === type)[nth]!;

describe('bytes that iproute2 and Linux exchanged', () => {
  it('are framed back to the same bytes', () => {
    for (const d of datagrams) {
      const back = decodeMessages(d.bytes).map((m) => toHex(encodeMessage(m, m.payload)));
      expect(back.join(''), d.cmd).toBe(d.hex);
    }
  });

  it('are decoded without unknown attributes and encoded back to the same bytes, when the kernel made them', () => {
    let n = 0;
    for (const d of datagrams.filter((x) => x.dir === 'recv')) {
      for (const m of decodeMessages(d.bytes)) {
        if (m.type === NLMSG_ERROR || m.type === NLMSG_DONE) continue;
        const f = familyOf(m.type);
        const v = f.decode(m.payload)!;
        expect(JSON.stringify(v), d.cmd).not.toContain('unknown');
        expect(toHex(f.encode(v)), d.cmd).toBe(toHex(m.payload));
        n++;
      }
    }
    expect(n).toBeGreaterThan(30);
  });

  it('pass the policy and mean the same after encoding, when iproute2 made them', () => {
    for (const d of datagrams.filter((x) => x.dir === 'send')) {
      for (const m of decodeMessages(d.bytes)) {
        const f = familyOf(m.type);
        const v = f.parse(m.raw, NL_VALIDATE_LIBERAL, newExtAck());
        expect(v, d.cmd).toEqual(f.decode(m.payload));
        expect(f.decode(f.encode(v as { attrs: object })), d.cmd).toEqual(v);
      }
    }
  });

  it('`ip link add v0 type veth peer name v1`', () => {
    const m = first('ip link add v0 type veth peer name v1', 'send', RTM_NEWLINK);
    const v = linkFamily.decode(m.payload)!;
    expect(v.attrs.ifname).toBe('v0');
    expect(v.attrs.linkinfo?.kind).toBe('veth');
    expect(linkData(v.attrs.linkinfo, 'veth')?.peer?.attrs).toEqual({ ifname: 'v1' });
    expect(linkFamily.offsetOf(m.raw, 'linkinfo.kind')).toBe(44);
    expect(linkFamily.offsetOf(m.raw, 'linkinfo.data.peer.ifname')).toBe(76);
    expect(linkFamily.pathAt(m.raw, 76)).toBe('linkinfo.data.peer.ifname');
    expect(linkFamily.pathAt(m.raw, 44)).toBe('linkinfo.kind');
  });

  it('an error with the kernel’s words', () => {
    const ack = (cmd: string): ReturnType<typeof decodeError> =>
      decodeError(
        datagrams
          .filter((d) => d.cmd === cmd && d.dir === 'recv')
          .flatMap((d) => decodeMessages(d.bytes))
          .at(-1)!,
      );
    expect(ack('ip link set v0 mtu 20')?.extack?.msg).toBe('mtu less than device minimum');
    expect(ack('ip link add d0 type bogus')?.extack?.msg).toBe('Unknown device type');
    expect(ack('ip addr add 10.0.0.1/24 dev v0')?.extack?.msg).toBe('ipv4: Address already assigned');
    expect(ack('ip link add v0 type veth')).toMatchObject({ errno: -17, extack: undefined });
  });

  it('routes with metrics and several next hops', () => {
    const r = routeFamily.decode(first('ip route add 10.1.0.0/16 via 10.0.0.2 metric 5 mtu 1300', 'send', 24).payload)!;
    expect(r).toMatchObject({
      dstLen: 16,
      table: 254,
      protocol: 3,
      type: 1,
      attrs: { priority: 5, metrics: { mtu: 1300 } },
    });
    const m = routeFamily.decode(
      first('ip route add 10.2.0.0/16 nexthop via 10.0.0.3 weight 2 nexthop via 10.0.0.4', 'send', 24).payload,
    )!;
    expect(m.attrs.multipath?.map((h) => [h.hops, toHex(h.attrs.gateway!)])).toEqual([
      [1, '0a000003'],
      [0, '0a000004'],
    ]);
  });
});
