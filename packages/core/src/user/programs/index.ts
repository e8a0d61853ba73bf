/** Every program there is, by where Debian has it. Each is loaded when it first runs. */
import type { ProgramEntry } from '../process/index.ts';
import { coreutilsEntries } from './coreutils/entries.ts';
import { netEntries } from './net-entries.ts';

export const programs: readonly ProgramEntry[] = [...netEntries, ...coreutilsEntries];
