/** The `dig` command of BIND 9.18. @see dig(1) */
import { parseIpv4, parseIpv6 } from '../../../lib/address.ts';
import { strftime } from '../../../lib/strftime.ts';
import { CLOCK_REALTIME } from '../../../uapi/sched.ts';
import { AF_INET, AF_INET6, AF_UNSPEC } from '../../../uapi/socket.ts';
import {
  C_IN,
  DNS_AA,
  DNS_AD,
  DNS_CD,
  DNS_RD,
  DNS_TYPES,
  type DnsMessage,
  ednsOption,
  encodeDnsName,
  optRecord,
  rdataText,
  reverseName,
  T_A,
  T_ANY,
  T_OPT,
  T_PTR,
} from '../../../wire/dns.ts';
import type { Process, Program } from '../../process/types.ts';
import { candidateNames, queryId, readResolvConf, serverText } from '../netdb/resolver.ts';
import { ask, type Reply, type Server, serversNamed } from './ask.ts';
import { headerText, optText, questionText, recordText, shown } from './print.ts';
import { BIND_VERSION, DIG_HELP, DIG_USAGE } from './usage.ts';

class DigExit extends Error {
  readonly status: number;
  readonly out: string;
  readonly words: string;
  constructor(status: number, out: string, words = '') {
    super(words);
    this.status = status;
    this.out = out;
    this.words = words;
  }
}

/** Switches of `+word`, off with `+noword`. */
const DEFAULTS = {
  cmd: true,
  comments: true,
  question: true,
  answer: true,
  authority: true,
  additional: true,
  stats: true,
  short: false,
  identify: false,
  ttlid: true,
  class: true,
  recurse: true,
  adflag: true,
  cdflag: false,
  aaflag: false,
  edns: true,
  cookie: true,
  search: false,
};
type Switch = keyof typeof DEFAULTS;

const ALIASES: Readonly<Record<string, Switch>> = {
  rdflag: 'recurse',
  defname: 'search',
  aaonly: 'aaflag',
  cl: 'class',
};

interface Lookup {
  readonly name: string;
  readonly type: number;
}

interface Command {
  readonly switches: Record<Switch, boolean>;
  readonly lookups: readonly Lookup[];
  readonly server: string | null;
  readonly family: number;
  readonly port: number;
  readonly tries: number;
  readonly timeoutS: number;
  readonly bufsize: number;
  readonly microseconds: boolean;
  readonly source: { readonly address: number | Uint8Array; readonly port: number } | null;
}

const invalid = (word: string): never => {
  throw new DigExit(1, '', `Invalid option: ${word}\n${DIG_USAGE}`);
};

const typeNamed = (word: string): number | undefined =>
  DNS_TYPES.get(word.toUpperCase()) ?? (/^type\d+$/i.test(word) ? Number(word.slice(4)) : undefined);

/** The name `-x` asks for. */
function reverseOf(word: string): string {
  const address = parseIpv4(word) ?? parseIpv6(word);
  if (address !== null) return reverseName(address);
  return `${word.split('.').toReversed().join('.')}.in-addr.arpa.`;
}

/**
 * Reads the command line.
 * Differs from Linux: TCP (also for ANY, unless +notcp is said), TLS, HTTPS, signatures, transfers and DNSSEC are refused as invalid options.
 * @throws DigExit
 */
function parse(args: readonly string[]): Command {
  const switches = { ...DEFAULTS };
  const lookups: Lookup[] = [];
  let pending: Lookup | null = null;
  let [server, family, port, tries, timeoutS, bufsize, microseconds]: [
    string | null,
    number,
    number,
    number,
    number,
    number,
    boolean,
  ] = [null, AF_UNSPEC, 53, 3, 5, 1232, false];
  let source: Command['source'] = null;
  let wantedType: number | null = null;
  const begin = (name: string, type: number): void => {
    if (pending !== null) lookups.push(pending);
    pending = { name, type };
    wantedType = null;
  };
  let udp = false;
  const plus = (word: string): void => {
    const [key, value] = word.slice(1).split('=', 2) as [string, string | undefined];
    const off = key.startsWith('no');
    const name = off ? key.slice(2) : key;
    const number = (): number => (value !== undefined && /^\d+$/.test(value) ? Number(value) : invalid(word));
    if (name === 'all') {
      for (const s of ['comments', 'question', 'answer', 'authority', 'additional', 'stats', 'cmd'] as const) {
        switches[s] = !off;
      }
    } else if ((name === 'tcp' || name === 'vc') && off && value === undefined) udp = true;
    else if (name === 'tries' && !off) tries = Math.max(1, number());
    else if (name === 'retry' && !off) tries = number() + 1;
    else if ((name === 'time' || name === 'timeout') && !off) timeoutS = Math.max(1, number());
    else if (name === 'bufsize' && !off) bufsize = value === undefined ? 1232 : number();
    else {
      const known = (Object.hasOwn(ALIASES, name) ? ALIASES[name] : name) as Switch;
      if (!Object.hasOwn(DEFAULTS, known) || value !== undefined) invalid(word);
      switches[known] = !off;
      if (known === 'short' && !off) {
        for (const s of ['comments', 'question', 'authority', 'additional', 'stats', 'cmd'] as const)
          switches[s] = false;
      }
    }
  };
  const queue = [...args];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word.startsWith('@')) server = word.slice(1);
    else if (word.startsWith('+')) plus(word);
    else if (word.startsWith('-') && word.length > 1) {
      const letter = word[1]!;
      const argument = (): string => (word!.length > 2 ? word!.slice(2) : (queue.shift() ?? invalid(word!)));
      switch (letter) {
        case '4':
          family = AF_INET;
          break;
        case '6':
          family = AF_INET6;
          break;
        case 'b': {
          const [text, at] = argument().split('#') as [string, string | undefined];
          const address = parseIpv4(text) ?? parseIpv6(text);
          if (address === null) throw new DigExit(1, '', `dig: invalid address ${text}\n`);
          source = { address, port: Number(at ?? 0) };
          break;
        }
        case 'h':
          throw new DigExit(0, DIG_HELP);
        case 'p':
          port = Number(argument());
          break;
        case 'q':
          begin(argument(), wantedType ?? T_A);
          break;
        case 'r':
          break;
        case 't': {
          const type = typeNamed(argument());
          if (type === undefined) invalid(word);
          else if (pending === null) wantedType = type;
          else pending = { name: (pending as Lookup).name, type };
          break;
        }
        case 'u':
          microseconds = true;
          break;
        case 'v':
          throw new DigExit(0, '', `DiG ${BIND_VERSION}\n`);
        case 'x':
          begin(reverseOf(argument()), T_PTR);
          break;
        default:
          invalid(word);
      }
    } else {
      const type = typeNamed(word);
      if (type !== undefined && pending !== null) pending = { name: (pending as Lookup).name, type };
      else if (type !== undefined && wantedType === null && lookups.length === 0) wantedType = type;
      else if (/^(in|any)$/i.test(word) && pending !== null) continue;
      else begin(word, wantedType ?? T_A);
    }
  }
  if (pending !== null) lookups.push(pending);
  else lookups.push({ name: '.', type: wantedType ?? 2 });
  if (!udp && lookups.some((l) => l.type === T_ANY)) {
    throw new DigExit(1, '', 'dig: ANY is asked for over TCP, which is not supported; +notcp asks over UDP\n');
  }
  return { switches, lookups, server, family, port, tries, timeoutS, bufsize, microseconds, source };
}

class Dig {
  readonly #proc: Process;
  readonly #c: Command;

  constructor(proc: Process, command: Command) {
    this.#proc = proc;
    this.#c = command;
  }

  async run(): Promise<number> {
    const { server, family, lookups } = this.#c;
    const conf = readResolvConf(this.#proc);
    let servers: readonly Server[];
    if (server === null) servers = conf.servers.map((address) => ({ address, name: serverText(address) }));
    else {
      const found = await serversNamed(this.#proc, server, family);
      if (found === null) throw new DigExit(1, '', `dig: couldn't get address for '${server}': failure\n`);
      servers = found;
    }
    let status = 0;
    let first = true;
    for (const lookup of lookups) {
      const names = this.#c.switches.search ? candidateNames(lookup.name, conf) : [lookup.name];
      for (const [i, name] of names.entries()) {
        const answered = await this.#lookup(name, lookup.type, servers, first, i === names.length - 1);
        if (answered === 'next') continue;
        if (!answered) status = 9;
        break;
      }
      first = false;
    }
    return status;
  }

  #query(name: string, type: number): DnsMessage {
    const { switches: s, bufsize } = this.#c;
    const id = queryId(this.#proc);
    let flags = 0;
    if (s.recurse) flags |= DNS_RD;
    if (s.adflag) flags |= DNS_AD;
    if (s.cdflag) flags |= DNS_CD;
    if (s.aaflag) flags |= DNS_AA;
    const cookie = s.cookie
      ? ednsOption(
          10,
          Uint8Array.from({ length: 8 }, (_, i) => (id * (i + 3)) & 255),
        )
      : undefined;
    const full = name.endsWith('.') ? name : `${name}.`;
    return {
      id,
      flags,
      question: [{ name: full, type, class: C_IN }],
      answer: [],
      authority: [],
      additional: s.edns ? [optRecord(bufsize, cookie)] : [],
    };
  }

  /** One query and what is said of it. @returns whether it was answered; `next` when another name shall be tried */
  async #lookup(
    name: string,
    type: number,
    servers: readonly Server[],
    first: boolean,
    last: boolean,
  ): Promise<boolean | 'next'> {
    const proc = this.#proc;
    if (encodeDnsName(name) === null) {
      throw new DigExit(10, '', `dig: '${name}' is not a legal name (empty label)\n`);
    }
    const query = this.#query(name, type);
    const reply = await ask(proc, query, servers, this.#c);
    if (reply === 'unsent') return false;
    if (reply === null) {
      if (!this.#c.switches.short && first) this.#banner(servers);
      proc.out(';; no servers could be reached\n');
      return false;
    }
    if (!last && (reply.message.flags & 15) === 3) return 'next';
    if (first) this.#banner(servers);
    if (this.#c.switches.short) this.#short(reply);
    else this.#long(reply);
    return true;
  }

  /** What was asked, above the first answer. */
  #banner(servers: readonly Server[]): void {
    if (!this.#c.switches.cmd) return;
    const { argv } = this.#proc;
    this.#proc.out(
      `\n; <<>> DiG ${BIND_VERSION} <<>>${argv
        .slice(1)
        .map((a) => ` ${a}`)
        .join('')}\n`,
    );
    if (this.#c.server !== null) {
      this.#proc.out(`; (${servers.length} server${servers.length === 1 ? '' : 's'} found)\n`);
    }
    this.#proc.out(';; global options: +cmd\n');
  }

  #short({ message, server, rttNs }: Reply): void {
    for (const r of shown(message.answer)) {
      const who = this.#c.switches.identify
        ? ` from server ${serverText(server.address)} in ${Math.floor(rttNs / 1e6)} ms.`
        : '';
      this.#proc.out(`${rdataText(r.type, r.data)}${who}\n`);
    }
  }

  #long({ message: m, bytes, server, rttNs }: Reply): void {
    const { switches: s, microseconds, port } = this.#c;
    const out = (text: string): void => this.#proc.out(text);
    if (s.comments) {
      out(`;; Got answer:\n${headerText(m)}`);
      if ((m.flags & DNS_RD) !== 0 && (m.flags & 0x80) === 0) {
        out(';; WARNING: recursion requested but not available\n');
      }
      out('\n');
      const opt = m.additional.find((r) => r.type === T_OPT);
      if (opt !== undefined) out(`;; OPT PSEUDOSECTION:\n${optText(opt)}`);
    }
    if (s.question) {
      if (s.comments) out(';; QUESTION SECTION:\n');
      for (const q of m.question) out(questionText(q));
      if (s.comments) out('\n');
    }
    for (const [on, title, records] of [
      [s.answer, 'ANSWER', m.answer],
      [s.authority, 'AUTHORITY', m.authority],
      [s.additional, 'ADDITIONAL', shown(m.additional)],
    ] as const) {
      if (!on || records.length === 0) continue;
      if (s.comments) out(`;; ${title} SECTION:\n`);
      for (const r of records) out(recordText(r, { ttl: s.ttlid, class: s.class }));
      if (s.comments) out('\n');
    }
    if (!s.stats) return;
    const time = microseconds ? `${Math.floor(rttNs / 1000)} usec` : `${Math.floor(rttNs / 1e6)} msec`;
    const seconds = Number(this.#proc.task.clockGettime(CLOCK_REALTIME) / 1_000_000_000n);
    out(`;; Query time: ${time}\n;; SERVER: ${serverText(server.address)}#${port}(${server.name}) (UDP)\n`);
    out(`;; WHEN: ${strftime('%a %b %d %H:%M:%S UTC %Y', seconds)}\n;; MSG SIZE  rcvd: ${bytes}\n\n`);
  }
}

export const digMain: Program = async (proc) => {
  try {
    return await new Dig(proc, parse(proc.argv.slice(1))).run();
  } catch (e) {
    if (!(e instanceof DigExit)) throw e;
    proc.out(e.out);
    await proc.flush();
    proc.err(e.words);
    return e.status;
  }
};
