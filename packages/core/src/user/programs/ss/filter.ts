/**
 * The filter language of ss: states, then an expression over ports, addresses, devices and marks.
 *
 *   expr := expr `or` expr | expr [`and`] expr | `not` expr | `(` expr `)` | term
 *   term := (`sport`|`dport`) OP [HOST]:PORT | (`src`|`dst`) [`=`] HOST[/BITS][:PORT] | `dev` [OP] NAME | `fwmark` [OP] MARK[/MASK] | `autobound`
 *
 * @see misc/ssfilter.y, misc/ss.c:parse_hostcond
 */
import { ipv6PrefixEqual, parseIpv4Aton, parseIpv6 } from '../../../lib/address.ts';
import { ipv4Bytes } from '../../../lib/address.ts';

/** What a term looks at. */
export interface Subject {
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  readonly sport: number;
  readonly dport: number;
  readonly ifindex: number;
  readonly mark: number;
}

export type Condition = (s: Subject) => boolean;

/** Ends the program: its words, and the status. */
export class FilterError extends Error {
  readonly status: number;
  readonly words: string;
  /** Whether the usage text follows. */
  readonly usage: boolean;
  constructor(status: number, words: string, usage = false) {
    super(words);
    this.status = status;
    this.words = words;
    this.usage = usage;
  }
}

/** What names stand for. */
export interface Names {
  /** Port of a service, or null. */
  service(name: string): number | null;
  /** Address of a host, or null. */
  host(name: string, family: number): Promise<Uint8Array | null>;
  /** Number of a device, 0 for none. */
  device(name: string): Promise<number>;
}

type Operator = 'eq' | 'ne' | 'ge' | 'le' | 'gt' | 'lt';
type Token =
  | Operator
  | 'or'
  | 'and'
  | 'not'
  | 'src'
  | 'dst'
  | 'sport'
  | 'dport'
  | 'autobound'
  | 'dev'
  | 'fwmark'
  | 'cgroup'
  | '('
  | ')';

const WORDS: ReadonlyMap<string, Token> = new Map<string, Token>([
  ['!', 'not'],
  ['not', 'not'],
  ['(', '('],
  [')', ')'],
  ['|', 'or'],
  ['||', 'or'],
  ['or', 'or'],
  ['&', 'and'],
  ['&&', 'and'],
  ['and', 'and'],
  ['src', 'src'],
  ['dst', 'dst'],
  ['sport', 'sport'],
  ['dport', 'dport'],
  ['autobound', 'autobound'],
  ['=', 'eq'],
  ['==', 'eq'],
  ['eq', 'eq'],
  ['!=', 'ne'],
  ['ne', 'ne'],
  ['neq', 'ne'],
  ['>=', 'ge'],
  ['ge', 'ge'],
  ['geq', 'ge'],
  ['<=', 'le'],
  ['le', 'le'],
  ['leq', 'le'],
  ['>', 'gt'],
  ['gt', 'gt'],
  ['<', 'lt'],
  ['lt', 'lt'],
  ['dev', 'dev'],
  ['fwmark', 'fwmark'],
  ['cgroup', 'cgroup'],
]);
const OPERATORS: readonly string[] = ['eq', 'ne', 'ge', 'le', 'gt', 'lt'];

/** Words as the lexer cuts them: signs stand for themselves, the rest ends at white space or a sign. */
function words(text: string): string[] {
  return text.match(/[()]|&&|\|\||[!<>=]=|[!<>=&|]|[^\s()!<>=&|]+/g) ?? [];
}

/** An address with its length in bits, and a port; null for any. */
interface HostCond {
  readonly address: Uint8Array | null;
  readonly bits: number;
  readonly port: number | null;
}

const syntax = (): never => {
  throw new FilterError(255, 'ss: bison bellows (while parsing filter): "syntax error!" Sorry.\n', true);
};
const CANNOT = 'Cannot parse dst/src address.\n';

class Parser {
  readonly #words: string[];
  readonly #names: Names;
  readonly #family: number;

  constructor(text: string, names: Names, family: number) {
    this.#words = words(text);
    this.#names = names;
    this.#family = family;
  }

  get done(): boolean {
    return this.#words.length === 0;
  }

  #peek(): Token | undefined {
    const w = this.#words[0];
    return w === undefined ? undefined : WORDS.get(w.toLowerCase());
  }

  async all(): Promise<Condition> {
    const c = await this.#or();
    return this.done ? c : syntax();
  }

  async #or(): Promise<Condition> {
    let left = await this.#and();
    while (this.#peek() === 'or') {
      this.#words.shift();
      const [a, b] = [left, await this.#and()];
      left = (s) => a(s) || b(s);
    }
    return left;
  }

  async #and(): Promise<Condition> {
    let left = await this.#unary();
    while (!this.done && this.#peek() !== 'or' && this.#peek() !== ')') {
      if (this.#peek() === 'and') this.#words.shift();
      const [a, b] = [left, await this.#unary()];
      left = (s) => a(s) && b(s);
    }
    return left;
  }

  async #unary(): Promise<Condition> {
    const token = this.#peek();
    if (token === 'not') {
      this.#words.shift();
      const c = await this.#unary();
      return (s) => !c(s);
    }
    if (token === '(') {
      this.#words.shift();
      const c = await this.#or();
      if (this.#words.shift() !== ')') syntax();
      return c;
    }
    return this.#term();
  }

  #operator(): Operator | null {
    const token = this.#peek();
    if (token === undefined || !OPERATORS.includes(token)) return null;
    this.#words.shift();
    return token as Operator;
  }

  /** A word that stands for a host, port, device or mark. */
  #operand(): string {
    const w = this.#words.shift();
    return w === undefined || WORDS.has(w.toLowerCase()) ? syntax() : w;
  }

  async #term(): Promise<Condition> {
    const token = this.#peek();
    if (token === undefined) {
      // A word alone is taken for a host, and nothing else can follow.
      const w = this.#words.shift();
      if (w === undefined) return syntax();
      await this.#host(w, false);
      return syntax();
    }
    this.#words.shift();
    switch (token) {
      case 'sport':
      case 'dport': {
        const op = this.#operator() ?? syntax();
        const cond = await this.#host(this.#operand(), true);
        const port = (s: Subject): number => (token === 'sport' ? s.sport : s.dport);
        return portCondition(op, cond, port, token);
      }
      case 'src':
      case 'dst': {
        const op = this.#operator();
        if (op !== null && op !== 'eq') syntax();
        const cond = await this.#host(this.#operand(), false);
        return (s) => matchHost(cond, token === 'src' ? s.src : s.dst, token === 'src' ? s.sport : s.dport);
      }
      case 'dev': {
        const op = this.#operator() ?? 'eq';
        if (op !== 'eq' && op !== 'ne') syntax();
        const index = await this.#names.device(this.#operand());
        if (index === 0) throw new FilterError(1, 'Cannot parse device.\n');
        return (s) => (s.ifindex === index) === (op === 'eq');
      }
      case 'fwmark': {
        const op = this.#operator() ?? 'eq';
        if (op !== 'eq' && op !== 'ne') syntax();
        const { mark, mask } = parseMark(this.#operand());
        return (s) => ((s.mark & mask) >>> 0 === (mark & mask) >>> 0) === (op === 'eq');
      }
      case 'autobound':
        return () => false;
      case 'cgroup':
        throw new FilterError(255, 'warren: ss: filter cgroup is not supported yet\n');
      default:
        return syntax();
    }
  }

  #port(text: string): number | null {
    if (text === '' || text === '*') return null;
    if (/^\d+$/.test(text) && Number(text) <= 0xffff) return Number(text);
    const found = this.#names.service(text);
    if (found === null) throw new FilterError(1, `Error: "${text}" does not look like a port.\n${CANNOT}`);
    return found;
  }

  /** @see parse_hostcond */
  async #host(word: string, isPort: boolean): Promise<HostCond> {
    let text = word.replace(/^inet6?:(?=.)/, '');
    let port: number | null = null;
    if (text.startsWith('[')) {
      const close = text.indexOf(']');
      if (close < 0) throw new FilterError(1, CANNOT);
      if (text[close + 1] === ':') port = this.#port(text.slice(close + 2));
      text = text.slice(1, close);
    } else {
      const colon = isPort ? text.lastIndexOf(':') : text.lastIndexOf(':');
      if (colon >= 0) {
        port = this.#port(text.slice(colon + 1));
        text = text.slice(0, colon);
      } else if (isPort) {
        port = this.#port(text);
        text = '';
      }
    }
    if (text === '' || text === '*') return { address: null, bits: 0, port };
    return { ...(await this.#prefix(text)), port };
  }

  async #prefix(text: string): Promise<{ address: Uint8Array; bits: number }> {
    const slash = text.indexOf('/');
    const host = slash < 0 ? text : text.slice(0, slash);
    const v4 = parseIpv4Aton(host);
    const literal = v4 === null ? parseIpv6(host) : ipv4Bytes(v4);
    const address = literal ?? (slash < 0 ? await this.#names.host(host, this.#family) : null);
    const bits = slash < 0 ? (address?.length ?? 0) * 8 : Number(text.slice(slash + 1));
    if (address === null || !(bits <= address.length * 8))
      throw new FilterError(1, `Error: an inet prefix is expected rather than "${text}".\n${CANNOT}`);
    return { address, bits };
  }
}

function parseMark(text: string): { mark: number; mask: number } {
  const [mark = '', mask] = text.split('/');
  const number = (t: string): number | null => (/^(0x[0-9a-f]+|\d+)$/i.test(t) ? Number(t) >>> 0 : null);
  const value = number(mark);
  if (value === null) throw new FilterError(1, `Cannot parse mark ${mark}.\n`);
  const bits = mask === undefined ? 0xffffffff : number(mask);
  if (bits === null) throw new FilterError(1, `Cannot parse mark mask ${mask}.\n`);
  return { mark: value, mask: bits };
}

/** @see inet2_addr_match */
function matchHost(c: HostCond, address: Uint8Array, port: number): boolean {
  if (c.port !== null && c.port !== port) return false;
  if (c.address === null || c.bits === 0) return true;
  const mapped =
    address.length === 16 &&
    c.address.length === 4 &&
    address.subarray(0, 10).every((b) => b === 0) &&
    address[10] === 255;
  const own = mapped ? address.subarray(12) : address;
  return own.length === c.address.length && ipv6PrefixEqual(own, 0, c.address, 0, c.bits);
}

function portCondition(op: Operator, c: HostCond, port: (s: Subject) => number, token: 'sport' | 'dport'): Condition {
  const limit = c.port ?? 0;
  switch (op) {
    case 'ge':
      return (s) => port(s) >= limit;
    case 'le':
      return (s) => port(s) <= limit;
    case 'gt':
      return (s) => port(s) > limit;
    case 'lt':
      return (s) => port(s) < limit;
    default: {
      const same: Condition = (s) => matchHost(c, token === 'sport' ? s.src : s.dst, port(s));
      return op === 'eq' ? same : (s) => !same(s);
    }
  }
}

/** Reads an expression; null when there is none. @throws FilterError */
export async function parseFilter(text: string, names: Names, family: number): Promise<Condition | null> {
  const parser = new Parser(text, names, family);
  return parser.done ? null : parser.all();
}
