/**
 * The optimiser over the graph of blocks: branches that are known to go one way are moved or cut, equal blocks become one.
 * It takes the same steps in the same order as libpcap, so that `-d` prints the same.
 * @see libpcap optimize.c; S. McCanne, V. Jacobson, "The BSD Packet Filter" (1993)
 */
import * as B from '../../../../lib/bpf/index.ts';
import { A_ATOM, AX_ATOM, type Block, type Edge, N_ATOMS, NOP, X_ATOM } from './block.ts';
import { atomDef, atomUse, has, optBlock, type Progress } from './optimize-block.ts';
import { Values } from './values.ts';

class Optimizer {
  root: Block;
  readonly #blocks: Block[] = [];
  readonly #edges: Edge[] = [];
  #levels: (Block | null)[] = [];
  readonly #p: Progress = { values: new Values(), done: false, moved: false };

  constructor(root: Block) {
    this.root = root;
    this.#number(root);
    const n = this.#blocks.length;
    for (const [i, b] of this.#blocks.entries()) {
      b.et.id = i;
      b.ef.id = n + i;
      this.#edges[i] = b.et;
      this.#edges[n + i] = b.ef;
    }
  }

  #number(b: Block | null): void {
    if (b === null || this.#blocks.includes(b)) return;
    b.id = this.#blocks.length;
    this.#blocks.push(b);
    this.#number(b.jt);
    this.#number(b.jf);
  }

  /** The blocks of a level, the last found first. */
  *#at(level: number): Generator<Block> {
    for (let b = this.#levels[level] ?? null; b !== null; b = b.link) yield b;
  }

  #findLevels(): void {
    this.#levels = [];
    for (const b of this.#blocks) b.marked = false;
    const visit = (b: Block): void => {
      if (b.marked) return;
      b.marked = true;
      b.link = null;
      b.level = 0;
      if (b.jt !== null && b.jf !== null) {
        visit(b.jt);
        visit(b.jf);
        b.level = Math.max(b.jt.level, b.jf.level) + 1;
      }
      b.link = this.#levels[b.level] ?? null;
      this.#levels[b.level] = b;
    };
    visit(this.root);
  }

  #findDom(): void {
    const n = this.#blocks.length;
    for (const b of this.#blocks) b.dom = new Array<boolean>(n).fill(true);
    this.root.dom.fill(false);
    for (let level = this.root.level; level >= 0; level--) {
      for (const b of this.#at(level)) {
        b.dom[b.id] = true;
        if (b.jt === null || b.jf === null) continue;
        for (let i = 0; i < n; i++) {
          if (b.dom[i] === true) continue;
          b.jt.dom[i] = false;
          b.jf.dom[i] = false;
        }
      }
    }
  }

  #findEdom(): void {
    const n = this.#edges.length;
    for (const e of this.#edges) e.edom = new Array<boolean>(n).fill(true);
    this.root.et.edom.fill(false);
    this.root.ef.edom.fill(false);
    for (let level = this.root.level; level >= 0; level--) {
      for (const b of this.#at(level)) {
        for (const e of [b.et, b.ef]) {
          e.edom[e.id] = true;
          if (e.succ === null) continue;
          for (let i = 0; i < n; i++) {
            if (e.edom[i] === true) continue;
            e.succ.et.edom[i] = false;
            e.succ.ef.edom[i] = false;
          }
        }
      }
    }
  }

  /** Which atoms each block sets, and which it and those after it need. */
  #findUd(): void {
    for (let level = this.root.level; level >= 0; level--) {
      for (const b of this.#at(level)) {
        let def = 0;
        let use = 0;
        let kill = 0;
        const reads = (atom: number): void => {
          if (atom === AX_ATOM) {
            reads(X_ATOM);
            reads(A_ATOM);
          } else if (atom >= 0 && !has(def, atom)) use |= 1 << atom;
        };
        for (const s of b.stmts) {
          if (s.code === NOP) continue;
          reads(atomUse(s));
          const atom = atomDef(s);
          if (atom < 0) continue;
          if (!has(use, atom)) kill |= 1 << atom;
          def |= 1 << atom;
        }
        if ((b.s.code & 7) === B.BPF_JMP) reads(atomUse(b.s));
        b.def = def;
        b.kill = kill;
        b.inUse = use;
        b.outUse = 0;
      }
    }
    for (let level = 1; level <= this.root.level; level++) {
      for (const b of this.#at(level)) {
        b.outUse |= b.jt!.inUse | b.jf!.inUse;
        b.inUse |= b.outUse & ~b.kill;
      }
    }
  }

  #findInEdges(): void {
    for (const b of this.#blocks) b.inEdges = null;
    for (let level = this.root.level; level > 0; level--) {
      for (const b of this.#at(level)) {
        for (const e of [b.et, b.ef]) {
          e.next = e.succ!.inEdges;
          e.succ!.inEdges = e;
        }
      }
    }
  }

  #optBlks(doStmts: boolean): void {
    this.#p.values = new Values();
    const top = this.root.level;
    this.#findInEdges();
    for (let level = top; level >= 0; level--) for (const b of this.#at(level)) optBlock(this.#p, b, doStmts);
    if (doStmts) return;
    for (let level = 1; level <= top; level++) {
      for (const b of this.#at(level)) {
        this.#optJump(b.et);
        this.#optJump(b.ef);
      }
    }
    this.#findInEdges();
    for (let level = 1; level <= top; level++) {
      for (const b of this.#at(level)) {
        this.#pullup(b, 'et', 'ef');
        this.#pullup(b, 'ef', 'et');
      }
    }
  }

  /** Sends an edge on where the test at its end is already decided. @see opt_j */
  #optJump(e: Edge): void {
    const { succ } = e;
    if (succ === null || succ.jt === null || succ.jf === null) return;
    if (succ.jt === succ.jf && !useConflict(e.pred, succ.jt)) {
      this.#p.done = false;
      this.#p.moved = true;
      e.succ = succ.jt;
    }
    for (let again = true; again;) {
      again = false;
      for (let k = 0; k < this.#edges.length; k++) {
        if (e.edom[k] !== true) continue;
        const target = foldEdge(e.succ!, this.#edges[k]!);
        if (target === null || useConflict(e.pred, target)) continue;
        this.#p.done = false;
        e.succ = target;
        if (target.jt === null) return;
        again = true;
        break;
      }
    }
  }

  /**
   * In a chain of alternatives, brings a test of the same value up to the first. @see or_pullup, and_pullup
   * @param same the way out that all of the chain share. @param chain the way along it.
   */
  #pullup(b: Block, same: 'et' | 'ef', chain: 'et' | 'ef'): void {
    const first = b.inEdges;
    if (first === null) return;
    const val = first.pred.val[A_ATOM];
    for (let e = first.next; e !== null; e = e.next) if (val !== e.pred.val[A_ATOM]) return;
    let diff: Edge = first.pred.jt === b ? first.pred.et : first.pred.ef;
    let atTop = true;
    for (;;) {
      const d = diff.succ;
      if (d === null || d[same].succ !== b[same].succ || d.dom[b.id] !== true) return;
      if (d.val[A_ATOM] !== val) break;
      diff = d[chain];
      atTop = false;
    }
    let samep: Edge = diff.succ![chain];
    for (;;) {
      const d = samep.succ;
      if (d === null || d[same].succ !== b[same].succ || d.dom[b.id] !== true) return;
      if (d.val[A_ATOM] === val) break;
      samep = d[chain];
    }
    const pull = samep.succ!;
    samep.succ = pull[chain].succ;
    pull[chain].succ = diff.succ;
    if (atTop) {
      for (let e: Edge | null = b.inEdges; e !== null; e = e.next) {
        if (e.pred.jt === b) e.pred.jt = pull;
        else e.pred.jf = pull;
      }
    } else diff.succ = pull;
    this.#p.done = false;
    this.#findDom();
  }

  #loop(doStmts: boolean): void {
    for (let still = 0; still < 100;) {
      this.#p.done = true;
      this.#p.moved = false;
      this.#findLevels();
      this.#findDom();
      this.#findUd();
      this.#findEdom();
      this.#optBlks(doStmts);
      if (this.#p.done) return;
      still = this.#p.moved ? 0 : still + 1;
    }
  }

  /** Makes one of equal blocks. @see intern_blocks */
  #intern(): void {
    for (let again = true; again;) {
      again = false;
      for (const b of this.#blocks) {
        b.link = null;
        b.marked = false;
      }
      const mark = (b: Block | null): void => {
        if (b === null || b.marked) return;
        b.marked = true;
        mark(b.jt);
        mark(b.jf);
      };
      mark(this.root);
      for (let i = this.#blocks.length - 2; i >= 0; i--) {
        const b = this.#blocks[i]!;
        if (!b.marked) continue;
        for (let j = i + 1; j < this.#blocks.length; j++) {
          const c = this.#blocks[j]!;
          if (!c.marked || !equalBlocks(b, c)) continue;
          b.link = c.link ?? c;
          break;
        }
      }
      for (const b of this.#blocks) {
        for (const e of [b.et, b.ef]) {
          if (b.jt === null || e.succ === null || e.succ.link === null) continue;
          e.succ = e.succ.link;
          again = true;
        }
      }
    }
  }

  run(): Block {
    this.#loop(false);
    this.#loop(true);
    this.#intern();
    let { root } = this;
    const { stmts } = root;
    root.stmts = [];
    while ((root.s.code & 7) === B.BPF_JMP && root.jt === root.jf) root = root.jt!;
    root.stmts = (root.s.code & 7) === B.BPF_RET ? [] : [...stmts, ...root.stmts];
    for (const b of this.#blocks) b.marked = false;
    return root;
  }
}

/** Whether something that `succ` and those after it read differs there from what `b` leaves. */
function useConflict(b: Block, succ: Block): boolean {
  if (succ.outUse === 0) return false;
  for (let atom = 0; atom < N_ATOMS; atom++) {
    if (has(succ.outUse, atom) && b.val[atom] !== succ.val[atom]) return true;
  }
  return false;
}

/** Where `child` must go once `e` was taken, null when that is open. */
function foldEdge(child: Block, e: Edge): Block | null {
  const sense = e.code >= 0;
  if (child.s.code !== Math.abs(e.code) || child.val[A_ATOM] !== e.pred.val[A_ATOM]) return null;
  if (child.oval === e.pred.oval) return sense ? child.jt : child.jf;
  return sense && child.s.code === (B.BPF_JMP | B.BPF_JEQ | B.BPF_K) ? child.jf : null;
}

function equalBlocks(a: Block, b: Block): boolean {
  if (a.s.code !== b.s.code || a.s.k !== b.s.k || a.jt !== b.jt || a.jf !== b.jf) return false;
  const x = a.stmts.filter((s) => s.code !== NOP);
  const y = b.stmts.filter((s) => s.code !== NOP);
  return x.length === y.length && x.every((s, i) => s.code === y[i]!.code && s.k === y[i]!.k);
}

/** Optimises a filter. @returns its first block; a lone `ret #0` when it can accept nothing. */
export const optimize = (root: Block): Block => new Optimizer(root).run();
