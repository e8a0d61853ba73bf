/**
 * `node scripts/ts.mjs test/tcpdump/fuzz.ts [SEED [ROUNDS]]`: packets of the captures with bytes changed, cut and grown, printed
 * by tcpdump and here. Every difference is shown, and the exit status tells of one. Wants root, for a namespace without devices.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame } from '../../packages/core/src/user/programs/tcpdump/frame.ts';
import type { PrintOptions } from '../../packages/core/src/user/programs/tcpdump/ndo.ts';
import { makeNdo, packetText } from '../../packages/core/src/user/programs/tcpdump/packet.ts';
import { SavefileError } from '../../packages/core/src/user/programs/tcpdump/savefile-types.ts';
import { memorySource, readSavefile } from '../../packages/core/src/user/programs/tcpdump/savefile.ts';
import { Times } from '../../packages/core/src/user/programs/tcpdump/times.ts';
import { pcapFileHeader, pcapRecordAt } from '../../packages/core/src/wire/pcap.ts';
import { captures } from './captures.ts';

const PACKETS = 400;
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
const FORMS: Readonly<Record<string, Partial<PrintOptions>>> = {
  n: {},
  nv: { verbose: 1 },
  nvv: { verbose: 2 },
  nvvv: { verbose: 3 },
  ne: { link: true },
  nX: { hexAscii: 1 },
  nvvve: { verbose: 3, link: true },
  nq: { quick: 1 },
  nqe: { quick: 1, link: true },
  nA: { ascii: 1 },
  nx: { hex: 1 },
  nXX: { hexAscii: 2 },
  nS: { absoluteSeq: true },
  nKvv: { noChecksums: true, verbose: 2 },
};
/** Bytes that lengths, versions and types often are. */
const LIKELY = [0, 1, 2, 3, 4, 5, 7, 8, 16, 20, 60, 0x40, 0x45, 0x46, 0x4f, 0x7f, 0x80, 0xc0, 0xff];

let state = (Number(process.argv[2] ?? 1) * 2654435761) >>> 0 || 1;
function below(n: number): number {
  state ^= state << 13;
  state >>>= 0;
  state ^= state >>> 17;
  state ^= state << 5;
  state >>>= 0;
  return state % n;
}

function mutant(data: Uint8Array): Uint8Array {
  let d = data.slice();
  for (let n = 1 + below(4); n > 0; n--) {
    const near = below(3) === 0 ? 14 + below(60) : 34 + below(80);
    const at = below(3) === 0 ? below(d.length) : Math.min(d.length - 1, near);
    switch (below(7)) {
      case 0:
        d[at] = LIKELY[below(LIKELY.length)]!;
        break;
      case 1:
        d[at] = d[at]! ^ (1 << below(8));
        break;
      case 2:
        d = d.slice(0, 1 + below(d.length));
        break;
      case 3:
        d[at] = (d[at]! + below(9) - 4) & 255;
        break;
      case 4:
        d.set([0, below(64)].slice(0, d.length - at), at);
        break;
      case 5:
        d = Uint8Array.from([...d, ...Array.from({ length: 1 + below(20) }, () => below(256))]);
        break;
      default:
        d[at] = below(256);
    }
  }
  return d;
}

/** What tcpdump prints, a packet each; `-#` tells where one begins. */
function theirs(path: string, form: string): string[] {
  const args = ['-n', 'tcpdump', '-r', path, `-${form}`, '-#'];
  const env = { ...process.env, TZ: 'UTC' };
  const { stdout } = spawnSync('unshare', args, { env, encoding: 'latin1', maxBuffer: 1 << 30 });
  const out: string[] = [];
  for (let at = 0, i = 2; at < stdout.length; i++) {
    const next = stdout.indexOf(`\n${String(i).padStart(5)}  `, at);
    out.push(next < 0 ? stdout.slice(at) : stdout.slice(at, next + 1));
    if (next < 0) break;
    at = next + 1;
  }
  return out;
}

/** Ours, and the protocol that has no printer here, if one was met. */
function ours(linktype: number, frames: readonly Frame[], form: string): { text: string; missing: string }[] {
  const n = makeNdo({ ...plain, ...FORMS[form] });
  const times = new Times(0, false);
  return frames.map((f, i) => ({ text: packetText(n, linktype, times, f, i + 1), missing: n.missing }));
}

async function pool(): Promise<Map<number, Uint8Array[]>> {
  const packets = new Map<number, Uint8Array[]>();
  for (const name of captures()) {
    const bytes = new Uint8Array(readFileSync(join(import.meta.dirname, 'captures', name)));
    const file = await readSavefile(memorySource(bytes), false);
    const list = packets.get(file.linktype) ?? [];
    packets.set(file.linktype, list);
    try {
      for (let f = await file.next(); f !== null; f = await file.next())
        if (f.data.length > 0) list.push(f.data.slice());
    } catch (e) {
      if (!(e instanceof SavefileError)) throw e;
    }
  }
  return packets;
}

const folder = mkdtempSync(join(tmpdir(), 'tcpdump-'));
const path = join(folder, 'fuzz.pcap');
const count = { same: 0, different: 0, missing: 0 };
const packets = await pool();
const linktypes = [...packets.keys()];
for (let round = 0; round < Number(process.argv[3] ?? 50); round++) {
  // Half of the rounds are Ethernet's.
  const linktype = round % 2 === 0 ? 1 : linktypes[(round >> 1) % linktypes.length]!;
  const list = packets.get(linktype)!;
  const frames = Array.from({ length: PACKETS }, (_, i): Frame => {
    const data = mutant(list[below(list.length)]!);
    return { seconds: 1000 + i, fraction: i, data, origLen: data.length + (below(3) === 0 ? below(200) : 0) };
  });
  const header = { linktype, snaplen: 262144, nanoseconds: false };
  const records = frames.map((f) => pcapRecordAt(header, f.seconds, f.fraction, f.data, f.origLen));
  writeFileSync(path, Buffer.concat([pcapFileHeader(header), ...records]));
  const form = Object.keys(FORMS)[below(Object.keys(FORMS).length)]!;
  const real = theirs(path, form);
  for (const [i, { text, missing }] of ours(linktype, frames, form).entries()) {
    if (text === real[i]) count.same++;
    else if (missing !== '') count.missing++;
    else {
      count.different++;
      const hex = Buffer.from(frames[i]!.data).toString('hex');
      process.stdout.write(`link type ${linktype} -${form} ${hex} of ${frames[i]!.origLen}\n- ${real[i]}+ ${text}`);
    }
  }
}
rmSync(folder, { recursive: true });
process.stdout.write(`${JSON.stringify(count)}\n`);
process.exitCode = count.different > 0 ? 1 : 0;
