/** The documents that Warren began with, and why their commands print something else than they show. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Seed {
  readonly name: string;
  readonly profile: string;
  readonly text: string;
  /** Why a command differs, by its text. */
  readonly reasons: Readonly<Record<string, string>>;
}

const seed = (file: string, profile: string, reasons: Readonly<Record<string, string>>): Seed => ({
  name: file,
  profile,
  text: readFileSync(join(import.meta.dirname, 'seeds', file), 'utf8'),
  reasons,
});

/** The first two show the same session; one of them lost its addresses. */
const TUTORIAL: Readonly<Record<string, string>> = {
  'ip address show': 'typed by hand: blanks are missing or too many (`1:  lo:<`, eight before `valid_lft`)',
  'sudo tcpdump -tn -I any icmp':
    'it is `-i`; `-I` asks for the monitor mode of wireless cards, which `any` does not have. The words shown (`Tcpdump:`, `Linix`, `lenght`) are typed by hand',
  'ip route show': '`Default` is `default`; the rest is equal',
  'ip netns list': 'the namespace that was made is called `helloworld`, without a blank',
  'ip link show | grep veth':
    'the `type veth` is missing in the command before, so there is no such device; the lines shown are typed by hand',
};

export const SEEDS: readonly Seed[] = [
  seed('000.txt', 'ubuntu', {
    ...TUTORIAL,
    'traceroute -n': 'the address was lost from the document: without one traceroute explains itself',
    'ping -c 3': 'the address was lost from the document: without one ping complains',
  }),
  seed('001.txt', 'ubuntu', {
    ...TUTORIAL,
    'traceroute -n 8.8.8.8': 'typed by hand: `Trace route`, one blank before the number, none before `ms`',
    'ping -c 3 8.8.8.8':
      'typed by hand: `56 (84) bytesofdata`, `pingstatistics`; and the author is one router away (ttl=63), this machine four (ttl=60)',
  }),
  seed('002.md', 'ec2', {
    'sudo ip netns exec ns-2 tcpdump -i veth-2 icmp':
      'tcpdump says `-v[v]...` and `snapshot length` since 4.99, `-v or -vv` and `capture size` before. The packets are equal',
  }),
  seed('004.md', 'ubuntu', {}),
];
