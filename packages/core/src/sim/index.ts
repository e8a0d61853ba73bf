/** The simulated kernel, put together: the one list of its parts. */
import { SimKernel, type SimKernelOptions } from './core/kernel.ts';

/** Registers every part on a new kernel, in the order their notifiers run. */
function parts(_kernel: SimKernel): void {
  // each room adds its one line here: `fooInit(kernel);`
}

/** A kernel with its first namespace, ready to fork tasks. */
export function createSimKernel(options: SimKernelOptions): SimKernel {
  return new SimKernel(options, parts);
}

export { SimKernel, type SimKernelOptions };
export type { Host } from './core/scheduler.ts';
export { type Cost, DEFAULT_COST, NO_COST } from './core/cost.ts';
export type { Net } from './core/net.ts';
export type { NetDevice } from './core/net-device.ts';
export type { SkBuff } from './core/skbuff.ts';
