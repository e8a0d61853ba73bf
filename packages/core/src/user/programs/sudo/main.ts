/** The `sudo` command (1.9.13p3) for root, whom sudoers allows everything and asks no password. @see sudo(8) */
import { SystemError } from '../../../syscall/index.ts';
import { ENOEXEC } from '../../../uapi/errno.ts';
import { S_IFMT, S_IFREG } from '../../../uapi/fcntl.ts';
import { SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2 } from '../../../uapi/signal.ts';
import type { Child, Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import { endLike, waitFor } from '../process-run.ts';
import { SECURE_PATH, sudoEnvironment } from './environment.ts';
import { HELP, USAGE } from './usage.ts';

const LONG: readonly LongOption[] = [
  { name: 'askpass', val: 'A' },
  { name: 'background', val: 'b' },
  { name: 'bell', val: 'B' },
  { name: 'close-from', arg: 'required', val: 'C' },
  { name: 'chdir', arg: 'required', val: 'D' },
  { name: 'preserve-env', arg: 'optional', val: 'E' },
  { name: 'edit', val: 'e' },
  { name: 'group', arg: 'required', val: 'g' },
  { name: 'set-home', val: 'H' },
  { name: 'help', val: 'help' },
  { name: 'host', arg: 'required', val: 'h' },
  { name: 'login', val: 'i' },
  { name: 'remove-timestamp', val: 'K' },
  { name: 'reset-timestamp', val: 'k' },
  { name: 'list', val: 'l' },
  { name: 'non-interactive', val: 'n' },
  { name: 'preserve-groups', val: 'P' },
  { name: 'prompt', arg: 'required', val: 'p' },
  { name: 'chroot', arg: 'required', val: 'R' },
  { name: 'role', arg: 'required', val: 'r' },
  { name: 'stdin', val: 'S' },
  { name: 'shell', val: 's' },
  { name: 'type', arg: 'required', val: 't' },
  { name: 'command-timeout', arg: 'required', val: 'T' },
  { name: 'other-user', arg: 'required', val: 'U' },
  { name: 'user', arg: 'required', val: 'u' },
  { name: 'version', val: 'V' },
  { name: 'validate', val: 'v' },
];
const SHORT = '+AbBC:D:Eeg:Hh::iKklnNPp:R:r:SsT:t:U:u:Vv';

/** Ends sudo before it runs anything. */
class Refusal extends Error {
  readonly words: string;
  readonly out: string;
  readonly status: number;
  constructor(words: string, status = 1, out = '') {
    super(words);
    this.words = words;
    this.status = status;
    this.out = out;
  }
}

interface Request {
  preserve: boolean;
  preserveList: string[];
  setHome: boolean;
  login: boolean;
  shell: boolean;
  background: boolean;
  closeFrom: number;
  /** An option that sudo only grants for some commands, as its error names it. */
  refused: string | null;
  timeout: boolean;
  /** -v, -k or -K: there may be nothing to run. */
  idle: boolean;
  assignments: [string, string][];
}

const refuse = (what: string): never => {
  throw new Refusal(`sudo: warren: option ${what} is not supported\n`);
};

/** Users and groups by name or `#number`: only root and its group can be become. */
function checkId(proc: Process, file: string, kind: string, wanted: string): void {
  const lines = proc.fs.exists(file) === null ? [] : proc.fs.readText(file).split('\n');
  const ids = new Map(lines.map((l) => l.split(':')).map((f) => [f[0]!, f[2]!] as const));
  const id = wanted.startsWith('#') ? wanted.slice(1) : ids.get(wanted);
  if (id === undefined || !/^\d+$/.test(id)) {
    const end = kind === 'user' ? 'sudo: error initializing audit plugin sudoers_audit\n' : '';
    throw new Refusal(`sudo: unknown ${kind} ${wanted}\n${end}`);
  }
  if (Number(id) !== 0) throw new Refusal(`sudo: warren: running a command as ${kind} ${wanted} is not supported\n`);
}

function readOptions(proc: Process): { readonly request: Request; readonly words: readonly string[] } {
  const r: Request = {
    preserve: false,
    preserveList: [],
    setHome: false,
    login: false,
    shell: false,
    background: false,
    closeFrom: 3,
    refused: null,
    timeout: false,
    idle: false,
    assignments: [],
  };
  const args = proc.argv.slice(1);
  // `-h` alone is help, with a word after it a host.
  const parsed = getopt('sudo', args, SHORT, LONG);
  for (const { opt, arg, error } of parsed.options) {
    if (error !== '') throw new Refusal(`${error}\n${USAGE}`);
    switch (opt) {
      case 'E':
        if (arg === null) r.preserve = true;
        else r.preserveList.push(...arg.split(','));
        break;
      case 'H':
        r.setHome = true;
        break;
      case 'i':
        r.login = true;
        break;
      case 's':
        r.shell = true;
        break;
      case 'b':
        r.background = true;
        break;
      case 'u':
        checkId(proc, '/etc/passwd', 'user', arg!);
        break;
      case 'g':
        checkId(proc, '/etc/group', 'group', arg!);
        break;
      case 'K':
      case 'k':
      case 'v':
        r.idle = true;
        break;
      case 'V':
        throw new Refusal('', 0, 'Sudo version 1.9.13p3\n');
      case 'help':
        throw new Refusal('', 0, HELP);
      case 'h':
        if (arg === null && parsed.operands.length === 0) throw new Refusal('', 0, HELP);
        refuse('-h host');
        break;
      case 'C':
        if (!/^\d+$/.test(arg!) || Number(arg) < 3) {
          throw new Refusal(`sudo: the argument to -C must be a number greater than or equal to 3\n${USAGE}`);
        }
        r.closeFrom = Number(arg);
        break;
      case 'D':
      case 'R':
        r.refused = `-${opt}`;
        break;
      case 'T':
        r.timeout = true;
        break;
      case 'e':
      case 'l':
      case 'r':
      case 't':
      case 'U':
        refuse(`-${opt}`);
        break;
      default:
        // -A -B -n -N -P -p -S: about a password that root is not asked for, and groups it keeps.
        break;
    }
  }
  const words = [...parsed.operands];
  while (words[0] !== undefined && /^[^=/]+=/.test(words[0])) {
    const [word] = words.splice(0, 1) as [string];
    const eq = word.indexOf('=');
    r.assignments.push([word.slice(0, eq), word.slice(eq + 1)]);
  }
  return { request: r, words };
}

/** A word as the shell reads it back: all but letters, digits, `_`, `-` and `$` escaped. @see sudo.c:parse_args */
const escaped = (word: string): string => word.replace(/[^A-Za-z0-9_$-]/gu, '\\$&');

/** The program of a command; null after saying that there is none. */
function findCommand(proc: Process, command: string): string | null {
  const found = proc.fs.which(command, SECURE_PATH);
  const stat = found === null ? null : proc.fs.exists(found);
  if (found !== null && stat !== null && (stat.mode & S_IFMT) === S_IFREG && (stat.mode & 0o111) !== 0) return found;
  proc.err(`sudo: ${command}: command not found\n`);
  if (command === 'cd') {
    proc.err(
      'sudo: "cd" is a shell built-in command, it cannot be run directly.\n' +
        'sudo: the -s option may be used to run a privileged shell.\n' +
        'sudo: the -D option may be used to run a command in a specific directory.\n',
    );
  }
  return null;
}

/** Starts the command. Files without an interpreter line are for the shell. */
async function start(
  proc: Process,
  path: string,
  argv: readonly string[],
  r: Request,
  env: Map<string, string>,
): Promise<Child> {
  const fds = proc.fds.copy();
  for (const fd of fds.list()) if (fd >= r.closeFrom) fds.close(fd);
  const options = { env, fds, ...(r.login ? { cwd: '/root' } : {}) };
  try {
    return await proc.spawn(path, argv, options);
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    if (e.errno === -ENOEXEC) return proc.spawn('/bin/sh', ['sh', path, ...argv.slice(1)], options);
    throw new Refusal(`sudo: unable to execute ${path}: ${e.strerror}\n`);
  }
}

/** Passes on signals that were meant for the command. */
function relay(proc: Process, child: Child): void {
  const pass = (signal: number): void => {
    try {
      proc.kill(child.pid, signal);
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
    }
  };
  for (const signal of [SIGTERM, SIGHUP, SIGALRM, SIGUSR1, SIGUSR2]) proc.signal(signal, pass);
  // A terminal sends these to the whole group.
  const own = proc.isatty(0) ? (): void => undefined : pass;
  for (const signal of [SIGINT, SIGQUIT]) proc.signal(signal, own);
}

async function run(proc: Process): Promise<number> {
  const { request: r, words } = readOptions(proc);
  const shell = (r.shell && proc.env.get('SHELL')) || '/bin/bash';
  let argv: readonly string[] = words;
  const useShell = r.shell || r.login;
  if (useShell) argv = words.length === 0 ? [shell] : [shell, '-c', words.map(escaped).join(' ')];
  else if (words.length === 0) {
    if (r.idle) return 0;
    throw new Refusal(USAGE);
  }
  const path = findCommand(proc, argv[0]!);
  if (path === null) return 1;
  if (r.refused !== null)
    throw new Refusal(`sudo: you are not permitted to use the ${r.refused} option with ${path}\n`);
  if (r.timeout) throw new Refusal('sudo: sorry, you are not allowed set a command timeout\n');
  const command = useShell ? [path, ...(words.length === 0 ? [] : ['-c', words.join(' ')])] : [path, ...argv.slice(1)];
  const env = sudoEnvironment(proc, {
    ...r,
    command: command.join(' '),
    shell: '/bin/bash',
    setHome: r.setHome || r.login,
  });
  const argv0 = r.login ? `-${path.slice(path.lastIndexOf('/') + 1)}` : argv[0]!;
  const child = await start(proc, path, [argv0, ...argv.slice(1)], r, env);
  if (r.background) return 0;
  relay(proc, child);
  return endLike(proc, await waitFor(proc, child.pid));
}

export const sudoMain: Program = async (proc) => {
  try {
    return await run(proc);
  } catch (e) {
    if (!(e instanceof Refusal)) throw e;
    proc.out(e.out);
    proc.err(e.words);
    return e.status;
  }
};
