/** Linux network namespaces in TypeScript: the simulated machine and the way to drive it. */
export { Machine, type Drop, type MachineOptions, type RunOptions, type RunResult } from './world/machine.ts';
export { World, type WorldMachineOptions, type WorldOptions } from './world/world.ts';
export { Cable, type CableOptions } from './world/cable.ts';
export { bootProfile, type Profile, type ProfileOptions } from './world/profile.ts';
export { profiles } from './world/profiles/index.ts';
export {
  countsOf,
  diffText,
  junitText,
  play,
  rewrite,
  stepText,
  summaryText,
  type DocumentResult,
  type StepResult,
} from './lab/play/index.ts';
export { Capture } from './world/capture.ts';
export { openTerminal, type Terminal, type TerminalOptions } from './world/terminal.ts';
export type { HistoryStore } from './user/shell/interactive/history.ts';
export {
  createSimKernel,
  DEFAULT_COST,
  NO_COST,
  type Cost,
  type Host,
  type SimKernel,
  type SimKernelOptions,
} from './sim/index.ts';
export type * from './syscall/index.ts';
export { SystemError } from './syscall/index.ts';
export { dropReasonName } from './uapi/drop-reason.ts';
