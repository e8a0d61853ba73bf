/**
 * `node scripts/ts.mjs test/tcpdump/record.ts`: makes the captures of this folder again and asks tcpdump to print them.
 *
 * Captures made by real programs (`live-*.pcap`, by `live.sh`) and of earlier times (`old-*.pcap`) stay as they are.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pcapFileHeader, pcapRecordAt } from '../../packages/core/src/wire/pcap.ts';
import { captures } from './captures.ts';
import { COMMAND_FILES, COMMAND_LIST, commands } from './commands.ts';
import { FORMS, FILTER_LIST } from './forms.ts';
import { network } from './made-network.ts';
import { transport } from './made-transport.ts';
import { other } from './made-files.ts';
import type { Bytes } from './packets.ts';

const dir = join(import.meta.dirname, 'captures');
mkdirSync(dir, { recursive: true });

/** In a network namespace without interfaces: `any` captures name those of the machine. */
/** In a network namespace without interfaces: captures of `any` name those of the machine. */
const tcpdump = (args: readonly string[]): string => {
  const r = spawnSync('unshare', ['-n', 'tcpdump', ...args], {
    cwd: dir,
    env: { ...process.env, TZ: 'UTC' },
    encoding: 'latin1',
    maxBuffer: 1 << 28,
  });
  return r.stdout + (r.status === 0 ? '' : r.stderr);
};
const version = tcpdump(['--version']).split('\n').slice(0, 2).join(', ');

/** Numbers that are the same on every run. */
function random(seed: number): (below: number) => number {
  let s = seed;
  return (below) => {
    s = (Math.imul(s, 1103515245) + 12345) >>> 0;
    return (s >>> 8) % below;
  };
}

/** The packets, then some of them cut short, then some with bytes changed. */
function withDamage(packets: readonly Bytes[], seed: number): { data: Bytes; origLen: number }[] {
  const next = random(seed);
  const out = packets.map((data) => ({ data, origLen: data.length }));
  for (let i = 0; i < Math.min(10, 3 + packets.length); i++) {
    const p = packets[next(packets.length)]!;
    out.push({ data: p.slice(0, 1 + next(p.length)), origLen: p.length });
  }
  for (let i = 0; i < Math.min(8, 2 + packets.length); i++) {
    const p = packets[next(packets.length)]!.slice();
    for (let k = 0; k < 1 + next(3); k++) p[Math.min(p.length - 1, 14 + next(p.length))] = next(256);
    out.push({ data: p, origLen: p.length });
  }
  return out;
}

let seed = 7;
for (const [name, packets] of Object.entries({ ...network, ...transport })) {
  const header = { linktype: 1, snaplen: 262144, nanoseconds: false };
  const records = withDamage(packets, seed++).map((r, i) =>
    pcapRecordAt(header, 1700000000 + i, 1000 * i + 7, r.data, r.origLen),
  );
  writeFileSync(join(dir, `${name}.pcap`), Buffer.concat([pcapFileHeader(header), ...records]));
}
for (const [name, data] of Object.entries(other)) writeFileSync(join(dir, name), data);

for (const file of captures()) {
  let text = `# ${version}\n`;
  for (const form of FORMS) text += `==> -${form} <==\n${tcpdump(['-r', file, `-${form}`])}`;
  writeFileSync(join(dir, file.replace(/\.pcap(ng)?$/, '.txt')), Buffer.from(text, 'latin1'));
}

const filters = (
  JSON.parse(readFileSync(FILTER_LIST, 'utf8')) as { filters: { filter: string; link?: string; plain?: true }[] }
).filters;
const recorded = filters.map(({ filter, link, plain }) => {
  const r = spawnSync('tcpdump', ['-y', link ?? 'EN10MB', '-d', ...(plain === true ? ['-O'] : []), '--', filter], {
    encoding: 'utf8',
  });
  return {
    filter,
    ...(link === undefined ? {} : { link }),
    ...(plain === true ? { plain } : {}),
    output: r.stdout + r.stderr,
  };
});
writeFileSync(
  FILTER_LIST,
  `{"version":${JSON.stringify(version)},"filters":[\n${recorded.map((r) => JSON.stringify(r)).join(',\n')}\n]}\n`,
);

/** Command lines one after the other in one folder, each in namespaces of its own: processes end with it. */
const folder = mkdtempSync(join(tmpdir(), 'tcpdump-'));
chmodSync(folder, 0o777);
for (const file of COMMAND_FILES) copyFileSync(join(dir, file), join(folder, file));
const run = commands.map((line) => {
  const r = spawnSync('timeout', ['15', 'unshare', '-n', '-p', '-f', '--mount-proc', 'bash', '--norc', '-c', line], {
    cwd: folder,
    env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' },
    encoding: 'latin1',
  });
  return { line, stdout: r.stdout, stderr: r.stderr, status: r.status };
});
rmSync(folder, { recursive: true });
writeFileSync(
  COMMAND_LIST,
  `{"version":${JSON.stringify(version)},"commands":[\n${run.map((r) => JSON.stringify(r)).join(',\n')}\n]}\n`,
);
process.stdout.write(
  `${captures().length} captures, ${recorded.length} filters, ${run.length} command lines; ${readdirSync(dir).length} files\n`,
);
