/** /proc/sys/net/core: how large the queues of sockets are. @see net/core/sysctl_net_core.c */
import { SOCK_BUF_DEFAULT, SOCK_BUF_MAX } from '../core/sock.ts';
import { constFile } from './ctl.ts';
import { sysctlDir, type ViewDir } from './node.ts';

/**
 * The directory; everywhere but in the machine's first namespace these files are read-only.
 * Differs from Linux: files of what is not simulated are absent.
 */
export function coreDir(): ViewDir {
  return sysctlDir(
    new Map([
      ['rmem_default', () => constFile(() => SOCK_BUF_DEFAULT)],
      ['rmem_max', () => constFile(() => SOCK_BUF_MAX)],
      ['wmem_default', () => constFile(() => SOCK_BUF_DEFAULT)],
      ['wmem_max', () => constFile(() => SOCK_BUF_MAX)],
    ]),
  );
}
