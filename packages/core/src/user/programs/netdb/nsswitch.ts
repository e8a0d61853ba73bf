/** In which order names of hosts are looked for. @see nsswitch.conf(5) */
import { SystemError } from '../../../syscall/index.ts';
import type { Process } from '../../process/types.ts';

export type HostSource = 'files' | 'dns' | 'myhostname';

const KNOWN: ReadonlySet<string> = new Set<HostSource>(['files', 'dns', 'myhostname']);

/** The sources of `hosts`, in order; others than these know no names here. */
export function hostSources(proc: Process): readonly HostSource[] {
  let text = '';
  try {
    text = proc.fs.readText('/etc/nsswitch.conf');
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
  }
  const line = /^[ \t]*hosts:(.*)$/m.exec(text.replaceAll(/#.*$/gm, ''));
  if (line === null) return ['files', 'dns'];
  return line[1]!.split(/\s+/).filter((word): word is HostSource => KNOWN.has(word));
}
