/** The `traceroute` command of Dmitry Butskoy's traceroute 2.1.2. @see traceroute(8) */
import { AF_INET6 } from '../../../uapi/socket.ts';
import { CLOCK_REALTIME } from '../../../uapi/sched.ts';
import type { Process, Program } from '../../process/types.ts';
import { numericHost } from '../netdb/getnameinfo.ts';
import { Engine } from './engine.ts';
import { IcmpProber, Sockets, UdpProber } from './method.ts';
import { parseOptions, TracerouteExit } from './options.ts';

/** Bytes a packet has behind its IP header when nobody says how long it shall be. */
const DEFAULT_DATA = 40;

async function traceroute(proc: Process): Promise<number> {
  const o = await parseOptions(proc);
  const ipHeader = o.host.family === AF_INET6 ? 40 : 20;
  const now = (): number => Number(proc.task.clockGettime(CLOCK_REALTIME) / 1000n);
  const sockets = new Sockets(proc, o);
  const prober = o.method === 'icmp' ? new IcmpProber(proc, sockets, o, now) : new UdpProber(sockets, o, now);
  const headers = ipHeader + prober.headerLength;
  const wanted = o.packetLength < 0 ? ipHeader + DEFAULT_DATA : o.packetLength;
  const data = Math.max(0, wanted - headers);
  const scopeId = o.host.family === AF_INET6 ? o.host.scopeId : 0;
  const text = await numericHost(proc, o.host.address, scopeId);
  proc.out(`traceroute to ${o.hostName} (${text}), ${o.maxHops} hops max, ${headers + data} byte packets`);
  await proc.flush();
  await new Engine(proc, o, prober, ipHeader, data).run();
  return 0;
}

export const tracerouteMain: Program = async (proc) => {
  try {
    return await traceroute(proc);
  } catch (e) {
    if (!(e instanceof TracerouteExit)) throw e;
    await proc.flush();
    proc.err(e.words);
    return e.status;
  }
};
