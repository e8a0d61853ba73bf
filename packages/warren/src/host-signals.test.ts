import { afterEach, expect, it } from 'vitest';
import { onHostSignals } from './host-signals.ts';

let release = (): void => {};
afterEach(() => release());

/** Handlers installed, with what they did. */
function listen(activity: () => number = () => 0): { readonly delivered: number[]; readonly exits: number[] } {
  const delivered: number[] = [];
  const exits: number[] = [];
  release = onHostSignals(
    (signal) => delivered.push(signal),
    activity,
    (status) => {
      exits.push(status);
      throw new Error('exit');
    },
  );
  return { delivered, exits };
}

it('hands each signal to the simulation', () => {
  const { delivered, exits } = listen();
  for (const name of ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGINT'] as const) process.emit(name);
  expect({ delivered, exits }).toEqual({ delivered: [15, 1, 3, 2], exits: [] });
});

it('ends at the second Ctrl-C when nothing reacted to the first', () => {
  const { delivered, exits } = listen();
  process.emit('SIGINT');
  expect(() => process.emit('SIGINT')).toThrow('exit');
  expect({ delivered, exits }).toEqual({ delivered: [2], exits: [130] });
});

it('goes on when something reacted: ping printed its statistics', () => {
  let written = 0;
  const { delivered, exits } = listen(() => written);
  process.emit('SIGINT');
  written += 100;
  process.emit('SIGINT');
  expect({ delivered, exits }).toEqual({ delivered: [2, 2], exits: [] });
});

it('takes its handlers away', () => {
  const before = process.listenerCount('SIGINT');
  listen();
  expect(process.listenerCount('SIGINT')).toBe(before + 1);
  release();
  expect(process.listenerCount('SIGINT')).toBe(before);
});
