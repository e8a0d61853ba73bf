/** Instructions of the classic BPF machine. @see include/uapi/linux/bpf_common.h, linux/filter.h */
import { le16, le32, putLe16, putLe32 } from '../bytes.ts';

export const BPF_LD = 0x00;
export const BPF_LDX = 0x01;
export const BPF_ST = 0x02;
export const BPF_STX = 0x03;
export const BPF_ALU = 0x04;
export const BPF_JMP = 0x05;
export const BPF_RET = 0x06;
export const BPF_MISC = 0x07;

export const BPF_W = 0x00;
export const BPF_H = 0x08;
export const BPF_B = 0x10;

export const BPF_IMM = 0x00;
export const BPF_ABS = 0x20;
export const BPF_IND = 0x40;
export const BPF_MEM = 0x60;
export const BPF_LEN = 0x80;
export const BPF_MSH = 0xa0;

export const BPF_ADD = 0x00;
export const BPF_SUB = 0x10;
export const BPF_MUL = 0x20;
export const BPF_DIV = 0x30;
export const BPF_OR = 0x40;
export const BPF_AND = 0x50;
export const BPF_LSH = 0x60;
export const BPF_RSH = 0x70;
export const BPF_NEG = 0x80;
export const BPF_MOD = 0x90;
export const BPF_XOR = 0xa0;

export const BPF_JA = 0x00;
export const BPF_JEQ = 0x10;
export const BPF_JGT = 0x20;
export const BPF_JGE = 0x30;
export const BPF_JSET = 0x40;

export const BPF_K = 0x00;
export const BPF_X = 0x08;
export const BPF_A = 0x10;

export const BPF_TAX = 0x00;
export const BPF_TXA = 0x80;

export const BPF_MEMWORDS = 16;
/** Instructions a program may have. */
export const BPF_MAXINSNS = 4096;

/** Where loads stop being loads of the packet: the kernel's own facts about it. */
export const SKF_AD_OFF: number = -0x1000 >>> 0;
export const SKF_AD_PROTOCOL = 0;
export const SKF_AD_PKTTYPE = 4;
export const SKF_AD_IFINDEX = 8;
export const SKF_AD_VLAN_TAG = 44;
export const SKF_AD_VLAN_TAG_PRESENT = 48;

/** One instruction. `jt` and `jf` count instructions to skip; `k` is unsigned. */
export interface BpfInsn {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** struct sock_filter, 8 bytes each, host (little endian) order: what SO_ATTACH_FILTER takes at our seam. */
export function encodeBpf(program: readonly BpfInsn[]): Uint8Array {
  const b = new Uint8Array(program.length * 8);
  for (const [i, insn] of program.entries()) {
    putLe16(b, 8 * i, insn.code);
    b[8 * i + 2] = insn.jt;
    b[8 * i + 3] = insn.jf;
    putLe32(b, 8 * i + 4, insn.k);
  }
  return b;
}

/** The inverse of `encodeBpf`; null when the length is not that of whole instructions. */
export function decodeBpf(b: Uint8Array): BpfInsn[] | null {
  if (b.length % 8 !== 0) return null;
  const program: BpfInsn[] = [];
  for (let o = 0; o < b.length; o += 8) {
    program.push({ code: le16(b, o), jt: b[o + 2]!, jf: b[o + 3]!, k: le32(b, o + 4) });
  }
  return program;
}
