/** /proc/net, /proc/sys/net and /sys/class/net as views of a namespace's state. */
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { coreDir } from './ctl-core.ts';
import { ipv4Dir } from './ctl-ipv4.ts';
import { ipv6Dir } from './ctl-ipv6.ts';
import { fixedDir, resolveView, type ViewDir, type ViewNode } from './node.ts';
import { procNetDir } from './proc-net.ts';
import { classNetDir, devicesNetDir } from './sys-class-net.ts';

/** /proc/sys: what is below `net`; the rest is not this kernel's. */
function sysctlDir(net: Net): ViewDir {
  const netDir = fixedDir(
    new Map<string, () => ViewNode>([
      ['core', coreDir],
      ['ipv4', () => ipv4Dir(net)],
      ['ipv6', () => ipv6Dir(net)],
    ]),
  );
  return fixedDir(new Map<string, () => ViewNode>([['net', () => netDir]]));
}

/** Registers the views. */
export function procfsInit(kernel: SimKernel): void {
  const view = (root: string, sys: boolean, dir: (net: Net) => ViewDir): void => {
    kernel.views.push({ root, sys, lookup: (path, net) => resolveView(dir(net), path.slice(root.length)) });
  };
  view('/proc/sys', false, sysctlDir);
  view('/proc/net', false, procNetDir);
  view('/sys/class/net', true, classNetDir);
  view('/sys/devices/virtual/net', true, devicesNetDir);
}
