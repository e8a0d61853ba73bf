/** Documents as lists of commands: what is typed, in which terminal, and what the document shows for it. */
import { isIncomplete } from '../../user/shell/reader.ts';
import { type Block, blocksOf, type Line } from './block.ts';
import { promptOf, terminalComment, terminalMentioned } from './prompt.ts';
import type { DraftStep, Step } from './step.ts';
import { assignTerminals } from './terminal.ts';

/** Languages of fences whose text is a script: each line is typed, comments are comments. */
const SCRIPT = new Set(['bash', 'sh', 'shell', 'zsh', 'ksh']);
/** Languages of fences that hold a terminal's text. '' is one if it has a prompt. */
const CONSOLE = new Set([
  '',
  'console',
  'shell-session',
  'shellsession',
  'sh-session',
  'bash-session',
  'terminal',
  'text',
  'txt',
  'plaintext',
  'output',
  'log',
]);

/** Reads a Markdown or text document. Blocks in other languages, and blocks without a command, are passed over. */
export function parseDocument(text: string): Step[] {
  const steps: DraftStep[] = [];
  let mentioned: string | null = null;
  for (const block of blocksOf(text)) {
    if (block.kind === 'prose') {
      mentioned = terminalMentioned(lastParagraph(block.lines));
      continue;
    }
    const reader = new BlockReader(steps, block, mentioned);
    if (block.kind === 'paragraph') {
      if (!reader.paragraph()) {
        mentioned = terminalMentioned(block.lines.map((l) => l.text).join(' '));
        steps.at(-1)?.perhaps.push([...block.lines]);
      }
      continue;
    }
    if (SCRIPT.has(block.language) && !block.lines.some((l) => /^\s*\$ /.test(l.text) || labelled(l.text)))
      reader.script();
    else if (SCRIPT.has(block.language) || CONSOLE.has(block.language)) reader.console();
    mentioned = null;
  }
  assignTerminals(steps);
  return steps;
}

const labelled = (text: string): boolean => (promptOf(text.trim())?.label ?? '') !== '';

/** The last paragraph of a piece of prose: what introduces the block behind it. */
function lastParagraph(lines: readonly Line[]): string {
  const text = lines.map((l) => l.text).join('\n');
  return (
    text
      .trimEnd()
      .split(/\n\s*\n/)
      .at(-1) ?? ''
  );
}

/** A picture's file name on a line of its own: left over where a page's image stood. */
const PICTURE = /^\S+\.(?:png|jpe?g|gif|svg|webp)$/i;

class BlockReader {
  readonly #steps: DraftStep[];
  readonly #block: Block;
  /** `# …` is a comment here: in a script's language, and where prompts have labels. */
  readonly #comments: boolean;
  #terminal: string;
  #named: boolean;

  constructor(steps: DraftStep[], block: Block, mentioned: string | null) {
    this.#steps = steps;
    this.#block = block;
    this.#comments = SCRIPT.has(block.language) || block.lines.some((l) => labelled(l.text));
    this.#terminal = mentioned ?? '';
    this.#named = mentioned !== null;
  }

  /** A block in which prompts tell commands from output. */
  console(): void {
    const { lines, language } = this.#block;
    const prompts = lines.some((l) => this.#prompt(l.text) !== null);
    if (!prompts) {
      if (this.#named && language !== '') this.#later(lines);
      return;
    }
    this.#read(lines);
  }

  /** A paragraph of a text. @returns false when it holds no command: it is prose, or the output goes on */
  paragraph(): boolean {
    const { lines } = this.#block;
    const first = lines.findIndex((l) => promptOf(l.text) !== null);
    if (first !== 0) return false;
    this.#read(lines.filter((l) => !PICTURE.test(l.text.trim())));
    return true;
  }

  /** A block in which everything is typed. */
  script(): void {
    const { lines } = this.#block;
    for (let i = 0; i < lines.length;) {
      const { text } = lines[i]!;
      const terminal = terminalComment(text);
      if (terminal !== null) this.#switch(terminal);
      if (text.trim() === '' || /^\s*#/.test(text)) {
        i++;
        continue;
      }
      const height = commandHeight(lines, i, (l) => l.text);
      const command = lines
        .slice(i, i + height)
        .map((l) => l.text)
        .join('\n');
      this.#step(lines[i]!.at, command, height, null);
      i += height;
    }
  }

  #switch(terminal: string): void {
    this.#terminal = terminal;
    this.#named = true;
  }

  #prompt(text: string): ReturnType<typeof promptOf> {
    const prompt = promptOf(text);
    if (prompt === null || terminalComment(text) !== null) return null;
    return prompt.label === '' && prompt.sign === '#' && this.#comments ? null : prompt;
  }

  #read(lines: readonly Line[]): void {
    let step: DraftStep | null = null;
    let output: Line[] = [];
    const flush = (): void => {
      if (step !== null) addShown(step, output, false);
      output = [];
    };
    for (let i = 0; i < lines.length;) {
      const line = lines[i]!;
      const terminal = terminalComment(line.text);
      if (terminal !== null) {
        flush();
        step = null;
        this.#switch(terminal);
        i++;
        continue;
      }
      const prompt = this.#prompt(line.text);
      if (this.#comments && prompt === null && /^#\s/.test(line.text)) {
        flush();
        step = null;
        i++;
        continue;
      }
      if (prompt === null) {
        if (step !== null) output.push(line);
        i++;
        continue;
      }
      flush();
      if (prompt.command === '' || prompt.command.startsWith('#')) {
        step = null;
        i++;
        continue;
      }
      const typed = (l: Line, k: number): string => (k === i ? prompt.command : l.text.replace(/^> ?/, ''));
      const height = commandHeight(lines, i, typed);
      const command = lines
        .slice(i, i + height)
        .map((l, k) => typed(l, i + k))
        .join('\n');
      step = this.#step(line.at, command, height, prompt);
      i += height;
    }
    flush();
  }

  /** Output without a command: what the terminal that was spoken of shows by now. */
  #later(lines: readonly Line[]): void {
    const running = this.#steps.findLast((s) => s.terminal === this.#terminal);
    if (running !== undefined) addShown(running, lines, true);
  }

  #step(at: number, typed: string, height: number, prompt: DraftStep['prompt']): DraftStep {
    const command = typed.replaceAll('\u00a0', ' ');
    const step = { at, terminal: this.#terminal, command, height, shown: [], perhaps: [], prompt, named: this.#named };
    this.#steps.push(step);
    return step;
  }
}

/** Lines of output without the empty ones around them. */
function addShown(step: DraftStep, output: readonly Line[], later: boolean): void {
  let from = 0;
  let to = output.length;
  while (from < to && output[from]!.text.trim() === '') from++;
  while (to > from && output[to - 1]!.text.trim() === '') to--;
  let lines = output.slice(from, to);
  const interrupted = lines.some((l) => l.text.trimEnd() === '^C');
  if (lines.at(-1)?.text.trimEnd() === '^C') lines = lines.slice(0, -1);
  if (lines.length > 0 || interrupted) step.shown.push({ lines, interrupted, later });
}

/** How many lines from `i` on make one command: until the shell would not ask for more. */
function commandHeight(lines: readonly Line[], i: number, typed: (line: Line, k: number) => string): number {
  let text = typed(lines[i]!, i);
  let height = 1;
  while (i + height < lines.length && wantsMore(text)) {
    const next = lines[i + height]!;
    // A prompt of its own ends a command that never closed its quote.
    if (promptOf(next.text) !== null && !/^\s*#/.test(next.text)) break;
    text += `\n${typed(next, i + height)}`;
    height++;
  }
  return wantsMore(text) ? 1 : height;
}

const wantsMore = (text: string): boolean => /(?:^|[^\\])(?:\\\\)*\\$/.test(text) || isIncomplete(`${text}\n`);
