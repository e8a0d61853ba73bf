/** What every script here needs: the root, a line of progress, a child process. No dependencies. */
import { spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Prints one line of progress. It goes to stderr, so that stdout holds only what was asked for. */
export function say(line) {
  process.stderr.write(`[warren] ${line}\n`);
}

/** Ends the process with a sentence and no stack. */
export function fail(line, status = 1) {
  say(line);
  process.exit(status);
}

/**
 * Runs a command in the root and resolves to its exit status. A signal sent by a terminal reaches the child itself (same group), so it
 * is only waited for here: whoever pressed Ctrl-C sees the child's own end.
 */
export function run(command, args, options = {}) {
  return new Promise((done) => {
    const ignore = () => {};
    const forward = () => child.kill('SIGTERM');
    process.on('SIGINT', ignore);
    process.on('SIGTERM', forward);
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
    const end = (status) => {
      process.off('SIGINT', ignore);
      process.off('SIGTERM', forward);
      done(status);
    };
    child.on('error', (error) => {
      say(`${command}: ${error.message}`);
      end(127);
    });
    child.on('close', (code, signal) => end(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}
