/** Golden outputs of iproute2 6.1.0 on Linux 6.18, from records as the kernel sent them. */
import { describe, expect, test } from 'vitest';
import { formatJson, JsonObject, Row } from './json.ts';
import { flagWords } from './link/print.ts';
import { getPrefix, IpExit, matches, parseNumber, tryPrefix } from './parse.ts';
import { splitLine } from './main.ts';
import { fnmatch } from './address/filter.ts';
import { parseOptions } from './options.ts';
import { typeNumber } from './route/filter.ts';
import { routeRow } from './route/print.ts';
import { printAddr } from './address/print.ts';
import { printLink } from './link/print.ts';
import type { Context } from './context.ts';
import { Names } from './names.ts';
import type { Process } from '../../process/types.ts';

const proc = { fs: { exists: () => null } } as unknown as Process;
const context = (...words: string[]): Context => {
  const { options } = parseOptions(words);
  return {
    options,
    names: new Names(proc, false, false),
    details: options.details > 0,
    stats: options.stats > 0,
    nl: options.oneline ? '\\' : '\n',
    links: { name: async (i: number) => ['*', 'lo', 'v1', 'v0'][i] ?? `if${i}`, flags: async () => 0x1003 },
  } as unknown as Context;
};
const v4 = (...n: number[]): Uint8Array => Uint8Array.from(n);

const link = {
  family: 0,
  type: 1,
  index: 3,
  flags: 0x1003,
  change: 0,
  attrs: {
    ifname: 'v0',
    mtu: 1500,
    link: 2,
    linkNetnsid: 0,
    qdisc: 'noqueue',
    operstate: 2,
    linkmode: 0,
    group: 0,
    txqlen: 1000,
    address: v4(0x7a, 9, 0xf1, 0x59, 0x5d, 0x0d),
    broadcast: v4(255, 255, 255, 255, 255, 255),
  },
};

describe('link', () => {
  test('JSON of a veth whose other end is elsewhere', async () => {
    const row = new Row();
    await printLink(context('-j'), row, link, { link: true, family: 17 });
    expect(formatJson([row.record], false)).toBe(
      '[{"ifindex":3,"link_index":2,"ifname":"v0","flags":["NO-CARRIER","BROADCAST","MULTICAST","UP"],"mtu":1500,"qdisc":"noqueue","operstate":"DOWN","linkmode":"DEFAULT","group":"default","txqlen":1000,"link_type":"ether","address":"7a:09:f1:59:5d:0d","broadcast":"ff:ff:ff:ff:ff:ff","link_netnsid":0}]',
    );
  });

  test('text, one line an object', async () => {
    const row = new Row();
    const { linkNetnsid: _, ...attrs } = link.attrs;
    await printLink(context('-o'), row, { ...link, attrs }, { link: true, family: 17 });
    expect(row.text).toBe(
      '3: v0@v1: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN mode DEFAULT group default qlen 1000\\    link/ether 7a:09:f1:59:5d:0d brd ff:ff:ff:ff:ff:ff\n',
    );
  });

  test('flags in their order, unknown ones in hex', () => {
    expect(flagWords(0x11043, false)).toEqual(['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP']);
    expect(flagWords(0x1002, true)).toEqual(['BROADCAST', 'MULTICAST', 'M-DOWN']);
    expect(flagWords(0x80000, false)).toEqual(['80000']);
  });
});

test('address with peer, label and lifetime', async () => {
  const row = new Row();
  await printAddr(
    context(),
    row,
    {
      family: 2,
      prefixlen: 30,
      flags: 0,
      scope: 253,
      index: 3,
      attrs: {
        address: v4(10, 1, 1, 2),
        local: v4(10, 1, 1, 1),
        broadcast: v4(10, 1, 1, 3),
        label: 'v0:a',
        flags: 0,
        cacheinfo: { prefered: 50, valid: 100, cstamp: 0, tstamp: 0 },
      },
    },
    false,
  );
  expect(row.text).toBe(
    '    inet 10.1.1.1 peer 10.1.1.2/30 brd 10.1.1.3 scope link dynamic v0:a\n       valid_lft 100sec preferred_lft 50sec\n',
  );
});

test('routes', async () => {
  const base = { family: 2, dstLen: 16, srcLen: 0, tos: 0, table: 254, protocol: 3, scope: 0, type: 1, flags: 0 };
  const m = { ...base, attrs: { table: 254, dst: v4(10, 9, 0, 0), priority: 5, gateway: v4(10, 0, 0, 2), oif: 3 } };
  expect((await routeRow(context(), m, { table: true })).text).toBe('10.9.0.0/16 via 10.0.0.2 dev v0 metric 5 \n');
  expect((await routeRow(context('-d'), m, { table: true })).text).toBe(
    'unicast 10.9.0.0/16 via 10.0.0.2 dev v0 proto boot scope global metric 5 \n',
  );
  const got = {
    ...base,
    dstLen: 32,
    type: 2,
    flags: 0x80000200 | 0,
    attrs: { table: 254, dst: v4(127, 0, 0, 1), oif: 1, prefsrc: v4(127, 0, 0, 1), uid: 0 },
  };
  expect((await routeRow(context(), got, {})).text).toBe(
    'local 127.0.0.1 dev lo src 127.0.0.1 uid 0 \n    cache <local> \n',
  );
});

test('pretty JSON: objects in arrays, empty arrays', () => {
  const o = new JsonObject().set('a', 1).set('f', ['x', 'y']).set('e', []).set('o', new JsonObject().set('k', null));
  expect(formatJson([o, o], true)).toBe(
    '[ {\n        "a": 1,\n        "f": [ "x","y" ],\n        "e": [ ],\n        "o": {\n            "k": null\n        }\n    },{\n        "a": 1,\n        "f": [ "x","y" ],\n        "e": [ ],\n        "o": {\n            "k": null\n        }\n    } ]',
  );
});

test('words: abbreviations, numbers, prefixes, patterns', () => {
  expect(matches('', 'link')).toBe(false);
  expect(matches('lin', 'link')).toBe(true);
  expect(matches('links', 'link')).toBe(false);
  expect(parseNumber('0x10', 0)).toBe(16n);
  expect(parseNumber('010', 0)).toBe(8n);
  expect(parseNumber('08', 0)).toBeNull();
  expect(tryPrefix('10/8', 0)).toMatchObject({ family: 2, bitlen: 8, lenGiven: true });
  expect(tryPrefix('10.0.0.1/33', 0)).toBeNull();
  expect(tryPrefix('10.0.0.9/255.255.255.0', 0)?.bitlen).toBe(24);
  expect(() => getPrefix('foo', 2)).toThrow(IpExit);
  expect(typeNumber('unreach')).toBe(7);
  expect(typeNumber('thro')).toBeNull();
  expect(fnmatch('v0:*', 'v0:x')).toBe(true);
  expect(fnmatch('lo?1', 'lo:1')).toBe(true);
  expect(fnmatch('[!a]*', 'abc')).toBe(false);
});

test('batch lines', () => {
  expect(splitLine(`link 'a b' "c" # no`)).toEqual(['link', 'a b', 'c']);
  expect(() => splitLine(`x 'y`)).toThrow(IpExit);
});
