/** Documents that mean harm: playing them ends, with a report on every command. */
import { describe, expect, it } from 'vitest';
import { outcomes, played, report } from './play.ts';

const doc = (...lines: string[]): string => `\`\`\`console\n${lines.join('\n')}\n\`\`\`\n`;

describe('commands', () => {
  it.each(['ubuntu', 'bare'])('that kill everybody they can (%s)', async (profile) => {
    const steps = await played(
      doc('$ kill -9 -1', '$ echo after', 'after', '$ kill -9 $$', '$ echo again', 'again'),
      profile,
    );
    expect(outcomes(steps)).toEqual(['2 silent', '3 ok', '5 silent', '6 ok']);
  });
  it('that take their terminal away', async () => {
    const steps = await played(
      doc('$ exec 1>&-', '$ echo x', '$ exit', '$ echo y', 'y', '$ stty -echo', '$ exec true', '$ echo z', 'z'),
    );
    expect(outcomes(steps)).toEqual(['2 silent', '3 silent', '4 silent', '5 ok', '7 silent', '8 silent', '9 ok']);
  });
  it('that print without end', async () => {
    const steps = await played(doc('$ yes', 'y', '$ echo after', 'after', '$ cat /dev/zero', '$ echo again', 'again'));
    expect(outcomes(steps)).toEqual(['2 differs', '4 ok', '6 silent', '7 ok']);
    const text = report(steps);
    expect(text).toContain('! interrupted: it printed more than 4194304 characters\n');
    expect(text.length).toBeLessThan(10_000);
  });
});

describe('texts', () => {
  it('of very long lines', async () => {
    const steps = await played(
      doc('$ echo a', 'y'.repeat(300_000), '$ echo b', `${'X.'.repeat(100_000)}`, '$ echo c', 'c'),
    );
    expect(outcomes(steps)).toEqual(['2 differs', '4 differs', '6 ok']);
    expect(report(steps).length).toBeLessThan(20_000);
  });
  it('of very many lines', async () => {
    const shown = Array.from({ length: 20_000 }, (_, i) => String(i === 9_999 ? 'x' : i + 1));
    const steps = await played(
      doc('$ seq 20000', ...shown, '$ echo a', Array.from({ length: 200_000 }, () => 'z').join('\n')),
    );
    expect(outcomes(steps)).toEqual(['2 differs', '20003 differs']);
    expect(steps[0]!.comparisons[0]!.diff.filter((d) => d.kind !== 'same')).toEqual([
      { kind: 'shown', at: 10_002, text: 'x' },
      { kind: 'happened', text: '10000' },
    ]);
    expect(report(steps)).toContain('- [199800 lines more]\n');
  });
});
