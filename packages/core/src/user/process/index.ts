export * from './types.ts';
export { System, type StartOptions, type SystemOptions } from './system.ts';
export type { InitialFile } from './fs/base-tree.ts';
export { HostInput, HostOutput, type HostSink } from './host-file.ts';
export { makePipe } from './pipe.ts';
export { Tty, type TtyOptions } from './tty/tty.ts';
export { TtyFile } from './tty/tty-file.ts';
