/** The `ifconfig` command of net-tools 2.10: options and what it shows. Changes: `ifconfig-set.ts`. @see ifconfig(8) */
import { IFF_UP } from '../../../uapi/if.ts';
import type { Program } from '../../process/types.ts';
import { Interfaces, longText, shortText } from './interface.ts';
import { configure } from './ifconfig-set.ts';
import { IFCONFIG_FAMILIES, IFCONFIG_FAMILIES_HEAD, IFCONFIG_HARDWARE, IFCONFIG_USAGE, VERSION } from './usage.ts';

const SHORT_HEAD = 'Iface      MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n';
const NAME_MAX = 15;

export const ifconfigMain: Program = async (proc) => {
  const args = proc.argv.slice(1);
  let all = false;
  let short = false;
  while (args[0]?.startsWith('-') === true) {
    const opt = args.shift()!;
    switch (opt) {
      case '-a':
        all = true;
        break;
      case '-s':
        short = true;
        break;
      case '-v':
        break;
      case '-V':
      case '-version':
      case '--version':
        proc.out(VERSION);
        return 0;
      case '-?':
      case '-h':
      case '-help':
      case '--help':
        proc.out(IFCONFIG_USAGE + IFCONFIG_FAMILIES_HEAD);
        proc.err(IFCONFIG_HARDWARE + IFCONFIG_FAMILIES);
        return 0;
      default:
        proc.err(`ifconfig: option \`${opt}' not recognised.\nifconfig: \`--help' gives usage information.\n`);
        return 1;
    }
  }
  const ifs = new Interfaces(proc);
  const name = args.shift()?.slice(0, NAME_MAX);
  if (name !== undefined && args.length > 0) return configure(proc, ifs.socket, name, args);
  if (short) proc.out(SHORT_HEAD);
  if (name === undefined) {
    for (const each of ifs.names()) {
      const i = ifs.fetch(each);
      if (i !== null && (all || (i.flags & IFF_UP) !== 0)) proc.out(short ? shortText(i) : longText(proc, i));
    }
    return 0;
  }
  const i = ifs.fetch(name);
  if (i === null) {
    proc.err(`${name}: error fetching interface information: Device not found\n`);
    return 1;
  }
  proc.out(short ? shortText(i) : longText(proc, i));
  return 0;
};
