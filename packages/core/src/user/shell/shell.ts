/** The state of one shell: what a subshell gets a copy of. */
import { utf8Encode } from '../../lib/text.ts';
import { EBADF } from '../../uapi/errno.ts';
import { CLOCK_BOOTTIME, CLOCK_REALTIME } from '../../uapi/sched.ts';
import { SystemError } from '../../syscall/index.ts';
import type { FileSystem, Process } from '../process/types.ts';
import type { FunctionDef, Node, Part, Statement } from './ast.ts';
import type { Builtin } from './builtins/types.ts';
import { ExitSignal, ShellError } from './errors.ts';
import type { History, HistoryStore } from './interactive/history.ts';
import { Jobs } from './jobs.ts';
import type { Maybe } from './maybe.ts';
import { newOptions, type Options, type ShellOptions, newShopts } from './options.ts';
import type { Traps } from './traps.ts';
import { ArithError, type ArithEnv, type Int, evaluate } from './words/arith.ts';
import { type Dynamic, V_EXPORT, V_INTEGER, Variables } from './variables.ts';

/** One level of the call stack: a function, a sourced file, or the script itself. */
export interface CallFrame {
  readonly kind: 'main' | 'function' | 'source';
  readonly name: string;
  /** The file the code came from; '' on a command line or standard input. */
  readonly source: string;
  /** The line of the call. */
  readonly line: number;
}

/** What the interpreter does for the parts below it. */
export interface Hooks {
  /** Standard output of the commands, trailing newlines cut. */
  substitute(sh: Shell, part: Part & { k: 'cmd' }): Promise<string>;
  /** The path that names the other end, e.g. `/dev/fd/63`. */
  processSubstitution(sh: Shell, part: Part & { k: 'proc' }): Maybe<string>;
  statements(sh: Shell, list: readonly Statement[]): Maybe<number>;
  /** Runs one command: a function's body. */
  node(sh: Shell, node: Node): Maybe<number>;
  /** `eval`, traps, `source`: runs text in this shell. */
  text(sh: Shell, text: string, where: { readonly label: string; readonly line: number }): Promise<number>;
  readonly builtins: ReadonlyMap<string, Builtin>;
  /** Expands PS4. */
  prompt(sh: Shell, text: string): string;
  /** Runs a command given as words: `command`, `builtin`, `exec`. */
  command(
    sh: Shell,
    words: readonly string[],
    how: { readonly functions: boolean; readonly path?: string },
  ): Maybe<number>;
}

/** A function's definition and the file it came from. */
export interface ShellFunction {
  readonly def: FunctionDef;
  readonly source: string;
  exported: boolean;
  trace: boolean;
}

export class Shell {
  readonly proc: Process;
  readonly hooks: Hooks;
  vars: Variables;
  functions: Map<string, ShellFunction> = new Map();
  aliases: Map<string, string> = new Map();
  disabled: Set<string> = new Set();
  options: Options = newOptions();
  shopts: ShellOptions = newShopts();
  /** `$0` */
  name: string;
  /** `$1`… */
  params: readonly string[] = [];
  status = 0;
  lastBackground = 0;
  /** The line being executed. */
  line = 1;
  frames: CallFrame[] = [];
  loopDepth = 0;
  /** Above 0 where a failure is somebody's condition: `set -e` and ERR look away. */
  lenient = 0;
  traps: Traps;
  jobs: Jobs = new Jobs();
  subshell = 0;
  interactive = false;
  login = false;
  /** It, or the shell it is a subshell of, is interactive: errors name no line. */
  interactiveShell = false;
  /** Lines typed before, when it keeps them, and where they are kept. */
  history: History | null = null;
  historyStore: () => HistoryStore | null = () => null;
  /** Commands read at a terminal. */
  commandNumber = 1;
  posix = false;
  /** How the commands came: from a file, `-c`, or standard input. */
  mode: 'file' | 'command' | 'stdin' = 'file';
  /** The name of the working directory it came by; null when it has none any more. */
  directory: string | null = null;
  directories: string[] = [];
  hashed: Map<string, { path: string; hits: number }> = new Map();
  /** getopts: position inside of a cluster of options. */
  optionOffset = 0;
  optionIndex = 1;
  umask = 0o022;
  /** The text of the command being run, for BASH_COMMAND. */
  command = '';
  lastArgument = '';
  /** `$$`: the pid of the shell that subshells come from. */
  shellPid = '';
  /** Descriptors of process substitutions to close when the command is done. */
  pendingFds: number[] = [];
  readonlyFunctions: Set<string> = new Set();
  /** Call depth at which the ERR trap was set. */
  errDepth = 0;
  pipeStatus: readonly number[] = [0];
  /** Status of the last command substitution in the command at hand, or null. */
  substituted: number | null = null;
  /** How deep commands run on behalf of others, as `set -x` shows it. */
  traceLevel = 0;
  /** Texts of `eval` and `source` that run inside one another. */
  texts = 0;
  /** Here-documents written so far, for their names. */
  hereCount = 0;
  startNs = 0;
  /** When the shell started, in seconds since the epoch. */
  started = 0;
  #secondsBase = 0;

  constructor(proc: Process, hooks: Hooks, name: string, traps: Traps) {
    this.proc = proc;
    this.hooks = hooks;
    this.name = name;
    this.traps = traps;
    this.vars = new Variables();
    this.startNs = proc.task.now();
    this.started = Number(proc.task.clockGettime(CLOCK_REALTIME) / 1_000_000_000n);
    this.shellPid = String(proc.pid);
    this.#bind();
  }

  #bind(): void {
    this.vars.arith = (text) => this.evaluate(text);
    const env: ArithEnv = {
      getVar: (name, sub) => this.#arithGet(name, sub),
      setVar: (name, sub, value) => {
        if (sub === null) this.vars.set(name, value);
        else this.vars.setElement(name, sub, value);
      },
    };
    this.#env = env;
    this.#defineDynamic();
  }
  #env!: ArithEnv;

  #arithGet(name: string, sub: string | null): string {
    const v = sub === null ? this.vars.get(name) : this.vars.element(name, sub);
    if (v === undefined && this.options.nounset) throw new ShellError(`${name}: unbound variable`, 'shell');
    return v ?? '';
  }

  /** Arithmetic. @throws ShellError with bash's words; `label` goes before the expression (`((: `) */
  evaluate(text: string, label = '', scope: 'command' | 'line' = 'line'): Int {
    try {
      return evaluate(text, this.#env);
    } catch (e) {
      if (e instanceof ArithError) throw new ShellError(label + e.message, scope);
      throw e;
    }
  }

  get fs(): FileSystem {
    return this.proc.fs;
  }

  #defineDynamic(): void {
    const v = this.vars;
    const visible = (list: () => readonly string[]): Dynamic => ({ get: () => list()[0] ?? '', list });
    const real = (): bigint => this.proc.task.clockGettime(CLOCK_REALTIME);
    v.define('LINENO', { get: () => String(this.line) });
    v.define('BASHPID', { get: () => String(this.proc.pid) });
    v.define(
      'SECONDS',
      {
        get: () => String(Math.floor((this.proc.task.now() - this.startNs) / 1e9) + this.#secondsBase),
        set: (s) => {
          this.startNs = this.proc.task.now();
          this.#secondsBase = Number(s) || 0;
        },
      },
      V_INTEGER,
    );
    v.define('EPOCHSECONDS', { get: () => String(real() / 1_000_000_000n) });
    v.define('EPOCHREALTIME', {
      get: () => `${real() / 1_000_000_000n}.${String((real() / 1000n) % 1_000_000n).padStart(6, '0')}`,
    });
    v.define(
      'RANDOM',
      {
        get: () => {
          this.#random ??= Number(
            (this.proc.task.clockGettime(CLOCK_BOOTTIME) ^ BigInt(this.proc.pid * 2654435761)) & 0x7fffffffn,
          );
          this.#random = Number((BigInt(this.#random === 0 ? 123459876 : this.#random) * 16807n) % 0x7fffffffn);
          return String(((this.#random >>> 16) ^ (this.#random & 0xffff)) & 32767);
        },
        set: (s) => {
          this.#random = Number(s) || 0;
        },
      },
      V_INTEGER,
    );
    v.define(
      'SRANDOM',
      { get: () => String((Number(v.get('RANDOM')) * 32768 + Number(v.get('RANDOM'))) * 4) },
      V_INTEGER,
    );
    v.define('BASH_SUBSHELL', { get: () => String(this.subshell) });
    v.define(
      'PIPESTATUS',
      visible(() => this.pipeStatus.map(String)),
    );
    v.define('BASH_COMMAND', { get: () => this.command });
    v.define('_', { get: () => this.lastArgument });
    const stack = (f: (frame: CallFrame) => string) => (): readonly string[] => [...this.frames].reverse().map(f);
    const inFunction = (): boolean => this.frames.some((f) => f.kind === 'function');
    v.define(
      'FUNCNAME',
      visible(() => (inFunction() ? stack((f) => f.name)() : [])),
    );
    v.define(
      'BASH_SOURCE',
      visible(() =>
        this.mode === 'file' || inFunction() || this.frames.length > 1
          ? stack((f) => f.source || 'environment')().filter((_, i, a) => this.mode === 'file' || i < a.length - 1)
          : [],
      ),
    );
    v.define('BASH_LINENO', visible(stack((f) => String(f.line))));
    v.define(
      'DIRSTACK',
      visible(() => [this.directory ?? '', ...this.directories]),
    );
    v.define(
      'GROUPS',
      visible(() => ['0']),
    );
  }
  #random: number | null = null;

  /** A copy for a subshell that runs as `child`. */
  fork(child: Process, traps: Traps): Shell {
    const c = new Shell(child, this.hooks, this.name, traps);
    const bound = c.vars;
    c.vars = this.vars.fork();
    c.vars.arith = bound.arith;
    for (const name of bound.names()) {
      const mine = c.vars.raw(name);
      const made = bound.raw(name);
      if (mine !== undefined && mine.dynamic !== null && made !== undefined) mine.dynamic = made.dynamic;
    }
    c.functions = new Map(this.functions);
    c.aliases = new Map(this.aliases);
    c.readonlyFunctions = new Set(this.readonlyFunctions);
    c.errDepth = this.errDepth;
    c.disabled = new Set(this.disabled);
    c.options = { ...this.options };
    c.shopts = { ...this.shopts };
    c.params = this.params;
    c.status = this.status;
    c.lastBackground = this.lastBackground;
    c.line = this.line;
    c.frames = [...this.frames];
    c.loopDepth = this.loopDepth;
    c.lenient = this.lenient;
    c.jobs = this.jobs.fork();
    c.subshell = this.subshell + 1;
    c.posix = this.posix;
    c.interactiveShell = this.interactiveShell;
    c.history = this.history;
    c.historyStore = this.historyStore;
    c.mode = this.mode;
    c.directory = this.directory;
    c.directories = [...this.directories];
    c.hashed = new Map(this.hashed);
    c.optionOffset = this.optionOffset;
    c.optionIndex = this.optionIndex;
    c.pipeStatus = this.pipeStatus;
    c.traceLevel = this.traceLevel;
    c.texts = this.texts;
    c.command = this.command;
    c.lastArgument = this.lastArgument;
    c.shellPid = this.shellPid;
    c.startNs = this.startNs;
    c.started = this.started;
    c.#secondsBase = this.#secondsBase;
    c.#random = null;
    return c;
  }

  // ---- words for errors
  /** What stands before a message: `script: line 3: `. */
  prefix(): string {
    if (this.interactiveShell) return `${this.name}: `;
    const source = this.frames.at(-1)?.source ?? '';
    // The first line of a function from the environment has no number.
    const line = this.line > 0 ? ` line ${this.line}:` : '';
    if (source !== '') return `${source}:${line} `;
    if (this.frames.at(-1)?.kind === 'function') return `environment:${line} `;
    return `${this.name}: line ${this.line}: `;
  }
  /** What `set -x` puts before a command: PS4, its first character once for each level. */
  trace(): string {
    const ps4 = this.vars.get('PS4') ?? '+ ';
    return ps4 === '' ? '' : ps4.slice(0, 1).repeat(this.traceLevel) + this.hooks.prompt(this, ps4);
  }
  /** Writes an error message with its prefix to descriptor 2. */
  error(message: string): Maybe<void> {
    return this.warn(`${this.prefix()}${message}\n`);
  }
  /** Writes text to descriptor 2; a closed one is nobody's business. */
  warn(text: string): Maybe<void> {
    try {
      const r = this.write(2, text);
      return r instanceof Promise ? r.catch(() => {}) : r;
    } catch {
      return;
    }
  }
  /** Writes text to a descriptor, at once when there is room. @throws SystemError EBADF, EPIPE … */
  write(fd: number, text: string): Maybe<void> {
    if (text === '') return;
    const data = utf8Encode(text);
    const file = this.proc.fds.get(fd);
    if (file === undefined || (file.flags & 3) === 0) throw new SystemError(EBADF, 'write');
    if (file.kind === 'host' || file.kind === 'tty') return this.proc.write(fd, data);
    let n = 0;
    try {
      n = file.write(data);
    } catch {
      return this.proc.write(fd, data);
    }
    if (n < data.length) return this.proc.write(fd, data.subarray(n));
  }
  /** Ends the shell. */
  exit(status: number): never {
    throw new ExitSignal(status & 255);
  }
  get(name: string): string {
    return this.vars.get(name) ?? '';
  }
  /** Characters that separate fields. */
  get ifs(): string {
    return this.vars.get('IFS') ?? ' \t\n';
  }
  export(name: string, value: string): void {
    this.vars.set(name, value);
    const v = this.vars.raw(name);
    if (v !== undefined) v.flags |= V_EXPORT;
  }
  /** Inside a function (where `return` and `local` work). */
  get inFunction(): boolean {
    return this.frames.some((f) => f.kind === 'function');
  }
}
