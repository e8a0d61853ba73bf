/** The `host` and `nslookup` commands of BIND 9.18. @see host(1), nslookup(1) */
import { parseIpv4, parseIpv6 } from '../../../lib/address.ts';
import { AF_INET, AF_INET6, AF_UNSPEC } from '../../../uapi/socket.ts';
import {
  C_IN,
  DNS_AA,
  DNS_RD,
  DNS_TYPES,
  type DnsMessage,
  dnsRcode,
  dnsRcodeName,
  type DnsRecord,
  dnsTypeName,
  encodeDnsName,
  NOERROR,
  NXDOMAIN,
  rdataText,
  reverseName,
  SERVFAIL,
  T_A,
  T_AAAA,
  T_ANY,
  T_CNAME,
  T_MX,
  T_NS,
  T_PTR,
  T_SOA,
  T_SRV,
  T_TXT,
} from '../../../wire/dns.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt } from '../getopt.ts';
import { candidateNames, queryId, readResolvConf, type ResolvConf, serverText } from '../netdb/resolver.ts';
import { ask, type AskOptions, type Reply, type Server, serversNamed } from './ask.ts';
import { headerText, questionText, recordText, shown } from './print.ts';
import { BIND_VERSION, HOST_USAGE } from './usage.ts';

class HostExit extends Error {
  readonly status: number;
  readonly words: string;
  constructor(status: number, words: string) {
    super(words);
    this.status = status;
    this.words = words;
  }
}

const withoutDot = (name: string): string => (name === '.' ? name : name.replace(/\.$/, ''));

const makeQuery = (proc: Process, name: string, type: number, recurse: boolean): DnsMessage => ({
  id: queryId(proc),
  flags: recurse ? DNS_RD : 0,
  question: [{ name: name.endsWith('.') ? name : `${name}.`, type, class: C_IN }],
  answer: [],
  authority: [],
  additional: [],
});

const defaultServers = (conf: ResolvConf): readonly Server[] =>
  conf.servers.map((address) => ({ address, name: serverText(address) }));

/** What `host` says of a record. */
function hostLine(r: DnsRecord): string {
  const name = withoutDot(r.name);
  const text = rdataText(r.type, r.data);
  switch (r.type) {
    case T_A:
      return `${name} has address ${text}\n`;
    case T_AAAA:
      return `${name} has IPv6 address ${text}\n`;
    case T_CNAME:
      return `${name} is an alias for ${text}\n`;
    case T_MX:
      return `${name} mail is handled by ${text}\n`;
    case T_PTR:
      return `${name} domain name pointer ${text}\n`;
    case T_NS:
      return `${name} name server ${text}\n`;
    case T_TXT:
      return `${name} descriptive text ${text}\n`;
    case T_SRV:
      return `${name} has SRV record ${text}\n`;
    case T_SOA:
      return `${name} has SOA record ${text}\n`;
    default:
      return `${name} has ${dnsTypeName(r.type)} record ${text}\n`;
  }
}

/** A whole message, as -v shows it. */
function verboseText({ message: m, bytes, server, rttNs }: Reply, port: number): string {
  let text = `${headerText(m)}\n`;
  if (m.question.length > 0) text += `;; QUESTION SECTION:\n${m.question.map(questionText).join('')}\n`;
  for (const [title, records] of [
    ['ANSWER', m.answer],
    ['AUTHORITY', m.authority],
    ['ADDITIONAL', shown(m.additional)],
  ] as const) {
    if (records.length > 0) text += `;; ${title} SECTION:\n${records.map((r) => recordText(r)).join('')}\n`;
  }
  return `${text}Received ${bytes} bytes from ${serverText(server.address)}#${port} in ${Math.floor(rttNs / 1e6)} ms\n`;
}

interface HostCommand {
  readonly verbose: boolean;
  readonly recurse: boolean;
  /** Null for what people mean: addresses and mail. */
  readonly type: number | null;
  readonly name: string;
  readonly server: string | null;
  readonly family: number;
  readonly ndots: number | null;
  readonly ask: AskOptions;
}

/** Differs from Linux: transfers (-C, -l) and TCP (-T) are refused. */
function parseHost(proc: Process): HostCommand {
  let [verbose, recurse, type, family, ndots]: [boolean, boolean, number | null, number, number | null] = [
    false,
    true,
    null,
    AF_UNSPEC,
    null,
  ];
  let udp = false;
  const asked = { port: 53, tries: 2, timeoutS: 5, source: null };
  const { options, operands } = getopt('host', proc.argv.slice(1), 'aAc:dilnm:p:rst:vVwCDN:R:TUW:46');
  for (const { opt, arg } of options) {
    switch (opt) {
      case 'a':
        verbose = true;
        type = T_ANY;
        break;
      case 'd':
      case 'v':
        verbose = true;
        break;
      case 'r':
        recurse = false;
        break;
      case 'U':
        udp = true;
        break;
      case 't': {
        const known = DNS_TYPES.get(arg!.toUpperCase());
        if (known === undefined) throw new HostExit(2, `host: invalid type: ${arg}\n\n`);
        type = known;
        break;
      }
      case 'V':
        throw new HostExit(0, `host ${BIND_VERSION}\n`);
      case 'N':
        ndots = Number(arg);
        break;
      case 'p':
        asked.port = Number(arg);
        break;
      case 'R':
        asked.tries = Math.max(2, Number(arg) + 1);
        break;
      case 'W':
        asked.timeoutS = Math.max(1, Number(arg));
        break;
      case 'w':
        asked.timeoutS = 2 ** 31;
        break;
      case '4':
        family = AF_INET;
        break;
      case '6':
        family = AF_INET6;
        break;
      case '?':
        throw new HostExit(1, `host: illegal option -- ${arg}\n${HOST_USAGE}`);
      default:
        throw new HostExit(1, `host: -${opt} is not supported\n${HOST_USAGE}`);
    }
  }
  if (operands.length === 0) throw new HostExit(1, HOST_USAGE);
  if (type === T_ANY && !udp) {
    throw new HostExit(1, 'host: ANY is asked for over TCP, which is not supported; -U asks over UDP\n');
  }
  return { verbose, recurse, type, name: operands[0]!, server: operands[1] ?? null, family, ndots, ask: asked };
}

async function host(proc: Process): Promise<number> {
  const c = parseHost(proc);
  const read = readResolvConf(proc);
  const conf = c.ndots === null ? read : { ...read, ndots: c.ndots };
  let servers = defaultServers(conf);
  // Said with the first answer.
  let introduction = '';
  let introduced = false;
  if (c.server !== null) {
    const found = await serversNamed(proc, c.server, c.family);
    if (found === null) throw new HostExit(1, `host: couldn't get address for '${c.server}': not found\n`);
    servers = found;
    const text = serverText(found[0]!.address);
    introduction = `Using domain server:\nName: ${c.server}\nAddress: ${text}#${c.ask.port}\nAliases: \n\n`;
  }
  const number = c.type === null ? (parseIpv4(c.name) ?? parseIpv6(c.name)) : null;
  const names = number === null ? candidateNames(c.name, conf) : [reverseName(number)];
  const types = number !== null ? [T_PTR] : c.type === null ? [T_A, T_AAAA, T_MX] : [c.type];
  let chosen: string | null = null;
  for (const [i, type] of types.entries()) {
    for (const [k, name] of (chosen === null ? names : [chosen]).entries()) {
      if (encodeDnsName(name) === null) throw new HostExit(1, `host: '${c.name}' is not a legal name (empty label)\n`);
      if (c.verbose) proc.out(`Trying "${withoutDot(name)}"\n`);
      const reply = await ask(proc, makeQuery(proc, name, type, c.recurse), servers, c.ask);
      if (reply === 'unsent') return 1;
      if (reply === null) {
        proc.out(';; no servers could be reached\n');
        return 1;
      }
      if (!introduced) proc.out(introduction);
      introduced = true;
      const { message } = reply;
      const rcode = dnsRcode(message);
      if (chosen === null && rcode !== NOERROR && k < names.length - 1 && (rcode === NXDOMAIN || rcode === SERVFAIL)) {
        continue;
      }
      if (rcode !== NOERROR) {
        // The first name is the one that is named as missing.
        const said =
          c.name.endsWith('.') || number !== null ? withoutDot(name) : names.length > 1 ? c.name : withoutDot(name);
        proc.out(`Host ${said} not found: ${rcode}(${dnsRcodeName(rcode)})\n`);
        if (c.verbose) proc.out(verboseText(reply, c.ask.port).replace(/^[^]*(?=Received )/, ''));
        return 1;
      }
      // What an alias stands for is asked for next, and the alias not named again.
      const alias = message.answer.find((r) => r.type === T_CNAME);
      chosen ??= alias === undefined ? name : rdataText(T_CNAME, alias.data);
      if (c.verbose) proc.out(verboseText(reply, c.ask.port));
      else {
        for (const r of shown(message.answer)) if (i === 0 || r.type !== T_CNAME) proc.out(hostLine(r));
        if (c.type !== null && message.answer.length === 0) {
          proc.out(`${withoutDot(name)} has no ${dnsTypeName(type)} record\n`);
        }
      }
      break;
    }
  }
  return 0;
}

/** What `nslookup` says of a record. */
function nslookupLine(r: DnsRecord): string {
  const name = withoutDot(r.name);
  const text = rdataText(r.type, r.data);
  switch (r.type) {
    case T_A:
    case T_AAAA:
      return `Name:\t${name}\nAddress: ${text}\n`;
    case T_CNAME:
      return `${name}\tcanonical name = ${text}\n`;
    case T_MX:
      return `${name}\tmail exchanger = ${text}\n`;
    case T_PTR:
      return `${name}\tname = ${text}\n`;
    case T_NS:
      return `${name}\tnameserver = ${text}\n`;
    case T_TXT:
      return `${name}\ttext = ${text}\n`;
    case T_SRV:
      return `${name}\tservice = ${text}\n`;
    default:
      return `${name}\trdata_${r.type} = ${text}\n`;
  }
}

/** Differs from Linux: only with a name on the command line, not as a dialogue. */
async function nslookup(proc: Process): Promise<number> {
  const asked = { port: 53, tries: 3, timeoutS: 5, source: null };
  let type: number | null = null;
  const operands: string[] = [];
  for (const word of proc.argv.slice(1)) {
    const option = /^-(\w+)(?:=(.*))?$/.exec(word);
    if (option === null) {
      operands.push(word);
      continue;
    }
    const [, key, value = ''] = option;
    if (/^(ty(pe)?|q(uerytype|uery|u)?)$/.test(key!)) {
      const known = DNS_TYPES.get(value.toUpperCase());
      if (known === undefined) proc.out(`unknown query type: ${value}\n`);
      else type = known;
    } else if (key === 'timeout') asked.timeoutS = Math.max(1, Number(value));
    else if (key === 'retry') asked.tries = Number(value) + 1;
    else if (key === 'port' || key === 'po') asked.port = Number(value);
    else if (key === 'version') throw new HostExit(0, `nslookup ${BIND_VERSION}\n`);
    else proc.out(`*** Invalid option: ${key}\n`);
  }
  const [name, server] = operands;
  if (name === undefined) throw new HostExit(1, 'nslookup: a dialogue is not supported\n');
  const conf = readResolvConf(proc);
  let servers = defaultServers(conf);
  if (server !== undefined) {
    const found = await serversNamed(proc, server, AF_UNSPEC);
    if (found === null) throw new HostExit(1, `nslookup: couldn't get address for '${server}': not found\n`);
    servers = found;
  }
  const number = parseIpv4(name) ?? parseIpv6(name);
  const names = number === null ? candidateNames(name, conf) : [reverseName(number)];
  const types = number !== null ? [T_PTR] : type === null ? [T_A, T_AAAA] : [type];
  let chosen: string | null = null;
  let status = 0;
  for (const [i, wanted] of types.entries()) {
    for (const [k, candidate] of (chosen === null ? names : [chosen]).entries()) {
      if (encodeDnsName(candidate) === null) {
        throw new HostExit(1, `nslookup: '${name}' is not a legal name (empty label)\n`);
      }
      const reply = await ask(proc, makeQuery(proc, candidate, wanted, true), servers, asked);
      if (reply === 'unsent') {
        proc.out('\n');
        return 1;
      }
      if (reply === null) {
        proc.out(';; no servers could be reached\n\n');
        return 1;
      }
      const { message } = reply;
      const rcode = dnsRcode(message);
      if (chosen === null && rcode === NXDOMAIN && k < names.length - 1) continue;
      if (i === 0 && number === null) {
        const text = serverText(reply.server.address);
        proc.out(`Server:\t\t${reply.server.name}\nAddress:\t${text}#${asked.port}\n\n`);
      }
      if (rcode !== NOERROR) {
        if (i > 0) break;
        const said = number === null ? name : withoutDot(candidate);
        proc.out(`** server can't find ${withoutDot(said)}: ${dnsRcodeName(rcode)}\n`);
        proc.out('\n');
        return 1;
      }
      chosen ??= candidate;
      const alias = message.answer.find((r) => r.type === T_CNAME);
      if (alias !== undefined && i === 0) chosen = rdataText(T_CNAME, alias.data);
      if (i === 0 && (message.flags & DNS_AA) === 0) proc.out('Non-authoritative answer:\n');
      if (message.answer.length === 0 && i === 0) {
        proc.out(`*** Can't find ${name}: No answer\n`);
        status = type === null ? status : 0;
      }
      for (const r of shown(message.answer)) if (i === 0 || r.type !== T_CNAME) proc.out(nslookupLine(r));
      break;
    }
  }
  proc.out('\n');
  return status;
}

const main =
  (run: (proc: Process) => Promise<number>): Program =>
  async (proc) => {
    try {
      return await run(proc);
    } catch (e) {
      if (!(e instanceof HostExit)) throw e;
      await proc.flush();
      proc.err(e.words);
      return e.status;
    }
  };

export const hostMain: Program = main(host);
export const nslookupMain: Program = main(nslookup);
