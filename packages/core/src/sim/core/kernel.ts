import { Random } from '../../lib/random.ts';
import { Ring } from '../../lib/ring.ts';
import { Timer } from '../../lib/timer-heap.ts';
import type { Kernel, KernelNode, Task, Uname } from '../../syscall/index.ts';
import { Clock } from './clock.ts';
import { type Cost, DEFAULT_COST } from './cost.ts';
import { Net, type PernetOps } from './net.ts';
import type { NetDevice, RtnlLinkOps } from './net-device.ts';
import { Notifier } from './notifier.ts';
import { unhashNsid } from './nsid.ts';
import { Printk } from './printk.ts';
import { type NetlinkInput, Rtnetlink } from './rtnetlink.ts';
import { type Host, Scheduler } from './scheduler.ts';
import { DropMonitor, type SkBuff, type SkbOwner, SkbPool } from './skbuff.ts';
import type { SockIoctl } from './ioctl.ts';
import type { SockCreate } from './sock.ts';
import { SimTask } from './task.ts';

export interface SimKernelOptions {
  /** Seeds MACs, ids, ports, jitter. Default 1. */
  readonly seed?: number;
  readonly host: Host;
  /** Processor and clock that it shares with the other machines of its world; its own when absent. */
  readonly scheduler?: Scheduler;
  /** The first task is where the kernel began, as on a machine, and not in a namespace made from it, as after `unshare -n`. */
  readonly wholeMachine?: boolean;
  /** World seconds a wall second; 0 (default) is virtual time. */
  readonly speed?: number;
  readonly cost?: Cost;
  /** CLOCK_REALTIME at boot, ns since 1970. Default 2026-01-01T00:00:00Z. */
  readonly bootRealtime?: bigint;
}

/** Files of one part of /proc or /sys. @see sim/procfs */
export interface KernelView {
  /** `/proc/sys`, `/proc/net`, `/sys/class/net`, `/sys/devices` … */
  readonly root: string;
  /** Belongs to the namespace sysfs was mounted in rather than to the task's. */
  readonly sys: boolean;
  lookup(path: string, net: Net, task: SimTask): KernelNode | null;
}

/** A protocol above the link layer. @see struct packet_type */
export type PacketHandler = (skb: SkBuff, dev: NetDevice) => void;

/** First inode number that namespaces get, as PROC_DYNAMIC_FIRST would have it. */
const NETNS_INO_FIRST = 4_026_531_840;
/** Time from the last reference to the death of a namespace's devices, and how long the worker that does it waits for RCU afterwards. */
const CLEANUP_NET_START_NS = 300_000;
const CLEANUP_NET_BUSY_NS = 40e6;

/** The simulated kernel: all state of one machine's network stack. No module-level state stands beside it. */
export class SimKernel implements Kernel, SkbOwner {
  readonly name = 'sim';
  readonly gen: unknown[] = [];
  readonly uname: Uname = {
    sysname: 'Linux',
    release: '6.18.0-warren',
    version: '#1 SMP PREEMPT_DYNAMIC',
    machine: 'x86_64',
  };
  readonly clock: Clock;
  readonly log: Printk;
  readonly cost: Cost;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly skbPool: SkbPool = new SkbPool();
  readonly drops: DropMonitor = new DropMonitor();
  readonly nets: Set<Net> = new Set();
  /** The namespace the kernel itself began with: new ones inherit settings from it, devices without a home return to it. */
  readonly initNet: Net;
  /** Where the first task is: one made from it, as after `unshare -n`. */
  readonly firstNet: Net;
  readonly tasks: Map<number, SimTask> = new Map();
  readonly netnsFds: NetnsFds = new NetnsFds();
  readonly families: Map<number, SockCreate> = new Map();
  /** Who answers ioctl(2) on sockets, asked in order. */
  readonly ioctls: SockIoctl[] = [];
  readonly views: KernelView[] = [];
  readonly pernet: PernetOps[] = [];
  readonly linkOps: Map<string, RtnlLinkOps> = new Map();
  readonly rtnl: Rtnetlink = new Rtnetlink();
  /** The kernel's side of each NETLINK_* protocol. */
  readonly netlinkInput: Map<number, NetlinkInput> = new Map();
  /** Protocols by ETH_P_*. @see dev_add_pack */
  readonly ptypes: Map<number, PacketHandler> = new Map();
  /** NETDEV_* events, in order of registration. @see register_netdevice_notifier */
  /** `changed`: the IFF_* a NETDEV_CHANGE is about. */
  readonly netdevChain: Notifier<[event: number, dev: NetDevice, changed?: number]> = new Notifier();
  /** Sees every frame of every device: (skb, dev, outgoing). For --pcap and tracing. */
  readonly frameTaps: ((skb: SkBuff, dev: NetDevice, outgoing: boolean) => void)[] = [];
  /** Packets received and not yet worked on. @see struct softnet_data */
  readonly backlog: Ring<SkBuff> = new Ring(64);
  inSoftirq = false;
  /** Goes on with the backlog when one run of it took too long. */
  ksoftirqd: Timer | null = null;
  readonly #jitter: Random;
  readonly #dying: Net[] = [];
  readonly #cleaner: Timer = new Timer(() => this.#cleanupNets(), null);
  #cleanerBusy = 0;
  #pid = 0;
  #netCookie = 0;
  #sockIno = 10_000;

  /** @param parts registers the rooms, before the first namespace is made. */
  constructor(options: SimKernelOptions, parts: (kernel: SimKernel) => void) {
    this.scheduler =
      options.scheduler ?? new Scheduler(new Clock(options.bootRealtime), options.host, options.speed ?? 0);
    this.clock = this.scheduler.clock;
    this.log = new Printk(this.clock);
    this.cost = options.cost ?? DEFAULT_COST;
    this.random = new Random(options.seed ?? 1);
    this.#jitter = this.random.split('jitter');
    parts(this);
    this.initNet = this.copyNetNs();
    this.firstNet = options.wholeMachine === true ? this.initNet : this.copyNetNs();
  }

  fork(parent: Task | null): SimTask {
    const net = parent === null ? this.firstNet : (parent as SimTask).net;
    const task = new SimTask(this, ++this.#pid, net);
    if (parent !== null && (parent as SimTask).daemon) this.scheduler.daemonize(task);
    this.tasks.set(task.pid, task);
    return task;
  }

  /** The task that the calling one knows by this number. @see find_task_by_vpid */
  findTaskByVpid(pid: number): SimTask | undefined {
    const { current } = this.scheduler;
    return this.tasks.get(current instanceof SimTask ? current.findPid(pid) : pid);
  }

  /** A new namespace with only `lo`, down; the caller owns its one reference. @see copy_net_ns */
  copyNetNs(): Net {
    const cookie = ++this.#netCookie;
    const net = new Net(this, NETNS_INO_FIRST + cookie, cookie);
    this.nets.add(net);
    for (const ops of this.pernet) ops.init?.(net);
    return net;
  }

  /**
   * The last reference went: the namespace's parts go a moment later, by a worker that then is busy for a while;
   * those that die meanwhile wait for it and go together. @see cleanup_net
   */
  netRelease(net: Net): void {
    net.dying = true;
    this.#dying.push(net);
    if (this.cost.hopNs === 0) this.#cleanupNets();
    else if (!this.#cleaner.pending) {
      this.clock.mod(this.#cleaner, Math.max(this.jittered(CLEANUP_NET_START_NS), this.#cleanerBusy - this.clock.now));
    }
  }

  #cleanupNets(): void {
    const nets = this.#dying.splice(0);
    this.#cleanerBusy = this.clock.now + this.jittered(CLEANUP_NET_BUSY_NS);
    for (const net of nets) unhashNsid(net);
    for (let i = this.pernet.length - 1; i >= 0; i--) for (const net of nets) this.pernet[i]!.exit?.(net);
    for (const net of nets) this.nets.delete(net);
  }

  /** `ns`, varied by the cost table's jitter. */
  jittered(ns: number): number {
    const { jitter } = this.cost;
    return jitter === 0 ? ns : Math.round(ns * (1 + jitter * (2 * this.#jitter.float() - 1)));
  }

  nextSockIno(): number {
    return ++this.#sockIno;
  }
}

/** Numbers of open namespace files. */
class NetnsFds {
  readonly #open = new Map<number, Net>();
  #next = 3;

  open(net: Net): number {
    while (this.#open.has(this.#next)) this.#next++;
    this.#open.set(this.#next, net);
    return this.#next++;
  }

  /** @see get_net_ns_by_fd */
  get(fd: number): Net | undefined {
    return this.#open.get(fd);
  }

  close(fd: number): void {
    this.#open.delete(fd);
    if (fd < this.#next) this.#next = fd;
  }
}
