/** Packets that do not fit the card come and go in fragments, whatever MTU the card is given. */
import { bootProfile, profiles } from '@warren/core';
import { expect, it } from 'vitest';
import { nodeHost } from '../support/host.ts';

it.each([
  ['ubuntu', '2000', '1500'],
  ['ubuntu', '1200', '68'],
  ['ec2', '20000', '9001'],
])('%s: ping -s %s with mtu %s', async (name, size, mtu) => {
  const machine = await bootProfile(
    profiles.find((p) => p.name === name)!,
    { host: nodeHost },
  );
  const script = `ip link set eth0 mtu ${mtu}; ping -c 1 -q -s ${size} 8.8.8.8`;
  let text = '';
  await machine.run(['bash', '-c', script], { stdout: (bytes) => void (text += Buffer.from(bytes).toString()) });
  expect(text).toContain(' 0% packet loss');
});
