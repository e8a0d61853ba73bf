/** The words that commands take: devices, namespaces, kernel parameters, jobs. */
import { SystemError } from '../../../../syscall/index.ts';
import { S_IFDIR, S_IFMT } from '../../../../uapi/fcntl.ts';
import { signalName } from '../../../../uapi/signal.ts';
import { newOptions, newShopts } from '../../options.ts';
import type { Shell } from '../../shell.ts';
import { IP_OPTIONS, ipWords } from './ip.ts';

export type Offer =
  | { readonly kind: 'files' | 'directories' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** The words are another command's. */
  | { readonly kind: 'command'; readonly before: readonly string[] };

const FILES: Offer = { kind: 'files' };
const words = (list: readonly string[]): Offer => ({ kind: 'words', words: list });
const NOTHING = words([]);

function list(sh: Shell, dir: string): readonly string[] {
  try {
    return sh.fs.readdir(dir);
  } catch (e) {
    if (e instanceof SystemError) return [];
    throw e;
  }
}

export const devices = (sh: Shell): readonly string[] => list(sh, '/sys/class/net');
export const namespaces = (sh: Shell): readonly string[] => list(sh, '/run/netns');

function lines(sh: Shell, path: string): readonly string[] {
  try {
    return sh.fs.readText(path).split('\n');
  } catch (e) {
    if (e instanceof SystemError) return [];
    throw e;
  }
}

/** Names in /etc/hosts. */
const hosts = (sh: Shell): readonly string[] =>
  lines(sh, '/etc/hosts')
    .flatMap((l) => l.replace(/#.*/, '').split(/\s+/).slice(1))
    .filter((w) => w !== '');

/** Kernel parameters whose names begin with `start`, with dots. */
function parameters(sh: Shell, start: string): string[] {
  const found: string[] = [];
  const walk = (dir: string, prefix: string): void => {
    for (const name of list(sh, dir)) {
      // In sysctl's names the dots of a device's are slashes.
      const key = prefix + name.replaceAll('.', '/');
      if (!key.startsWith(start) && !start.startsWith(`${key}.`)) continue;
      const path = `${dir}/${name}`;
      const st = sh.fs.exists(path);
      if (st === null) continue;
      if ((st.mode & S_IFMT) === S_IFDIR) walk(path, `${key}.`);
      else found.push(key);
    }
  };
  walk('/proc/sys', '');
  return found;
}

const jobs = (sh: Shell): readonly string[] => sh.jobs.list.map((j) => `%${j.id}`);

function signals(prefix: string): string[] {
  const out: string[] = [];
  for (let n = 1; n <= 31; n++) out.push(prefix + signalName(n));
  return out;
}

/** Options that take a device as their value. */
const DEVICE_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  arping: ['-I'],
  dhclient: [],
  ping: ['-I'],
  tcpdump: ['-i', '--interface'],
  tracepath: [],
  traceroute: ['-i'],
};
const HOST_COMMANDS = new Set(
  'arping dig host mtr nc nslookup ping ping4 ping6 ssh telnet tracepath traceroute'.split(' '),
);
const DEVICE_COMMANDS = new Set('dhclient ethtool ifconfig ifdown ifup iw'.split(' '));
const VARIABLE_COMMANDS = new Set('declare export local readonly typeset unset'.split(' '));
const COMMAND_NAMES = new Set('builtin command hash help man type which whatis'.split(' '));
/** Commands that run a command, and the options of theirs that have a value. */
const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  env: ['-u', '-C'],
  exec: ['-a'],
  nice: ['-n'],
  nohup: [],
  nsenter: ['-t', '--target'],
  setsid: [],
  stdbuf: ['-i', '-o', '-e'],
  strace: ['-e', '-p', '-o'],
  sudo: ['-u', '-g', '-C', '-p'],
  time: ['-f', '-o'],
  timeout: ['-s', '-k'],
  unshare: [],
  watch: ['-n', '--interval'],
  xargs: ['-I', '-n', '-P', '-d', '-L', '-s', '-a'],
};

/** The command that a runner runs: what is behind its own options. Null while there is none. */
function run(name: string, args: readonly string[]): readonly string[] | null {
  const valued = RUNNERS[name]!;
  let i = 0;
  while (i < args.length && (args[i]!.startsWith('-') || (name === 'env' && args[i]!.includes('=')))) {
    i += valued.includes(args[i]!) ? 2 : 1;
  }
  if (name === 'timeout') i++;
  return i > args.length ? null : args.slice(i);
}

/** ip: its options, then its words. */
function ip(sh: Shell, args: readonly string[], word: string): Offer {
  let i = 0;
  for (; i < args.length && args[i]!.startsWith('-'); i++) {
    if (!/^-(?:n|netns|f|family|b|batch|l|loops|rc|rcvbuf)$/.test(args[i]!)) continue;
    if (i + 1 >= args.length) return args[i]!.startsWith('-n') ? words(namespaces(sh)) : FILES;
    i++;
  }
  const rest = args.slice(i);
  if (rest.length === 0 && word.startsWith('-')) return words(IP_OPTIONS.split(' '));
  const offered = ipWords(rest);
  if (offered === null) return { kind: 'command', before: rest.slice(3) };
  if (offered === '<file>') return FILES;
  return words(
    offered
      .split(' ')
      .flatMap((w) => (w === '<dev>' ? devices(sh) : w === '<netns>' ? namespaces(sh) : w === '-' ? [] : [w])),
  );
}

function shellWords(sh: Shell, name: string, args: readonly string[], word: string): Offer | null {
  const last = args.at(-1);
  switch (name) {
    case 'cd':
    case 'pushd':
    case 'rmdir':
      return { kind: 'directories' };
    case 'fg':
    case 'bg':
    case 'jobs':
    case 'disown':
    case 'wait':
      return words(jobs(sh));
    case 'kill':
      return words(word.startsWith('-') ? signals('-') : jobs(sh));
    case 'trap':
      return args.length === 0 ? NOTHING : words(['EXIT', 'ERR', 'DEBUG', 'RETURN', ...signals('SIG')]);
    case 'set':
      return last === '-o' || last === '+o' ? words(Object.keys(newOptions())) : NOTHING;
    case 'shopt':
      return words(Object.keys(newShopts()));
    case 'alias':
    case 'unalias':
      return words([...sh.aliases.keys()]);
    case 'complete':
    case 'compgen':
      return NOTHING;
    default:
  }
  if (VARIABLE_COMMANDS.has(name)) return words(sh.vars.names());
  return COMMAND_NAMES.has(name) ? { kind: 'command', before: [] } : null;
}

/** What the next word of a command may be. @param before the command's words so far, its name first */
export function wordsFor(sh: Shell, before: readonly string[], word: string): Offer {
  const name = before[0]!.slice(before[0]!.lastIndexOf('/') + 1);
  const args = before.slice(1);
  const last = args.at(-1) ?? '';
  if (name === 'ip') return ip(sh, args, word);
  if (name === 'sysctl') {
    if (last === '-p' || last === '--load') return FILES;
    return words(word.startsWith('-') ? ['-a', '-n', '-p', '-q', '-w', '--system'] : parameters(sh, word));
  }
  if (name === 'nsenter' && word.startsWith('--net=')) return FILES;
  if (Object.hasOwn(RUNNERS, name)) {
    if (word.startsWith('-')) return NOTHING;
    const inner = run(name, args);
    return inner === null ? NOTHING : { kind: 'command', before: inner };
  }
  const own = shellWords(sh, name, args, word);
  if (own !== null) return own;
  if (DEVICE_OPTIONS[name]?.includes(last) === true)
    return words(name === 'tcpdump' ? [...devices(sh), 'any'] : devices(sh));
  if (DEVICE_COMMANDS.has(name)) return words(devices(sh));
  if (HOST_COMMANDS.has(name) && !word.startsWith('-')) return words(hosts(sh));
  return FILES;
}
