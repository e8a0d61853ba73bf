import { describe, expect, it } from 'vitest';
import { getopt } from './getopt.ts';

const LONG = [
  { name: 'color', arg: 'optional', val: 'C' },
  { name: 'colour', arg: 'optional', val: 'C' },
  { name: 'context' },
  { name: 'count', arg: 'required', val: 'c' },
] as const;
const run = (...args: string[]): string => {
  const r = getopt('t', args, 'ab::c:', LONG);
  return [...r.options.map((o) => o.error || (o.arg === null ? o.opt : `${o.opt}=${o.arg}`)), '|', ...r.operands].join(
    ' ',
  );
};

describe('getopt', () => {
  it.each([
    ['-a x -a y', 'a a | x y'],
    ['-ac1 x', 'a c=1 | x'],
    ['-c 1 -b2 -b 3', 'c=1 b=2 b | 3'],
    ['-a -- -a', 'a | -a'],
    ['- -a', 'a | -'],
    ['-Z', "t: invalid option -- 'Z' |"],
    ['-c', "t: option requires an argument -- 'c' |"],
    ['--foo', "t: unrecognized option '--foo' |"],
    ['--foo=1', "t: unrecognized option '--foo=1' |"],
    ['--count', "t: option '--count' requires an argument |"],
    ['--cou=3', 'c=3 |'],
    ['--context=3', "t: option '--context' doesn't allow an argument |"],
    ['--colo', 'C |'],
    ['--colo=x', 'C=x |'],
    ['--co', "t: option '--co' is ambiguous; possibilities: '--color' '--context' '--count' |"],
  ])('%s', (args, expected) => {
    expect(run(...args.split(' ')).trimEnd()).toBe(expected);
  });

  it('stops at the first operand with +, and lists operands in order with -', () => {
    expect(getopt('t', ['x', '-a'], '+a').operands).toEqual(['x', '-a']);
    expect(getopt('t', ['x', '-a', 'y'], '-a').options.map((o) => o.opt + (o.arg ?? ''))).toEqual([
      '\x01x',
      'a',
      '\x01y',
    ]);
  });
});
