/** The history of shells, in a file of the person's own: ${XDG_STATE_HOME:-~/.local/state}/warren/history. */
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HistoryStore } from '@warren/core';

/** Lines that a shell starts with; the file is cut to them when it has twice as many. */
const KEPT = 5000;

function historyPath(): string {
  const state = process.env['XDG_STATE_HOME'];
  // The specification calls a relative path invalid.
  const base = state !== undefined && state.startsWith('/') ? state : join(homedir(), '.local/state');
  return join(base, 'warren/history');
}

/** The store. Where it cannot be written, history lasts as long as the machine. */
export function hostHistory(): HistoryStore {
  const path = historyPath();
  const quietly = (work: () => void): void => {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      work();
    } catch {
      // A home that is read-only or full: not worth a word at every command.
    }
  };
  const text = (lines: readonly string[]): string => lines.map((l) => `${l}\n`).join('');
  const replace = (lines: readonly string[]): void => {
    const fresh = `${path}.${process.pid}`;
    quietly(() => {
      writeFileSync(fresh, text(lines), { mode: 0o600 });
      renameSync(fresh, path);
    });
  };
  return {
    load() {
      let lines: string[];
      try {
        lines = readFileSync(path, 'utf8')
          .split('\n')
          .filter((l) => l !== '');
      } catch {
        return [];
      }
      if (lines.length <= 2 * KEPT) return lines.slice(-KEPT);
      lines = lines.slice(-KEPT);
      replace(lines);
      return lines;
    },
    append: (lines) => quietly(() => appendFileSync(path, text(lines), { mode: 0o600 })),
    replace,
  };
}
