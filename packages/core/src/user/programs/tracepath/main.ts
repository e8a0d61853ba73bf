/** The `tracepath` command of iputils 20221126. @see tracepath(8) */
import { AF_INET, AF_INET6, AF_UNSPEC } from '../../../uapi/socket.ts';
import { SystemError } from '../../../syscall/index.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt } from '../getopt.ts';
import { INT_MAX, IputilsExit, iputilsVersion, strtolOrErr } from '../iputils.ts';
import { gaiStrerror, getaddrinfo } from '../netdb/getaddrinfo.ts';
import { Tracer, type TracepathOptions } from './tracer.ts';
import { USAGE } from './usage.ts';

const DEFAULT_PORT = 44_444;
const MAX_HOPS = 255;

interface Command {
  readonly family: number;
  readonly options: TracepathOptions;
  readonly host: string;
}

function parse(proc: Process): Command {
  const { name } = proc;
  const number = (text: string, min: number, max: number): number =>
    strtolOrErr(name, text, min, max, (words) => {
      throw new IputilsExit(1, words);
    });
  let family: number = name.endsWith('4') ? AF_INET : name.endsWith('6') ? AF_INET6 : AF_UNSPEC;
  let port = 0;
  const o = { numeric: false, both: false, length: 0, maxHops: 30 };
  const { options, operands } = getopt(proc.argv[0]!, proc.argv.slice(1), '46nbh?l:m:p:V');
  for (const { opt, arg, error } of options) {
    switch (opt) {
      case '4':
      case '6': {
        const wanted = opt === '4' ? AF_INET : AF_INET6;
        if (family !== AF_UNSPEC && family !== wanted) {
          throw new IputilsExit(2, `${name}: Only one -4 or -6 option may be specified\n`);
        }
        family = wanted;
        break;
      }
      case 'n':
        o.numeric = true;
        break;
      case 'b':
        o.both = true;
        break;
      case 'l':
        o.length = number(arg!, 0, INT_MAX);
        break;
      case 'm':
        o.maxHops = number(arg!, 0, MAX_HOPS);
        break;
      case 'p':
        port = number(arg!, 0, 65_535);
        break;
      case 'V':
        throw new IputilsExit(0, '', iputilsVersion(name));
      default:
        throw new IputilsExit(255, error === '' ? USAGE : `${error}\n${USAGE}`);
    }
  }
  if (operands.length !== 1) throw new IputilsExit(255, USAGE);
  let host = operands[0]!;
  const slash = host.indexOf('/');
  if (slash >= 0 && port === 0) {
    port = number(host.slice(slash + 1), 0, 65_535);
    host = host.slice(0, slash);
  }
  return { family, options: { ...o, port: port === 0 ? DEFAULT_PORT : port }, host };
}

async function tracepath(proc: Process): Promise<number> {
  const { family, options, host } = parse(proc);
  const found = await getaddrinfo(proc, host, family);
  if (typeof found === 'number') throw new IputilsExit(1, `${proc.name}: ${host}: ${gaiStrerror(found)}\n`);
  let failure = '';
  for (const info of found) {
    let tracer: Tracer;
    try {
      tracer = new Tracer(proc, options, info);
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      failure = `${proc.name}: socket/connect: ${e.strerror}\n`;
      continue;
    }
    return tracer.run();
  }
  throw new IputilsExit(1, failure);
}

export const tracepathMain: Program = async (proc) => {
  try {
    return await tracepath(proc);
  } catch (e) {
    if (!(e instanceof IputilsExit)) throw e;
    proc.out(e.out);
    await proc.flush();
    proc.err(e.words);
    return e.status;
  }
};
