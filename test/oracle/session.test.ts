import { describe, expect, it } from 'vitest';
import { type CommandResult, cutRun } from './instrument.ts';
import { accepted, differences, merged, type Recording } from './session.ts';

const said = (stdout: string, stderr = '', status: number | null = 0): CommandResult => ({ stdout, stderr, status });
const report = (index: number, status: number): string => `\x1e${index} ${status}\x1e`;

describe('a run is cut at its reports', () => {
  it('each command with its own words and status', () => {
    const run = cutRun(`a\n${report(0, 0)}b\n${report(1, 3)}`, `${report(0, 0)}oh\n${report(1, 3)}`, 3, 2);
    expect(run.commands).toEqual([said('a\n'), said('b\n', 'oh\n', 3)]);
    expect(run.after).toEqual({ stdout: '', stderr: '' });
  });
  it('a script that ends before its last command keeps what it said', () => {
    const run = cutRun(`a\n${report(0, 0)}b\n`, `${report(0, 0)}oh\n`, 1, 3);
    expect(run.commands).toEqual([said('a\n'), said('b\n', 'oh\n', null)]);
  });
  it('nothing is lost when only one stream has the report', () => {
    const run = cutRun(`a\nb\n`, `oh\n${report(0, 0)}`, 1, 2);
    expect(run.commands).toEqual([said('a\nb\n', 'oh\n', null)]);
  });
  it('what an EXIT trap says is kept', () => {
    expect(cutRun(`${report(0, 0)}bye\n`, report(0, 0), 0, 1).after).toEqual({ stdout: 'bye\n', stderr: '' });
  });
});

describe('a command on which Linux contradicts itself is judged by what its answers share', () => {
  const recorded = { ...said('x\nrace 1\ny\n'), or: [said('x\nrace 2\ny\n')] };
  it.each([
    ['x\nrace 1\ny\n', true],
    ['x\nrace 7\ny\n', true],
    ['x\nrace 1\nz\n', false],
    ['x\nrace 1\n', false],
    ['', false],
  ])('%j', (stdout, ok) => expect(accepted(recorded, said(stdout))).toBe(ok));
  it('its other stream and its status are judged', () => {
    expect(accepted(recorded, said('x\nrace 1\ny\n', 'oh\n'))).toBe(false);
    expect(accepted(recorded, said('x\nrace 1\ny\n', '', 1))).toBe(false);
  });
  it('but not the status if that is what differs', () => {
    expect(accepted({ ...said('a'), or: [said('a', '', 1)] }, said('a', '', 1))).toBe(true);
    expect(accepted({ ...said('a'), or: [said('a', '', 1)] }, said('b', '', 1))).toBe(false);
  });
});

it('words after the last command are compared', () => {
  const recording: Recording = { versions: {}, status: 0, commands: [{ line: 1, text: 'trap …', ...said('') }] };
  const run = { status: 0, commands: [said('')], after: { stdout: 'bye\n', stderr: '' } };
  expect(differences(recording, run)).toHaveLength(1);
  expect(differences({ ...recording, after: run.after }, run)).toEqual([]);
  expect(differences({ ...recording, after: run.after }, { ...run, after: { stdout: '', stderr: '' } })).toHaveLength(
    1,
  );
});

it('recordings of the same script are put together', () => {
  const of = (stdout: string, or?: CommandResult[]): Recording => ({
    versions: {},
    status: 0,
    commands: [{ line: 1, text: 'x', ...said(stdout), ...(or === undefined ? {} : { or }) }],
  });
  expect(merged(of('a'), of('a'))).toEqual(of('a'));
  expect(merged(of('a', [said('b')]), of('b', [said('c')]))).toEqual(of('a', [said('b'), said('c')]));
  expect(() => merged(of('a'), { ...of('a'), commands: [] })).toThrow('same script');
});
