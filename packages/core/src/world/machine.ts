import { utf8Encode } from '../lib/text.ts';
import {
  addVirtioNet,
  createSimKernel,
  type NetDevice,
  type VirtioNetOptions,
  type Cost,
  type Host,
  type SimKernel,
  type SimKernelOptions,
  type SkBuff,
} from '../sim/index.ts';
import { dropReasonName } from '../uapi/drop-reason.ts';
import {
  type InitialFile,
  HostInput,
  HostOutput,
  type HostSink,
  type Process,
  type Program,
  type StartOptions,
  System,
} from '../user/process/index.ts';
import { programs } from '../user/programs/index.ts';
import { Capture } from './capture.ts';

/** What a machine is made of. */
export interface MachineOptions extends Pick<SimKernelOptions, 'scheduler' | 'wholeMachine'> {
  readonly host: Host;
  readonly hostname?: string;
  /** Seeds everything random. Default 1. */
  readonly seed?: number;
  /** World seconds a wall second; 0 (default): time jumps while everybody waits. */
  readonly speed?: number;
  readonly cost?: Cost;
  /** CLOCK_REALTIME at boot, ns since 1970. */
  readonly bootRealtime?: bigint;
  /** Files by absolute path, beside those every machine has. */
  readonly files?: ReadonlyMap<string, InitialFile>;
  /** A program of ours threw what it should not have. The machine goes on without it. */
  readonly onCrash?: (process: Process, error: unknown) => void;
}

/** How to run one command to its end. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Default: an empty input. */
  readonly stdin?: AsyncIterable<Uint8Array> | Uint8Array | string;
  /** Gets the bytes as they are written; a rejected promise closes it. Default: discarded. */
  readonly stdout?: HostSink;
  readonly stderr?: HostSink;
  /** With `bash`: shows each top-level command after a prompt, before what it prints. */
  readonly echo?: boolean;
  /** What runs, when that is none of the machine's programs: argv is only what it is called. */
  readonly program?: Program;
}

export interface RunResult {
  /** Exit status as a shell shows it: 128 and the signal's number for one that ended it. */
  readonly status: number;
  readonly signal: number;
  /** It did not end: every process waits, and nothing is left that could wake one. */
  readonly stuck: boolean;
}

/** A packet that was given up. */
export interface Drop {
  /** SKB_DROP_REASON_* without the prefix: `NEIGH_FAILED`. */
  readonly reason: string;
  /** The kernel's function that did: `ip_forward`. */
  readonly place: string;
  /** Name of the namespace and of the device it was at; '' when it has none. */
  readonly netns: string;
  readonly device: string;
  /** ETH_P_*, host order. */
  readonly protocol: number;
  /** World ns since boot. */
  readonly timeNs: number;
}

/** What root is prompted with, and what a command goes on after. */
const PROMPTS = { first: '# ', more: '> ' } as const;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** One simulated machine: a kernel, its user space, and the way in from the host. */
export class Machine {
  readonly kernel: SimKernel;
  readonly system: System;
  /** What runs for somebody outside: commands of `run`, shells of terminals. */
  readonly #attended = new Set<Process>();
  /** Of those the commands of `run`, which a Ctrl-C of the host is meant for. */
  readonly #foreground = new Set<Process>();

  private constructor(options: MachineOptions) {
    this.kernel = createSimKernel(options);
    const urandom = this.kernel.random.split('urandom');
    this.system = new System({
      kernel: this.kernel,
      programs,
      hostname: options.hostname ?? 'warren',
      random: (bytes) => urandom.fill(bytes),
      ...(options.files === undefined ? {} : { files: options.files }),
      ...(options.onCrash === undefined ? {} : { onCrash: options.onCrash }),
    });
  }

  /** A machine as it is right after its kernel started: one namespace, `lo` down, nobody running. */
  static boot(options: MachineOptions): Machine {
    return new Machine(options);
  }

  /**
   * Runs a command to its end. When it is the machine's first process the rest is killed with it, as happens in a PID
   * namespace; else what it left behind is there at the next one, and keeps no clock going until then. Several may run
   * at once.
   *
   * @param argv the program (a path, or a name found in PATH) and its arguments
   * @throws SystemError ENOENT, EACCES when there is no such program
   */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const env = new Map([['HOME', '/root'], ['PATH', PATH], ['LANG', 'C.UTF-8'], ...Object.entries(options.env ?? {})]);
    const shell =
      options.echo === true ? (await import('../user/shell/main.ts')).bashWith({ echo: PROMPTS }) : argv[0]!;
    const main = options.program ?? shell;
    const process = this.system.start(main, argv, {
      env,
      cwd: options.cwd ?? '/root',
      fds: [
        new HostInput(source(options.stdin)),
        new HostOutput(options.stdout ?? (() => {})),
        new HostOutput(options.stderr ?? (() => {})),
      ],
    });
    const ended = this.system.waitExit(process);
    const leave = this.attend(process);
    this.#foreground.add(process);
    const { idle } = this.kernel.scheduler;
    let onIdle = (): void => {};
    const stuck = new Promise<'stuck'>((resolve) => {
      onIdle = () => resolve('stuck');
    });
    idle.add(onIdle);
    const result = await Promise.race([ended, stuck]);
    idle.delete(onIdle);
    this.#foreground.delete(process);
    leave();
    if (result === 'stuck') return { status: 0, signal: 0, stuck: true };
    return { status: result.signal === 0 ? result.status : 128 + result.signal, signal: result.signal, stuck: false };
  }

  /**
   * Somebody outside waits for this process: the clock goes until it ends. What is left of the machine when the last such
   * process has ended keeps no clock going.
   * @returns gives it up before its end
   */
  attend(process: Process & { readonly kpid: number }): () => void {
    this.#attended.add(process);
    const leave = (): void => {
      if (!this.#attended.delete(process) || this.#attended.size > 0) return;
      for (const task of this.kernel.tasks.values()) this.kernel.scheduler.daemonize(task);
    };
    const task = this.kernel.tasks.get(process.kpid);
    // Before anybody else runs: who is left must not use the moment until the host hears of it.
    if (task === undefined) leave();
    else task.onExit = leave;
    return leave;
  }

  /** Sends a signal to everything in the foreground, as a terminal's Ctrl-C does. */
  signal(signal: number): void {
    for (const process of this.#foreground) this.system.killGroup(process.pgid, signal);
  }

  /**
   * Tells of every packet that the kernel gives up, as the tracepoint skb:kfree_skb does.
   * @returns a function that ends it
   */
  onDrop(listener: (drop: Drop) => void): () => void {
    const { listeners } = this.kernel.drops;
    const told = (skb: SkBuff, reason: number, place: string): void => {
      const { dev } = skb;
      const netns = dev === null ? '' : (this.system.netnsName(dev.net.ino) ?? '');
      listener({
        reason: dropReasonName(reason),
        place,
        netns,
        device: dev?.name ?? '',
        protocol: skb.protocol,
        timeNs: this.kernel.clock.now,
      });
    };
    listeners.push(told);
    return () => {
      const i = listeners.indexOf(told);
      if (i >= 0) listeners.splice(i, 1);
    };
  }

  /** Starts a process that serves the machine for as long as it is there: init, a server. No clock goes for its sake. */
  startDaemon(main: string | Program, argv: readonly string[], options: StartOptions = {}): Process {
    const process = this.system.start(main, argv, options);
    this.kernel.scheduler.daemonize(this.kernel.tasks.get(process.kpid)!);
    return process;
  }

  /** Puts an Ethernet card into the machine's first namespace: down, and without a cable. @see World.cable */
  addCard(options: VirtioNetOptions): NetDevice {
    return addVirtioNet(this.kernel.firstNet, options);
  }

  /** Gives every frame of every device to `sink`, as the bytes of a pcapng file. */
  capture(sink: (bytes: Uint8Array) => void): Capture {
    return new Capture(this.kernel, (net) => this.system.netnsName(net.ino), sink);
  }
}

async function* source(input: RunOptions['stdin']): AsyncGenerator<Uint8Array> {
  if (input === undefined) return;
  if (typeof input === 'string') yield utf8Encode(input);
  else if (input instanceof Uint8Array) yield input;
  else yield* input;
}
