import { Clock, type Cost, type Host, type NetDevice, Scheduler } from '../sim/index.ts';
import { Cable, type CableOptions } from './cable.ts';
import { init } from './init.ts';
import { Machine, type MachineOptions } from './machine.ts';

export interface WorldOptions {
  readonly host: Host;
  /** Seeds everything random in it. Default 1. */
  readonly seed?: number;
  /** World seconds a wall second; 0 (default): time jumps while everybody waits. */
  readonly speed?: number;
  /** CLOCK_REALTIME at the start, ns since 1970. Default 2026-01-01T00:00:00Z. */
  readonly bootRealtime?: bigint;
  readonly cost?: Cost;
}

/** What is a machine's own; the rest it has from its world. */
export type WorldMachineOptions = Omit<MachineOptions, 'host' | 'scheduler' | 'speed' | 'bootRealtime' | 'cost'>;

/** Machines, each with a kernel of its own, that share one clock and are joined by cables. */
export class World {
  readonly #options: WorldOptions;
  readonly scheduler: Scheduler;
  readonly #machines = new Map<string, Machine>();
  #cables: readonly Cable[] = [];
  #nextCable = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.scheduler = new Scheduler(new Clock(options.bootRealtime), options.host, options.speed ?? 0);
  }

  /**
   * A machine of this world. `name` is its hostname unless the options have another, and tells it from the others.
   * @throws RangeError when there is one of that name
   */
  machine(name: string, options: WorldMachineOptions = {}): Machine {
    if (this.#machines.has(name)) throw new RangeError(`${name}: the world has a machine of this name`);
    const { host, cost, seed = 1 } = this.#options;
    const machine = Machine.boot({
      hostname: name,
      wholeMachine: true,
      // The first machine's numbers do not depend on whether there are others.
      seed: this.#machines.size === 0 ? seed : seed + 7919 * this.#machines.size,
      ...options,
      host,
      scheduler: this.scheduler,
      ...(cost === undefined ? {} : { cost }),
    });
    machine.startDaemon(init, ['/sbin/init']);
    this.#machines.set(name, machine);
    return machine;
  }

  get machines(): ReadonlyMap<string, Machine> {
    return this.#machines;
  }

  /** Those that are in, in order of their making. */
  get cables(): readonly Cable[] {
    return this.#cables.filter((cable) => cable.plugged);
  }

  /**
   * Joins two Ethernet cards (`Machine.addCard`).
   * @throws RangeError as `Cable`
   */
  cable(a: NetDevice, b: NetDevice, options: CableOptions = {}): Cable {
    const cable = new Cable(a, b, options, `${this.#options.seed ?? 1}/${this.#nextCable++}`);
    this.#cables = [...this.cables, cable];
    return cable;
  }
}
