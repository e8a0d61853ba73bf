/** From primitives of the filter language to blocks. @see libpcap gencode.c */
import * as B from '../../../../lib/bpf/index.ts';
import { LINKTYPE_ETHERNET, LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2 } from '../../../../wire/pcap.ts';
import { Block, genAnd, genNot, genOr, stmt, type Stmt } from './block.ts';
import { LinkGen, type Origin, SAPS } from './codegen-link.ts';
import { FilterError } from './error.ts';

export type { FilterTarget } from './codegen-link.ts';

export type Direction = 'default' | 'src' | 'dst' | 'or' | 'and';
/** A numeric expression: code that leaves it in memory word `reg`, and what must hold for it to make sense. */
export interface Arith {
  readonly stmts: Stmt[];
  readonly reg: number;
  readonly guard: Block | null;
}

const IP = 0x0800;
const IPV6 = 0x86dd;
const ARP = 0x0806;
const RARP = 0x8035;
const TCP = 6;
const UDP = 17;
const SCTP = 132;
const FULL = 0xffffffff;

/** Protocols that are an EtherType. */
const ETHERTYPES: Readonly<Record<string, number>> = {
  ip: IP,
  ip6: IPV6,
  arp: ARP,
  rarp: RARP,
  aarp: 0x80f3,
  atalk: 0x809b,
  decnet: 0x6003,
  sca: 0x6007,
  lat: 0x6004,
  mopdl: 0x6001,
  moprc: 0x6002,
};
/** Protocols of OSI, by what they begin with. */
const OSI: Readonly<Record<string, number>> = { clnp: 0x81, esis: 0x82, isis: 0x83 };
/** Protocols above IP, and the IP they go with. */
const IPPROTOS: Readonly<Record<string, readonly [number, 'ip' | 'ip6' | 'default']>> = {
  sctp: [SCTP, 'default'],
  tcp: [TCP, 'default'],
  udp: [UDP, 'default'],
  icmp: [1, 'ip'],
  igmp: [2, 'ip'],
  igrp: [9, 'ip'],
  pim: [103, 'default'],
  vrrp: [112, 'ip'],
  carp: [112, 'ip'],
  icmp6: [58, 'ip6'],
  ah: [51, 'default'],
  esp: [50, 'default'],
};

export class CodeGen extends LinkGen {
  readonly #regs: boolean[] = new Array<boolean>(B.BPF_MEMWORDS).fill(false);
  #curreg = 0;

  proto(v: number, proto: string, dir: Direction): Block {
    if (dir !== 'default') throw new FilterError("direction applied to 'proto'");
    switch (proto) {
      case 'default':
        return genOr(this.proto(v, 'ip', dir), this.proto(v, 'ip6', dir));
      case 'link':
        return this.linktype(v);
      case 'ip':
        return genAnd(this.linktype(IP), this.cmp('linkpl', 9, B.BPF_B, v));
      case 'ip6': {
        const b0 = this.linktype(IPV6);
        const fragment = genAnd(this.cmp('linkpl', 6, B.BPF_B, 44), this.cmp('linkpl', 40, B.BPF_B, v));
        return genAnd(b0, genOr(this.cmp('linkpl', 6, B.BPF_B, v), fragment));
      }
      case 'arp':
      case 'rarp':
        throw new FilterError(`${proto} does not encapsulate another protocol`);
      case 'iso': {
        const b0 = this.linktype(SAPS['iso']!);
        return genAnd(b0, this.cmp('linkpl', 3, B.BPF_B, v));
      }
      default:
        throw new FilterError(`'${proto} proto' is bogus`);
    }
  }

  /** A protocol named alone. @see gen_proto_abbrev */
  abbrev(name: string): Block {
    const type = ETHERTYPES[name] ?? SAPS[name];
    if (type !== undefined) return this.linktype(type);
    const osi = OSI[name];
    if (osi !== undefined) return this.proto(osi, 'iso', 'default');
    const ip = IPPROTOS[name];
    if (ip !== undefined) return this.proto(ip[0], ip[1], 'default');
    if (name === 'link') throw new FilterError('link layer applied in wrong context');
    throw new FilterError(`the primitive '${name}' is not supported`);
  }

  #both(dir: Direction, at: (src: boolean) => Block): Block {
    switch (dir) {
      case 'src':
        return at(true);
      case 'dst':
        return at(false);
      case 'and': {
        const b0 = at(true);
        return genAnd(b0, at(false));
      }
      default: {
        const b0 = at(true);
        return genOr(b0, at(false));
      }
    }
  }

  host(addr: number, mask: number, proto: string, dir: Direction, net: boolean): Block {
    const op = (type: number, src: number, dst: number): Block =>
      this.#both(dir, (isSrc) => {
        const b0 = this.linktype(type);
        return genAnd(b0, this.mcmp('linkpl', isSrc ? src : dst, B.BPF_W, addr, mask));
      });
    const word = net ? 'net' : 'host';
    switch (proto) {
      case 'default': {
        const ip = op(IP, 12, 16);
        if (this.labels > 0) return ip;
        const b = genOr(ip, op(ARP, 14, 24));
        return genOr(b, op(RARP, 14, 24));
      }
      case 'ip':
        return op(IP, 12, 16);
      case 'arp':
        return op(ARP, 14, 24);
      case 'rarp':
        return op(RARP, 14, 24);
      case 'link':
        throw new FilterError(`link-layer modifier applied to ${word}`);
      default:
        throw new FilterError(`'${proto}' modifier applied to ${proto === 'ip6' ? 'ip ' : ''}${word}`);
    }
  }

  host6(addr: Uint8Array, mask: Uint8Array, proto: string, dir: Direction, net: boolean): Block {
    if (proto !== 'default' && proto !== 'ip6') {
      if (proto === 'link') throw new FilterError(`link-layer modifier applied to ip6 ${net ? 'net' : 'host'}`);
      throw new FilterError(`'${proto}' modifier applied to ip6 ${net ? 'net' : 'host'}`);
    }
    const word = (a: Uint8Array, i: number): number =>
      ((a[4 * i]! << 24) | (a[4 * i + 1]! << 16) | (a[4 * i + 2]! << 8) | a[4 * i + 3]!) >>> 0;
    return this.#both(dir, (src) => {
      const off = src ? 8 : 24;
      let b = this.mcmp('linkpl', off + 12, B.BPF_W, word(addr, 3), word(mask, 3));
      for (const i of [2, 1, 0]) b = genAnd(this.mcmp('linkpl', off + 4 * i, B.BPF_W, word(addr, i), word(mask, i)), b);
      return genAnd(this.linktype(IPV6), b);
    });
  }

  #needEther(what: string): void {
    if (this.target.linktype !== LINKTYPE_ETHERNET) {
      throw new FilterError(
        `${what} supported only on ethernet/FDDI/token ring/${what.includes('multicast') ? 'ARCNET/' : ''}802.11/ATM LANE/Fibre Channel`,
      );
    }
  }

  etherHost(addr: Uint8Array, dir: Direction): Block {
    this.#needEther('ethernet addresses');
    return this.#both(dir, (src) => this.bcmp('linkhdr', src ? 6 : 0, addr));
  }

  #ipfrag(): Block {
    return genNot(new Block(B.BPF_JMP | B.BPF_JSET | B.BPF_K, 0x1fff, this.fetch('linkpl', 6, B.BPF_H)));
  }

  #protoOr(proto: number, one: (proto: number) => Block): Block {
    if (proto !== 0) return one(proto);
    let b = one(TCP);
    b = genOr(b, one(UDP));
    return genOr(one(SCTP), b);
  }

  /** @param proto 0 for any of TCP, UDP and SCTP. @see gen_port, gen_port6, gen_portrange */
  port(from: number, to: number, range: boolean, proto: number, dir: Direction): Block {
    const atom = (origin: Origin, off: number): Block => {
      if (!range) return this.cmp(origin, off, B.BPF_H, from);
      const b = this.ncmp(origin, off, B.BPF_H, FULL, B.BPF_JGE, Math.min(from, to));
      return genAnd(b, genNot(this.ncmp(origin, off, B.BPF_H, FULL, B.BPF_JGT, Math.max(from, to))));
    };
    const six = (): Block => {
      const b0 = this.linktype(IPV6);
      return genAnd(
        b0,
        this.#protoOr(proto, (p) => {
          const b = this.cmp('linkpl', 6, B.BPF_B, p);
          return genAnd(
            b,
            this.#both(dir, (src) => atom('tran6', src ? 0 : 2)),
          );
        }),
      );
    };
    const four = (): Block => {
      const b0 = this.linktype(IP);
      return genAnd(
        b0,
        this.#protoOr(proto, (p) => {
          const b = genAnd(this.cmp('linkpl', 9, B.BPF_B, p), this.#ipfrag());
          return genAnd(
            b,
            this.#both(dir, (src) => atom('tran4', src ? 0 : 2)),
          );
        }),
      );
    };
    return genOr(six(), four());
  }

  broadcast(proto: string): Block {
    if (proto === 'default' || proto === 'link') {
      if (this.target.linktype !== LINKTYPE_ETHERNET) throw new FilterError('not a broadcast link');
      return this.etherHost(Uint8Array.of(255, 255, 255, 255, 255, 255), 'dst');
    }
    if (proto !== 'ip') throw new FilterError('only link-layer/IP broadcast filters supported');
    const { netmask } = this.target;
    if (netmask === null) throw new FilterError("netmask not known, so 'ip broadcast' not supported");
    const b0 = this.linktype(IP);
    const hostmask = ~netmask >>> 0;
    const b1 = this.mcmp('linkpl', 16, B.BPF_W, 0, hostmask);
    return genAnd(b0, genOr(b1, this.mcmp('linkpl', 16, B.BPF_W, hostmask, hostmask)));
  }

  multicast(proto: string): Block {
    switch (proto) {
      case 'default':
      case 'link':
        this.#needEther('link-layer multicast filters');
        return new Block(B.BPF_JMP | B.BPF_JSET | B.BPF_K, 1, this.fetch('linkhdr', 0, B.BPF_B));
      case 'ip':
        return genAnd(this.linktype(IP), this.ncmp('linkpl', 16, B.BPF_B, FULL, B.BPF_JGE, 224));
      case 'ip6':
        return genAnd(this.linktype(IPV6), this.cmp('linkpl', 24, B.BPF_B, 255));
      default:
        throw new FilterError(
          'only IP multicast filters supported on ethernet/FDDI/token ring/ARCNET/802.11/ATM LANE/Fibre Channel',
        );
    }
  }

  /** Length at least, or at most. */
  length(n: number, atLeast: boolean): Block {
    const b = new Block(B.BPF_JMP | (atLeast ? B.BPF_JGE : B.BPF_JGT) | B.BPF_K, n, [stmt(B.BPF_LD | B.BPF_LEN)]);
    return atLeast ? b : genNot(b);
  }

  byteop(op: string, off: number, v: number): Block {
    switch (op) {
      case '=':
        return this.cmp('linkhdr', off, B.BPF_B, v);
      case '<':
        return genNot(this.ncmp('linkhdr', off, B.BPF_B, FULL, B.BPF_JGE, v));
      case '>':
        return this.ncmp('linkhdr', off, B.BPF_B, FULL, B.BPF_JGT, v);
      default: {
        const alu = stmt(B.BPF_ALU | (op === '|' ? B.BPF_OR : B.BPF_AND) | B.BPF_K, v);
        return genNot(new Block(B.BPF_JMP | B.BPF_JEQ | B.BPF_K, 0, [alu]));
      }
    }
  }

  /** @see gen_inbound */
  bound(out: boolean): Block {
    let b: Block;
    const { linktype, file } = this.target;
    if (linktype === LINKTYPE_LINUX_SLL) b = this.cmp('linkhdr', 0, B.BPF_H, 4);
    else if (linktype === LINKTYPE_LINUX_SLL2) b = this.cmp('linkhdr', 10, B.BPF_B, 4);
    else if (!file) b = this.cmp('linkhdr', B.SKF_AD_OFF + B.SKF_AD_PKTTYPE, B.BPF_H, 4);
    else throw new FilterError(`inbound/outbound not supported on ${this.linkName()} when reading savefiles`);
    return out ? b : genNot(b);
  }

  ifindex(n: number): Block {
    if (this.target.linktype === LINKTYPE_LINUX_SLL2) return this.cmp('linkhdr', 4, B.BPF_W, n);
    if (!this.target.file) return this.cmp('linkhdr', B.SKF_AD_OFF + B.SKF_AD_IFINDEX, B.BPF_W, n);
    throw new FilterError(`ifindex not supported on ${this.linkName()} when reading savefiles`);
  }

  // ---- arithmetic

  #allocReg(): number {
    for (let n = B.BPF_MEMWORDS; n > 0; n--) {
      if (this.#regs[this.#curreg] !== true) {
        this.#regs[this.#curreg] = true;
        return this.#curreg;
      }
      this.#curreg = (this.#curreg + 1) % B.BPF_MEMWORDS;
    }
    throw new FilterError('out of registers needed to evaluate expression');
  }

  /** @returns what puts the use of memory words back as it is now */
  registers(): () => void {
    const regs = [...this.#regs];
    const curreg = this.#curreg;
    return () => {
      for (const [i, used] of regs.entries()) this.#regs[i] = used;
      this.#curreg = curreg;
    };
  }

  loadi(v: number): Arith {
    const reg = this.#allocReg();
    return { stmts: [stmt(B.BPF_LD | B.BPF_IMM, v), stmt(B.BPF_ST, reg)], reg, guard: null };
  }
  loadlen(): Arith {
    const reg = this.#allocReg();
    return { stmts: [stmt(B.BPF_LD | B.BPF_LEN), stmt(B.BPF_ST, reg)], reg, guard: null };
  }

  /** Bytes at an offset in a protocol's header. @see gen_load */
  load(proto: string, inst: Arith, size: number): Arith {
    const width = size === 1 ? B.BPF_B : size === 2 ? B.BPF_H : size === 4 ? B.BPF_W : -1;
    if (width < 0) throw new FilterError('data size must be 1, 2, or 4');
    const reg = this.#allocReg();
    this.#regs[inst.reg] = false;
    const x = stmt(B.BPF_LDX | B.BPF_MEM, inst.reg);
    const ind = (off: number): Stmt => stmt(B.BPF_LD | B.BPF_IND | width, off);
    const and = (b: Block): Block => (inst.guard === null ? b : genAnd(inst.guard, b));
    let code: Stmt[];
    let { guard } = inst;
    if (proto === 'link') code = [x, ind(this.offLinkHdr)];
    else if (proto === 'icmp6') {
      guard = and(this.abbrev('ip6'));
      guard = genAnd(guard, this.cmp('linkpl', 6, B.BPF_B, 58));
      code = [x, ind(this.offLinkPl + this.offNl + 40)];
    } else if (ETHERTYPES[proto] !== undefined) {
      code = [x, ind(this.offLinkPl + this.offNl)];
      guard = and(this.abbrev(proto));
    } else if (IPPROTOS[proto] !== undefined && proto !== 'ah' && proto !== 'esp') {
      code = [
        this.iphdrlen(),
        stmt(B.BPF_LD | B.BPF_MEM, inst.reg),
        stmt(B.BPF_ALU | B.BPF_ADD | B.BPF_X),
        stmt(B.BPF_MISC | B.BPF_TAX),
        ind(this.offLinkPl + this.offNl),
      ];
      guard = and(genAnd(this.abbrev(proto), this.#ipfrag()));
      guard = genAnd(this.abbrev('ip'), guard);
    } else throw new FilterError('unsupported index operation');
    return { stmts: [...inst.stmts, ...code, stmt(B.BPF_ST, reg)], reg, guard };
  }

  neg(a: Arith): Arith {
    const code = [stmt(B.BPF_LD | B.BPF_MEM, a.reg), stmt(B.BPF_ALU | B.BPF_NEG), stmt(B.BPF_ST, a.reg)];
    return { ...a, stmts: [...a.stmts, ...code] };
  }

  arith(op: number, a: Arith, b: Arith): Arith {
    const first = b.stmts[0]!;
    if (first.code === (B.BPF_LD | B.BPF_IMM)) {
      if (op === B.BPF_DIV && first.k === 0) throw new FilterError('division by zero');
      if (op === B.BPF_MOD && first.k === 0) throw new FilterError('modulus by zero');
      if ((op === B.BPF_LSH || op === B.BPF_RSH) && first.k > 31) throw new FilterError('shift by more than 31 bits');
    }
    const code = [
      stmt(B.BPF_LDX | B.BPF_MEM, b.reg),
      stmt(B.BPF_LD | B.BPF_MEM, a.reg),
      stmt(B.BPF_ALU | B.BPF_X | op),
    ];
    this.#regs[a.reg] = this.#regs[b.reg] = false;
    const reg = this.#allocReg();
    return { stmts: [...a.stmts, ...b.stmts, ...code, stmt(B.BPF_ST, reg)], reg, guard: a.guard };
  }

  relation(jump: number, a: Arith, b: Arith, reversed: boolean): Block {
    const stmts = [...a.stmts, ...b.stmts, stmt(B.BPF_LDX | B.BPF_MEM, b.reg), stmt(B.BPF_LD | B.BPF_MEM, a.reg)];
    let block: Block;
    if (jump === B.BPF_JEQ)
      block = new Block(B.BPF_JMP | B.BPF_JEQ | B.BPF_K, 0, [...stmts, stmt(B.BPF_ALU | B.BPF_SUB | B.BPF_X)]);
    else block = new Block(B.BPF_JMP | jump | B.BPF_X, 0, stmts);
    if (reversed) genNot(block);
    this.#regs[a.reg] = this.#regs[b.reg] = false;
    const guard = a.guard === null ? b.guard : b.guard === null ? a.guard : genAnd(a.guard, b.guard);
    return guard === null ? block : genAnd(guard, block);
  }
}
