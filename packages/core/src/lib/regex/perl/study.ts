/** What can be told of a match before it is looked for. */
import { type CharSet, single } from './charset.ts';
import { children } from './length.ts';
import type { PerlNode } from './tree.ts';

export interface Study {
  /** It can begin only where the search does. */
  readonly anchored: boolean;
  /** It can begin only there, and behind newlines: it begins with `.*`. */
  readonly startLine: boolean;
  /** The text it begins with. */
  readonly prefix: string;
  /** Sets of which one has its first character; null when it may be empty, or is not known. */
  readonly first: readonly CharSet[] | null;
  /** A character that is in it, in any of these forms. */
  readonly required: readonly string[];
}

/** Whether every way through the node begins with something that `is` says. */
function begins(n: PerlNode, is: (n: PerlNode) => boolean): boolean {
  if (is(n)) return true;
  switch (n.k) {
    case 'cat': {
      const first = n.parts.find((p) => p.k !== 'keep' && !(p.k === 'cat' && p.parts.length === 0));
      return first !== undefined && begins(first, is);
    }
    case 'alt':
      return n.branches.every((b) => begins(b, is));
    case 'capture':
      return begins(n.body, is);
    default:
      return false;
  }
}

interface First {
  readonly sets: readonly CharSet[];
  readonly empty: boolean;
}

const UNKNOWN: First = { sets: [], empty: true };

function firstOf(n: PerlNode): First {
  switch (n.k) {
    case 'char':
      return { sets: [single(n.cp)], empty: false };
    case 'set':
      return { sets: [n.set], empty: false };
    case 'cat': {
      const sets: CharSet[] = [];
      for (const p of n.parts) {
        // What only looks, what holds nothing and what decides may stand before the first character.
        if (p.k === 'assert' || p.k === 'keep' || p.k === 'look' || (p.k === 'verb' && p.what !== 'FAIL')) continue;
        const f = firstOf(p);
        sets.push(...f.sets);
        if (f === UNKNOWN) return UNKNOWN;
        if (!f.empty) return { sets, empty: false };
      }
      return { sets, empty: true };
    }
    case 'alt': {
      const all = n.branches.map(firstOf);
      return all.includes(UNKNOWN) ? UNKNOWN : { sets: all.flatMap((f) => f.sets), empty: all.some((f) => f.empty) };
    }
    case 'capture':
    case 'atomic':
      return firstOf(n.body);
    case 'repeat': {
      const f = firstOf(n.body);
      return f === UNKNOWN || n.max === 0 ? UNKNOWN : { sets: f.sets, empty: f.empty || n.min === 0 };
    }
    default:
      return UNKNOWN;
  }
}

/** The last character that must be there: its forms. */
function requiredOf(n: PerlNode): readonly string[] {
  switch (n.k) {
    case 'char':
      return [String.fromCodePoint(n.cp)];
    case 'set':
      return n.set.forms;
    case 'cat':
      for (let i = n.parts.length - 1; i >= 0; i--) {
        const r = requiredOf(n.parts[i]!);
        if (r.length > 0) return r;
      }
      return [];
    case 'alt': {
      const [first, ...rest] = n.branches.map(requiredOf);
      return rest.every((r) => r.join() === first!.join()) ? first! : [];
    }
    case 'capture':
    case 'atomic':
      return requiredOf(n.body);
    case 'repeat':
      return n.min > 0 ? requiredOf(n.body) : [];
    default:
      return [];
  }
}

function prefixOf(n: PerlNode): string {
  let text = '';
  const add = (x: PerlNode): boolean => {
    if (x.k === 'char') text += String.fromCodePoint(x.cp);
    else if (x.k === 'cat') return x.parts.every(add);
    else if (x.k === 'capture') return add(x.body);
    else return false;
    return true;
  };
  add(n);
  return text;
}

const has = (n: PerlNode, is: (n: PerlNode) => boolean): boolean => is(n) || children(n).some((c) => has(c, is));

export function study(tree: PerlNode): Study {
  // Where a match may be accepted early nothing needs to be in it.
  const accepts = has(tree, (n) => n.k === 'verb' && n.what === 'ACCEPT');
  const back = has(tree, (n) => n.k === 'back' || n.k === 'call');
  const verbs = has(tree, (n) => n.k === 'verb');
  const first = accepts ? UNKNOWN : firstOf(tree);
  const line = (n: PerlNode): boolean =>
    n.k === 'repeat' && n.min === 0 && n.max === Infinity && n.body.k === 'set' && n.body.set.dot;
  return {
    anchored: begins(
      tree,
      (n) => n.k === 'assert' && (n.what === 'start' || n.what === 'text-start' || n.what === 'search-start'),
    ),
    startLine: !verbs && !back && begins(tree, line),
    prefix: accepts ? '' : prefixOf(tree),
    first: first.empty ? null : first.sets,
    required: accepts ? [] : requiredOf(tree),
  };
}
