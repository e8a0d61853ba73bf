/**
 * tcpdump, word for word against tcpdump 4.99.3 with libpcap 1.10.3: `test/tcpdump/captures` holds captures (`live-*`: of real
 * programs; the others made by hand, whole, cut and damaged) and what `tcpdump -r` printed of them; `test/tcpdump/filters.json`
 * what `tcpdump -d` printed of filters. `test/tcpdump/record.ts` asks tcpdump again.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { captures } from '../../../../../../test/tcpdump/captures.ts';
import { FILTER_LIST, FORMS } from '../../../../../../test/tcpdump/forms.ts';
import { bpfDump, type BpfInsn, decodeBpf, encodeBpf, runBpf } from '../../../lib/bpf/index.ts';
import { protocolsText, servicesText } from '../../process/fs/etc-names.ts';
import { compileFilter, type FilterNames } from './filter/parser.ts';
import type { Frame } from './frame.ts';
import { linkByName } from './link-names.ts';
import type { PrintOptions } from './ndo.ts';
import { makeNdo, packetText } from './packet.ts';
import { SavefileError } from './savefile-types.ts';
import { memorySource, readSavefile } from './savefile.ts';
import { Times } from './times.ts';

const at = (name: string): URL => new URL(`../../../../../../test/tcpdump/captures/${name}`, import.meta.url);

const plain: PrintOptions = {
  names: null,
  verbose: 0,
  quick: 0,
  hex: 0,
  hexAscii: 0,
  ascii: 0,
  link: false,
  absoluteSeq: false,
  noChecksums: false,
  packetType: null,
  ifname: (index) => (index === 1 ? 'lo' : '?'),
};
const OPTIONS: Readonly<Record<string, Partial<PrintOptions>>> = {
  n: {},
  nv: { verbose: 1 },
  nvv: { verbose: 2 },
  ne: { link: true },
  nX: { hexAscii: 1 },
};

interface Loaded {
  readonly linktype: number;
  readonly records: readonly Frame[];
  /** Why it cannot be read on; empty at a plain end. */
  readonly wrong: string;
}

async function load(file: string): Promise<Loaded> {
  const savefile = await readSavefile(memorySource(new Uint8Array(readFileSync(at(file)))), false);
  const records: Frame[] = [];
  try {
    for (let r = await savefile.next(); r !== null; r = await savefile.next())
      records.push({ ...r, data: r.data.slice() });
  } catch (e) {
    if (!(e instanceof SavefileError)) throw e;
    return { linktype: savefile.linktype, records, wrong: `tcpdump: pcap_loop: ${e.message}\n` };
  }
  return { linktype: savefile.linktype, records, wrong: '' };
}

function printed({ linktype, records }: Loaded, options: Partial<PrintOptions>): string {
  const n = makeNdo({ ...plain, ...options });
  const times = new Times(0, false);
  return records.map((r) => packetText(n, linktype, times, r, 0)).join('');
}

describe('packets print as tcpdump prints them', () => {
  for (const file of captures()) {
    it(`${file} in each form`, async () => {
      const loaded = await load(file);
      const text = readFileSync(at(file.replace(/\.pcap(ng)?$/, '.txt')), 'latin1');
      for (const form of FORMS) {
        const heading = `==> -${form} <==\n`;
        const from = text.indexOf(heading) + heading.length;
        const to = text.indexOf('==> -', from);
        // The line that names the file is on the other descriptor.
        const expected = text.slice(from, to < 0 ? undefined : to).replace(/^reading from file .*\n/m, '');
        expect((printed(loaded, OPTIONS[form]!) + loaded.wrong).split('\n')).toEqual(expected.split('\n'));
      }
    });
  }
});

/** Numbers below a bound, the same on every run. */
function numbers(seed: number): (below: number) => number {
  let s = seed;
  return (below) => {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    return (s >>> 0) % below;
  };
}

it('prints any bytes', async () => {
  const next = numbers(20_240_101);
  const forms: Partial<PrintOptions>[] = [
    ...Object.values(OPTIONS),
    { verbose: 3, link: true },
    { quick: 1 },
    { ascii: 1 },
    { hex: 2 },
    { absoluteSeq: true, noChecksums: true },
    { packetType: 'vxlan' },
    { packetType: 'tftp', verbose: 1 },
    { packetType: 'domain', verbose: 2 },
  ];
  const all = await Promise.all(captures().map(load));
  for (const { linktype, records } of all) {
    if (records.length === 0) continue;
    for (let round = 0; round < 200; round++) {
      const record = records[next(records.length)]!;
      let data = record.data.slice();
      for (let k = 1 + next(6); k > 0 && data.length > 0; k--) {
        if (next(5) === 0) data = data.slice(0, 1 + next(data.length));
        else data[next(data.length)] = next(2) === 0 ? next(256) : next(16);
      }
      if (next(20) === 0) data = Uint8Array.from({ length: 1 + next(200) }, () => next(256));
      const mutant: Frame = { ...record, data, origLen: data.length + next(2) * next(1000) };
      const text = printed({ linktype, records: [mutant], wrong: '' }, forms[round % forms.length]!);
      expect(text.endsWith('\n')).toBe(true);
    }
  }
});

const table = (text: string): string[][] => text.split('\n').map((l) => l.trim().split(/\s+/));
const services = table(servicesText());
const protocols = table(protocolsText());
const names: FilterNames = {
  host: () => Promise.resolve([]),
  port: (name) => {
    const found = services.filter(([n, p]) => n === name && /(tcp|udp)$/.test(p ?? ''));
    if (found.length === 0) return null;
    return {
      port: Number.parseInt(found[0]![1]!, 10),
      proto: found.length > 1 ? 0 : found[0]![1]!.endsWith('tcp') ? 6 : 17,
    };
  },
  protocol: (name) => {
    const found = protocols.find(([n]) => n === name);
    return found === undefined ? null : Number(found[1]);
  },
  net: () => null,
};

interface Recorded {
  readonly filter: string;
  /** The link type; EN10MB without one. */
  readonly link?: string;
  /** With `-O`. */
  readonly plain?: true;
  readonly output: string;
}
const compile = async (f: Recorded, how: 'optimized' | 'plain'): Promise<BpfInsn[]> =>
  compileFilter(
    f.filter,
    { linktype: linkByName(f.link ?? 'EN10MB')!, snaplen: 262144, netmask: 0, file: false },
    names,
    how,
  );
const { filters } = JSON.parse(readFileSync(FILTER_LIST, 'utf8')) as { readonly filters: readonly Recorded[] };

describe('filters compile as libpcap compiles them', () => {
  it('the instructions and the errors', async () => {
    expect(filters.length).toBeGreaterThan(800);
    for (const f of filters) {
      const ours = await compile(f, f.plain === true ? 'plain' : 'optimized').then(
        (p) => bpfDump(p, 1),
        (e: Error) => `tcpdump: ${e.message}\n`,
      );
      expect(`${f.link ?? ''} ${f.filter}\n${ours}`).toBe(`${f.link ?? ''} ${f.filter}\n${f.output}`);
    }
  });

  it('optimised or not, they take the same packets', async () => {
    const loaded = await Promise.all(captures().map(load));
    // A guard that fails ends both; a load beyond the packet may come earlier in one.
    const packets = loaded
      .filter((l) => l.linktype === 1)
      .flatMap((l) => l.records)
      .filter((r) => r.data.length === r.origLen && r.data.length > 60);
    expect(packets.length).toBeGreaterThan(300);
    for (const f of filters) {
      if (!f.output.startsWith('(') || f.link !== undefined || f.plain === true) continue;
      const fast = decodeBpf(encodeBpf(await compile(f, 'optimized')))!;
      const slow = await compile(f, 'plain');
      const differ = packets.filter(
        ({ data, origLen }) =>
          runBpf(fast, data, 0, data.length, origLen) !== runBpf(slow, data, 0, data.length, origLen),
      );
      expect([f.filter, differ.length]).toEqual([f.filter, 0]);
    }
  });
});
