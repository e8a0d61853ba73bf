import type { NetnsHandle } from '../../../syscall/index.ts';
import { type Beside, KernelDir } from './kernel-fs.ts';
import type { Dir } from './inode.ts';

/** Directories of /sys that lead to the kernel's own. */
const SKELETON: Beside = new Map<string, readonly string[]>([
  ['/sys', ['class', 'devices', 'fs', 'kernel']],
  ['/sys/class', ['net']],
  ['/sys/class/net', []],
  ['/sys/devices', ['virtual']],
  ['/sys/devices/virtual', ['net']],
  ['/sys/devices/virtual/net', []],
  ['/sys/fs', []],
  ['/sys/kernel', []],
]);

/** The root of a sysfs. @param net the namespace it was mounted in; the asking process's before there is one. */
export function makeSysRoot(net: () => NetnsHandle | undefined): Dir {
  return new KernelDir('/sys', { net }, SKELETON);
}
