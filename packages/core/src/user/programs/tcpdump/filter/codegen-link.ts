/** Filters' blocks about link layers, and loads that know where headers begin. @see libpcap gencode.c */
import * as B from '../../../../lib/bpf/index.ts';
import {
  LINKTYPE_ETHERNET,
  LINKTYPE_IPV4,
  LINKTYPE_IPV6,
  LINKTYPE_LINUX_SLL,
  LINKTYPE_LINUX_SLL2,
  LINKTYPE_LOOP,
  LINKTYPE_NULL,
  LINKTYPE_RAW,
} from '../../../../wire/pcap.ts';
import { LINKTYPES } from '../link-names.ts';
import { Block, genAnd, genNot, genOr, stmt, type Stmt } from './block.ts';
import { FilterError } from './error.ts';

/** Where a load counts from. */
export type Origin = 'linkhdr' | 'linktype' | 'llc' | 'linkpl' | 'mpls' | 'tran4' | 'tran6';
const IP = 0x0800;
const IPV6 = 0x86dd;
const FULL = 0xffffffff;

/** Protocols that are an LLC service access point. */
export const SAPS: Readonly<Record<string, number>> = { stp: 0x42, ipx: 0xe0, netbeui: 0xf0, iso: 0xfe };
const SAP_IP = 0x06;
const PPP = 9;
/** Protocols of PPP for EtherTypes. @see ethertype_to_ppptype */
const PPP_TYPES: Readonly<Record<number, number>> = {
  0x0800: 0x21,
  0x86dd: 0x57,
  0x6003: 0x27,
  0x809b: 0x29,
  0x0600: 0x25,
  0xfe: 0x23,
  0x42: 0x31,
  0xe0: 0x2b,
};
/** Control fields of LLC by name: supervisory and unnumbered. */
const LLC_S: Readonly<Record<string, number>> = { rr: 0x01, rnr: 0x05, rej: 0x09 };
const LLC_U: Readonly<Record<string, number>> = {
  ui: 0x03,
  ua: 0x63,
  disc: 0x43,
  sabme: 0x6f,
  test: 0xe3,
  xid: 0xaf,
  frmr: 0x87,
};
/** What a filter is compiled for. */
export interface FilterTarget {
  /** LINKTYPE_*. */
  readonly linktype: number;
  readonly snaplen: number;
  /** Of the device's IPv4 network, or null when it is not known. */
  readonly netmask: number | null;
  /** Whether packets come from a file: then the kernel's own facts about them cannot be asked for. */
  readonly file: boolean;
}

/** Code about the link layer; `CodeGen` adds what is above it. */
export class LinkGen {
  readonly target: FilterTarget;
  /** LINKTYPE_* of the header in use: the packet's own, or one inside of it. */
  link: number;
  offLinkType: number;
  offLinkHdr = 0;
  offLinkPl: number;
  /** Where the network layer is in the link layer's payload. */
  offNl = 0;
  labels = 0;

  constructor(target: FilterTarget) {
    this.target = target;
    this.link = target.linktype;
    const offsets: Readonly<Record<number, readonly [number, number]>> = {
      [LINKTYPE_ETHERNET]: [12, 14],
      [LINKTYPE_LINUX_SLL]: [14, 16],
      [LINKTYPE_LINUX_SLL2]: [0, 20],
      [LINKTYPE_NULL]: [0, 4],
      [LINKTYPE_LOOP]: [0, 4],
    };
    [this.offLinkType, this.offLinkPl] = offsets[target.linktype] ?? [-1, 0];
  }

  /** What a link type is called. */
  linkName(): string {
    return LINKTYPES[this.link]?.[1] ?? `DLT ${this.link}`;
  }

  fetch(origin: Origin, off: number, size: number): Stmt[] {
    const ld = (mode: number, at: number): Stmt => stmt(B.BPF_LD | mode | size, at);
    const payload = this.offLinkPl + this.offNl;
    switch (origin) {
      case 'linkhdr':
        return [ld(B.BPF_ABS, this.offLinkHdr + off)];
      case 'linktype':
        return [ld(B.BPF_ABS, this.offLinkType + off)];
      case 'llc':
        return [ld(B.BPF_ABS, this.offLinkPl + off)];
      case 'linkpl':
        return [ld(B.BPF_ABS, payload + off)];
      case 'mpls':
        return [ld(B.BPF_ABS, payload - 4 + off)];
      case 'tran4':
        return [this.iphdrlen(), ld(B.BPF_IND, payload + off)];
      case 'tran6':
        return [ld(B.BPF_ABS, payload + 40 + off)];
    }
  }

  iphdrlen(): Stmt {
    return stmt(B.BPF_LDX | B.BPF_MSH | B.BPF_B, this.offLinkPl + this.offNl);
  }

  /** @see gen_ncmp */
  ncmp(origin: Origin, off: number, size: number, mask: number, jump: number, v: number): Block {
    const stmts = this.fetch(origin, off, size);
    if (mask !== FULL) stmts.push(stmt(B.BPF_ALU | B.BPF_AND | B.BPF_K, mask));
    return new Block(B.BPF_JMP | jump | B.BPF_K, v >>> 0, stmts);
  }
  cmp(origin: Origin, off: number, size: number, v: number): Block {
    return this.ncmp(origin, off, size, FULL, B.BPF_JEQ, v);
  }
  mcmp(origin: Origin, off: number, size: number, v: number, mask: number): Block {
    return this.ncmp(origin, off, size, mask >>> 0, B.BPF_JEQ, v);
  }

  /** Bytes, compared by words from the last. @see gen_bcmp */
  bcmp(origin: Origin, off: number, bytes: Uint8Array): Block {
    let b: Block | null = null;
    for (let n = bytes.length; n > 0;) {
      const size = n >= 4 ? 4 : n >= 2 ? 2 : 1;
      n -= size;
      let v = 0;
      for (let i = 0; i < size; i++) v = v * 256 + bytes[n + i]!;
      const one = this.cmp(origin, off + n, size === 4 ? B.BPF_W : size === 2 ? B.BPF_H : B.BPF_B, v);
      b = b === null ? one : genAnd(b, one);
    }
    return b!;
  }

  always(v: boolean): Block {
    return new Block(B.BPF_JMP | B.BPF_JEQ | B.BPF_K, 0, [stmt(B.BPF_LD | B.BPF_IMM, v ? 0 : 1)]);
  }

  /** The network layer's protocol: an EtherType, or a service access point. @see gen_linktype */
  linktype(proto: number): Block {
    if (this.labels > 0) return this.#mplsType(proto);
    switch (this.link) {
      case LINKTYPE_ETHERNET:
        return this.#etherType(proto, () => genNot(this.ncmp('linktype', 0, B.BPF_H, FULL, B.BPF_JGT, 1500)));
      case LINKTYPE_LINUX_SLL:
        return this.#etherType(proto, () => this.cmp('linktype', 0, B.BPF_H, 4));
      case LINKTYPE_RAW:
        if (proto === IP) return this.mcmp('linkhdr', 0, B.BPF_B, 0x40, 0xf0);
        return proto === IPV6 ? this.mcmp('linkhdr', 0, B.BPF_B, 0x60, 0xf0) : this.always(false);
      case LINKTYPE_IPV4:
        return this.always(proto === IP);
      case LINKTYPE_IPV6:
        return this.always(proto === IPV6);
      case PPP:
        return this.cmp('linktype', 0, B.BPF_H, PPP_TYPES[proto] ?? proto);
      case LINKTYPE_NULL:
      case LINKTYPE_LOOP:
        return this.#loopbackType(proto);
      default:
        return this.cmp('linktype', 0, B.BPF_H, proto);
    }
  }

  /** What follows MPLS labels is told by its first bits. @see gen_mpls_linktype */
  #mplsType(proto: number): Block {
    if (proto !== IP && proto !== IPV6) throw new FilterError('unsupported protocol over mpls');
    const last = this.mcmp('mpls', 2, B.BPF_B, 0x01, 0x01);
    return genAnd(last, this.mcmp('linkpl', 0, B.BPF_B, proto === IP ? 0x40 : 0x60, 0xf0));
  }

  /** A family; in a BSD's own byte order for NULL, which is not known. */
  #loopbackType(proto: number): Block {
    const family = (af: number): Block =>
      this.cmp('linkhdr', 0, B.BPF_W, this.link === LINKTYPE_NULL ? (af << 24) >>> 0 : af);
    if (proto === IP) return family(2);
    if (proto !== IPV6) return this.always(false);
    if (!this.target.file) return family(10);
    const b = genOr(family(24), family(28));
    return genOr(family(30), b);
  }

  /** @param isLlc tells frames that go on with LLC. @see gen_ether_linktype, gen_linux_sll_linktype */
  #etherType(proto: number, isLlc: () => Block): Block {
    const sll = this.link === LINKTYPE_LINUX_SLL;
    const snap = (oui: number, type: number): Block =>
      this.bcmp(
        'llc',
        0,
        Uint8Array.of(0xaa, 0xaa, 3, oui >>> 16, (oui >>> 8) & 255, oui & 255, type >>> 8, type & 255),
      );
    if (proto === SAPS['iso'] || proto === SAP_IP || proto === SAPS['netbeui']) {
      const b0 = isLlc();
      return genAnd(b0, this.cmp('llc', 0, B.BPF_H, (proto << 8) | proto));
    }
    if (proto === SAPS['ipx']) {
      let b = this.cmp('llc', 0, B.BPF_B, proto);
      if (!sll) b = genOr(b, this.cmp('llc', 0, B.BPF_H, 0xffff));
      b = sll ? genOr(b, snap(0, 0x8137)) : genOr(snap(0, 0x8137), b);
      b = genAnd(isLlc(), b);
      if (sll) b = genOr(this.cmp('linktype', 0, B.BPF_H, 1), b);
      return genOr(this.cmp('linktype', 0, B.BPF_H, 0x8137), b);
    }
    if (proto === 0x809b || proto === 0x80f3) {
      const b0 = isLlc();
      const b1 = genAnd(b0, snap(proto === 0x809b ? 0x080007 : 0, proto));
      return genOr(this.cmp('linktype', 0, B.BPF_H, proto), b1);
    }
    if (proto > 1500) return this.cmp('linktype', 0, B.BPF_H, proto);
    const b0 = isLlc();
    return genAnd(b0, sll ? this.cmp('llc', 0, B.BPF_B, proto) : this.cmp('linktype', 2, B.BPF_B, proto));
  }

  /** A VLAN header; what follows in the expression is inside of it. @see gen_vlan */
  vlan(id: number | null): Block {
    if (this.labels > 0) throw new FilterError('no VLAN match after MPLS');
    if (this.link !== LINKTYPE_ETHERNET) throw new FilterError(`no VLAN support for ${this.linkName()}`);
    let b = genOr(this.linktype(0x8100), this.linktype(0x88a8));
    b = genOr(b, this.linktype(0x9100));
    if (id !== null) {
      if (id > 0xfff) throw new FilterError(`VLAN tag ${id} greater than maximum 4095`);
      b = genAnd(b, this.mcmp('linkpl', 0, B.BPF_H, id, 0xfff));
    }
    this.offLinkPl += 4;
    this.offLinkType += 4;
    return b;
  }

  /** An MPLS label; what follows in the expression is behind it. @see gen_mpls */
  mpls(label: number | null): Block {
    let b: Block;
    if (this.labels > 0) b = this.mcmp('mpls', 2, B.BPF_B, 0, 0x01);
    else if (this.link === LINKTYPE_ETHERNET) b = this.linktype(0x8847);
    else if (this.link === PPP) b = this.linktype(0x0281);
    else throw new FilterError(`no MPLS support for ${this.linkName()}`);
    if (label !== null) {
      if (label > 0xfffff) throw new FilterError(`MPLS label ${label} greater than maximum ${0xfffff}`);
      b = genAnd(b, this.mcmp('linkpl', 0, B.BPF_W, (label << 12) >>> 0, 0xfffff000));
    }
    this.offNl += 4;
    this.labels++;
    return b;
  }

  /** A PPPoE session; what follows in the expression is the PPP frame inside. @see gen_pppoes */
  pppoes(session: number | null): Block {
    let b = this.linktype(0x8864);
    if (session !== null) {
      if (session > 0xffff) throw new FilterError(`PPPoE session number ${session} greater than maximum ${0xffff}`);
      b = genAnd(b, this.mcmp('linkpl', 0, B.BPF_W, session, 0xffff));
    }
    this.offLinkHdr = this.offLinkPl + this.offNl + 6;
    this.offLinkType = this.offLinkHdr;
    this.offLinkPl = this.offLinkHdr + 2;
    this.offNl = 0;
    this.link = PPP;
    return b;
  }

  /** LLC frames, all or those of a kind. @see gen_llc */
  llc(kind: string | null): Block {
    if (this.link !== LINKTYPE_ETHERNET) throw new FilterError(`'llc' not supported for ${this.linkName()}`);
    const b0 = genNot(this.ncmp('linktype', 0, B.BPF_H, FULL, B.BPF_JGT, 1500));
    const b = genAnd(b0, genNot(this.cmp('llc', 0, B.BPF_H, 0xffff)));
    if (kind === null) return b;
    if (kind === 'i')
      return genAnd(b, genNot(new Block(B.BPF_JMP | B.BPF_JSET | B.BPF_K, 1, this.fetch('llc', 2, B.BPF_B))));
    if (kind === 's' || kind === 'u') return genAnd(b, this.mcmp('llc', 2, B.BPF_B, kind === 's' ? 1 : 3, 3));
    const s = LLC_S[kind];
    const v = s ?? LLC_U[kind];
    if (v === undefined) throw new FilterError(`unknown LLC type name "${kind}"`);
    return genAnd(b, this.mcmp('llc', 2, B.BPF_B, v, s === undefined ? 0xef : 0x0f));
  }
}
