/** Ports by name and names by port. @see services(5) */
import { SystemError } from '../../../syscall/index.ts';
import type { Process } from '../../process/types.ts';

function services(proc: Process): readonly (readonly string[])[] {
  try {
    return proc.fs
      .readText('/etc/services')
      .split('\n')
      .map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
  } catch (e) {
    if (e instanceof SystemError) return [];
    throw e;
  }
}

/** @param protocol `udp`, `tcp` @see getservbyname(3) */
export function portByName(proc: Process, name: string, protocol: string): number | null {
  const row = services(proc).find(
    ([first, at, ...aliases]) => at?.endsWith(`/${protocol}`) === true && (first === name || aliases.includes(name)),
  );
  return row === undefined ? null : Number.parseInt(row[1]!, 10);
}

/** @see getservbyport(3) */
export const nameByPort = (proc: Process, port: number, protocol: string): string | null =>
  services(proc).find(([, at]) => at === `${port}/${protocol}`)?.[0] ?? null;
