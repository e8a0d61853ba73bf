import { ENOSPC, ENXIO } from '../../uapi/errno.ts';
import type { FsContext, Machine } from './context.ts';
import { fail } from './error.ts';
import { Device, type MemDir, MemLink } from './fs/inode.ts';
import { BaseFile } from './open-file.ts';
import { TtyFile } from './tty/tty-file.ts';
import type { OpenFile, Stat } from './types.ts';

const EMPTY = new Uint8Array(0);

/** What a memory device answers to reads and writes. */
interface Behaviour {
  read(size: number): Uint8Array;
  write(data: Uint8Array): number;
}

class DeviceFile extends BaseFile {
  readonly kind: 'null' | 'file';
  readonly #behaviour: Behaviour;
  readonly #stat: () => Stat;

  constructor(kind: 'null' | 'file', path: string, flags: number, behaviour: Behaviour, stat: () => Stat) {
    super(path, flags);
    this.kind = kind;
    this.#behaviour = behaviour;
    this.#stat = stat;
  }

  read(size: number): Uint8Array {
    this.checkRead();
    return this.#behaviour.read(size);
  }

  write(data: Uint8Array): number {
    this.checkWrite();
    return this.#behaviour.write(data);
  }

  stat(): Stat {
    return this.#stat();
  }

  seek(): number {
    return 0;
  }

  truncate(): void {}
}

const swallow = (data: Uint8Array): number => data.length;

/** Fills /dev. @see null(4), full(4), random(4), tty(4) */
export function makeDevices(dev: MemDir, machine: Machine): void {
  const zeroes = (size: number): Uint8Array => new Uint8Array(size);
  const randomBytes = (size: number): Uint8Array => {
    const bytes = new Uint8Array(size);
    machine.random(bytes);
    return bytes;
  };
  const memory: readonly [string, number, Behaviour][] = [
    ['null', 0x103, { read: () => EMPTY, write: swallow }],
    ['zero', 0x105, { read: zeroes, write: swallow }],
    ['full', 0x107, { read: zeroes, write: () => fail(ENOSPC, 'write') }],
    ['random', 0x108, { read: randomBytes, write: swallow }],
    ['urandom', 0x109, { read: randomBytes, write: swallow }],
  ];
  for (const [name, rdev, behaviour] of memory) {
    const kind = name === 'null' ? 'null' : 'file';
    const open = (_ctx: FsContext, flags: number, path: string, stat: () => Stat): OpenFile =>
      new DeviceFile(kind, path, flags, behaviour, stat);
    dev.entries.set(name, new Device(machine.nextIno(), 0o666, rdev, open));
  }
  const tty = (ctx: FsContext, flags: number, path: string): OpenFile =>
    new TtyFile(ctx.controllingTty ?? fail(ENXIO, 'open', path), flags);
  dev.entries.set('tty', new Device(machine.nextIno(), 0o666, 0x500, tty));
  const links: readonly [string, string][] = [
    ['fd', '/proc/self/fd'],
    ['stdin', '/proc/self/fd/0'],
    ['stdout', '/proc/self/fd/1'],
    ['stderr', '/proc/self/fd/2'],
  ];
  for (const [name, target] of links) dev.entries.set(name, new MemLink(machine.nextIno(), target));
}
