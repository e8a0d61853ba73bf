/** `warren play`: documents as tests. */
import { type DocumentResult, countsOf, junitText, play, rewrite, stepText, summaryText } from '@warren/core';
import { type BootOptions, boot } from './boot.ts';
import { readHostFile, writeError, writeHostFile, writeOutput } from './host.ts';
import { reason } from './reasons.ts';

/** What the command line asked for. */
export interface PlayOptions extends BootOptions {
  readonly documents: readonly string[];
  readonly write: boolean;
  /** File for the results, or null. */
  readonly junit: string | null;
}

/** Some command's output differs from what its document shows. */
const DIFFERS = 1;
/** A file could not be read or written, or is no document with commands. */
const NO_FILE = 2;

/** Plays documents, each on a machine of its own. @returns the exit status */
export async function playDocuments(options: PlayOptions): Promise<number> {
  const results: DocumentResult[] = [];
  let empty = false;
  for (const name of options.documents) {
    const file = readHostFile(name);
    if ('code' in file) {
      writeError(`warren: ${name}: ${reason(file.code)}\n`);
      return NO_FILE;
    }
    const text = new TextDecoder().decode(file.data);
    const booted = await boot(options);
    if (booted === null) return NO_FILE;
    const result = await play(booted.machine, name, text, (step) => writeOutput(stepText(name, step)));
    if (!booted.close()) return NO_FILE;
    results.push(result);
    if (result.steps.length === 0) {
      writeError(`warren: ${name}: no command in it\n`);
      empty = true;
    }
    const failed = options.write ? writeHostFile(name, rewrite(text, result.steps)) : null;
    if (failed !== null) {
      writeError(`warren: ${name}: ${reason(failed)}\n`);
      return NO_FILE;
    }
  }
  if (options.junit !== null) {
    const failed = writeHostFile(options.junit, junitText(results));
    if (failed !== null) {
      writeError(`warren: ${options.junit}: ${reason(failed)}\n`);
      return NO_FILE;
    }
  }
  const counts = countsOf(results);
  writeOutput(summaryText(counts));
  if (counts.differs > 0 && !options.write) return DIFFERS;
  return empty ? NO_FILE : 0;
}
