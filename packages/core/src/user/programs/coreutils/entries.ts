import type { Program, ProgramEntry } from '../../process/types.ts';

const bin = (name: string, load: () => Promise<Program>): ProgramEntry => ({ name, paths: [`/usr/bin/${name}`], load });

/** The text and file tools, by name. */
export const coreutilsEntries: readonly ProgramEntry[] = [
  bin('cat', () => import('./cat.ts').then((m) => m.catMain)),
  bin('tac', () => import('./cat.ts').then((m) => m.tacMain)),
  bin('rev', () => import('./cat.ts').then((m) => m.revMain)),
  bin('tee', () => import('./cat.ts').then((m) => m.teeMain)),
  bin('date', () => import('./date.ts').then((m) => m.dateMain)),
  bin('cut', () => import('./fields.ts').then((m) => m.cutMain)),
  bin('uniq', () => import('./fields.ts').then((m) => m.uniqMain)),
  bin('mkdir', () => import('./files.ts').then((m) => m.mkdirMain)),
  bin('rm', () => import('./files.ts').then((m) => m.rmMain)),
  bin('touch', () => import('./files.ts').then((m) => m.touchMain)),
  bin('mkfifo', () => import('./files.ts').then((m) => m.mkfifoMain)),
  bin('mktemp', () => import('./files.ts').then((m) => m.mktempMain)),
  bin('head', () => import('./head-tail.ts').then((m) => m.headMain)),
  bin('tail', () => import('./head-tail.ts').then((m) => m.tailMain)),
  bin('wc', () => import('./head-tail.ts').then((m) => m.wcMain)),
  bin('ls', () => import('./ls.ts').then((m) => m.lsMain)),
  bin('readlink', () => import('./paths.ts').then((m) => m.readlinkMain)),
  bin('sort', () => import('./sort.ts').then((m) => m.sortMain)),
  bin('stat', () => import('./stat.ts').then((m) => m.statMain)),
  bin('tr', () => import('./tr.ts').then((m) => m.trMain)),
  bin('true', () => import('./words.ts').then((m) => m.trueMain)),
  bin('false', () => import('./words.ts').then((m) => m.falseMain)),
  bin('sleep', () => import('./words.ts').then((m) => m.sleepMain)),
  bin('seq', () => import('./words.ts').then((m) => m.seqMain)),
  bin('grep', () => import('../grep/grep.ts').then((m) => m.grepMain)),
  bin('sed', () => import('../sed/sed.ts').then((m) => m.sedMain)),
  bin('awk', () => import('../awk/awk.ts').then((m) => m.awkMain)),
];
