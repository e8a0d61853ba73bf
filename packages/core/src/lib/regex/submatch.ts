import type { Backward } from './backward.ts';
import { CHAR, CLOSE, OPEN, type Program, SPLIT } from './program.ts';

/**
 * What the groups hold of a match whose place is known: a walk through the nodes that lead to its end, at each fork the first way
 * that does and was not gone since the last character. So glibc tells groups apart: the first branch that fits the longest match, not
 * the longest branch; a group keeps what it held when its repetition takes nothing the last time; a later turn that leaves an inner group out
 * leaves it as it was.
 *
 * @returns start and end of each group, -1 where it took no part; of the whole first.
 * @see regexec(3)
 */
export function submatches(
  program: Program,
  backward: Backward,
  groups: number,
  text: string,
  from: number,
  end: number,
): Int32Array {
  const { op, arg, next, other, optional, accept } = program;
  const states = backward.states(text, from, end);
  const spans = new Int32Array(2 * (groups + 1)).fill(-1);
  const kept = new Int32Array(spans.length).fill(-1);
  let node = program.start;
  let at = from;
  const gone = new Set<number>();
  while (node !== accept) {
    switch (op[node]) {
      case CHAR:
        at += text.codePointAt(at)! > 0xffff ? 2 : 1;
        gone.clear();
        node = next[node]!;
        break;
      case SPLIT: {
        const { nodes } = states[at - from]!;
        const [a, b] = [next[node]!, other[node]!];
        gone.add(node);
        node = nodes[a] === 1 && !(gone.has(a) && nodes[b] === 1) ? a : b;
        break;
      }
      case OPEN:
        gone.add(node);
        spans[2 * arg[node]!] = at;
        spans[2 * arg[node]! + 1] = -1;
        node = next[node]!;
        break;
      case CLOSE: {
        gone.add(node);
        const g = 2 * arg[node]!;
        if (spans[g]! < at) {
          spans[g + 1] = at;
          kept.set(spans);
        } else if (optional.has(node) && kept[g] !== -1) spans.set(kept);
        else spans[g + 1] = at;
        node = next[node]!;
        break;
      }
      default:
        gone.add(node);
        node = next[node]!;
    }
  }
  spans[0] = from;
  spans[1] = end;
  return spans;
}
