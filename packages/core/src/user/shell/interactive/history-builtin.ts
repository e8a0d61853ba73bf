/** The builtin `history`. */
import { type Builtin, complain, options, refused, texts } from '../builtins/types.ts';
import { strftime } from '../../../lib/strftime.ts';
import type { Shell } from '../shell.ts';
import type { History } from './history.ts';
import { expandHistory } from './history-expand.ts';
import { nowSeconds } from './prompt.ts';
import { FileStore } from './recorder.ts';

const isNumber = (s: string): boolean => /^[-+]?\d+$/.test(s);

/** Shows the last `count` lines, after their times when HISTTIMEFORMAT says how. */
async function show(sh: Shell, history: History, count: number): Promise<number> {
  const format = sh.vars.get('HISTTIMEFORMAT');
  const from = Math.max(history.base, history.next - count);
  let out = '';
  for (let n = from; n < history.next; n++) {
    const time = format === undefined ? '' : strftime(format, history.time(n));
    out += `${String(n).padStart(5)}  ${time}${history.at(n)}\n`;
  }
  await sh.write(1, out);
  return 0;
}

/** `-d N`, `-d -N` and `-d A-B`. */
function remove(sh: Shell, history: History, spec: string): number | Promise<number> {
  const m = /^(-?\d+)(?:-(-?\d+))?$/.exec(spec);
  const at = (s: string): number => (Number(s) < 0 ? history.next + Number(s) : Number(s));
  const range = (): Promise<number> =>
    complain(sh, 'history', `${spec}: history position out of range`) as Promise<number>;
  if (m === null) return range();
  const from = at(m[1]!);
  const to = m[2] === undefined ? from : at(m[2]);
  if (from < history.base || to >= history.next || to < from) return range();
  for (let n = to; n >= from; n--) history.remove(n);
  return 0;
}

/** `-a -n -r -w`: the file, or where the shell keeps its history. */
function transfer(sh: Shell, history: History, letter: string, file: string | undefined): number {
  const store = file === undefined ? sh.historyStore() : new FileStore(sh, file);
  if (store === null) return 0;
  if (letter === 'a') {
    if (history.unwritten > 0) store.append(history.lines.slice(-history.unwritten));
    history.unwritten = 0;
  } else if (letter === 'w') {
    store.replace(history.lines);
    history.unwritten = 0;
  } else history.load(store.load(), nowSeconds(sh));
  return 0;
}

export const HISTORY: Builtin = {
  name: 'history',
  usage: 'history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]',
  async run(sh, args, name) {
    const p = options(args, 'acd:npsrw');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const { history } = sh;
    if (history === null) return 0;
    history.keep(sh.vars.get('HISTSIZE'));
    const rest = texts(p.rest);
    const letters = p.flags.map((f) => f.letter);
    const moves = letters.filter((l) => 'anrw'.includes(l));
    if (moves.length > 1) return complain(sh, name, 'cannot use more than one of -anrw');
    if (letters.includes('c')) history.clear();
    const gone = p.flags.find((f) => f.letter === 'd');
    if (gone !== undefined) return remove(sh, history, gone.value);
    if (letters.includes('s')) {
      if (rest.length > 0) {
        history.removeLast();
        history.add(rest.join(' '), nowSeconds(sh));
      }
      return 0;
    }
    if (letters.includes('p')) {
      for (const text of rest) {
        const r = expandHistory(history, text);
        if (r.kind === 'error') return complain(sh, name, `${text}: history expansion failed`);
        await sh.write(1, `${r.text}\n`);
      }
      return 0;
    }
    if (moves[0] !== undefined) return transfer(sh, history, moves[0], rest[0]);
    if (letters.includes('c')) return 0;
    if (rest.length > 1) return complain(sh, name, 'too many arguments');
    if (rest[0] !== undefined && !isNumber(rest[0])) return complain(sh, name, `${rest[0]}: numeric argument required`);
    return show(sh, history, rest[0] === undefined ? Infinity : Math.abs(Number(rest[0])));
  },
};
