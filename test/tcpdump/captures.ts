import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The captures that are printed, by file name. */
export const captures = (): string[] =>
  readdirSync(join(import.meta.dirname, 'captures'))
    .filter((f) => /\.pcap(ng)?$/.test(f))
    .sort();
