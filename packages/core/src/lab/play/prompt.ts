/** A prompt at the start of a line, as documents show it. */
export interface Prompt {
  /** What stands before the sign: `(ns1)`'s `ns1`, `alice@box`; '' for none. */
  readonly label: string;
  readonly sign: '$' | '#';
  /** What was typed behind it. */
  readonly command: string;
}

/** `(label)# cmd`, `(label) user@host:path$ cmd`. */
const PARENTHESES = /^\(([^()]+)\)\s*(?:\S+@\S+)?\s*([$#]) ?(.*)$/;
/** `user@host:path$ cmd`, `[user@host path]# cmd`. */
const USER_HOST = /^\[?([\w.-]+@[\w.-]+)(?:[: ][^\]$#]*)?\]?\s*([$#])(?: (.*))?$/;
/** `host# cmd`, `host:~# cmd`: a name, then at once the sign. */
const HOST = /^([A-Za-z][\w-]*)(?::[~/][^\s$#]*)?([$#]) (.+)$/;
const PLAIN = /^([$#])(?: (.*))?$/;

/** The prompt that `line` begins with, or null. Blanks before it are not part of a line here. */
export function promptOf(line: string): Prompt | null {
  const plain = PLAIN.exec(line);
  if (plain !== null) return { label: '', sign: sign(plain[1]!), command: (plain[2] ?? '').trim() };
  const named = PARENTHESES.exec(line) ?? USER_HOST.exec(line) ?? HOST.exec(line);
  if (named === null) return null;
  return { label: named[1]!.trim(), sign: sign(named[2]!), command: (named[3] ?? '').trim() };
}

const sign = (text: string): '$' | '#' => (text === '#' ? '#' : '$');

/** The terminal that a comment names: `# Terminal 1`, `# in the second terminal` does not. */
export function terminalComment(line: string): string | null {
  const found = /^\s*#+\s*(?:[-=*]+\s*)?(?:on|in)?\s*(?:the\s+)?(?:terminal|window|shell|tty)\s*#?(\d+|[A-Z])\b/i.exec(
    line,
  );
  return found === null ? null : terminalName(found[1]!);
}

/** The one terminal that a sentence speaks of, or null when it speaks of none or of several. */
export function terminalMentioned(prose: string): string | null {
  const named = new Set<string>();
  for (const m of prose.matchAll(/\bterminal\s+#?(\d+|[A-Z])\b/gi)) named.add(terminalName(m[1]!));
  const [only] = named;
  return named.size === 1 ? only! : null;
}

const terminalName = (number: string): string => `Terminal ${number.toUpperCase()}`;
