/** The classic BPF machine. @see net/core/filter.c, libpcap bpf_filter.c */
import { be16, be32 } from '../bytes.ts';
import * as B from './insn.ts';
import type { BpfInsn } from './insn.ts';

/** What the kernel knows of a packet beside its bytes. Without it, such loads reject. */
export interface BpfAncillary {
  /** ETH_P_*, host order. */
  readonly protocol: number;
  readonly pkttype: number;
  readonly ifindex: number;
}

const ALU = (op: number, a: number, v: number): number => {
  switch (op) {
    case B.BPF_ADD:
      return (a + v) >>> 0;
    case B.BPF_SUB:
      return (a - v) >>> 0;
    case B.BPF_MUL:
      return Math.imul(a, v) >>> 0;
    case B.BPF_DIV:
      return v === 0 ? -1 : Math.floor(a / v);
    case B.BPF_MOD:
      return v === 0 ? -1 : a % v;
    case B.BPF_AND:
      return (a & v) >>> 0;
    case B.BPF_OR:
      return (a | v) >>> 0;
    case B.BPF_XOR:
      return (a ^ v) >>> 0;
    case B.BPF_LSH:
      return v > 31 ? 0 : (a << v) >>> 0;
    case B.BPF_RSH:
      return v > 31 ? 0 : a >>> v;
    default:
      return -a >>> 0;
  }
};

/** A load of `size` bytes at `k`; -1 when it lies outside. */
function load(b: Uint8Array, start: number, end: number, size: number, k: number, aux: BpfAncillary | null): number {
  if (k >= B.SKF_AD_OFF && aux !== null) {
    switch (k - B.SKF_AD_OFF) {
      case B.SKF_AD_PROTOCOL:
        return aux.protocol;
      case B.SKF_AD_PKTTYPE:
        return aux.pkttype;
      case B.SKF_AD_IFINDEX:
        return aux.ifindex;
      case B.SKF_AD_VLAN_TAG:
      case B.SKF_AD_VLAN_TAG_PRESENT:
        return 0;
      default:
        return -1;
    }
  }
  const o = start + k;
  if (size === B.BPF_W) return o + 4 > end ? -1 : be32(b, o);
  if (size === B.BPF_H) return o + 2 > end ? -1 : be16(b, o);
  return o + 1 > end ? -1 : b[o]!;
}

/**
 * Runs a checked program on the packet `b[start, end)`.
 * @param wireLen the packet's length before it was cut, what `len` answers.
 * @returns bytes to keep; 0 rejects, as does a load outside the packet.
 */
export function runBpf(
  program: readonly BpfInsn[],
  b: Uint8Array,
  start: number,
  end: number,
  wireLen: number = end - start,
  aux: BpfAncillary | null = null,
): number {
  let a = 0;
  let x = 0;
  const mem = new Uint32Array(B.BPF_MEMWORDS);
  for (let pc = 0; pc < program.length; pc++) {
    const { code, jt, jf, k } = program[pc]!;
    switch (code & 7) {
      case B.BPF_LD: {
        const mode = code & 0xe0;
        if (mode === B.BPF_ABS || mode === B.BPF_IND) {
          const at = mode === B.BPF_IND ? (k + x) >>> 0 : k;
          a = load(b, start, end, code & 0x18, at, mode === B.BPF_ABS ? aux : null);
          if (a < 0) return 0;
        } else a = mode === B.BPF_IMM ? k : mode === B.BPF_MEM ? mem[k]! : wireLen;
        break;
      }
      case B.BPF_LDX: {
        const mode = code & 0xe0;
        if (mode === B.BPF_MSH) {
          const v = load(b, start, end, B.BPF_B, k, null);
          if (v < 0) return 0;
          x = (v & 15) << 2;
        } else x = mode === B.BPF_IMM ? k : mode === B.BPF_MEM ? mem[k]! : wireLen;
        break;
      }
      case B.BPF_ST:
        mem[k] = a;
        break;
      case B.BPF_STX:
        mem[k] = x;
        break;
      case B.BPF_ALU:
        a = ALU(code & 0xf0, a, (code & B.BPF_X) !== 0 ? x : k);
        if (a < 0) return 0;
        break;
      case B.BPF_JMP: {
        const op = code & 0xf0;
        if (op === B.BPF_JA) {
          pc += k;
          break;
        }
        const v = (code & B.BPF_X) !== 0 ? x : k;
        const yes = op === B.BPF_JEQ ? a === v : op === B.BPF_JGT ? a > v : op === B.BPF_JGE ? a >= v : (a & v) !== 0;
        pc += yes ? jt : jf;
        break;
      }
      case B.BPF_RET:
        return (code & 0x18) === B.BPF_A ? a : k;
      default:
        if ((code & 0xf8) === B.BPF_TXA) a = x;
        else x = a;
    }
  }
  return 0;
}

const LD_MODES: readonly number[] = [B.BPF_IMM, B.BPF_ABS, B.BPF_IND, B.BPF_MEM, B.BPF_LEN];
const LDX_MODES: readonly number[] = [B.BPF_IMM, B.BPF_MEM, B.BPF_LEN, B.BPF_MSH];

function validInsn(program: readonly BpfInsn[], pc: number): boolean {
  const { code, jt, jf, k } = program[pc]!;
  const mode = code & 0xe0;
  const op = code & 0xf0;
  const left = program.length - pc - 1;
  switch (code & 7) {
    case B.BPF_LD:
      return LD_MODES.includes(mode) && (code & 0x18) !== 0x18 && (mode !== B.BPF_MEM || k < B.BPF_MEMWORDS);
    case B.BPF_LDX:
      return (
        LDX_MODES.includes(mode) &&
        (mode === B.BPF_MSH) === ((code & 0x18) === B.BPF_B) &&
        (mode !== B.BPF_MEM || k < B.BPF_MEMWORDS)
      );
    case B.BPF_ST:
    case B.BPF_STX:
      return (code & 0xf8) === 0 && k < B.BPF_MEMWORDS;
    case B.BPF_ALU:
      if (op > B.BPF_XOR) return false;
      if ((code & B.BPF_X) !== 0 || op === B.BPF_NEG) return true;
      return ((op !== B.BPF_DIV && op !== B.BPF_MOD) || k !== 0) && ((op !== B.BPF_LSH && op !== B.BPF_RSH) || k < 32);
    case B.BPF_JMP:
      return op === B.BPF_JA ? k < left : op <= B.BPF_JSET && jt < left && jf < left;
    case B.BPF_RET:
      return code === (B.BPF_RET | B.BPF_K) || code === (B.BPF_RET | B.BPF_A);
    default:
      return code === (B.BPF_MISC | B.BPF_TAX) || code === (B.BPF_MISC | B.BPF_TXA);
  }
}

/** Whether the kernel takes a program: known instructions, jumps inside, a return at the end. @see bpf_check_classic */
export function checkBpf(program: readonly BpfInsn[]): boolean {
  const { length } = program;
  if (length === 0 || length > B.BPF_MAXINSNS) return false;
  for (let pc = 0; pc < length; pc++) if (!validInsn(program, pc)) return false;
  return (program[length - 1]!.code & 7) === B.BPF_RET;
}
