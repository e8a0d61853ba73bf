/** What a child of the shell finds in its environment: exported variables, then exported functions. */
import { exportedFunction } from './printer.ts';
import type { Shell } from './shell.ts';

export function environment(sh: Shell): Map<string, string> {
  const env = sh.vars.exported();
  for (const [name, { def, exported }] of sh.functions) {
    if (exported) env.set(`BASH_FUNC_${name}%%`, exportedFunction(def));
  }
  return env;
}
