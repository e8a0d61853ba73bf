import { it } from 'vitest';
import { createSimKernel } from '/work/main/packages/core/src/sim/index.ts';
import { HostInput, HostOutput, System } from '/work/main/packages/core/src/user/process/index.ts';
import { programs } from '/work/main/packages/core/src/user/programs/index.ts';
import { utf8Decode } from '/work/main/packages/core/src/lib/text.ts';
const host = { turn: (): Promise<void> => new Promise((r) => setImmediate(r)), monotonic: (): number => performance.now() * 1e6, after: (ms: number, fn: () => void): (() => void) => { const t = setTimeout(fn, ms); return () => clearTimeout(t); } };
async function* nothing() {}
it('x', async () => {
  const system = new System({ kernel: createSimKernel({ host }), programs, hostname: 'w', onCrash: (_, e) => { throw e; } });
  const o = () => new HostOutput((b) => void process.stdout.write(utf8Decode(b)));
  const p = system.start('bash', ['bash', '-c', process.env['S']!], { env: new Map([['PATH', '/usr/sbin:/usr/bin']]), cwd: '/root', fds: [new HostInput(nothing()), o(), o()] });
  await system.waitExit(p);
}, 60000);
