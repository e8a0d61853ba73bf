/** The line discipline: what is typed, what is shown, what is read. */
import { describe, expect, it } from 'vitest';
import { utf8Decode, utf8Encode } from '../../packages/core/src/lib/text.ts';
import { SIGINT, SIGQUIT, SIGTSTP, SIGWINCH } from '../../packages/core/src/uapi/signal.ts';
import { POLLIN, POLLOUT } from '../../packages/core/src/uapi/socket.ts';
import {
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ECHONL,
  ICANON,
  ICRNL,
  IGNCR,
  INLCR,
  ISIG,
  IXANY,
  IXON,
  NOFLSH,
  ONLCR,
  OPOST,
  VEOL,
  VINTR,
  VMIN,
  VTIME,
} from '../../packages/core/src/uapi/termios.ts';
import { STD_TERMIOS, type Termios } from '../../packages/core/src/user/process/tty/termios.ts';
import { Tty } from '../../packages/core/src/user/process/tty/tty.ts';
import { SystemError } from '@warren/core';

interface Changes {
  readonly i?: number;
  readonly o?: number;
  readonly l?: number;
  readonly cc?: Readonly<Record<number, number>>;
}

/** The usual settings, without some flags, with some characters. */
const without = ({ i = 0, o = 0, l = 0, cc = {} }: Changes): Termios => ({
  ...STD_TERMIOS,
  iflag: STD_TERMIOS.iflag & ~i,
  oflag: STD_TERMIOS.oflag & ~o,
  lflag: STD_TERMIOS.lflag & ~l,
  cc: STD_TERMIOS.cc.map((c, n) => cc[n] ?? c),
});

function terminal(termios: Termios = STD_TERMIOS) {
  const screen: number[] = [];
  const signals: number[] = [];
  const tty = new Tty({ output: (bytes) => void screen.push(...bytes) });
  tty.setTermios(termios);
  tty.foreground = 7;
  tty.signal = (pgid, signal) => void signals.push(pgid * 100 + signal);
  const readAll = (): string[] => {
    const out: string[] = [];
    while ((tty.poll() & POLLIN) !== 0 && out.length < 20) out.push(utf8Decode(tty.read(4096)));
    return out;
  };
  return {
    tty,
    signals,
    readAll,
    shown: () => utf8Decode(Uint8Array.from(screen)),
    type: (text: string) => tty.input(utf8Encode(text)),
  };
}

/** [settings, typed, shown, read] */
type Case = readonly [Termios, string, string, readonly string[]];

const usual: readonly Case[] = [
  [STD_TERMIOS, 'abc\r', 'abc\r\n', ['abc\n']],
  [STD_TERMIOS, 'one\rtwo\r', 'one\r\ntwo\r\n', ['one\n', 'two\n']],
  [STD_TERMIOS, 'abc', 'abc', []],
  [STD_TERMIOS, 'abx\x7fc\r', 'abx\b \bc\r\n', ['abc\n']],
  [STD_TERMIOS, '\x7f\r', '\r\n', ['\n']],
  [STD_TERMIOS, 'é日\x7f\x7fx\r', 'é日\b \b\b \bx\r\n', ['x\n']],
  [STD_TERMIOS, 'a\x01\x7f\r', 'a^A\b \b\b \b\r\n', ['a\n']],
  [STD_TERMIOS, 'a\tb\x7f\x7fc\r', `a\tb\b \b${'\b'.repeat(7)}c\r\n`, ['ac\n']],
  [STD_TERMIOS, 'abc\x15x\r', `abc${'\b \b'.repeat(3)}x\r\n`, ['x\n']],
  [STD_TERMIOS, 'one two \x17x\r', `one two ${'\b \b'.repeat(4)}x\r\n`, ['one x\n']],
  [STD_TERMIOS, 'a/b.c\x17\r', 'a/b.c\b \b\r\n', ['a/b.\n']],
  [STD_TERMIOS, 'abc\x04', 'abc', ['abc']],
  [STD_TERMIOS, '\x04', '', ['']],
  [STD_TERMIOS, 'abc\x04\x04', 'abc', ['abc', '']],
  [STD_TERMIOS, 'a\x16\x03b\r', 'a^\b^Cb\r\n', ['a\x03b\n']],
  [STD_TERMIOS, 'abc\x12\r', 'abc^R\r\nabc\r\n', ['abc\n']],
  [without({ i: ICRNL }), 'a\rb\n', 'a^Mb\r\n', ['a\rb\n']],
  [{ ...STD_TERMIOS, iflag: (STD_TERMIOS.iflag & ~ICRNL) | INLCR }, 'a\nb\x04', 'a^Mb', ['a\rb']],
  [{ ...STD_TERMIOS, iflag: STD_TERMIOS.iflag | IGNCR }, 'a\rb\n', 'ab\r\n', ['ab\n']],
  [without({ l: ECHO }), 'abc\x7f\r', '', ['ab\n']],
  [{ ...STD_TERMIOS, lflag: (STD_TERMIOS.lflag & ~ECHO) | ECHONL }, 'abc\r', '\r\n', ['abc\n']],
  [without({ l: ECHOE }), 'ab\x7f\r', 'ab^?\r\n', ['a\n']],
  [without({ l: ECHOKE }), 'ab\x15c\r', 'ab^U\r\nc\r\n', ['c\n']],
  [without({ l: ECHOKE | ECHOK }), 'ab\x15c\r', 'ab^Uc\r\n', ['c\n']],
  [without({ l: ECHOCTL }), 'a\x01\r', 'a\x01\r\n', ['a\x01\n']],
  [without({ o: ONLCR }), 'a\r', 'a\n', ['a\n']],
  [without({ o: OPOST }), 'a\r', 'a\n', ['a\n']],
  [without({ cc: { [VEOL]: 0x3b } }), 'a;b\r', 'a;b\r\n', ['a;', 'b\n']],
  [without({ l: ICANON }), 'a\x7f\x04\r', 'a^?^D\r\n', ['a\x7f\x04\n']],
  [without({ l: ICANON, cc: { [VMIN]: 3 } }), 'ab', 'ab', []],
  [without({ l: ICANON, cc: { [VMIN]: 3 } }), 'abcd', 'abcd', ['abcd']],
  [without({ l: ISIG }), '\x03\x1a\r', '^C^Z\r\n', ['\x03\x1a\n']],
];

describe('typed, shown, read', () => {
  for (const [n, [termios, typed, shown, read]] of usual.entries()) {
    it(`${n} ${JSON.stringify(typed)}`, () => {
      const t = terminal(termios);
      t.type(typed);
      expect(t.shown()).toBe(shown);
      expect(t.readAll()).toEqual(read);
    });
  }
  it('a read takes part of a line', () => {
    const t = terminal();
    t.type('abcdef\r');
    expect(utf8Decode(t.tty.read(2))).toBe('ab');
    expect(t.readAll()).toEqual(['cdef\n']);
  });
  it('a line has an end', () => {
    const t = terminal();
    t.type(`${'x'.repeat(5000)}\r`);
    expect(t.readAll()).toEqual([`${'x'.repeat(4095)}\n`]);
    expect(t.shown().match(/\x07/g)).toHaveLength(5000 - 4095);
  });
  it('what was typed of a line can be read once lines do not count', () => {
    const t = terminal();
    t.type('abc');
    expect(t.readAll()).toEqual([]);
    t.tty.setTermios(without({ l: ICANON }));
    expect(t.readAll()).toEqual(['abc']);
  });
  it('TCSAFLUSH forgets it', () => {
    const t = terminal();
    t.type('abc\rdef');
    t.tty.setTermios(STD_TERMIOS, true);
    t.type('x\r');
    expect(t.readAll()).toEqual(['x\n']);
  });
});

describe('signals', () => {
  for (const [key, signal, shown] of [
    ['\x03', SIGINT, '^C'],
    ['\x1c', SIGQUIT, '^\\'],
    ['\x1a', SIGTSTP, '^Z'],
  ] as const) {
    it(`${shown} goes to the foreground group, and what was typed is gone`, () => {
      const t = terminal();
      t.type(`one\rtwo${key}x\r`);
      expect(t.signals).toEqual([700 + signal]);
      expect(t.shown()).toBe(`one\r\ntwo${shown}x\r\n`);
      expect(t.readAll()).toEqual(['x\n']);
    });
  }
  it('NOFLSH keeps it', () => {
    const t = terminal({ ...STD_TERMIOS, lflag: STD_TERMIOS.lflag | NOFLSH });
    t.type('one\r\x03');
    expect(t.readAll()).toEqual(['one\n']);
  });
  it('another key for it, or none', () => {
    const t = terminal(without({ cc: { [VINTR]: 24 } }));
    t.type('\x03\x18');
    expect(t.signals).toEqual([700 + SIGINT]);
    const none = terminal(without({ cc: { [VINTR]: 0 } }));
    none.type('\x03\0');
    expect(none.signals).toEqual([]);
  });
  it('SIGWINCH for another size only', () => {
    const t = terminal();
    t.tty.resize(24, 80);
    t.tty.resize(30, 100);
    expect(t.signals).toEqual([700 + SIGWINCH]);
    expect([t.tty.rows, t.tty.cols]).toEqual([30, 100]);
  });
});

describe('output', () => {
  it('a newline returns the carriage', () => {
    const t = terminal();
    t.tty.write(utf8Encode('a\nb\r\n'));
    expect(t.shown()).toBe('a\r\nb\r\r\n');
  });
  it('^S holds it back, ^Q lets it go', () => {
    const t = terminal();
    t.type('\x13a');
    expect(t.shown()).toBe('');
    expect(t.tty.poll() & POLLOUT).toBe(0);
    expect(() => t.tty.write(utf8Encode('x'))).toThrow(SystemError);
    t.type('\x11');
    expect(t.shown()).toBe('a');
    t.tty.write(utf8Encode('x'));
    expect(t.shown()).toBe('ax');
  });
  it('any key lets it go with IXANY; without IXON these are keys like others', () => {
    const any = terminal({ ...STD_TERMIOS, iflag: STD_TERMIOS.iflag | IXANY });
    any.type('\x13a');
    expect(any.shown()).toBe('a');
    const off = terminal(without({ i: IXON }));
    off.type('\x13\x11\r');
    expect(off.readAll()).toEqual(['\x13\x11\n']);
  });
  it('waits for a screen that is busy', async () => {
    let ready: () => void = () => {};
    const tty = new Tty({
      output: () =>
        new Promise<void>((resolve) => {
          ready = resolve;
        }),
    });
    tty.write(utf8Encode('a'));
    expect(tty.poll() & POLLOUT).toBe(0);
    ready();
    await new Promise((resolve) => setImmediate(resolve));
    expect(tty.poll() & POLLOUT).toBe(POLLOUT);
  });
});

describe('reads without lines', () => {
  it('MIN 0 does not wait', () => {
    const t = terminal(without({ l: ICANON, cc: { [VMIN]: 0 } }));
    expect(t.tty.read(10)).toHaveLength(0);
    expect(t.tty.patienceNs).toBe(0);
  });
  it('TIME is tenths of a second', () => {
    const t = terminal(without({ l: ICANON, cc: { [VMIN]: 0, [VTIME]: 5 } }));
    expect(t.tty.patienceNs).toBe(5e8);
  });
  it('a terminal that is gone: end of file, EIO', () => {
    const t = terminal();
    t.type('abc\r');
    t.tty.session = 3;
    t.tty.hangup();
    expect(t.signals).toEqual([301, 318, 701]);
    expect(t.tty.read(10)).toHaveLength(0);
    expect(() => t.tty.write(utf8Encode('x'))).toThrow('Input/output error');
  });
});
