/** What a command that failed was evidently meant to be. */

/** What is known of the machine when the command had failed. */
export interface Surroundings {
  /** Names of network namespaces. */
  readonly namespaces: readonly string[];
  /** Names of devices, by namespace; '' is the machine's own. */
  readonly devices: ReadonlyMap<string, readonly string[]>;
  /** Names of programs and builtins. */
  readonly programs: readonly string[];
}

export interface Correction {
  readonly command: string;
  readonly why: string;
}

/** Objects of `ip`, as people write them when they forget the `ip`. */
const IP_OBJECTS = new Set(['netns', 'link', 'addr', 'address', 'neigh', 'rule', 'maddress', 'monitor', 'tunnel']);

const WORD = /^[\w.@:%+-]+$/;

/** Number of letters to insert, leave out, change, or swap with the next. @see Damerau, optimal string alignment */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(change, row[j]! + 1, next[j - 1]! + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, before[j - 2]! + 1);
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}

/** The one name that is near, or null: one far off, or several as near, prove nothing. */
function nearest(name: string, names: readonly string[]): string | null {
  const limit = Math.max(1, Math.floor(name.length / 4));
  let best: string[] = [];
  let least = limit + 1;
  for (const other of new Set(names)) {
    const d = distance(name.toLowerCase(), other.toLowerCase());
    if (d > least || d > limit || other === name) continue;
    if (d < least) best = [];
    least = d;
    best.push(other);
  }
  return best.length === 1 ? best[0]! : null;
}

const replaceWord = (command: string, from: string, to: string): string =>
  command
    .split(/(\s+)/)
    .map((word) => (word === from ? to : word))
    .join('');

/** The namespace that a command is run in: `ip netns exec N`, `ip -n N`. */
const namespaceOf = (command: string): string => /\bip\s+(?:netns\s+exec|-n|-netns)\s+(\S+)/.exec(command)?.[1] ?? '';

type Rule = (command: string, output: string, around: Surroundings) => Correction | null;

/** In the order they are tried. */
const RULES: readonly Rule[] = [
  function bentSigns(command) {
    const plain = command
      .replace(/[\u2018\u2019]/g, "'")
      .replace(/[\u201c\u201d]/g, '"')
      .replace(/(^|\s)[\u2013\u2014]+(?=\w)/g, (_, before: string) => `${before}-`);
    return plain === command ? null : { command: plain, why: 'quotes and dashes as a keyboard has them' };
  },

  function missingType(command, output) {
    const fixed = command.replace(/\btype\s+peer\b/, 'type veth peer');
    const without = /\blink\s+add\s+\S+\s+peer\s+name\b/.test(command)
      ? command.replace(/\bpeer\s+name\b/, 'type veth peer name')
      : fixed;
    if (without === command || !/garbage|unknown device type|argument/i.test(output)) return null;
    return { command: without, why: 'a device has a type: veth has a peer' };
  },

  function forgottenIp(command, output, { programs }) {
    const name = /(?:^|\s)(\S+): command not found/m.exec(output)?.[1];
    if (name === undefined) return null;
    if (IP_OBJECTS.has(name)) {
      const word = new RegExp(`(^|[\\s;&|(])${name}(?=\\s|$)`);
      return { command: command.replace(word, `$1ip ${name}`), why: `${name} is a word of ip` };
    }
    const near = nearest(name, programs);
    return near === null ? null : { command: replaceWord(command, name, near), why: `there is no command ${name}` };
  },

  function wrongDevice(command, output, { devices }) {
    const name =
      /Cannot find device "([^"]+)"|Device "([^"]+)" does not exist|tcpdump: ([^:\s]+): No such device exists/.exec(
        output,
      );
    const wrong = name?.[1] ?? name?.[2] ?? name?.[3];
    if (wrong === undefined) return null;
    const inside = namespaceOf(command);
    const there = (devices.get(inside) ?? []).filter((d) => d !== 'lo');
    const right = nearest(wrong, there);
    if (right === null) return null;
    return {
      command: replaceWord(command, wrong, right),
      why: `${inside === '' ? 'here' : inside} has ${right}, not ${wrong}`,
    };
  },

  function wrongNamespace(command, output, { namespaces }) {
    const unknown = /(?:Cannot open network namespace|Cannot remove namespace file) "(?:\/\S*\/)?([^"/]+)"/;
    const wrong = (unknown.exec(output) ?? /argument "([^"]+)" is wrong: Invalid "netns" value/.exec(output))?.[1];
    const right = wrong === undefined ? null : nearest(wrong, namespaces);
    return right === null
      ? null
      : { command: replaceWord(command, wrong!, right), why: `the namespace is called ${right}` };
  },

  function monitorMode(command, output) {
    if (!/tcpdump: .*(?:monitor mode|802\.11)/.test(output)) return null;
    return {
      command: command.replace(/(\s)-I(\s)/, '$1-i$2'),
      why: '-i names the device; -I is the monitor mode of wireless ones',
    };
  },
];

/** What the author meant, where that is evident; null where it is not. */
export function correctionOf(
  command: string,
  output: string,
  failed: boolean,
  around: Surroundings,
): Correction | null {
  for (const rule of RULES) {
    const found = rule(command, output, around);
    if (found !== null && found.command !== command) return found;
  }
  if (!failed) return null;
  const masked = command.split(/\s+/).find((word) => /X/.test(word) && /^[0-9X.:/-]{2,}$/.test(word));
  if (masked !== undefined) return { command, why: `${masked} is masked: write an address` };
  const placeholder = /<[a-z][^<>]*>|\[[A-Za-z][^[\]]*\]/.exec(command)?.[0];
  if (placeholder !== undefined && !WORD.test(placeholder))
    return { command, why: `${placeholder} is a placeholder: write a value` };
  return null;
}
