/** The one list of builtins. */
import { DECLARE } from './declare.ts';
import { DIRS } from './dirs.ts';
import { ECHO } from './echo.ts';
import { FLOW } from './flow.ts';
import { FC } from '../interactive/fc-builtin.ts';
import { HISTORY } from '../interactive/history-builtin.ts';
import { JOBS } from './jobs.ts';
import { MISC } from './misc.ts';
import { PRINTF } from './printf.ts';
import { READ } from './read.ts';
import { SET } from './set.ts';
import { TEST } from './test.ts';
import { TYPE } from './type.ts';
import type { Builtin } from './types.ts';

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map(
  [...FLOW, ECHO, PRINTF, ...TEST, ...DECLARE, ...SET, ...READ, ...DIRS, ...JOBS, FC, HISTORY, TYPE, ...MISC].map(
    (b) => [b.name, b],
  ),
);
