/** The processes as one PID namespace numbers them. */
import type { Machine, ProcessView } from './context.ts';
import type { PidNamespace } from './pid-ns.ts';
import type { ProcessInfo, ProcessTable } from './types.ts';

/** Who a process, its parent, group and session are to a namespace; 0 for what is outside of it. */
export interface Numbers {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
}

export const numbersIn = (view: ProcessView, ns: PidNamespace): Numbers => ({
  pid: ns.numberOf(view.kpid),
  ppid: ns.numberOf(view.kppid),
  pgid: ns.numberOf(view.kpgid),
  sid: ns.numberOf(view.ksid),
});

/** Where no /proc is mounted nobody is to be seen. */
export const NOBODY: ProcessTable = { list: () => [], get: () => undefined };

export function processTable(machine: Machine, ns: PidNamespace): ProcessTable {
  const info = (view: ProcessView): ProcessInfo => {
    const { argv, state, startTime, tty, nice } = view;
    const tpgid = view.controllingTty === null ? -1 : ns.numberOf(view.controllingTty.foreground);
    return { ...numbersIn(view, ns), argv, state, startTime, tty, tpgid, nice };
  };
  return {
    list: () => {
      const all: ProcessInfo[] = [];
      for (const kpid of machine.pids()) {
        const view = machine.process(kpid);
        if (view !== undefined && ns.numberOf(kpid) > 0) all.push(info(view));
      }
      return all.sort((a, b) => a.pid - b.pid);
    },
    get: (pid) => {
      const view = machine.process(ns.kernelNumber(pid));
      return view === undefined ? undefined : info(view);
    },
  };
}
