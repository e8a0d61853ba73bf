/** What the optimiser does inside a block. @see libpcap optimize.c:opt_blk, opt_stmt, opt_peep, opt_deadstores */
import * as B from '../../../../lib/bpf/index.ts';
import { A_ATOM, AX_ATOM, type Block, N_ATOMS, NOP, type Stmt, X_ATOM } from './block.ts';
import { FilterError } from './error.ts';
import { UNKNOWN, type Values } from './values.ts';

/** The optimiser's state that blocks share. */
export interface Progress {
  values: Values;
  done: boolean;
  /** Something other than a branch changed. */
  moved: boolean;
}

/** The atom an instruction reads, AX_ATOM for both registers, -1 for none. */
export function atomUse({ code, k }: Stmt): number {
  if (code === NOP) return -1;
  switch (code & 7) {
    case B.BPF_RET:
      return (code & 0x18) === B.BPF_A ? A_ATOM : -1;
    case B.BPF_LD:
    case B.BPF_LDX:
      return (code & 0xe0) === B.BPF_IND ? X_ATOM : (code & 0xe0) === B.BPF_MEM ? k : -1;
    case B.BPF_ST:
      return A_ATOM;
    case B.BPF_STX:
      return X_ATOM;
    case B.BPF_JMP:
    case B.BPF_ALU:
      return (code & B.BPF_X) !== 0 ? AX_ATOM : A_ATOM;
    default:
      return (code & 0xf8) === B.BPF_TXA ? X_ATOM : A_ATOM;
  }
}

/** The atom an instruction sets, or -1. */
export function atomDef({ code, k }: Stmt): number {
  if (code === NOP) return -1;
  switch (code & 7) {
    case B.BPF_LD:
    case B.BPF_ALU:
      return A_ATOM;
    case B.BPF_LDX:
      return X_ATOM;
    case B.BPF_ST:
    case B.BPF_STX:
      return k;
    case B.BPF_MISC:
      return (code & 0xf8) === B.BPF_TAX ? X_ATOM : A_ATOM;
    default:
      return -1;
  }
}

export const has = (set: number, atom: number): boolean => (set & (1 << atom)) !== 0;

function fold(op: number, a: number, b: number): number {
  switch (op) {
    case B.BPF_ADD:
      return a + b;
    case B.BPF_SUB:
      return a - b;
    case B.BPF_MUL:
      return Math.imul(a, b);
    case B.BPF_DIV:
      if (b === 0) throw new FilterError('division by zero');
      return Math.floor(a / b);
    case B.BPF_MOD:
      if (b === 0) throw new FilterError('modulus by zero');
      return a % b;
    case B.BPF_AND:
      return a & b;
    case B.BPF_OR:
      return a | b;
    case B.BPF_XOR:
      return a ^ b;
    case B.BPF_LSH:
      return b < 32 ? a << b : 0;
    default:
      return b < 32 ? a >>> b : 0;
  }
}

function store(s: Stmt, val: number[], atom: number, v: number, alter: boolean): void {
  if (alter && v !== UNKNOWN && val[atom] === v) s.code = NOP;
  else val[atom] = v;
}

function changed(p: Progress): void {
  p.done = false;
  p.moved = true;
}

function optAluK(p: Progress, s: Stmt, val: number[], alter: boolean): void {
  const { values } = p;
  const op = s.code & 0xf0;
  if (alter) {
    if (s.k === 0) {
      if (
        op === B.BPF_ADD ||
        op === B.BPF_SUB ||
        op === B.BPF_LSH ||
        op === B.BPF_RSH ||
        op === B.BPF_OR ||
        op === B.BPF_XOR
      ) {
        s.code = NOP;
        return;
      }
      if (op === B.BPF_MUL || op === B.BPF_AND) {
        s.code = B.BPF_LD | B.BPF_IMM;
        val[A_ATOM] = values.k(0);
        return;
      }
      if (op === B.BPF_DIV) throw new FilterError('division by zero');
      throw new FilterError('modulus by zero');
    }
    const a = values.constant(val[A_ATOM]!);
    if (a !== undefined) {
      s.k = fold(op, a, s.k) >>> 0;
      s.code = B.BPF_LD | B.BPF_IMM;
      changed(p);
      val[A_ATOM] = values.k(s.k);
      return;
    }
  }
  val[A_ATOM] = values.of(s.code, val[A_ATOM]!, values.k(s.k));
}

function optAluX(p: Progress, s: Stmt, val: number[], alter: boolean): void {
  const { values } = p;
  const op = s.code & 0xf0;
  const a = alter ? values.constant(val[A_ATOM]!) : undefined;
  const x = alter ? values.constant(val[X_ATOM]!) : undefined;
  if (x !== undefined) {
    changed(p);
    if (a !== undefined) {
      s.k = fold(op, a, x) >>> 0;
      s.code = B.BPF_LD | B.BPF_IMM;
      val[A_ATOM] = values.k(s.k);
      return;
    }
    s.code = B.BPF_ALU | B.BPF_K | op;
    s.k = x;
    if ((op === B.BPF_LSH || op === B.BPF_RSH) && x > 31) throw new FilterError('shift by more than 31 bits');
    val[A_ATOM] = values.of(s.code, val[A_ATOM]!, values.k(x));
    return;
  }
  if (a === 0) {
    if (op === B.BPF_ADD || op === B.BPF_OR || op === B.BPF_XOR) {
      s.code = B.BPF_MISC | B.BPF_TXA;
      store(s, val, A_ATOM, val[X_ATOM]!, alter);
      return;
    }
    if (op !== B.BPF_SUB) {
      s.code = B.BPF_LD | B.BPF_IMM;
      s.k = 0;
      store(s, val, A_ATOM, values.k(0), alter);
      return;
    }
  }
  val[A_ATOM] = values.of(s.code, val[A_ATOM]!, val[X_ATOM]!);
}

/** Follows the values through a statement, and simplifies it where they are known. */
function optStmt(p: Progress, s: Stmt, val: number[], alter: boolean): void {
  const { values } = p;
  const mode = s.code & 0xe0;
  if (s.code === NOP) return;
  switch (s.code & 7) {
    case B.BPF_LD: {
      if (mode === B.BPF_ABS) store(s, val, A_ATOM, values.of(s.code, s.k, 0), alter);
      else if (mode === B.BPF_LEN) store(s, val, A_ATOM, values.of(s.code, 0, 0), alter);
      else if (mode === B.BPF_IMM) store(s, val, A_ATOM, values.k(s.k), alter);
      else {
        let v = mode === B.BPF_MEM ? val[s.k]! : val[X_ATOM]!;
        const known = alter ? values.constant(v) : undefined;
        if (mode === B.BPF_MEM) {
          if (known !== undefined) {
            s.code = B.BPF_LD | B.BPF_IMM;
            s.k = known;
            changed(p);
          }
        } else if (known !== undefined) {
          s.code = B.BPF_LD | B.BPF_ABS | (s.code & 0x18);
          s.k = (s.k + known) >>> 0;
          v = values.of(s.code, s.k, 0);
          changed(p);
        } else v = values.of(s.code, s.k, v);
        store(s, val, A_ATOM, v, alter);
      }
      break;
    }
    case B.BPF_LDX:
      if (mode === B.BPF_MSH) store(s, val, X_ATOM, values.of(s.code, s.k, 0), alter);
      else if (mode === B.BPF_IMM) store(s, val, X_ATOM, values.k(s.k), alter);
      else {
        const v = val[s.k]!;
        const known = alter ? values.constant(v) : undefined;
        if (known !== undefined) {
          s.code = B.BPF_LDX | B.BPF_IMM;
          s.k = known;
          changed(p);
        }
        store(s, val, X_ATOM, v, alter);
      }
      break;
    case B.BPF_ST:
      store(s, val, s.k, val[A_ATOM]!, alter);
      break;
    case B.BPF_STX:
      store(s, val, s.k, val[X_ATOM]!, alter);
      break;
    case B.BPF_ALU:
      if ((s.code & 0xf0) === B.BPF_NEG) {
        const a = alter ? values.constant(val[A_ATOM]!) : undefined;
        if (a !== undefined) {
          s.code = B.BPF_LD | B.BPF_IMM;
          s.k = -a >>> 0;
          val[A_ATOM] = values.k(s.k);
        } else val[A_ATOM] = values.of(s.code, val[A_ATOM]!, 0);
      } else if ((s.code & B.BPF_X) !== 0) optAluX(p, s, val, alter);
      else optAluK(p, s, val, alter);
      break;
    case B.BPF_MISC:
      if ((s.code & 0xf8) === B.BPF_TXA) store(s, val, A_ATOM, val[X_ATOM]!, alter);
      else store(s, val, X_ATOM, val[A_ATOM]!, alter);
      break;
    default:
  }
}

/** Index of the first statement from `i` on that is still one, or -1. */
function real(stmts: readonly Stmt[], i: number): number {
  while (i < stmts.length && stmts[i]!.code === NOP) i++;
  return i < stmts.length ? i : -1;
}

/** A constant that is added to an index register goes into the load's offset. @param j the statement after `s` */
function peepOffset(p: Progress, stmts: readonly Stmt[], s: Stmt, j: number): void {
  const add = stmts[j]!.code === (B.BPF_LDX | B.BPF_MSH | B.BPF_B) ? real(stmts, j + 1) : j;
  if (add < 0 || stmts[add]!.code !== (B.BPF_ALU | B.BPF_ADD | B.BPF_X)) return;
  const tax = real(stmts, add + 1);
  if (tax < 0 || stmts[tax]!.code !== (B.BPF_MISC | B.BPF_TAX)) return;
  const ild = real(stmts, tax + 1);
  if (ild < 0 || (stmts[ild]!.code & 7) !== B.BPF_LD || (stmts[ild]!.code & 0xe0) !== B.BPF_IND) return;
  stmts[ild]!.k = (stmts[ild]!.k + s.k) >>> 0;
  s.code = stmts[add]!.code = stmts[tax]!.code = NOP;
  changed(p);
}

/** Pairs and groups of statements that have a shorter form. @returns the last statement */
function peepStmts(p: Progress, b: Block): Stmt | null {
  const { stmts } = b;
  let i = real(stmts, 0);
  let last = stmts[0]!;
  while (i >= 0) {
    const j = real(stmts, i + 1);
    if (j < 0) break;
    const s = stmts[i]!;
    const next = stmts[j]!;
    last = next;
    if (s.code === B.BPF_ST && next.code === (B.BPF_LDX | B.BPF_MEM) && s.k === next.k) {
      changed(p);
      next.code = B.BPF_MISC | B.BPF_TAX;
    }
    if (s.code === (B.BPF_LD | B.BPF_IMM) && next.code === (B.BPF_MISC | B.BPF_TAX)) {
      s.code = B.BPF_LDX | B.BPF_IMM;
      next.code = B.BPF_MISC | B.BPF_TXA;
      changed(p);
    }
    if (s.code === (B.BPF_LD | B.BPF_IMM) && !has(b.outUse, X_ATOM)) peepOffset(p, stmts, s, j);
    i = j;
  }
  return last;
}

/** An arithmetic statement before a comparison for equality may be part of the comparison. */
function peepBranch(p: Progress, b: Block, last: Stmt): void {
  const { s } = b;
  if (s.code !== (B.BPF_JMP | B.BPF_JEQ | B.BPF_K) || has(b.outUse, A_ATOM)) return;
  if (last.code === (B.BPF_ALU | B.BPF_SUB | B.BPF_X)) {
    const x = p.values.constant(b.val[X_ATOM]!);
    if (x !== undefined) {
      s.k = (s.k + x) >>> 0;
      last.code = NOP;
      changed(p);
    } else if (s.k === 0) {
      last.code = NOP;
      s.code = B.BPF_JMP | B.BPF_JEQ | B.BPF_X;
      changed(p);
    }
  } else if (last.code === (B.BPF_ALU | B.BPF_SUB | B.BPF_K)) {
    last.code = NOP;
    s.k = (s.k + last.k) >>> 0;
    changed(p);
  } else if (last.code === (B.BPF_ALU | B.BPF_AND | B.BPF_K) && s.k === 0) {
    s.k = last.k;
    s.code = B.BPF_JMP | B.BPF_K | B.BPF_JSET;
    last.code = NOP;
    changed(p);
    const t = b.jt;
    b.jt = b.jf;
    b.jf = t;
  }
}

function optPeep(p: Progress, b: Block): void {
  if (b.stmts.length === 0) return;
  peepBranch(p, b, peepStmts(p, b)!);
  const { s } = b;
  if (s.code === (B.BPF_JMP | B.BPF_K | B.BPF_JSET)) {
    if (s.k === 0) b.jt = b.jf;
    if (s.k === 0xffffffff) b.jf = b.jt;
  }
  const x = p.values.constant(b.val[X_ATOM]!);
  if (x !== undefined && (s.code & B.BPF_X) !== 0) {
    s.code &= ~B.BPF_X;
    s.k = x;
  }
  const a = p.values.constant(b.val[A_ATOM]!);
  if (a !== undefined && (s.code & B.BPF_X) === 0) {
    const op = s.code & 0xf0;
    const yes =
      op === B.BPF_JEQ ? a === s.k : op === B.BPF_JGT ? a > s.k : op === B.BPF_JGE ? a >= s.k : (a & s.k) !== 0;
    if (b.jf !== b.jt) changed(p);
    if (yes) b.jf = b.jt;
    else b.jt = b.jf;
  }
}

/** Takes away what is set and never read. */
function optDeadstores(p: Progress, b: Block): void {
  const last = new Array<Stmt | null>(N_ATOMS).fill(null);
  const look = (s: Stmt): void => {
    const use = atomUse(s);
    if (use === AX_ATOM) last[A_ATOM] = last[X_ATOM] = null;
    else if (use >= 0) last[use] = null;
    const def = atomDef(s);
    if (def < 0) return;
    const before = last[def];
    if (before !== null && before !== undefined) {
      changed(p);
      before.code = NOP;
    }
    last[def] = s;
  };
  for (const s of b.stmts) look(s);
  look(b.s);
  for (let atom = 0; atom < N_ATOMS; atom++) {
    const s = last[atom];
    if (s === null || s === undefined || has(b.outUse, atom)) continue;
    s.code = NOP;
    b.val[atom] = UNKNOWN;
    changed(p);
  }
}

/** Optimises one block, with what is known from all ways into it. */
export function optBlock(p: Progress, b: Block, doStmts: boolean): void {
  const first = b.inEdges;
  if (first === null) b.val.fill(UNKNOWN);
  else {
    b.val = [...first.pred.val];
    for (let e = first.next; e !== null; e = e.next) {
      for (let i = 0; i < N_ATOMS; i++) if (b.val[i] !== e.pred.val[i]) b.val[i] = UNKNOWN;
    }
  }
  const aval = b.val[A_ATOM];
  const xval = b.val[X_ATOM];
  for (const s of b.stmts) optStmt(p, s, b.val, doStmts);
  const idle =
    b.outUse === 0 && aval !== UNKNOWN && b.val[A_ATOM] === aval && xval !== UNKNOWN && b.val[X_ATOM] === xval;
  if (doStmts && (idle || (b.s.code & 7) === B.BPF_RET)) {
    if (b.stmts.length > 0) {
      b.stmts = [];
      changed(p);
    }
  } else {
    optPeep(p, b);
    optDeadstores(p, b);
  }
  b.oval = (b.s.code & B.BPF_X) === 0 ? p.values.k(b.s.k) : b.val[X_ATOM]!;
  b.et.code = b.s.code;
  b.ef.code = -b.s.code;
}
