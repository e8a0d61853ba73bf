/** The filter language. `and` and `or` bind alike, from the left; `not` binds to one primitive. @see libpcap grammar.y */
import { parseIpv6 } from '../../../../lib/address.ts';
import * as B from '../../../../lib/bpf/index.ts';
import { type Block, finishParse, genAnd, genNot, genOr, toProgram } from './block.ts';
import { type Arith, CodeGen, type Direction, type FilterTarget } from './codegen.ts';
import { FilterError } from './error.ts';
import { etherBytes, type Token, tokenize } from './lexer.ts';
import { optimize } from './optimize.ts';
import { ARITH, dotted, ETHER_PROTOS, mask6, maskOf, RELATIONS } from './words.ts';

/** How names in a filter are found. */
export interface FilterNames {
  host(name: string): Promise<readonly (number | Uint8Array)[]>;
  /** Ports of a service: `tcp`, `udp`, or any; null when unknown. `proto` is 6, 17 or 0 for both. */
  port(name: string): { readonly port: number; readonly proto: number } | null;
  /** Number of an IP protocol. */
  protocol(name: string): number | null;
  /** Of a network in /etc/networks. */
  net(name: string): number | null;
}

type AddrType = 'default' | 'host' | 'net' | 'port' | 'portrange' | 'proto' | 'protochain' | 'gateway' | 'undef';
interface Qual {
  readonly proto: string;
  readonly dir: Direction;
  readonly addr: AddrType;
}
/** Of a term that takes no identifier after it. */
const NO_QUAL: Qual = { proto: 'default', dir: 'default', addr: 'undef' };

interface Term {
  readonly b: Block;
  readonly q: Qual;
}

const PROTOS: ReadonlySet<string> = new Set(
  (
    'link ip arp rarp sctp tcp udp icmp igmp igrp pim vrrp carp atalk aarp decnet lat sca mopdl moprc ip6 icmp6 ah esp iso esis isis clnp ' +
    'stp ipx netbeui radio'
  ).split(' '),
);
const OTHERS: ReadonlySet<string> = new Set(
  'broadcast multicast less greater byte inbound outbound ifindex vlan mpls pppoed pppoes geneve llc type subtype direction ifname on rset ruleset rnr rulenum srnr subrulenum reason action lane oam oamf4 metac bcc sc ilmic vpi vci connectmsg metaconnect'.split(
    ' ',
  ),
);
const SYNTAX = "can't parse filter expression: syntax error";
const syntaxError = (): never => {
  throw new FilterError(SYNTAX);
};

class Parser {
  readonly #t: readonly Token[];
  readonly #g: CodeGen;
  readonly #names: FilterNames;
  #i = 0;

  constructor(text: string, gen: CodeGen, names: FilterNames) {
    this.#t = tokenize(text);
    this.#g = gen;
    this.#names = names;
  }

  #peek(n = 0): Token {
    return this.#t[Math.min(this.#i + n, this.#t.length - 1)]!;
  }
  #is(text: string, n = 0): boolean {
    const t = this.#peek(n);
    return (t.kind === 'word' || t.kind === 'op') && t.text === text;
  }
  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#i++;
    return true;
  }
  #expect(text: string): void {
    if (!this.#take(text)) syntaxError();
  }
  #number(): number {
    if (this.#is('(')) {
      this.#i++;
      const v = this.#number();
      this.#expect(')');
      return v;
    }
    const t = this.#peek();
    if (t.kind !== 'num') return syntaxError();
    this.#i++;
    return t.value;
  }

  /** A number, in parentheses or not, if one comes next. */
  #optionalNumber(): number | null {
    let n = 0;
    while (this.#is('(', n)) n++;
    return this.#peek(n).kind === 'num' ? this.#number() : null;
  }

  async program(): Promise<Block | null> {
    if (this.#peek().kind === 'end') return null;
    const e = await this.#expr();
    if (this.#peek().kind !== 'end') syntaxError();
    return e.b;
  }

  async #expr(): Promise<Term> {
    let left = await this.#term();
    for (;;) {
      const and = this.#is('and');
      if (!and && !this.#is('or')) return left;
      this.#i++;
      const right: Term = this.#atId() ? { b: await this.#id(left.q), q: left.q } : await this.#term();
      left = { b: and ? genAnd(left.b, right.b) : genOr(left.b, right.b), q: right.q };
    }
  }

  /** Whether an identifier begins here, possibly after `not`, rather than a primitive. */
  #atId(): boolean {
    let n = 0;
    while (this.#is('not', n)) n++;
    while (this.#is('(', n)) n++;
    const t = this.#peek(n);
    if (t.kind === 'num') return !this.#arithAhead(n + 1);
    return t.kind === 'id' || t.kind === 'hid' || t.kind === 'hid6' || t.kind === 'eid';
  }

  /** Whether an operator follows. */
  #arithAhead(n: number): boolean {
    const t = this.#peek(n);
    return t.kind === 'op' && t.text !== ')' && t.text !== '(' && t.text !== ']' && t.text !== ':';
  }

  async #term(): Promise<Term> {
    if (this.#take('not')) {
      const t = await this.#term();
      return { b: genNot(t.b), q: t.q };
    }
    const start = this.#i;
    if (this.#arithStart()) {
      const undo = this.#g.registers();
      try {
        return { b: this.#relation(), q: NO_QUAL };
      } catch (e) {
        // `(ip[0] = 1)`: the parenthesis was around the relation.
        if (!(e instanceof FilterError) || e.message !== SYNTAX || this.#t[start]!.text !== '(') throw e;
        undo();
      }
    }
    this.#i = start;
    if (this.#take('(')) {
      const e = await this.#expr();
      this.#expect(')');
      return e;
    }
    return this.#primitive();
  }

  /** Whether a numeric expression begins here: looks ahead over parentheses. */
  #arithStart(): boolean {
    let n = 0;
    while (this.#is('(', n) || this.#is('-', n)) n++;
    const t = this.#peek(n);
    if (t.kind === 'num') return true;
    if (t.kind !== 'word') return false;
    return t.text === 'length' || (PROTOS.has(t.text) && this.#is('[', n + 1));
  }

  #relation(): Block {
    const a = this.#arith(0);
    const rel = this.#peek().kind === 'op' ? RELATIONS[this.#peek().text] : undefined;
    if (rel === undefined) return syntaxError();
    this.#i++;
    return this.#g.relation(rel[0], a, this.#arith(0), rel[1]);
  }

  #arith(level: number): Arith {
    const ops = ARITH[level];
    if (ops === undefined) return this.#unary();
    let a = this.#arith(level + 1);
    for (;;) {
      const op = ops.find(([text]) => this.#peek().kind === 'op' && this.#is(text));
      if (op === undefined) return a;
      this.#i++;
      a = this.#g.arith(op[1], a, this.#arith(level + 1));
    }
  }

  #unary(): Arith {
    if (this.#take('-')) return this.#g.neg(this.#unary());
    if (this.#take('(')) {
      const a = this.#arith(0);
      this.#expect(')');
      return a;
    }
    if (this.#take('length')) return this.#g.loadlen();
    const t = this.#peek();
    if (t.kind === 'num') {
      this.#i++;
      return this.#g.loadi(t.value);
    }
    if (t.kind !== 'word' || !PROTOS.has(t.text)) return syntaxError();
    this.#i++;
    this.#expect('[');
    const inst = this.#arith(0);
    const size = this.#take(':') ? this.#number() : 1;
    this.#expect(']');
    return this.#g.load(t.text, inst, size);
  }

  #direction(): Direction | null {
    const one = this.#is('src') ? 'src' : this.#is('dst') ? 'dst' : null;
    if (one === null) {
      if (this.#peek().kind === 'word' && /^address[1-4]$/.test(this.#peek().text)) {
        throw new FilterError(
          `'${this.#peek().text}' and 'address${this.#peek().text.slice(-1)}' are only supported on 802.11 with 802.11 headers`,
        );
      }
      return null;
    }
    this.#i++;
    const other = one === 'src' ? 'dst' : 'src';
    for (const join of ['or', 'and'] as const) {
      if (this.#is(join) && this.#is(other, 1)) {
        this.#i += 2;
        return join;
      }
    }
    return one;
  }

  async #primitive(): Promise<Term> {
    const first = this.#peek();
    if (first.kind !== 'word') return syntaxError();
    let proto = 'default';
    if (PROTOS.has(first.text)) {
      this.#i++;
      proto = first.text;
    }
    const word = this.#peek();
    if (word.kind === 'word' && OTHERS.has(word.text)) {
      const here = ['broadcast', 'multicast', ...(proto === 'link' ? ['type', 'subtype', 'direction'] : [])];
      if (proto !== 'default' && !here.includes(word.text)) return syntaxError();
      this.#i++;
      return { b: this.#other(word.text, proto), q: NO_QUAL };
    }
    const dir = this.#direction();
    const type = this.#peek();
    let addr: AddrType | null = null;
    if (type.kind === 'word') {
      if (type.text === 'host' || type.text === 'net' || type.text === 'port' || type.text === 'portrange')
        addr = type.text;
      else if (dir === null && (type.text === 'proto' || type.text === 'protochain' || type.text === 'gateway'))
        addr = type.text;
    }
    if (addr !== null) this.#i++;
    if (dir === null && addr === null) {
      if (proto === 'default') return syntaxError();
      return { b: this.#g.abbrev(proto), q: NO_QUAL };
    }
    const q: Qual = { proto, dir: dir ?? 'default', addr: addr ?? 'default' };
    return { b: await this.#id(q), q };
  }

  #other(word: string, proto: string): Block {
    const g = this.#g;
    switch (word) {
      case 'broadcast':
        return g.broadcast(proto);
      case 'multicast':
        return g.multicast(proto);
      case 'less':
        return g.length(this.#number(), false);
      case 'greater':
        return g.length(this.#number(), true);
      case 'byte': {
        const off = this.#number();
        const op = this.#peek();
        if (op.kind !== 'op' || !['&', '|', '<', '>', '='].includes(op.text)) return syntaxError();
        this.#i++;
        return g.byteop(op.text, off, this.#number());
      }
      case 'inbound':
        return g.bound(false);
      case 'outbound':
        return g.bound(true);
      case 'ifindex':
        return g.ifindex(this.#number());
      case 'vlan':
        return g.vlan(this.#optionalNumber());
      case 'mpls':
        return g.mpls(this.#optionalNumber());
      case 'pppoed':
        return g.linktype(0x8863);
      case 'pppoes':
        return g.pppoes(this.#optionalNumber());
      case 'llc': {
        const kind = this.#peek();
        const named = kind.kind === 'id' || (kind.kind === 'word' && kind.text === 'rnr');
        if (named) this.#i++;
        return g.llc(named ? kind.text : null);
      }
      case 'type':
      case 'subtype':
      case 'direction':
        throw new FilterError(
          `802.11 ${word === 'direction' ? 'frames' : 'link-layer types'} supported only on 802.11`,
        );
      case 'ifname':
      case 'on':
        throw new FilterError('ifname supported only on PF linktype');
      case 'rset':
      case 'ruleset':
        throw new FilterError('ruleset supported only on PF linktype');
      case 'rnr':
      case 'rulenum':
        throw new FilterError('rnr supported only on PF linktype');
      case 'srnr':
      case 'subrulenum':
        throw new FilterError('srnr supported only on PF linktype');
      case 'reason':
      case 'action':
        throw new FilterError(`${word} supported only on PF linktype`);
      case 'lane':
      case 'oam':
      case 'oamf4':
      case 'metac':
      case 'bcc':
      case 'sc':
      case 'ilmic':
      case 'vpi':
      case 'vci':
      case 'connectmsg':
      case 'metaconnect':
        throw new FilterError(`'${word}' supported only on raw ATM`);
      default:
        throw new FilterError(`the primitive '${word}' is not supported`);
    }
  }

  /** An identifier with the qualifiers before it; several in parentheses. */
  async #id(q: Qual): Promise<Block> {
    if (this.#take('not')) return genNot(await this.#id(q));
    if (this.#take('(')) {
      let b = await this.#id(q);
      while (!this.#take(')')) {
        const and = this.#is('and');
        if (!and && !this.#is('or')) return syntaxError();
        this.#i++;
        const right = await this.#id(q);
        b = and ? genAnd(b, right) : genOr(b, right);
      }
      return b;
    }
    const t = this.#peek();
    this.#i++;
    switch (t.kind) {
      case 'num':
        return this.#ncode(t.value, 32, true, q);
      case 'hid': {
        const [v, bits] = dotted(t.text);
        if (this.#is('/') || this.#is('mask')) return this.#mcode(t.text, v, bits, q);
        return this.#ncode(v, bits, false, q);
      }
      case 'hid6': {
        const bits = this.#take('/') ? this.#number() : 128;
        return this.#mcode6(t.text, bits, q);
      }
      case 'eid': {
        if ((q.addr !== 'host' && q.addr !== 'default') || q.proto !== 'link') {
          throw new FilterError(
            q.addr === 'undef' ? 'syntax error in filter expression' : 'ethernet address used in non-ether expression',
          );
        }
        return this.#g.etherHost(etherBytes(t.text), q.dir);
      }
      case 'id':
        return this.#scode(t.text, q);
      case 'word':
        if ((q.addr === 'proto' || q.addr === 'protochain') && PROTOS.has(t.text)) return syntaxError();
        return syntaxError();
      default:
        return syntaxError();
    }
  }

  #transport(q: Qual, word: string): number {
    const proto = ({ default: 0, udp: 17, tcp: 6, sctp: 132 } as Readonly<Record<string, number>>)[q.proto];
    if (proto === undefined) throw new FilterError(`illegal qualifier of '${word}'`);
    return proto;
  }

  #ncode(value: number, bits: number, plain: boolean, q: Qual): Block {
    const g = this.#g;
    switch (q.addr) {
      case 'port':
      case 'portrange': {
        const proto = this.#transport(q, q.addr);
        if (value > 65535) throw new FilterError(`illegal port number ${value} > 65535`);
        return g.port(value, value, q.addr === 'portrange', proto, q.dir);
      }
      case 'proto':
        return g.proto(value, q.proto, q.dir);
      case 'gateway':
        throw new FilterError("'gateway' requires a name");
      case 'protochain':
        throw new FilterError("the qualifier 'protochain' is not supported");
      case 'undef':
        throw new FilterError('syntax error in filter expression');
      default: {
        if (q.proto === 'link') throw new FilterError('illegal link layer address');
        let v = value;
        let mask = 0xffffffff;
        if (plain && q.addr === 'net') {
          while (v !== 0 && (v & 0xff000000) === 0) {
            v = (v << 8) >>> 0;
            mask = (mask << 8) >>> 0;
          }
        } else if (bits < 32) {
          v = (v << (32 - bits)) >>> 0;
          mask = (mask << (32 - bits)) >>> 0;
        }
        return g.host(v, mask, q.proto, q.dir, q.addr === 'net');
      }
    }
  }

  #mcode(text: string, value: number, bits: number, q: Qual): Block {
    const n = bits < 32 ? (value << (32 - bits)) >>> 0 : value;
    let mask: number;
    let shown: string;
    if (this.#take('mask')) {
      const t = this.#peek();
      if (t.kind !== 'hid') return syntaxError();
      this.#i++;
      const [m, width] = dotted(t.text);
      mask = width < 32 ? (m << (32 - width)) >>> 0 : m;
      shown = `${text} mask ${t.text}`;
    } else {
      this.#expect('/');
      const len = this.#number();
      if (len > 32) throw new FilterError('mask length must be <= 32');
      mask = maskOf(len);
      shown = `${text}/${len}`;
    }
    if ((n & ~mask) !== 0) throw new FilterError(`non-network bits set in "${shown}"`);
    if (q.addr !== 'net')
      throw new FilterError(q.addr === 'undef' ? 'syntax error in filter expression' : 'Mask syntax for networks only');
    return this.#g.host(n, mask, q.proto, q.dir, true);
  }

  #mcode6(text: string, bits: number, q: Qual): Block {
    const addr = parseIpv6(text);
    if (addr === null) throw new FilterError(`invalid ip6 address ${text}`);
    if (bits > 128) throw new FilterError('mask length must be <= 128');
    const mask = mask6(bits);
    if (addr.some((v, i) => (v & ~mask[i]!) !== 0)) throw new FilterError(`non-network bits set in "${text}/${bits}"`);
    if (q.addr === 'default' || q.addr === 'host') {
      if (bits !== 128) throw new FilterError('Mask syntax for networks only');
    } else if (q.addr !== 'net') {
      throw new FilterError(
        q.addr === 'undef' ? 'syntax error in filter expression' : 'invalid qualifier against IPv6 address',
      );
    }
    return this.#g.host6(addr, mask, q.proto, q.dir, q.addr === 'net');
  }

  #portByName(name: string, q: Qual, unknown = `unknown port '${name}'`): number {
    const found = this.#names.port(name);
    if (found === null) throw new FilterError(unknown);
    const proto = this.#transport(q, 'port');
    const own = found.proto;
    if (proto !== 0 && own !== 0 && own !== proto) {
      throw new FilterError(`port '${name}' is ${own === 6 ? 'tcp' : 'udp'}`);
    }
    this.#portProto = proto === 0 ? own : proto;
    return found.port;
  }
  #portProto = 0;

  async #scode(name: string, q: Qual): Promise<Block> {
    const g = this.#g;
    switch (q.addr) {
      case 'net': {
        const net = this.#names.net(name);
        if (net === null || net === 0) throw new FilterError(`unknown network '${name}'`);
        let n = net;
        let mask = 0xffffffff;
        while ((n & 0xff000000) === 0) {
          n = (n << 8) >>> 0;
          mask = (mask << 8) >>> 0;
        }
        return g.host(n, mask, q.proto, q.dir, true);
      }
      case 'port': {
        this.#transport(q, 'port');
        const port = this.#portByName(name, q);
        return g.port(port, port, false, this.#portProto, q.dir);
      }
      case 'portrange': {
        this.#transport(q, 'portrange');
        const numbers = /^(\d+)-(\d+)/.exec(name);
        const names = /^(.+?)-(.+)$/.exec(name);
        const [, first, last] = numbers ?? names ?? ['', name, name];
        const end = (text: string): number => {
          if (!/^\d+$/.test(text)) return this.#portByName(text, q, `unknown port in range '${name}'`);
          this.#portProto = this.#transport(q, 'portrange');
          if (Number(text) > 65535) throw new FilterError(`illegal port number ${text} > 65535`);
          return Number(text);
        };
        const from = end(first!);
        return g.port(from, end(last!), true, this.#portProto, q.dir);
      }
      case 'proto': {
        if (q.proto === 'link') {
          const type = ETHER_PROTOS[name];
          if (type === undefined) throw new FilterError(`unknown ether proto '${name}'`);
          return g.linktype(type);
        }
        const n = this.#names.protocol(name);
        if (n === null) throw new FilterError(`unknown ip proto '${name}'`);
        return g.proto(n, q.proto, q.dir);
      }
      case 'protochain':
        throw new FilterError("the qualifier 'protochain' is not supported");
      case 'gateway':
        throw new FilterError("'gateway' not supported in this configuration");
      case 'undef':
        throw new FilterError('syntax error in filter expression');
      default:
        return this.#hostByName(name, q);
    }
  }

  async #hostByName(name: string, q: Qual): Promise<Block> {
    const g = this.#g;
    if (q.proto === 'link') throw new FilterError(`unknown ether host '${name}'`);
    const found = await this.#names.host(name);
    if (found.length === 0) throw new FilterError(`unknown host '${name}'`);
    let b: Block | null = null;
    for (const address of found) {
      if (q.proto === (typeof address === 'number' ? 'ip6' : 'ip')) continue;
      const one: Block =
        typeof address === 'number'
          ? g.host(address, 0xffffffff, q.proto, q.dir, false)
          : g.host6(address, mask6(128), q.proto, q.dir, false);
      b = b === null ? one : genOr(b, one);
    }
    if (b === null)
      throw new FilterError(`unknown host '${name}'${q.proto === 'default' ? '' : ' for specified address family'}`);
    return b;
  }
}

/**
 * A filter expression as a BPF program.
 * @param how `optimized` as a capture runs it, or as it was generated (`-O`).
 * @throws FilterError with libpcap's words.
 */
export async function compileFilter(
  text: string,
  target: FilterTarget,
  names: FilterNames,
  how: 'optimized' | 'plain' = 'optimized',
): Promise<B.BpfInsn[]> {
  const block = await new Parser(text, new CodeGen(target), names).program();
  if (block === null) return [{ code: B.BPF_RET | B.BPF_K, jt: 0, jf: 0, k: target.snaplen }];
  let root = finishParse(block, target.snaplen);
  if (how === 'optimized') {
    root = optimize(root);
    if (root.s.code === (B.BPF_RET | B.BPF_K) && root.s.k === 0)
      throw new FilterError('expression rejects all packets');
  }
  return toProgram(root);
}
