/** `ss -s`. @see misc/ss.c:print_summary */
import { SystemError } from '../../../syscall/index.ts';
import type { Process } from '../../process/types.ts';

/** Numbers after a word in lines such as `UDP: inuse 1 mem 0`. */
function numbers(proc: Process, path: string): (line: string, word: string) => number {
  let text = '';
  try {
    text = proc.fs.readText(path);
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
  }
  return (line, word) => {
    const found = text.split('\n').find((l) => l.startsWith(`${line}:`));
    return Number(new RegExp(` ${word} (-?\\d+)`).exec(found ?? '')?.[1] ?? 0);
  };
}

export function summary(proc: Process): string {
  const four = numbers(proc, '/proc/net/sockstat');
  const six = numbers(proc, '/proc/net/sockstat6');
  const snmp = readEstab(proc);
  const tcp4 = four('TCP', 'inuse');
  const tcp6 = six('TCP6', 'inuse');
  const waiting = four('TCP', 'tw');
  const total = four('TCP', 'alloc') + waiting;
  const closed = total - (tcp4 + tcp6 - waiting);
  const row = (name: string, a: number, b: number): string =>
    `${name}\t  ${String(a + b).padEnd(9)} ${String(a).padEnd(9)} ${String(b).padEnd(9)}\n`;
  const counts: readonly (readonly [string, number, number])[] = [
    ['RAW', four('RAW', 'inuse'), six('RAW6', 'inuse')],
    ['UDP', four('UDP', 'inuse'), six('UDP6', 'inuse')],
    ['TCP', tcp4, tcp6],
  ];
  const sum = (i: 1 | 2): number => counts.reduce((n, c) => n + c[i], 0);
  return (
    `Total: ${four('sockets', 'used')}\n` +
    `TCP:   ${total} (estab ${snmp}, closed ${closed}, orphaned ${four('TCP', 'orphan')}, timewait ${waiting})\n\n` +
    'Transport Total     IP        IPv6\n' +
    counts.map((c) => row(...c)).join('') +
    row('INET', sum(1), sum(2)) +
    row('FRAG', four('FRAG', 'inuse'), six('FRAG6', 'inuse')) +
    '\n'
  );
}

/** Connections that stand, from the counters. */
function readEstab(proc: Process): number {
  try {
    const [names, values] = proc.fs
      .readText('/proc/net/snmp')
      .split('\n')
      .filter((l) => l.startsWith('Tcp:'));
    const i = names?.split(' ').indexOf('CurrEstab') ?? -1;
    return Number(values?.split(' ')[i] ?? 0);
  } catch (e) {
    if (e instanceof SystemError) return 0;
    throw e;
  }
}
