/** Aliases: replaced in the text, before it is read as commands. */
import { commandNames } from './grammar.ts';
import type { Shell } from './shell.ts';

/**
 * Replaces the aliases of the commands on the first line after `from`.
 * @returns the text from there, or null when there was nothing to replace
 */
export function expandAliases(sh: Shell, text: string, from: number): string | null {
  const rest = text.slice(from);
  const nl = rest.indexOf('\n');
  let head = nl < 0 ? rest : rest.slice(0, nl);
  const tail = nl < 0 ? '' : rest.slice(nl);
  let changed = false;
  /** Stretches that came out of an alias, with its name: it is not replaced in its own text. */
  let spans: { from: number; to: number; name: string }[] = [];
  for (let round = 0; round < 100; round++) {
    const hit = commandNames(head).find(
      (n) => sh.aliases.has(n.text) && !spans.some((s) => s.name === n.text && n.pos >= s.from && n.pos < s.to),
    );
    if (hit === undefined) break;
    const value = sh.aliases.get(hit.text)!;
    const grow = value.length - hit.text.length;
    head = head.slice(0, hit.pos) + value + head.slice(hit.pos + hit.text.length);
    spans = spans.map((s) => ({
      ...s,
      from: s.from > hit.pos ? s.from + grow : s.from,
      to: s.to > hit.pos ? s.to + grow : s.to,
    }));
    spans.push({ from: hit.pos, to: hit.pos + value.length, name: hit.text });
    changed = true;
    if (/[ \t]$/.test(value)) {
      // A value that ends in a blank: the next word may be an alias too.
      const after = hit.pos + value.length;
      const next = /^[ \t]*([^\s;&|()<>'"$`\\]+)/.exec(head.slice(after));
      const word = next === null ? undefined : sh.aliases.get(next[1]!);
      if (word !== undefined)
        head = head.slice(0, after) + next![0].slice(0, -next![1]!.length) + word + head.slice(after + next![0].length);
    }
  }
  return changed ? head + tail : null;
}
