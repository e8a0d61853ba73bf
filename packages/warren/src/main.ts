/**
 * The `warren` command: reads the command line and loads what it names. Everything heavy is behind an import() here, everything
 * that is Node's own in host*.ts.
 */
import { Command, CommanderError } from 'commander';
import pkg from '../package.json' with { type: 'json' };
import { commandLineArguments, exit, writeError, writeOutput } from './host.ts';
import { addMachineFlags, bootOptions, type MachineFlags } from './machine-flags.ts';
import type { PlayOptions } from './play.ts';
import type { RunOptions } from './run.ts';
import type { ShOptions } from './sh.ts';

/** Exit status of a command line that is not understood, as bash and iproute2 have it for usage errors. */
const USAGE_ERROR = 2;

interface RunFlags extends MachineFlags {
  readonly c?: string;
  readonly echo?: true;
}

interface ShFlags extends MachineFlags {
  readonly attach?: true;
  readonly name?: string;
}

interface PlayFlags extends MachineFlags {
  readonly write?: true;
  readonly junit?: string;
}

/** What the commands do, once the command line is understood. */
interface Actions {
  readonly run: (options: RunOptions) => Promise<void>;
  readonly sh: (options: ShOptions) => Promise<void>;
  readonly play: (options: PlayOptions) => Promise<void>;
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
    .enablePositionalOptions()
    .exitOverride();

  const run = program.command('run');
  run
    .description('do what `bash FILE [ARGS...]` would do on a Linux machine: the same output, the same exit status')
    .usage('[options] FILE [ARGS...]\n       warren run [options] -c COMMANDS [NAME [ARGS...]]')
    .argument('[FILE]', 'the script; - reads standard input')
    .argument('[ARGS...]', "the script's arguments; with -c, FILE is its $0 and these follow")
    .option('-c <COMMANDS>', 'run these commands instead of a file')
    .option('--echo', 'show each command after a prompt before its output')
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
        echo: flags.echo === true,
        ...bootOptions(flags),
      });
    });
  addMachineFlags(run, 'virtual');
  addSh(program, on);
  addPlay(program, on);
  program.showHelpAfterError('(warren --help shows what there is)');
  for (const c of program.commands) c.showHelpAfterError(`(warren ${c.name()} --help shows its options)`);
  return program;
}

/** `warren sh` */
function addSh(program: Command, on: Actions): void {
  const command = program.command('sh');
  command
    .description(
      'a shell of root on a machine of its own, in real time; from another terminal --attach reaches the same machine',
    )
    .option('--attach', 'open a shell on the machine that another `warren sh` runs')
    .option('--name <NAME>', 'what this machine is called, or which one to attach to')
    .action(async (flags: ShFlags) => {
      const name = flags.name ?? null;
      if (name !== null && !/^[\w.-]{1,64}$/.test(name)) {
        command.error('error: a name has letters, digits, dots, dashes and underscores, 64 at most', {
          exitCode: USAGE_ERROR,
        });
      }
      if (flags.attach === true) return on.attach(name);
      await on.sh({ name, ...bootOptions(flags) });
    });
  addMachineFlags(command, 'real');
}

/** `warren play` */
function addPlay(program: Command, on: Actions): void {
  const command = program.command('play');
  command
    .description(
      'run the commands of Markdown or text documents and compare the output that they show with what happens',
    )
    .argument('<DOCUMENT...>', 'each is played on a machine of its own')
    .option('--write', 'put the true output into the document, where it differs')
    .option('--junit <FILE>', "write the results into FILE, in JUnit's format")
    .action(async (documents: string[], flags: PlayFlags) => {
      await on.play({ documents, write: flags.write === true, junit: flags.junit ?? null, ...bootOptions(flags) });
    });
  addMachineFlags(command, 'virtual');
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
    play: async (options) => {
      const { playDocuments } = await import('./play.ts');
      status = await playDocuments(options);
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
