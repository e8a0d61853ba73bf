/** `mount` and `umount` of util-linux 2.38.1, as far as namespaces need them: bind, proc, sysfs, tmpfs. @see mount(8) */
import { SystemError } from '../../../syscall/index.ts';
import { EBUSY, EINVAL, ENODEV, ENOENT, ENOTDIR } from '../../../uapi/errno.ts';
import { S_IFDIR, S_IFMT } from '../../../uapi/fcntl.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import { MOUNT_HELP, UMOUNT_HELP } from './usage.ts';

const VERSION = 'from util-linux 2.38.1 (libmount 2.38.1: selinux, smack, btrfs, verity, namespaces, assert, debug)\n';
const DMESG = '       dmesg(1) may have more information after failed mount system call.\n';
/** The system call failed. @see MNT_EX_FAIL */
const EX_FAIL = 32;
const EX_USAGE = 1;

class Refusal extends Error {
  readonly words: string;
  readonly status: number;
  constructor(words: string, status: number) {
    super(words);
    this.words = words;
    this.status = status;
  }
}

const MOUNT_LONG: readonly LongOption[] = [
  { name: 'bind', val: 'B' },
  { name: 'rbind', val: 'R' },
  { name: 'move', val: 'M' },
  { name: 'types', arg: 'required', val: 't' },
  { name: 'options', arg: 'required', val: 'o' },
  { name: 'no-mtab', val: 'n' },
  { name: 'verbose', val: 'v' },
  { name: 'read-write', val: 'w' },
  { name: 'rw', val: 'w' },
  { name: 'read-only', val: 'r' },
  { name: 'all', val: 'a' },
  { name: 'make-private' },
  { name: 'make-rprivate' },
  { name: 'make-slave' },
  { name: 'make-rslave' },
  { name: 'make-shared' },
  { name: 'make-rshared' },
  { name: 'help', val: 'h' },
  { name: 'version', val: 'V' },
];

const isDirectory = (proc: Process, path: string): boolean => {
  const st = proc.fs.exists(path);
  return st !== null && (st.mode & S_IFMT) === S_IFDIR;
};

interface MountRequest {
  type: string | null;
  bind: boolean;
  readonly flags: Set<string>;
  /** Permission bits of the root of a tmpfs. */
  mode: number | null;
  verbose: boolean;
  /** A `--make-…` mode. */
  propagation: string | null;
}

/** Options of `-o` that change nothing here: defaults, and what every mount is. */
const PLAIN_OPTIONS: readonly string[] = ['bind', 'rw', 'defaults', 'relatime', 'suid', 'dev', 'exec', ''];
/** Options that the list shows, in its order. */
const FLAGS: readonly string[] = ['nosuid', 'nodev', 'noexec'];

function readMount(
  proc: Process,
  name: string,
): { readonly r: MountRequest; readonly words: readonly string[] } | string {
  const r: MountRequest = { type: null, bind: false, flags: new Set(), mode: null, verbose: false, propagation: null };
  const parsed = getopt(name, proc.argv.slice(1), 'at:o:BRMnvwrhV', MOUNT_LONG);
  for (const { opt, arg, error } of parsed.options) {
    if (error !== '') throw new Refusal(`${error}\nTry '${name} --help' for more information.\n`, EX_USAGE);
    switch (opt) {
      case 'h':
        return MOUNT_HELP;
      case 'V':
        return `${name} ${VERSION}`;
      case 't':
        r.type = arg;
        break;
      case 'B':
        r.bind = true;
        break;
      case 'o':
        for (const word of arg!.split(',')) {
          if (FLAGS.includes(word)) r.flags.add(word);
          else if (/^r?(?:private|slave)$/.test(word)) r.propagation = `make-${word}`;
          else if (/^mode=[0-7]{1,4}$/.test(word)) r.mode = parseInt(word.slice(5), 8);
          else if (!PLAIN_OPTIONS.includes(word))
            throw new Refusal(`${name}: warren: option -o ${word} is not supported\n`, EX_USAGE);
          if (word === 'bind') r.bind = true;
        }
        break;
      case 'v':
        r.verbose = true;
        break;
      case 'n':
      case 'w':
        // There is no mtab, and mounts are writable.
        break;
      case 'make-private':
      case 'make-rprivate':
      case 'make-slave':
      case 'make-rslave':
        r.propagation = opt;
        break;
      default:
        throw new Refusal(
          `${name}: warren: option ${opt.length === 1 ? '-' : '--'}${opt} is not supported\n`,
          EX_USAGE,
        );
    }
  }
  return { r, words: parsed.operands };
}

/** A path as libmount shows it: without links when it exists. */
const canonical = (proc: Process, path: string): string =>
  proc.fs.exists(path) === null ? path : proc.fs.realpath(path);

/** What libmount makes of an errno. @see libmount/src/context_mount.c:mnt_context_get_mount_excode */
function mountWords(
  proc: Process,
  name: string,
  source: string,
  target: string,
  r: MountRequest,
  e: SystemError,
): string {
  const at = `${name}: ${canonical(proc, target)}: `;
  if (proc.fs.exists(target) === null) return `${at}mount point does not exist.\n`;
  switch (-e.errno) {
    case ENODEV:
      return `${at}unknown filesystem type '${r.type}'.\n`;
    case EBUSY:
      return `${at}${source} already mounted or mount point busy.\n`;
    case ENOENT:
      return `${at}special device ${source} does not exist.\n`;
    case ENOTDIR:
      if (!isDirectory(proc, target)) return `${at}mount point is not a directory.\n`;
      return `${at}mount(2) system call failed: Not a directory.\n`;
    default:
      return `${at}mount(2) system call failed: ${e.strerror}.\n`;
  }
}

function listMounts(proc: Process, type: string | null): void {
  for (const m of proc.fs.mounts()) {
    if (type === null || m.type === type) proc.out(`${m.source} on ${m.target} type ${m.type} (${m.options})\n`);
  }
}

function doMount(proc: Process, name: string): number {
  const read = readMount(proc, name);
  if (typeof read === 'string') {
    proc.out(read);
    return 0;
  }
  const { r, words } = read;
  const [source, target] = words;
  if (words.length > 2) throw new Refusal(`${name}: bad usage\nTry '${name} --help' for more information.\n`, EX_USAGE);
  if (r.propagation !== null && source !== undefined && target === undefined) {
    // A mount is a slave at most, and shared with nobody: who is made one stays what it is.
    if (proc.fs.exists(source) === null)
      throw new Refusal(`${name}: ${source}: mount point does not exist.\n${DMESG}`, EX_FAIL);
    if (proc.fs.mounts().some((m) => m.target === proc.fs.realpath(source))) {
      if (r.propagation.endsWith('private')) proc.fs.makePrivate(source, r.propagation === 'make-rprivate');
      return 0;
    }
    throw new Refusal(`${name}: ${source}: not mount point or bad option.\n${DMESG}`, EX_FAIL);
  }
  if (source === undefined) {
    listMounts(proc, r.type);
    return 0;
  }
  if (target === undefined) throw new Refusal(`${name}: ${source}: can't find in /etc/fstab.\n`, EX_USAGE);
  if (r.mode !== null && (r.bind || r.type !== 'tmpfs')) {
    throw new Refusal(`${name}: warren: option -o mode is not supported here\n`, EX_USAGE);
  }
  if (r.flags.size > 0 && r.bind) {
    throw new Refusal(`${name}: warren: option -o ${[...r.flags].join(',')} is not supported with bind\n`, EX_USAGE);
  }
  if (!r.bind && r.type === null) {
    const why =
      proc.fs.exists(source) === null
        ? `special device ${source} does not exist`
        : `${canonical(proc, source)} is not a block device`;
    throw new Refusal(`${name}: ${canonical(proc, target)}: ${why}.\n${DMESG}`, EX_FAIL);
  }
  try {
    if (r.bind) proc.fs.bind(source, target);
    else {
      const flags = [...FLAGS.filter((f) => r.flags.has(f)), 'relatime'];
      proc.fs.mount(r.type!, target, { source, flags, ...(r.mode === null ? {} : { mode: r.mode }) });
    }
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    throw new Refusal(`${mountWords(proc, name, source, target, r, e)}${DMESG}`, EX_FAIL);
  }
  if (r.verbose) {
    const from = r.bind ? canonical(proc, source) : source;
    proc.out(`${name}: ${from} ${r.bind ? 'bound' : 'mounted'} on ${canonical(proc, target)}.\n`);
  }
  return 0;
}

const UMOUNT_LONG: readonly LongOption[] = [
  { name: 'lazy', val: 'l' },
  { name: 'force', val: 'f' },
  { name: 'recursive', val: 'R' },
  { name: 'no-mtab', val: 'n' },
  { name: 'quiet', val: 'q' },
  { name: 'verbose', val: 'v' },
  { name: 'all', val: 'a' },
  { name: 'help', val: 'h' },
  { name: 'version', val: 'V' },
];

interface UmountRequest {
  lazy: boolean;
  recursive: boolean;
  quiet: boolean;
  verbose: boolean;
}

function readUmount(
  proc: Process,
  name: string,
): { readonly r: UmountRequest; readonly words: readonly string[] } | string {
  const r: UmountRequest = { lazy: false, recursive: false, quiet: false, verbose: false };
  const parsed = getopt(name, proc.argv.slice(1), 'alfRnqvhV', UMOUNT_LONG);
  for (const { opt, error } of parsed.options) {
    if (error !== '') throw new Refusal(`${error}\nTry '${name} --help' for more information.\n`, EX_USAGE);
    switch (opt) {
      case 'h':
        return UMOUNT_HELP;
      case 'V':
        return `${name} ${VERSION}`;
      case 'l':
        r.lazy = true;
        break;
      case 'R':
        r.recursive = true;
        break;
      case 'q':
        r.quiet = true;
        break;
      case 'v':
        r.verbose = true;
        break;
      case 'f':
      case 'n':
        // Force helps with unreachable servers, of which there are none; there is no mtab.
        break;
      default:
        throw new Refusal(`${name}: warren: option -${opt} is not supported\n`, EX_USAGE);
    }
  }
  return { r, words: parsed.operands };
}

/** Takes one mount off. @returns 0 or the status */
function umountOne(proc: Process, name: string, word: string, r: UmountRequest): number {
  const mounts = proc.fs.mounts();
  const target =
    proc.fs.exists(word) === null
      ? (mounts.findLast((m) => m.source === word)?.target ?? word)
      : proc.fs.realpath(word);
  if (r.recursive) {
    const below = mounts.filter((m) => m.target === target || m.target.startsWith(`${target}/`));
    if (below.length === 0) throw new Refusal(`${name}: ${word}: not mounted\n`, EX_USAGE);
    for (const m of below.reverse()) proc.fs.umount(m.target);
    return 0;
  }
  try {
    proc.fs.umount(target, r.lazy);
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    switch (-e.errno) {
      case ENOENT:
        throw new Refusal(`${name}: ${word}: no mount point specified.\n`, EX_FAIL);
      case EINVAL:
        throw new Refusal(r.quiet ? '' : `${name}: ${word}: not mounted.\n`, EX_FAIL);
      case EBUSY:
        throw new Refusal(`${name}: ${word}: target is busy.\n`, EX_FAIL);
      default:
        throw new Refusal(`${name}: ${word}: umount failed: ${e.strerror}.\n`, EX_FAIL);
    }
  }
  if (r.verbose) proc.out(`${name}: ${target} unmounted\n`);
  return 0;
}

function doUmount(proc: Process, name: string): number {
  const read = readUmount(proc, name);
  if (typeof read === 'string') {
    proc.out(read);
    return 0;
  }
  if (read.words.length === 0)
    throw new Refusal(`${name}: bad usage\nTry '${name} --help' for more information.\n`, EX_USAGE);
  let status = 0;
  for (const word of read.words) {
    try {
      umountOne(proc, name, word, read.r);
    } catch (e) {
      if (!(e instanceof Refusal)) throw e;
      proc.err(e.words);
      status = e.status;
    }
  }
  return status;
}

const program =
  (body: (proc: Process, name: string) => number): Program =>
  (proc) => {
    try {
      return Promise.resolve(body(proc, proc.name));
    } catch (e) {
      if (!(e instanceof Refusal)) throw e;
      proc.err(e.words);
      return Promise.resolve(e.status);
    }
  };

export const mountMain: Program = program(doMount);
export const umountMain: Program = program(doUmount);
