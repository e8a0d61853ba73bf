/** `warren play` and the profiles, as a person types them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { warren } from './warren.ts';

const folder = mkdtempSync(join(tmpdir(), 'warren-play-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A document in a file of its own. */
function document(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const GOOD = '```console\n# echo $((6 * 7))\n42\n```\n';
const BAD = '```console\n# echo one\ntwo\n```\n';

describe('warren play', () => {
  it('ends with 0 when all that is shown happens', () => {
    const { status, stdout } = warren(['play', document('good.md', GOOD)]);
    expect(stdout).toMatch(/^ok .*good\.md:2: echo \$\(\(6 \* 7\)\)\n1 command: 1 ok, 0 differ, 0 show nothing\n$/);
    expect(status).toBe(0);
  });
  it('ends with 1 when a command that shows output differs, and shows where', () => {
    const { status, stdout } = warren(['play', document('bad.md', BAD), document('good.md', GOOD)]);
    expect(stdout).toMatch(
      /bad\.md:2: echo one\n {10}- two\n {10}\+ one\nok .*\n2 commands: 1 ok, 1 differs, 0 show nothing\n$/,
    );
    expect(status).toBe(1);
  });
  it('--write puts the true output into the document, --junit writes the results', () => {
    const path = document('write.md', BAD);
    const junit = join(folder, 'junit.xml');
    expect(warren(['play', '--write', '--junit', junit, path]).status).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('```console\n# echo one\none\n```\n');
    expect(readFileSync(junit, 'utf8')).toContain('failures="1"');
    expect(warren(['play', path]).status).toBe(0);
  });
  it('counts commands that failed though nothing is shown for them', () => {
    const text = '```console\n# ip netns exec blu ip link\n# true\n```\n';
    expect(warren(['play', document('failed.md', text)]).stdout).toMatch(
      /\n2 commands: 0 ok, 0 differ, 2 show nothing, 1 of them failed\n$/,
    );
  });
  it('says that a document is missing, or has no command', () => {
    const missing = warren(['play', join(folder, 'none.md')]);
    expect(missing.stderr).toMatch(/^warren: .*none\.md: No such file or directory\n$/);
    expect(missing.status).toBe(2);
    const prose = warren(['play', document('prose.md', 'Only prose.\n')]);
    expect(prose.stderr).toMatch(/^warren: .*prose\.md: no command in it\n$/);
    expect(prose.status).toBe(2);
  });
  it('plays on the machine of a profile', () => {
    const text = '```console\n$ hostname\nip-172-31-95-167.ec2.internal\n```\n';
    expect(warren(['play', '--profile', 'ec2', document('ec2.md', text)]).status).toBe(0);
    expect(warren(['play', '--bare', document('ec2.md', text)]).status).toBe(1);
  });
});

describe('--profile', () => {
  it('a script is not the first process, whatever the machine: it can be ended by a signal', () => {
    for (const flag of ['--profile=ubuntu', '--bare']) {
      const { status, stdout } = warren(['run', flag, '-c', 'echo a; kill $$; echo b']);
      expect({ status, stdout }).toEqual({ status: 143, stdout: 'a\n' });
    }
  });
  it('an unknown one is named, with those that there are', () => {
    const { status, stderr } = warren(['run', '--profile', 'hal', '-c', 'true']);
    expect(stderr).toMatch(
      /^warren: --profile hal: there is no such profile\. There are:\n {2}bare .*\n {2}ubuntu .*\n {2}ec2 .*\n$/,
    );
    expect(status).not.toBe(0);
  });
  it('and --bare exclude each other', () => {
    const { status, stderr } = warren(['run', '--bare', '--profile', 'ec2', '-c', 'true']);
    expect(stderr).toContain("'--bare' cannot be used with option '--profile");
    expect(status).toBe(2);
  });
  it('the boot of a machine is in the capture', () => {
    const path = join(folder, 'boot.pcapng');
    expect(warren(['run', '--pcap', path, '-c', 'true']).status).toBe(0);
    // The magic cookie of DHCP.
    expect(readFileSync(path).includes(Buffer.from('63825363', 'hex'))).toBe(true);
  });
});
