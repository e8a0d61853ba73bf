/**
 * The examples of a Markdown document, as a test runs them.
 *
 *   ```bash file=NAME     a file of that name in the folder where the commands run; so are ```ts file=NAME and ```text file=NAME
 *   ```console            commands after `$ `, each followed by what it prints (stdout and stderr as they come)
 *
 * Other blocks are prose.
 */

/** One command and what the document says that it prints. */
export interface Example {
  /** Line of the command in the document, from 1. */
  readonly line: number;
  readonly command: string;
  readonly output: string;
}

export interface Document {
  readonly files: ReadonlyMap<string, string>;
  readonly examples: readonly Example[];
}

interface Block {
  readonly info: string;
  /** Line of the first line inside, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

function blocksOf(text: string): Block[] {
  const found: Block[] = [];
  let open: { info: string; line: number; lines: string[] } | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    if (open === null) {
      const fence = /^```(.+)$/.exec(line);
      if (fence !== null) open = { info: fence[1]!.trim(), line: index + 2, lines: [] };
    } else if (line === '```') {
      found.push(open);
      open = null;
    } else open.lines.push(line);
  }
  return found;
}

/** @throws Error naming the line of a console block that does not begin with a command. */
export function parseDocument(text: string): Document {
  const files = new Map<string, string>();
  const examples: Example[] = [];
  for (const { info, line, lines } of blocksOf(text)) {
    const name = /^(?:bash|ts|text) file=(\S+)$/.exec(info)?.[1];
    if (name !== undefined) files.set(name, `${lines.join('\n')}\n`);
    if (info !== 'console') continue;
    let current: { line: number; command: string; output: string } | null = null;
    for (const [index, content] of lines.entries()) {
      if (content.startsWith('$ ')) {
        current = { line: line + index, command: content.slice(2), output: '' };
        examples.push(current);
      } else if (current === null)
        throw new Error(`line ${line + index}: a console block begins with a command: $ ...`);
      else current.output += `${content}\n`;
    }
  }
  return { files, examples };
}

/** The document with each example's output replaced by what `run` answers. */
export function rewriteDocument(text: string, run: (command: string) => string): string {
  const lines = text.split('\n');
  // From the end, so that the lines before keep their numbers.
  for (const { line, command, output } of parseDocument(text).examples.toReversed()) {
    const printed = run(command);
    lines.splice(line, output.split('\n').length - 1, ...printed.split('\n').slice(0, -1));
  }
  return lines.join('\n');
}
