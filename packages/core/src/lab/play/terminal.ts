/** Which terminal a command without a label is typed into. */
import type { DraftStep } from './step.ts';

/** Commands that leave a shell at the terminal: what follows is typed into that one. */
const OPENS_SHELL =
  /^\s*(?:sudo\s+)?(?:(?:ip\s+(?:-n(?:etns)?\s+\S+\s+)?netns\s+exec\s+\S+|nsenter\b.*?|unshare\b.*?|docker\s+(?:exec|run)\b.*\s-\w*i\w*t?\b.*?|env\b.*?)\s+)?(?:\S*\/)?(?:bash|sh|zsh|ash|dash)(?:\s+-[il]+|\s+--\w[\w-]*)*\s*$|^\s*(?:sudo\s+(?:-i|-s|su\b.*)|su\b.*|unshare(?:\s+-{1,2}[\w=/-]+)*|nsenter(?:\s+(?:-{1,2}[\w=/-]+|\d+))*)\s*$/;

export const opensShell = (command: string): boolean => OPENS_SHELL.test(command);

export const closesShell = (command: string): boolean => /^\s*(?:exit(?:\s+\d+)?|logout)\s*$/.test(command);

/** Who a prompt says is speaking: its label, or its sign when it has none. */
const speakerOf = (step: DraftStep): string =>
  step.prompt === null ? '$' : step.prompt.label === '' ? step.prompt.sign : step.prompt.label;

/**
 * Names the terminals of commands for which the document does not say it.
 *
 * A label is a terminal of its own, and so is a bare prompt. After a command that opens a shell the next new speaker is that
 * shell: `(host)# docker exec -it a sh`, then `(a)# …`; `$ sudo ip netns exec a bash`, then `# …`. Who opened it then speaks at
 * a terminal beside, until the shell inside is left.
 */
export function assignTerminals(steps: readonly DraftStep[]): void {
  const at = new Map<string, string>([
    ['$', ''],
    ['#', ''],
  ]);
  /** Who opened the shell that a speaker is. */
  const outer = new Map<string, string>();
  let beside = 0;
  for (const [i, step] of steps.entries()) {
    if (step.named) continue;
    const speaker = speakerOf(step);
    const terminal = at.get(speaker) ?? speaker;
    at.set(speaker, terminal);
    step.terminal = terminal;
    const opener = outer.get(speaker);
    if (closesShell(step.command) && opener !== undefined) {
      outer.delete(speaker);
      at.delete(speaker);
      if (speaker === '#') at.set('#', '');
      at.set(opener, terminal);
      continue;
    }
    const inside = opensShell(step.command) ? speakerInside(steps, i, at) : null;
    if (inside === null) continue;
    at.set(inside, terminal);
    outer.set(inside, speaker);
    at.set(speaker, `${speaker} beside ${++beside}`);
  }
}

/** The speaker that is the shell which step `i` opens, or null when whoever opened it goes on speaking inside. */
function speakerInside(steps: readonly DraftStep[], i: number, at: ReadonlyMap<string, string>): string | null {
  const opener = speakerOf(steps[i]!);
  if (opener === '$') return steps.slice(i + 1).some((s) => !s.named && speakerOf(s) === '#') ? '#' : null;
  const next = steps[i + 1];
  if (next === undefined || next.named) return null;
  const speaker = speakerOf(next);
  return speaker === opener || at.has(speaker) ? null : speaker;
}
