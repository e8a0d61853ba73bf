import type { VirtioNetOptions } from '../sim/index.ts';
import type { InitialFile, Program } from '../user/process/index.ts';
import { networkd, waitOnline } from '../user/programs/networkd/main.ts';
import { init } from './init.ts';
import { internet, type InternetPlan } from './internet.ts';
import { Machine, type MachineOptions } from './machine.ts';
import { World, type WorldOptions } from './world.ts';

/** What kind of machine a person sits at, as data. */
export interface Profile {
  readonly name: string;
  /** One sentence for who chooses. */
  readonly description: string;
  readonly hostname: string;
  /** Its card and what is behind it; null for a machine with nothing but `lo`, down, as after `unshare -n`. */
  readonly network: {
    readonly card: VirtioNetOptions;
    /** Metric of the routes that DHCP brings. */
    readonly metric: number;
    readonly internet: InternetPlan;
  } | null;
  readonly files?: ReadonlyMap<string, InitialFile>;
}

/** Of a machine's options those that its profile leaves open. */
export type ProfileOptions = WorldOptions &
  Pick<MachineOptions, 'files' | 'onCrash'> & {
    /** Gets the machine before anything happens on it. */
    readonly onBoot?: (machine: Machine) => void;
  };

/** How long the machine has been up when somebody sits down at it. */
const UPTIME_NS = 20e9;

/** Waits for the network, and for what settles after it. */
const settle: Program = async (proc) => {
  if ((await waitOnline(proc)) !== 0) return 1;
  await proc.nanosleep(UPTIME_NS - proc.task.now());
  return 0;
};

/**
 * A machine of a profile, as it is some time after its boot: `lo` up, addressed by DHCP. Its boot takes no time of the host.
 * @throws Error when its card gets no address: what is behind it is not put together rightly
 */
export async function bootProfile(profile: Profile, options: ProfileOptions): Promise<Machine> {
  const { network } = profile;
  const files = new Map([...(profile.files ?? []), ...(options.files ?? [])]);
  if (network === null) {
    const machine = Machine.boot({ ...options, hostname: profile.hostname, files });
    options.onBoot?.(machine);
    machine.startDaemon(init, ['/sbin/init']);
    return machine;
  }
  const { bootRealtime } = options;
  // The caller's moment is when somebody sits down; the machine started before.
  const started = bootRealtime === undefined ? {} : { bootRealtime: bootRealtime - BigInt(UPTIME_NS) };
  const world = new World({ ...options, ...started, speed: 0 });
  const { onCrash } = options;
  const machine = world.machine(profile.hostname, { files, ...(onCrash === undefined ? {} : { onCrash }) });
  options.onBoot?.(machine);
  const card = machine.addCard(network.card);
  internet(world, card, network.internet, onCrash);
  machine.startDaemon(networkd, ['/lib/systemd/systemd-networkd', card.name, String(network.metric)]);
  const { status, stuck } = await machine.run(['systemd-networkd-wait-online'], { program: settle });
  if (stuck || status !== 0) throw new Error(`profile ${profile.name}: ${card.name} gets no address`);
  world.scheduler.speed = options.speed ?? 0;
  return machine;
}
