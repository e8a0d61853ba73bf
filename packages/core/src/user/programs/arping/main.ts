/** The `arping` command of iputils 20221126. @see arping(8) */
import { parseIpv4 } from '../../../lib/address.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt } from '../getopt.ts';
import { INT_MAX, IputilsExit, iputilsVersion, strtolOrErr } from '../iputils.ts';
import { AF_INET } from '../../../uapi/socket.ts';
import { gaiStrerror, getaddrinfo } from '../netdb/getaddrinfo.ts';
import { type ArpingOptions, Arping } from './arping.ts';
import { USAGE } from './usage.ts';

function parse(proc: Process): { readonly options: ArpingOptions; readonly target: string } {
  const { name } = proc;
  const number = (text: string, min: number): number =>
    strtolOrErr(name, text, min, INT_MAX, (words) => {
      throw new IputilsExit(1, words);
    });
  const o = {
    quitOnReply: false,
    quiet: false,
    broadcastOnly: false,
    dad: false,
    unsolicited: false,
    advertise: false,
    count: -1,
    timeoutS: 0,
    intervalS: 1,
    device: null as string | null,
    source: null as number | null,
  };
  const { options, operands } = getopt(proc.argv[0]!, proc.argv.slice(1), 'h?bfDUAqc:w:i:s:I:V');
  for (const { opt, arg, error } of options) {
    switch (opt) {
      case 'b':
        o.broadcastOnly = true;
        break;
      case 'D':
        o.dad = true;
        o.quitOnReply = true;
        break;
      case 'U':
        o.unsolicited = true;
        break;
      case 'A':
        o.advertise = true;
        o.unsolicited = true;
        break;
      case 'q':
        o.quiet = true;
        break;
      case 'f':
        o.quitOnReply = true;
        break;
      case 'c':
        o.count = number(arg!, 1);
        break;
      case 'w':
        o.timeoutS = number(arg!, 0);
        break;
      case 'i':
        o.intervalS = number(arg!, 0);
        break;
      case 'I':
        o.device = arg;
        break;
      case 's':
        o.source = parseIpv4(arg!);
        if (o.source === null) throw new IputilsExit(2, `${name}: invalid source ${arg}\n`);
        break;
      case 'V':
        throw new IputilsExit(0, '', iputilsVersion(name));
      default:
        throw new IputilsExit(2, error === '' ? USAGE : `${error}\n${USAGE}`);
    }
  }
  if (operands.length !== 1) throw new IputilsExit(2, USAGE);
  return { options: o, target: operands[0]! };
}

/** The target's address, by number or name. @throws IputilsExit */
async function resolve(proc: Process, target: string): Promise<number> {
  const found = await getaddrinfo(proc, target, AF_INET);
  if (typeof found === 'number') throw new IputilsExit(2, `${proc.name}: ${target}: ${gaiStrerror(found)}\n`);
  const [first] = found;
  if (first?.family !== AF_INET) throw new Error('an IPv4 address was asked for');
  return first.address;
}

export const arpingMain: Program = async (proc) => {
  try {
    const { options, target } = parse(proc);
    return await new Arping(proc, options, await resolve(proc, target)).run();
  } catch (e) {
    if (!(e instanceof IputilsExit)) throw e;
    proc.out(e.out);
    await proc.flush();
    proc.err(e.words);
    return e.status;
  }
};
