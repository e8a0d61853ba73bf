import type { PublicHost } from '../internet.ts';

/** Hosts that people ping, with the addresses that they have outside. */
export const PUBLIC_HOSTS: readonly PublicHost[] = [
  { names: ['dns.google'], addresses: ['8.8.8.8', '8.8.4.4'], dns: true },
  { names: ['one.one.one.one'], addresses: ['1.1.1.1', '1.0.0.1'], dns: true },
  { names: ['google.com', 'www.google.com'], addresses: ['142.250.185.78'] },
  { names: ['example.com', 'www.example.com'], addresses: ['93.184.215.14'] },
  { names: ['example.org', 'www.example.org'], addresses: ['93.184.215.15'] },
  { names: ['example.net', 'www.example.net'], addresses: ['93.184.215.16'] },
  { names: ['github.com', 'www.github.com'], addresses: ['140.82.121.4'] },
  { names: ['archive.ubuntu.com', 'security.ubuntu.com'], addresses: ['185.125.190.39'] },
  { names: ['deb.debian.org'], addresses: ['151.101.2.132'] },
];
