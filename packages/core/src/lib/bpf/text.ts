/** BPF instructions as `tcpdump -d` writes them. @see libpcap bpf_image.c, bpf_dump.c */
import * as B from './insn.ts';
import type { BpfInsn } from './insn.ts';

const ALU: Readonly<Record<number, string>> = {
  [B.BPF_ADD]: 'add',
  [B.BPF_SUB]: 'sub',
  [B.BPF_MUL]: 'mul',
  [B.BPF_DIV]: 'div',
  [B.BPF_MOD]: 'mod',
  [B.BPF_AND]: 'and',
  [B.BPF_OR]: 'or',
  [B.BPF_XOR]: 'xor',
  [B.BPF_LSH]: 'lsh',
  [B.BPF_RSH]: 'rsh',
};
const JUMP: Readonly<Record<number, string>> = {
  [B.BPF_JEQ]: 'jeq',
  [B.BPF_JGT]: 'jgt',
  [B.BPF_JGE]: 'jge',
  [B.BPF_JSET]: 'jset',
};
const SKF: Readonly<Record<number, string>> = {
  [B.SKF_AD_PROTOCOL]: 'proto',
  [B.SKF_AD_PKTTYPE]: 'type',
  [B.SKF_AD_IFINDEX]: 'ifidx',
  [B.SKF_AD_VLAN_TAG]: 'vlan_tci',
  [B.SKF_AD_VLAN_TAG_PRESENT]: 'vlanp',
};

const hex = (k: number): string => `#0x${k.toString(16)}`;

/** Mnemonic and operand. */
function words({ code, k }: BpfInsn): readonly [string, string] {
  const mode = code & 0xe0;
  const op = code & 0xf0;
  const x = (code & B.BPF_X) !== 0;
  switch (code & 7) {
    case B.BPF_LD: {
      if (mode === B.BPF_IMM) return ['ld', hex(k)];
      if (mode === B.BPF_MEM) return ['ld', `M[${k}]`];
      if (mode === B.BPF_LEN) return ['ld', '#pktlen'];
      const name = `ld${(code & 0x18) === B.BPF_H ? 'h' : (code & 0x18) === B.BPF_B ? 'b' : ''}`;
      if (mode === B.BPF_IND) return [name, `[x + ${k}]`];
      return [name, `[${k >= B.SKF_AD_OFF ? (SKF[k - B.SKF_AD_OFF] ?? String(k | 0)) : k}]`];
    }
    case B.BPF_LDX:
      if (mode === B.BPF_MSH) return ['ldxb', `4*([${k}]&0xf)`];
      return ['ldx', mode === B.BPF_IMM ? hex(k) : mode === B.BPF_MEM ? `M[${k}]` : '#pktlen'];
    case B.BPF_ST:
      return ['st', `M[${k}]`];
    case B.BPF_STX:
      return ['stx', `M[${k}]`];
    case B.BPF_ALU:
      if (op === B.BPF_NEG) return ['neg', ''];
      if (x) return [ALU[op]!, 'x'];
      return [ALU[op]!, op === B.BPF_AND || op === B.BPF_OR || op === B.BPF_XOR ? hex(k) : `#${k}`];
    case B.BPF_JMP:
      return op === B.BPF_JA ? ['ja', ''] : [JUMP[op]!, x ? 'x' : hex(k)];
    case B.BPF_RET:
      return ['ret', (code & 0x18) === B.BPF_A ? '' : `#${k}`];
    default:
      return [code === (B.BPF_MISC | B.BPF_TXA) ? 'txa' : 'tax', ''];
  }
}

/** One line of `-d`, without newline. @param n its number in the program */
export function bpfImage(insn: BpfInsn, n: number): string {
  const number = `(${String(n).padStart(3, '0')})`;
  const isJump = (insn.code & 7) === B.BPF_JMP;
  if (isJump && (insn.code & 0xf0) === B.BPF_JA) return `${number} ${'ja'.padEnd(8)} ${n + 1 + insn.k}`;
  const [name, operand] = words(insn);
  if (isJump) return `${number} ${name.padEnd(8)} ${operand.padEnd(16)} jt ${n + 1 + insn.jt}\tjf ${n + 1 + insn.jf}`;
  return `${number} ${name.padEnd(8)} ${operand}`;
}

/** A program as `-d` (1), `-dd` (2) or `-ddd` (3) shows it. */
export function bpfDump(program: readonly BpfInsn[], how: number): string {
  if (how > 2) return `${program.length}\n${program.map((p) => `${p.code} ${p.jt} ${p.jf} ${p.k}\n`).join('')}`;
  if (how > 1) {
    return program
      .map((p) => `{ 0x${p.code.toString(16)}, ${p.jt}, ${p.jf}, 0x${p.k.toString(16).padStart(8, '0')} },\n`)
      .join('');
  }
  return program.map((p, i) => `${bpfImage(p, i)}\n`).join('');
}
