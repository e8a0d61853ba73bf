import type { Instrumented, RunResult } from '../instrument.ts';
import type { Side } from './sides.ts';

/** A way to spoil one side, to see the judge notice. */
export interface Break {
  readonly about: string;
  readonly script?: (text: string) => string;
  readonly stdout?: (text: string) => string;
  readonly stderr?: (text: string) => string;
}

/** `--break NAME`. */
export const BREAKS: Readonly<Record<string, Break>> = {
  forwarding: {
    about: 'no namespace forwards, though the sysctl says so',
    script: (s) => s.replaceAll('net.ipv4.ip_forward=1', 'net.ipv4.conf.all.forwarding=0'),
  },
  routes: {
    about: 'static routes are dropped in silence',
    script: (s) => s.replaceAll(/^(ip -n \w+ route add 10\.0\.\d+\.0\/24 via .*)$/gm, 'true'),
  },
  mtu: {
    about: 'every mtu that was set is one less in link dumps',
    stdout: (s) => s.replaceAll(/"mtu":(?!1500|65536)(\d+)/g, (_m, n: string) => `"mtu":${Number(n) - 1}`),
  },
  words: {
    about: 'one error message lacks its full stop',
    stderr: (s) => s.replaceAll('Error: Nexthop has invalid gateway.', 'Error: Nexthop has invalid gateway'),
  },
  scope: {
    about: 'addresses with scope link are shown as global',
    stdout: (s) => s.replaceAll('"scope":"link","', '"scope":"global","'),
  },
};

/** The side, spoilt. */
export function broken(side: Side, how: Break): Side {
  const text = how.script ?? ((s: string): string => s);
  const out = how.stdout ?? ((s: string): string => s);
  const err = how.stderr ?? ((s: string): string => s);
  return async (session: Instrumented): Promise<RunResult> => {
    const run = await side({ ...session, script: text(session.script) });
    return { ...run, commands: run.commands.map((c) => ({ ...c, stdout: out(c.stdout), stderr: err(c.stderr) })) };
  };
}
