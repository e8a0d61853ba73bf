/** What the keys do: readline's names, its emacs bindings. */
import type { Editor } from './editor.ts';
import type { Key } from './keys.ts';

export interface Command {
  run(e: Editor, key: Key): void;
  /** Done as often as the numeric argument says. */
  readonly repeats?: true;
}

const plain = (run: (e: Editor) => void): Command => ({ run });
const repeated = (run: (e: Editor) => void): Command => ({ run, repeats: true });

/** Moves the cursor, or rings when there is nowhere to go. */
const move = (to: (e: Editor) => number): Command =>
  repeated((e) => {
    const at = to(e);
    if (at === e.line.cursor) e.bell();
    e.line.cursor = at;
  });

/** Cuts between the cursor and where a motion leads. */
const cut = (to: (e: Editor) => number, repeats = true): Command => {
  const run = (e: Editor): void => {
    const { line } = e;
    const at = to(e);
    if (at === line.cursor) e.bell();
    else line.kill(Math.min(at, line.cursor), Math.max(at, line.cursor), e.last === 'kill' || e.doing === 'kill');
    e.doing = 'kill';
  };
  return repeats ? repeated(run) : plain(run);
};

const history = (to: (e: Editor) => number): Command =>
  repeated((e) => {
    if (!e.historyTo(to(e))) e.bell();
  });

const left = move((e) => e.line.previous());
const right = move((e) => e.line.next());
const home = plain((e) => void (e.line.cursor = 0));
const end = plain((e) => void (e.line.cursor = e.line.text.length));
const wordRight = move((e) => e.line.wordEnd());
const wordLeft = move((e) => e.line.wordStart());
const up = history((e) => e.index - 1);
const down = history((e) => e.index + 1);
const oldest = history(() => 0);
const newest = history((e) => e.port.history().length);
const accept = plain((e) => e.accept());

const rubout = repeated((e) => {
  const { line } = e;
  if (line.cursor === 0) e.bell();
  else line.delete(line.previous(), line.cursor);
});

const deleteChar = repeated((e) => {
  const { line } = e;
  if (line.cursor === line.text.length) e.bell();
  else line.delete(line.cursor, line.next());
});

const endOrDelete: Command = {
  run(e, key) {
    if (e.line.text === '' && e.last !== 'kill') e.endOfFile();
    else deleteChar.run(e, key);
  },
};

const killWord = cut((e) => e.line.wordEnd());
const backwardKillWord = cut((e) => e.line.wordStart());

const yank = plain((e) => {
  const text = e.line.kills.current;
  if (text === null) return e.bell();
  e.line.insert(text);
  e.doing = 'yank';
});

const yankPop = plain((e) => {
  const { line } = e;
  const text = line.kills.current;
  if (e.last !== 'yank' || text === null) return e.bell();
  const from = line.cursor - text.length;
  line.kills.rotate();
  line.replace(from, line.cursor, line.kills.current!);
  e.doing = 'yank';
});

/** The last word of a line as the shell sees words: blanks separate, quotes hold together. */
function lastWord(line: string): string {
  let word = '';
  for (const m of line.matchAll(/(?:[^\s'"\\]|\\.|'[^']*'?|"(?:[^"\\]|\\.)*"?)+/g)) word = m[0];
  return word;
}

/** M-. : the last word of the line before; again, of the one before that. */
const yankLastArg = plain((e) => {
  const lines = e.port.history();
  const again = e.last === 'yank-arg';
  const back = again ? e.yankArg.back + 1 : 1;
  const line = lines[lines.length - back];
  e.doing = again ? 'yank-arg' : 'other';
  if (line === undefined) return e.bell();
  if (again) e.line.replace(e.yankArg.from, e.line.cursor, lastWord(line));
  else {
    e.yankArg.from = e.line.cursor;
    e.line.insert(lastWord(line));
  }
  e.yankArg.back = back;
  e.doing = 'yank-arg';
});

const undo = repeated((e) => {
  if (!e.line.undo()) e.bell();
});

const transposeChars = plain((e) => {
  if (!e.line.transposeChars()) e.bell();
});

const capital = (word: string): string =>
  word.replace(/^([^\p{L}\p{N}]*)(.)(.*)$/su, (_, gap: string, first: string, rest: string) => {
    return gap + first.toUpperCase() + rest.toLowerCase();
  });

export const COMMANDS: Readonly<Record<string, Command>> = {
  'C-a': home,
  Home: home,
  'C-e': end,
  End: end,
  'C-b': left,
  Left: left,
  'C-f': right,
  Right: right,
  'M-b': wordLeft,
  'C-Left': wordLeft,
  'M-f': wordRight,
  'C-Right': wordRight,
  'C-p': up,
  Up: up,
  'C-n': down,
  Down: down,
  'M-<': oldest,
  PageUp: oldest,
  'M->': newest,
  PageDown: newest,
  RET: accept,
  'C-j': accept,
  'C-o': plain((e) => {
    const next = e.index + 1;
    e.accept();
    e.queued = next;
  }),
  'C-d': endOrDelete,
  Delete: deleteChar,
  DEL: rubout,
  'C-h': rubout,
  'C-k': cut((e) => e.line.text.length, false),
  'C-u': cut(() => 0, false),
  'C-x DEL': cut(() => 0, false),
  'C-w': cut((e) => e.line.blankWordStart()),
  'M-d': killWord,
  'C-Delete': killWord,
  'M-DEL': backwardKillWord,
  'M-C-h': backwardKillWord,
  'M-\\': plain((e) => {
    const { line } = e;
    let from = line.cursor;
    let to = line.cursor;
    while (from > 0 && /[ \t]/.test(line.text[from - 1]!)) from--;
    while (to < line.text.length && /[ \t]/.test(line.text[to]!)) to++;
    line.delete(from, to);
  }),
  'C-y': yank,
  'M-y': yankPop,
  'M-.': yankLastArg,
  'M-_': yankLastArg,
  'C-_': undo,
  'C-x C-u': undo,
  'M-r': plain((e) => e.line.revert()),
  'C-t': transposeChars,
  'M-t': plain((e) => {
    if (!e.line.transposeWords()) e.bell();
  }),
  'M-u': plain((e) => e.line.changeWord((w) => w.toUpperCase())),
  'M-l': plain((e) => e.line.changeWord((w) => w.toLowerCase())),
  'M-c': plain((e) => e.line.changeWord(capital)),
  'C-l': plain((e) => e.display.clear()),
  'M-C-l': plain((e) => e.display.clear()),
  'C-r': plain((e) => e.startSearch(true)),
  'C-s': plain((e) => e.startSearch(false)),
  'C-v': plain((e) => e.quoteNext()),
  'C-q': plain((e) => e.quoteNext()),
  'C-g': plain((e) => e.bell()),
  TAB: plain((e) => e.complete(false)),
  'M-?': plain((e) => e.complete(true)),
  'M-=': plain((e) => e.complete(true)),
  'M-#': plain((e) => {
    e.line.text = `#${e.line.text}`;
    e.accept();
  }),
  'M-TAB': plain((e) => e.line.insert('\t')),
};
