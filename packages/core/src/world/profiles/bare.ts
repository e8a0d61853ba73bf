import type { Profile } from '../profile.ts';

export const bare: Profile = {
  name: 'bare',
  description: 'one network namespace with only lo, down, as after unshare -n',
  hostname: 'warren',
  network: null,
};
