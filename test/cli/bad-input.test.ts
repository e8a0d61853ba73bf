/** Scripts nobody should write, and files that cannot be written: an answer in bash's words or ours, in time, and never a stack trace. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root, warren } from './warren.ts';

const folder = mkdtempSync(join(tmpdir(), 'warren-bad-'));
afterAll(() => rmSync(folder, { recursive: true }));
let scripts = 0;

/** Runs a script as a file of its own; `S` in the answer stands for its name. */
function script(text: string | Uint8Array): { stdout: string; stderr: string; status: number | null } {
  const name = `s${++scripts}.sh`;
  writeFileSync(join(folder, name), text);
  const { stdout, stderr, status } = warren(['run', name], '', folder);
  expect(stderr).not.toMatch(/\n\s+at .*:\d+|bug of Warren/);
  return { stdout, stderr: stderr.replaceAll(name, 'S'), status };
}

describe('scripts', () => {
  it.each<[string, string, { stdout?: string; stderr?: string | RegExp; status: number }]>([
    [
      'null bytes behind the first line are passed over',
      'echo first\necho a\0b\n',
      { stdout: 'first\nab\n', stderr: '', status: 0 },
    ],
    [
      'carriage returns show in messages',
      'cd /tmp\r\nfoo\r\n',
      {
        stderr: "S: line 1: cd: $'/tmp\\r': No such file or directory\nS: line 2: $'foo\\r': command not found\n",
        status: 127,
      },
    ],
    [
      'a stray keyword stops its line',
      'fi; echo x\n',
      {
        stdout: '',
        stderr: "S: line 1: syntax error near unexpected token `fi'\nS: line 1: `fi; echo x'\n",
        status: 2,
      },
    ],
    [
      'a function without end',
      'echo a\nf() {\n',
      { stdout: 'a\n', stderr: 'S: line 3: syntax error: unexpected end of file\n', status: 2 },
    ],
    [
      'braces a thousand deep',
      `${'{ '.repeat(1000)}echo hi${'; }'.repeat(1000)}\n`,
      {
        stderr: /^S: line 1: syntax error: brace group: nested too deeply \(Warren's limit is 256 levels\)\n$/,
        status: 2,
      },
    ],
    ['a sum of 20,000 terms', `echo $((${'1+'.repeat(20_000)}1))\n`, { stdout: '20001\n', stderr: '', status: 0 }],
    [
      'more words out of braces than a call takes arguments',
      'set -- {1..200000}; echo $#\n',
      { stdout: '200000\n', stderr: '', status: 0 },
    ],
    [
      'a script that sources itself',
      '. ./$0\n',
      { stderr: /maximum source nesting level exceeded \(4000\)\n$/, status: 1 },
    ],
    [
      'eval of itself',
      'e=\'eval "$e"\'; eval "$e"\n',
      { stderr: /maximum eval nesting level exceeded \(4000\)\n$/, status: 1 },
    ],
    [
      'a trap that traps itself ends as bash does',
      "trap 'kill -TERM $$' TERM; kill -TERM $$\n",
      { stdout: '', status: 139 },
    ],
    [
      'a replacement of a million characters',
      'printf -v x "%01000000d" 0; y=${x//0/ab}; echo ${#y}\n',
      { stdout: '2000000\n', stderr: '', status: 0 },
    ],
    [
      'descriptors have a limit',
      'exec 5000</dev/null; echo $?; exec 6000>&1; echo $?; ulimit -n 6; ulimit -n; exec 3</dev/null 4<&3 5<&3; : </dev/null; echo $?\n',
      {
        stdout: '1\n1\n6\n1\n',
        stderr:
          'S: line 1: 5000: Bad file descriptor\nS: line 1: 1: Bad file descriptor\nS: line 1: /dev/null: Too many open files\n',
        status: 0,
      },
    ],
  ])('%s', (_, text, wanted) => {
    const { stdout, stderr, status } = script(text);
    expect(status).toBe(wanted.status);
    if (wanted.stdout !== undefined) expect(stdout).toBe(wanted.stdout);
    if (typeof wanted.stderr === 'string') expect(stderr).toBe(wanted.stderr);
    else if (wanted.stderr !== undefined) expect(stderr).toMatch(wanted.stderr);
  });

  it('a fork bomb meets the limit of processes, in bash’s words, and harms only the machine', () => {
    const { stdout, stderr, status } = script(':(){ :|:& };:\nsleep 1\necho end\n');
    expect({ stdout, status }).toEqual({ stdout: 'end\n', status: 0 });
    expect(stderr).toContain('S: fork: retry: Resource temporarily unavailable\n');
  });
});

describe('files of the host', () => {
  it.runIf(existsSync('/dev/full'))('a capture that cannot be written is told once; the script goes on', () => {
    expect(
      warren(['run', '--pcap', '/dev/full', '-c', 'ip link set lo up; ping -qc1 127.0.0.1 >/dev/null; echo $?']),
    ).toEqual({
      stdout: '0\n',
      stderr: 'warren: /dev/full: No space left on device\n',
      status: 1,
    });
  });
});

/** Starts a script, sends the signals once it has written a line, and tells how it ended. */
function interrupted(
  commands: string,
  signals: readonly NodeJS.Signals[],
  input?: 'stdin',
): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const bin = join(root, 'packages/warren/bin/warren.js');
    const child = spawn(process.execPath, [bin, 'run', ...(input === 'stdin' ? ['-'] : ['-c', commands])]);
    let stderr = '';
    child.stderr.on('data', (d: Buffer) => (stderr += d.toString()));
    if (input === 'stdin') child.stdin.write(`${commands}\n`);
    child.stdout.once('data', () => {
      signals.forEach((signal, i) => setTimeout(() => child.kill(signal), 100 + 300 * i));
    });
    const guard = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.on('exit', (code) => {
      clearTimeout(guard);
      resolve({ code, stderr });
    });
  });
}

describe('Ctrl-C', () => {
  it.each([
    ['a loop without system calls', 'echo s; while :; do x=$x$x; x=${x:0:100000}a; y=${x//a/b}; done'],
    ['output into nowhere', 'echo s; yes >/dev/null'],
    ['counting', 'echo s; seq 10000000000 >/dev/null'],
    ['sleeping for ever', 'echo s; while :; do sleep 1; done'],
  ])('ends %s', async (_, commands) => {
    expect(await interrupted(commands, ['SIGINT'])).toEqual({ code: 130, stderr: '' });
  });

  it('ends a shell that waits for its script', async () => {
    expect(await interrupted('echo s', ['SIGINT'], 'stdin')).toEqual({ code: 130, stderr: '' });
  });

  it('twice ends what ignores it', async () => {
    expect(await interrupted("echo s; trap '' INT; while :; do :; done", ['SIGINT', 'SIGINT'])).toMatchObject({
      code: 130,
    });
  });
});
