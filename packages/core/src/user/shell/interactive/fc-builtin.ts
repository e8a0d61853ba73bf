/** The builtin `fc`: lists lines of the history, or runs one again with a word replaced. It has no editor to call. */
import { type Builtin, complain, options, refused, texts } from '../builtins/types.ts';
import type { Shell } from '../shell.ts';
import type { History } from './history.ts';

/** Lines listed when none are named. */
const LISTED = 16;

/** The number of the line that a word names: a number, one counted from the end, or how it begins. Null: there is none. */
function numberOf(history: History, word: string, last: number): number | null {
  if (/^-?\d+$/.test(word)) {
    const n = Number(word);
    return Math.min(last, Math.max(history.base, n < 0 ? last + 1 + n : n === 0 ? last : n));
  }
  for (let n = last; n >= history.base; n--) if (history.at(n)!.startsWith(word)) return n;
  return null;
}

async function list(
  sh: Shell,
  history: History,
  words: readonly string[],
  flags: ReadonlySet<string>,
): Promise<number> {
  // The line with this command itself does not count.
  const last = history.next - 2;
  if (last < history.base) return 0;
  const first = words[0] === undefined ? Math.max(history.base, last + 1 - LISTED) : numberOf(history, words[0], last);
  const to = words[1] === undefined ? last : numberOf(history, words[1], last);
  if (first === null || to === null) return complain(sh, 'fc', 'no command found');
  const numbers: number[] = [];
  for (let n = Math.min(first, to); n <= Math.max(first, to); n++) numbers.push(n);
  if (first > to !== flags.has('r')) numbers.reverse();
  await sh.write(1, numbers.map((n) => `${flags.has('n') ? '' : n}\t ${history.at(n)}\n`).join(''));
  return 0;
}

/** `fc -s [old=new] [command]` */
async function again(sh: Shell, history: History, words: readonly string[]): Promise<number> {
  const rest = [...words];
  const changes: [string, string][] = [];
  while (rest[0]?.includes('=') === true) {
    const word = rest.shift()!;
    const at = word.indexOf('=');
    changes.push([word.slice(0, at), word.slice(at + 1)]);
  }
  const last = history.next - 2;
  const n = rest[0] === undefined ? (last < history.base ? null : last) : numberOf(history, rest[0], last);
  if (n === null) return complain(sh, 'fc', 'no command found');
  let text = history.at(n)!;
  for (const [from, to] of changes) text = text.replaceAll(from, () => to);
  await sh.warn(`${text}\n`);
  const time = history.time(history.next - 1);
  history.removeLast();
  history.add(text, time);
  return sh.hooks.text(sh, text, { label: 'fc', line: sh.line });
}

export const FC: Builtin = {
  name: 'fc',
  usage: 'fc [-e ename] [-lnr] [first] [last] or fc -s [pat=rep] [command]',
  async run(sh, args, name) {
    // `-5` names a line.
    const split = args.findIndex((a) => typeof a !== 'string' || /^-\d/.test(a) || !a.startsWith('-'));
    const own = split < 0 ? args : args.slice(0, split);
    const p = options(own, 'e:lnrs');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const { history } = sh;
    if (history === null) return 0;
    const flags = new Set(p.flags.map((f) => f.letter));
    const words = [...texts(p.rest), ...texts(split < 0 ? [] : args.slice(split))];
    if (flags.has('s') || p.flags.some((f) => f.letter === 'e' && f.value === '-')) return again(sh, history, words);
    if (flags.has('l')) return list(sh, history, words, flags);
    return complain(sh, name, 'there is no editor here: fc -l lists, fc -s runs a line again');
  },
};
