/** The graph a filter is compiled to: blocks of statements that end in a branch. @see libpcap gencode.h */
import * as B from '../../../../lib/bpf/index.ts';

/** Atoms: the 16 words of memory, the accumulator, the index register. */
export const A_ATOM = 16;
export const X_ATOM = 17;
export const N_ATOMS = 18;
/** Both registers. */
export const AX_ATOM = 18;
/** A statement taken away. */
export const NOP = -1;

export interface Stmt {
  code: number;
  k: number;
}

/** One way out of a block. */
export class Edge {
  id = 0;
  code = 0;
  succ: Block | null = null;
  readonly pred: Block;
  /** Next edge into the same block. */
  next: Edge | null = null;
  /** Edges every way here passes, by id. */
  edom: boolean[] = [];

  constructor(pred: Block) {
    this.pred = pred;
  }
}

export class Block {
  id = 0;
  stmts: Stmt[] = [];
  readonly s: Stmt;
  readonly et: Edge = new Edge(this);
  readonly ef: Edge = new Edge(this);
  /** While code is generated: the first block of the expression this is the end of. */
  head: Block;
  /** While code is generated: whether the open ends of true and false are exchanged. */
  sense = false;
  marked = false;
  level = 0;
  link: Block | null = null;
  longJt = false;
  longJf = false;
  offset = 0;
  dom: boolean[] = [];
  inEdges: Edge | null = null;
  def = 0;
  kill = 0;
  inUse = 0;
  outUse = 0;
  oval = 0;
  val: number[] = new Array<number>(N_ATOMS).fill(0);

  constructor(code: number, k = 0, stmts: Stmt[] = []) {
    this.s = { code, k };
    this.stmts = stmts;
    this.head = this;
  }

  get jt(): Block | null {
    return this.et.succ;
  }
  set jt(b: Block | null) {
    this.et.succ = b;
  }
  get jf(): Block | null {
    return this.ef.succ;
  }
  set jf(b: Block | null) {
    this.ef.succ = b;
  }
}

/** A statement. */
export const stmt = (code: number, k = 0): Stmt => ({ code, k: k >>> 0 });

/** Points the open ends of an expression at `target`. */
export function backpatch(list: Block | null, target: Block): void {
  while (list !== null) {
    const edge: Edge = list.sense ? list.ef : list.et;
    const next: Block | null = edge.succ;
    edge.succ = target;
    list = next;
  }
}

/** Joins the open ends of two expressions. */
function merge(b0: Block, b1: Block): void {
  for (let b = b0; ;) {
    const edge = b.sense ? b.ef : b.et;
    if (edge.succ === null) {
      edge.succ = b1;
      return;
    }
    b = edge.succ;
  }
}

/** Both; the result is `b1`. */
export function genAnd(b0: Block, b1: Block): Block {
  backpatch(b0, b1.head);
  b0.sense = !b0.sense;
  b1.sense = !b1.sense;
  merge(b1, b0);
  b1.sense = !b1.sense;
  b1.head = b0.head;
  return b1;
}

/** Either; the result is `b1`. */
export function genOr(b0: Block, b1: Block): Block {
  b0.sense = !b0.sense;
  backpatch(b0, b1.head);
  b0.sense = !b0.sense;
  merge(b1, b0);
  b1.head = b0.head;
  return b1;
}

/** The contrary, in place. */
export function genNot(b: Block): Block {
  b.sense = !b.sense;
  return b;
}

/** Ends an expression: true keeps `snaplen` bytes, false none. @returns the first block */
export function finishParse(p: Block, snaplen: number): Block {
  backpatch(p, new Block(B.BPF_RET | B.BPF_K, snaplen));
  p.sense = !p.sense;
  backpatch(p, new Block(B.BPF_RET | B.BPF_K, 0));
  return p.head;
}

const slen = (b: Block): number => b.stmts.reduce((n, s) => (s.code === NOP ? n : n + 1), 0);

function unmark(b: Block | null): void {
  if (b === null || !b.marked) return;
  b.marked = false;
  unmark(b.jt);
  unmark(b.jf);
}

/** A graph as instructions; long jumps get an instruction of their own. @see icode_to_fcode */
export function toProgram(root: Block): B.BpfInsn[] {
  for (;;) {
    const out: B.BpfInsn[] = [];
    let retry = false;
    let size = 0;
    const count = (p: Block | null): void => {
      if (p === null || p.marked) return;
      p.marked = true;
      count(p.jt);
      count(p.jf);
      size += slen(p) + 1 + Number(p.longJt) + Number(p.longJf);
    };
    count(root);
    unmark(root);
    let tail = size;
    const emit = (p: Block | null): void => {
      if (p === null || p.marked || retry) return;
      p.marked = true;
      emit(p.jf);
      emit(p.jt);
      const n = slen(p);
      tail -= n + 1 + Number(p.longJt) + Number(p.longJf);
      p.offset = tail;
      let at = tail;
      for (const s of p.stmts) if (s.code !== NOP) out[at++] = { code: s.code, jt: 0, jf: 0, k: s.k };
      let jt = 0;
      let jf = 0;
      const branch = at;
      if (p.jt !== null && p.jf !== null) {
        let extra = 0;
        const way = (to: Block, long: boolean): number => {
          const off = to.offset - (p.offset + n) - 1;
          if (off < 256 && !long) return off;
          if (!long) return -1;
          extra++;
          out[branch + extra] = { code: B.BPF_JMP | B.BPF_JA, jt: 0, jf: 0, k: off - extra };
          return extra - 1;
        };
        jt = way(p.jt, p.longJt);
        if (jt < 0) p.longJt = retry = true;
        jf = way(p.jf, p.longJf);
        if (jf < 0) p.longJf = retry = true;
      }
      out[branch] = { code: p.s.code, jt, jf, k: p.s.k };
    };
    emit(root);
    unmark(root);
    if (!retry) return out;
  }
}
