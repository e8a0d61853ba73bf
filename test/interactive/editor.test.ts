/** The line editor: keys in, screen out. */
import { describe, expect, it } from 'vitest';
import type { Completion } from '../../packages/core/src/user/shell/interactive/completing.ts';
import { Display } from '../../packages/core/src/user/shell/interactive/display.ts';
import { Editor } from '../../packages/core/src/user/shell/interactive/editor.ts';
import { keys } from './keys.ts';
import { Screen } from './screen.ts';

const NOTHING: Completion = { from: 0, candidates: [] };

/** An editor on a screen. */
function editor(
  options: {
    readonly cols?: number;
    readonly rows?: number;
    readonly history?: readonly string[];
    readonly prompt?: string;
    readonly words?: readonly string[];
  } = {},
) {
  const screen = new Screen(options.cols ?? 40, options.rows ?? 10);
  const window = { rows: screen.rows, cols: screen.cols };
  const lines = [...(options.history ?? [])];
  const e = new Editor({
    write: (text) => screen.write(text),
    window: () => window,
    history: () => lines,
    complete: (line, cursor) => {
      if (options.words === undefined) return NOTHING;
      const from = line.lastIndexOf(' ', cursor - 1) + 1;
      const word = line.slice(from, cursor);
      const found = options.words.filter((w) => w.startsWith(word));
      return { from, candidates: found.map((w) => ({ text: w, label: w, suffix: ' ' })) };
    },
  });
  const prompt = options.prompt ?? '$ ';
  e.start(prompt);
  /** Presses keys. @returns the lines that were accepted */
  const type = (text: string): string[] => {
    const done: string[] = [];
    for (const byte of new TextEncoder().encode(keys(text))) {
      const changed = e.feed(byte);
      const { result } = e;
      if (result === null) {
        if (changed) e.refresh();
        continue;
      }
      done.push(result === 'eof' ? 'EOF' : result.line);
      if (result !== 'eof') lines.push(result.line);
      e.start(prompt);
    }
    return done;
  };
  return { e, screen, window, lines, type };
}

/** The line after some keys, `|` where the cursor is. */
function edited(text: string, history: readonly string[] = []): string {
  const { e, type } = editor({ history });
  type(text);
  const { text: line, cursor } = e.line;
  return `${line.slice(0, cursor)}|${line.slice(cursor)}`;
}

describe('keys of the emacs mode', () => {
  const table: readonly (readonly [string, string])[] = [
    ['abc', 'abc|'],
    ['abc<C-a>x', 'x|abc'],
    ['abc<Home>x<End>y', 'xabcy|'],
    ['abc<C-b><C-b>x', 'ax|bc'],
    ['abc<Left><Left><Right>x', 'abx|c'],
    ['abc<C-a><C-f>x<C-e>y', 'axbcy|'],
    ['one two<M-b>x', 'one x|two'],
    ['one two<C-a><M-f>x', 'onex| two'],
    ['one/two<M-b><M-b>x', 'x|one/two'],
    ['abc<BackSpace><C-h>', 'a|'],
    ['abc<C-a><Delete><C-d>', '|c'],
    ['one two<C-a><C-k>', '|'],
    ['one two<C-u>', '|'],
    ['one two three<C-w><C-w>', 'one |'],
    ['a/b c/d<C-w>', 'a/b |'],
    ['a/b c/d<M-BackSpace>', 'a/b c/|'],
    ['one two<C-a><M-d>', '| two'],
    ['one two three<C-w><C-w><C-a><C-y>', 'two three|one '],
    ['one<C-u>two<C-u><C-y><M-y>', 'one|'],
    ['one two<C-a><M-d><M-d><C-y><C-y>', 'one twoone two|'],
    ['abc<C-t>', 'acb|'],
    ['abc<C-b><C-t>', 'acb|'],
    ['one two<M-t>', 'two one|'],
    ['one two<C-a><M-u><M-c>', 'ONE Two|'],
    ['ONE<C-a><M-l>', 'one|'],
    ['a  b<C-b><C-b><M-\\>', 'a|b'],
    ['abc<C-_>', '|'],
    ['abc<C-w>d<C-_><C-_>', 'abc|'],
    ['<M-3>x', 'xxx|'],
    ['abcdef<M-4><C-b>x', 'abx|cdef'],
    ['a<C-v><C-a>b', 'a\x01b|'],
    ['日本語<Left><BackSpace>', '日|語'],
    ['é́<BackSpace>', '|'],
    ['e\u0301x<Left><BackSpace>', '|x'],
    ['👍x<Left><Left>y', 'y|👍x'],
    ['\x1b[200~a\tb\rc\x1b[201~', 'a\tb\nc|'],
    ['abc<C-g>d', 'abcd|'],
    ['\x1b[1;5Dx', 'x|'],
    ['one two\x1b[1;5Dx', 'one x|two'],
  ];
  it.each(table)('%j', (typed, want) => {
    expect(edited(typed)).toBe(want);
  });
});

describe('history', () => {
  const history = ['echo one', 'ls /tmp', 'echo two words'];
  const table: readonly (readonly [string, string])[] = [
    ['<Up>', 'echo two words|'],
    ['<C-p><C-p>', 'ls /tmp|'],
    ['new<Up><Down>', 'new|'],
    ['<Up>x<Up><Down>', 'echo two wordsx|'],
    ['<M-<>', 'echo one|'],
    ['new<M-<><C-n><C-n><C-n>', 'new|'],
    ['new<M-<><M->>', 'new|'],
    ['cat <M-.>', 'cat words|'],
    ['cat <M-.><M-.>', 'cat /tmp|'],
    ['cat <M-_><M-_><M-_>', 'cat one|'],
    ['<C-r>one', 'echo |one'],
    ['<C-r>echo<C-r>', '|echo one'],
    ['<C-r>tmp<Escape>', 'ls /|tmp'],
    ['<C-r>tmp<Left>x', 'lsx /tmp'.replace('lsx /', 'ls x|/')],
    ['<C-r>tmp<C-e>x', 'ls /tmpx|'],
    ['typed<C-r>tmp<C-g>', 'typed|'],
    ['<C-r>echox<BackSpace>', '|echo two words'],
    ['<C-r>one<C-e><C-r><C-r>', 'echo |one'],
  ];
  it.each(table)('%j', (typed, want) => {
    expect(edited(typed, history)).toBe(want);
  });

  it('shows what is searched, and that it is not found', () => {
    const { screen, type } = editor({ history, cols: 60 });
    type('<C-r>two');
    expect(screen.text).toBe("(reverse-i-search)`two': echo two words");
    type('z');
    expect(screen.text).toBe("(failed reverse-i-search)`twoz': echo two words");
    expect(screen.bells).toBe(1);
    expect(type('<BackSpace><Enter>')).toEqual(['echo two words']);
  });
  it('C-o accepts a line and goes on to the next', () => {
    const { e, type } = editor({ history });
    expect(type('<Up><Up><Up><C-o>')).toEqual(['echo one']);
    expect(e.line.text).toBe('ls /tmp');
  });
});

describe('the screen', () => {
  it('wraps long lines, and edits them anywhere', () => {
    const { screen, type } = editor({ cols: 10 });
    type('0123456789abcdefghij');
    expect(screen.lines).toEqual(['$ 01234567', '89abcdefgh', 'ij']);
    type('<C-a>X');
    expect(screen.lines).toEqual(['$ X0123456', '789abcdefg', 'hij']);
    expect([screen.row, screen.col]).toEqual([0, 3]);
    type('<C-k>');
    expect(screen.lines).toEqual(['$ X']);
    type('<C-y><C-w>ab<Enter>');
    expect(screen.lines).toEqual(['$ ab', '$']);
  });
  it('a line that just fills the row', () => {
    const { screen, type } = editor({ cols: 10 });
    type('01234567');
    expect(screen.lines).toEqual(['$ 01234567']);
    expect([screen.row, screen.col]).toEqual([1, 0]);
    type('<BackSpace>');
    expect([screen.row, screen.col]).toEqual([0, 9]);
    type('78<Enter>');
    expect(screen.lines).toEqual(['$ 01234567', '8', '$']);
  });
  it('wide characters do not stand in two rows', () => {
    const { screen, type } = editor({ cols: 9 });
    type('日本語日本');
    expect(screen.lines).toEqual(['$ 日本語', '日本']);
    type('<C-a>x');
    expect(screen.lines).toEqual(['$ x日本語', '日本']);
    type('<C-e><BackSpace><BackSpace>');
    expect(screen.lines).toEqual(['$ x日本語']);
  });
  it('prompts with colours and several lines', () => {
    const { screen, type } = editor({ prompt: 'top\n\x01\x1b[31m\x02red\x01\x1b[0m\x02> ', cols: 12 });
    type('0123456789');
    expect(screen.lines).toEqual(['top', 'red> 0123456', '789']);
    type('<C-a><C-d>');
    expect(screen.lines).toEqual(['top', 'red> 1234567', '89']);
  });
  it('more rows than the window has', () => {
    const { screen, type } = editor({ cols: 10, rows: 4 });
    type('0123456789'.repeat(6));
    expect(screen.lines.at(-1)).toBe('89');
    type('<C-a>X');
    expect(screen.lines[0]).toBe('$ X0123456');
    expect(type('<C-e>Y<Enter>')).toEqual([`X${'0123456789'.repeat(6)}Y`]);
  });
  it('C-l keeps the line', () => {
    const { screen, type } = editor();
    type('one<Enter>two<C-l>');
    expect(screen.text).toBe('$ two');
  });
  it('another width', () => {
    const { e, screen, window, type } = editor({ cols: 20 });
    type('0123456789abcdef');
    window.cols = 10;
    // As a terminal does that wraps anew: what we show is on two rows now, the cursor in the second.
    screen.write('\x1b[H\x1b[2J$ 01234567\r\n89abcdef');
    Object.assign(screen, { cols: 10 });
    e.refresh();
    expect(screen.lines).toEqual(['$ 01234567', '89abcdef']);
  });
  it('Ctrl-D ends an empty line only', () => {
    const { type } = editor();
    expect(type('a<C-d><C-a><C-d><C-d>')).toEqual(['EOF']);
  });
  it('pastes lines as one, and does not run them', () => {
    const { e, screen, type } = editor();
    expect(type('\x1b[200~one\ntwo\x1b[201~')).toEqual([]);
    expect(screen.lines).toEqual(['$ one', 'two']);
    expect(e.line.text).toBe('one\ntwo');
  });
});

describe('completion', () => {
  const words = ['address', 'addrlabel', 'link', 'linkx'];
  it('puts in what is certain, and rings', () => {
    const { e, screen, type } = editor({ words });
    type('ip a<Tab>');
    expect(e.line.text).toBe('ip addr');
    expect(screen.bells).toBe(1);
    type('e<Tab>');
    expect(e.line.text).toBe('ip address ');
  });
  it('lists in columns at the second Tab', () => {
    const { screen, type } = editor({ words, cols: 30 });
    type('ip <Tab>');
    expect(screen.text).toBe('$ ip');
    type('<Tab>');
    expect(screen.lines).toEqual(['$ ip', 'address    link', 'addrlabel  linkx', '$ ip']);
  });
  it('asks before a long list, and stops at each page', () => {
    const many = Array.from({ length: 120 }, (_, i) => `word${String(i).padStart(3, '0')}`);
    const { screen, type } = editor({ words: many, cols: 20, rows: 6 });
    type('x word<Tab><Tab>');
    expect(screen.lines.at(-1)).toBe('Display all 120 possibilities? (y or n)'.slice(20));
    type('y');
    expect(screen.lines).toEqual([
      'word000  word060',
      'word001  word061',
      'word002  word062',
      'word003  word063',
      'word004  word064',
      '--More--',
    ]);
    type(' q');
    expect(screen.lines.at(-1)).toBe('$ x word');
    type('<Tab>n');
    expect(screen.lines.at(-1)).toBe('$ x word');
  });
  it('only rings where nothing fits', () => {
    const { e, screen, type } = editor({ words });
    type('ip z<Tab><Tab>');
    expect(e.line.text).toBe('ip z');
    expect(screen.bells).toBe(2);
  });
});

describe('whatever is pressed', () => {
  const pool = [
    ...'ab \t日é👍-./',
    '<C-a>',
    '<C-e>',
    '<C-b>',
    '<C-f>',
    '<M-b>',
    '<M-f>',
    '<C-k>',
    '<C-u>',
    '<C-w>',
    '<C-y>',
    '<M-y>',
    '<C-t>',
    '<M-t>',
    '<M-d>',
    '<M-u>',
    '<C-_>',
    '<BackSpace>',
    '<Delete>',
    '<Up>',
    '<Down>',
    '<M-.>',
    '<C-l>',
    '<M-3>b',
    '\x1b[200~x\ny\x1b[201~',
    'abcdefgh',
    'e\u0301',
    '<C-v><C-a>',
  ];
  it('the screen shows the line, and the cursor in its place', () => {
    let state = 12345;
    const random = (n: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >> 8) % n;
    };
    for (let round = 0; round < 300; round++) {
      const cols = 6 + random(20);
      const { e, screen, type } = editor({ cols, rows: 40, history: ['one two', '日本 x', 'a'.repeat(cols - 2)] });
      let typed = '';
      for (let i = 0; i < 40; i++) {
        const key = pool[random(pool.length)]!;
        typed += key;
        type(key);
        if (e.line.text.length > 300) type('<C-u>');
        const fresh = new Screen(cols, 40);
        new Display(
          (text) => fresh.write(text),
          () => ({ rows: 40, cols }),
        ).show('$ ', e.line.text, e.line.cursor);
        const at = `${cols} columns, ${JSON.stringify(typed)}`;
        expect(screen.text, at).toBe(fresh.text);
        expect([screen.row, screen.col], at).toEqual([fresh.row, fresh.col]);
      }
    }
  });
});
