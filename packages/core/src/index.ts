/** Linux network namespaces in TypeScript: the simulated machine and the way to drive it. */
export { Machine, type Drop, type MachineOptions, type RunOptions, type RunResult } from './world/machine.ts';
export { Capture } from './world/capture.ts';
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
