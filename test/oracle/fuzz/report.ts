import { createHash } from 'node:crypto';
import type { Finding } from './hunt.ts';

/** The plain command that shows the difference in a session. */
function showing({ item, difference, signature }: Finding): string {
  if (difference.part === 'script') return '';
  const at = difference.part.search(/[/,]/);
  const [ns, rest] = [difference.part.slice(0, at), difference.part.slice(at + 1)];
  const inside = ns === '.' ? '' : ` -n ${ns}`;
  if (item.kind === 'ping') return `ip netns exec ${ns} ping -n -c 1 -W 0.3 ${rest}\n`;
  if (item.kind === 'grid') return `ip${inside} -j ${rest}\n`;
  if (item.kind !== 'state') return '';
  const details =
    rest === 'link' && /\b(promiscuity|allmulti|min_mtu|max_mtu|linkinfo|inet6_addr_gen_mode)/.test(signature)
      ? ' -d'
      : '';
  return `sleep 0.3\nip${inside} -j${details} ${rest}${rest === 'route' ? ' show table all' : ''}\n`;
}

/** A finding as a session file, which `npm run compare` runs. */
export function sessionText(finding: Finding): string {
  const { real, sim, part } = finding.difference;
  const lines = [`fuzz: ${finding.signature}`, part, ...said('linux', real), ...said('ours ', sim)];
  const steps = finding.program.steps.map((s) => s.text + (s.settle > 0.1 && !s.setup ? '\nsleep 0.3' : ''));
  return `${lines.map((l) => `# ${l}`.trimEnd()).join('\n')}\n${steps.join('\n')}\n${showing(finding)}`;
}

const said = (who: string, text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .slice(0, 12)
    .map((l) => `  ${who} | ${l}`);

/** `fuzz-<hash>.sh`, the same for the same commands. */
export function sessionName(finding: Finding): string {
  const hash = createHash('sha256')
    .update(finding.program.steps.map((s) => s.text).join('\n') + finding.signature)
    .digest('hex');
  return `fuzz-${hash.slice(0, 8)}.sh`;
}
