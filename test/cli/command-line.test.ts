/** What the command says before any machine runs: help, errors of the command line, scripts that cannot be read. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { warren } from './warren.ts';

const folder = mkdtempSync(join(tmpdir(), 'warren-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the command line', () => {
  it('says its version', () => {
    expect(warren(['--version'])).toEqual({ stdout: '0.1.0\n', stderr: '', status: 0 });
  });

  it('explains itself', () => {
    const { stdout, status } = warren(['run', '--help']);
    expect(status).toBe(0);
    for (const option of ['-c', '--bare', '--seed', '--clock', '--echo', '--pcap', '--cost'])
      expect(stdout).toContain(`  ${option} `);
  });

  it('prints the help on stderr when there is nothing to do', () => {
    const { stdout, stderr, status } = warren([]);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toContain('Usage: warren');
  });

  it.each([
    [['run', '--wrong', 'x.sh'], `error: unknown option '--wrong'`],
    [['run', '--seed', 'many', 'x.sh'], `error: option '--seed <N>' argument 'many' is invalid.`],
    [['run', '--seed', '-1', 'x.sh'], `error: option '--seed <N>' argument '-1' is invalid.`],
    [['run', '--clock', 'slow', 'x.sh'], `error: option '--clock <KIND>' argument 'slow' is invalid.`],
    [['run', '--cost', 'much', 'x.sh'], `error: option '--cost <MODEL>' argument 'much' is invalid.`],
    [['run', '-c'], `error: option '-c <COMMANDS>' argument missing`],
    [['run'], 'error: nothing to run: FILE, - or -c COMMANDS is needed'],
    [['walk'], `error: unknown command 'walk'`],
  ])('refuses %j with status 2', (args, words) => {
    const { stdout, stderr, status } = warren(args);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr.split('\n')[0]).toContain(words);
  });
});

describe('a script that cannot be run: the words and status of bash', () => {
  const binary = join(folder, 'binary');
  writeFileSync(binary, new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0, 10]));

  it('missing', () => {
    expect(warren(['run', 'missing.sh'])).toEqual({
      stdout: '',
      stderr: 'bash: missing.sh: No such file or directory\n',
      status: 127,
    });
  });
  it('a directory', () => {
    expect(warren(['run', folder])).toEqual({
      stdout: '',
      stderr: `${folder}: ${folder}: Is a directory\n`,
      status: 126,
    });
  });
  it('a binary', () => {
    const stderr = `${binary}: ${binary}: cannot execute binary file\n`;
    expect(warren(['run', binary])).toEqual({ stdout: '', stderr, status: 126 });
  });
  it.skipIf(process.getuid?.() === 0)('one that may not be read (root may read everything)', () => {
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'echo no\n');
    chmodSync(secret, 0);
    expect(warren(['run', secret])).toEqual({
      stdout: '',
      stderr: `bash: ${secret}: Permission denied\n`,
      status: 126,
    });
  });
});
