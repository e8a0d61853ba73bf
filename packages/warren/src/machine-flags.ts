/** The options by which every command chooses its machine. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { BootOptions } from './boot.ts';

const DEFAULT_PROFILE = 'ubuntu';

/** A seed: any whole number that a double holds exactly. */
function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed)) {
    throw new InvalidArgumentError('It is a whole number from 0 to 9007199254740991.');
  }
  return seed;
}

export interface MachineFlags {
  readonly bare?: true;
  readonly profile?: string;
  readonly seed: number;
  readonly clock: 'virtual' | 'real';
  readonly pcap?: string;
  readonly cost: 'linux' | 'none';
}

/** Adds them to a command. @param clock the one it has by default */
export function addMachineFlags(command: Command, clock: 'virtual' | 'real'): Command {
  return command
    .option('--profile <NAME>', 'the kind of machine: ubuntu (the default), ec2, bare')
    .addOption(
      new Option(
        '--bare',
        'an empty machine: one network namespace with only lo, down; same as --profile bare',
      ).conflicts('profile'),
    )
    .addOption(
      new Option('--seed <N>', 'the seed of everything random: same seed and script, same bytes')
        .default(1)
        .argParser(parseSeed),
    )
    .addOption(
      new Option('--clock <KIND>', 'virtual: time jumps while everybody waits; real: it passes')
        .choices(['virtual', 'real'])
        .default(clock),
    )
    .option('--pcap <FILE>', 'write every frame of every device into FILE (pcapng, one interface per device)')
    .addOption(
      new Option('--cost <MODEL>', 'the virtual time that work takes: like a Linux machine, or none')
        .choices(['linux', 'none'])
        .default('linux'),
    );
}

/** What they say. */
export const bootOptions = (flags: MachineFlags): BootOptions => ({
  profile: flags.bare === true ? 'bare' : (flags.profile ?? DEFAULT_PROFILE),
  seed: flags.seed,
  clock: flags.clock,
  cost: flags.cost,
  pcap: flags.pcap ?? null,
});
