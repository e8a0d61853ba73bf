/**
 * The `warren` command: reads the command line and loads what it names. Everything heavy is behind an import() here, everything
 * that is Node's own in host*.ts.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import pkg from '../package.json' with { type: 'json' };
import { commandLineArguments, exit, writeError, writeOutput } from './host.ts';
import type { RunOptions } from './run.ts';
import type { ShOptions } from './sh.ts';

/** Exit status of a command line that is not understood, as bash and iproute2 have it for usage errors. */
const USAGE_ERROR = 2;

/** A seed: any whole number that a double holds exactly. */
function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed)) {
    throw new InvalidArgumentError('It is a whole number from 0 to 9007199254740991.');
  }
  return seed;
}

interface RunFlags {
  readonly c?: string;
  readonly bare?: true;
  readonly seed: number;
  readonly clock: 'virtual' | 'real';
  readonly echo?: true;
  readonly pcap?: string;
  readonly cost: 'linux' | 'none';
}

interface ShFlags {
  readonly bare?: true;
  readonly seed: number;
  readonly clock: 'virtual' | 'real';
  readonly pcap?: string;
  readonly cost: 'linux' | 'none';
  readonly attach?: true;
  readonly name?: string;
}

/** What the commands do, once the command line is understood. */
interface Actions {
  readonly run: (options: RunOptions) => Promise<void>;
  readonly sh: (options: ShOptions) => Promise<void>;
  readonly attach: (name: string | null) => Promise<void>;
}

/** The command line, as commander knows it. */
function commandLine(on: Actions): Command {
  const program = new Command('warren');
  program
    .description(
      'Linux network namespaces without Linux: runs bash scripts, ip, ping and their kin in a simulated machine',
    )
    .version(pkg.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureOutput({ writeOut: writeOutput, writeErr: writeError })
    .showHelpAfterError('(warren --help shows what there is)')
    .enablePositionalOptions()
    .exitOverride();

  const run = program.command('run');
  run
    .description('do what `bash FILE [ARGS...]` would do on a Linux machine: the same output, the same exit status')
    .usage('[options] FILE [ARGS...]\n       warren run [options] -c COMMANDS [NAME [ARGS...]]')
    .argument('[FILE]', 'the script; - reads standard input')
    .argument('[ARGS...]', "the script's arguments; with -c, FILE is its $0 and these follow")
    .option('-c <COMMANDS>', 'run these commands instead of a file')
    .option('--bare', 'an empty machine: one network namespace with only lo, down (the default)')
    .addOption(
      new Option('--seed <N>', 'the seed of everything random: same seed and script, same bytes')
        .default(1)
        .argParser(parseSeed),
    )
    .addOption(
      new Option('--clock <KIND>', 'virtual: time jumps while everybody waits; real: it passes')
        .choices(['virtual', 'real'])
        .default('virtual'),
    )
    .option('--echo', 'show each command after a prompt before its output')
    .option('--pcap <FILE>', 'write every frame of every device into FILE (pcapng, one interface per device)')
    .addOption(
      new Option('--cost <MODEL>', 'the virtual time that work takes: like a Linux machine, or none')
        .choices(['linux', 'none'])
        .default('linux'),
    )
    .passThroughOptions()
    .action(async (file: string | undefined, args: string[], flags: RunFlags) => {
      if (file === undefined && flags.c === undefined) {
        run.error('error: nothing to run: FILE, - or -c COMMANDS is needed', { exitCode: USAGE_ERROR });
      }
      const source: RunOptions['source'] =
        flags.c === undefined
          ? { kind: file === '-' ? 'stdin' : 'file', name: file! }
          : { kind: 'text', text: flags.c };
      await on.run({
        source,
        name: flags.c !== undefined && file !== undefined ? file : source.kind === 'file' ? file! : 'bash',
        args,
        seed: flags.seed,
        clock: flags.clock,
        cost: flags.cost,
        echo: flags.echo === true,
        pcap: flags.pcap ?? null,
      });
    });
  addSh(program, on);
  return program;
}

/** `warren sh` */
function addSh(program: Command, on: Actions): void {
  const command = program.command('sh');
  command
    .description('a shell of root on a machine of its own, in real time; from another terminal --attach reaches the same machine')
    .option('--attach', 'open a shell on the machine that another `warren sh` runs')
    .option('--name <NAME>', 'what this machine is called, or which one to attach to')
    .option('--bare', 'an empty machine: one network namespace with only lo, down (the default)')
    .addOption(new Option('--seed <N>', 'the seed of everything random').default(1).argParser(parseSeed))
    .addOption(
      new Option('--clock <KIND>', 'real: time passes; virtual: it jumps while everybody waits')
        .choices(['virtual', 'real'])
        .default('real'),
    )
    .option('--pcap <FILE>', 'write every frame of every device into FILE (pcapng, one interface per device)')
    .addOption(
      new Option('--cost <MODEL>', 'the virtual time that work takes: like a Linux machine, or none')
        .choices(['linux', 'none'])
        .default('linux'),
    )
    .action(async (flags: ShFlags) => {
      const name = flags.name ?? null;
      if (name !== null && !/^[\w.-]{1,64}$/.test(name) ) {
        command.error('error: a name has letters, digits, dots, dashes and underscores, 64 at most', {
          exitCode: USAGE_ERROR,
        });
      }
      if (flags.attach === true) return on.attach(name);
      await on.sh({ name, seed: flags.seed, clock: flags.clock, cost: flags.cost, pcap: flags.pcap ?? null });
    });
}

/** Runs the command line. @returns the exit status */
async function main(argv: readonly string[]): Promise<number> {
  let status = 0;
  const program = commandLine({
    run: async (options) => {
      const { run } = await import('./run.ts');
      status = await run(options);
    },
    sh: async (options) => {
      const { sh } = await import('./sh.ts');
      status = await sh(options);
    },
    attach: async (name) => {
      const { attach } = await import('./attach.ts');
      status = await attach(name);
    },
  });
  if (argv.length === 0) {
    writeError(program.helpInformation());
    return USAGE_ERROR;
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR;
    throw error;
  }
  return status;
}

exit(await main(commandLineArguments()));
