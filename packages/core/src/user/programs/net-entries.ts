/** The shell and what belongs to the network and its namespaces, by where Debian has it. */
import type { ProgramEntry } from '../process/types.ts';

export const netEntries: readonly ProgramEntry[] = [
  {
    name: 'bash',
    paths: ['/usr/bin/bash', '/usr/bin/sh'],
    load: async () => (await import('../shell/main.ts')).bashMain,
  },
  {
    name: 'ip',
    paths: ['/usr/sbin/ip', '/usr/bin/ip'],
    load: async () => (await import('./ip/main.ts')).ipMain,
  },
  {
    name: 'ping',
    paths: ['/usr/bin/ping', '/usr/bin/ping4', '/usr/bin/ping6'],
    load: async () => (await import('./ping/main.ts')).pingMain,
  },
  {
    name: 'traceroute',
    paths: ['/usr/sbin/traceroute', '/usr/bin/traceroute', '/usr/bin/traceroute6'],
    load: async () => (await import('./traceroute/main.ts')).tracerouteMain,
  },
  {
    name: 'tracepath',
    paths: ['/usr/bin/tracepath'],
    load: async () => (await import('./tracepath/main.ts')).tracepathMain,
  },
  {
    name: 'arping',
    paths: ['/usr/bin/arping'],
    load: async () => (await import('./arping/main.ts')).arpingMain,
  },
  {
    name: 'nc',
    paths: ['/usr/bin/nc', '/usr/bin/netcat', '/usr/bin/nc.openbsd'],
    load: async () => (await import('./nc/main.ts')).ncMain,
  },
  {
    name: 'dig',
    paths: ['/usr/bin/dig'],
    load: async () => (await import('./dig/dig.ts')).digMain,
  },
  {
    name: 'host',
    paths: ['/usr/bin/host'],
    load: async () => (await import('./dig/host.ts')).hostMain,
  },
  {
    name: 'nslookup',
    paths: ['/usr/bin/nslookup'],
    load: async () => (await import('./dig/host.ts')).nslookupMain,
  },
  {
    name: 'dnsmasq',
    paths: ['/usr/sbin/dnsmasq'],
    load: async () => (await import('./dnsmasq/main.ts')).dnsmasqMain,
  },
  {
    name: 'dhclient',
    paths: ['/usr/sbin/dhclient'],
    load: async () => (await import('./dhclient/main.ts')).dhclientMain,
  },
  {
    name: 'tcpdump',
    paths: ['/usr/bin/tcpdump', '/usr/sbin/tcpdump'],
    load: async () => (await import('./tcpdump/main.ts')).tcpdumpMain,
  },
  {
    name: 'sudo',
    paths: ['/usr/bin/sudo'],
    load: async () => (await import('./sudo/main.ts')).sudoMain,
  },
  {
    name: 'hostname',
    paths: ['/usr/bin/hostname', '/usr/bin/dnsdomainname'],
    load: async () => (await import('./hostname/main.ts')).hostnameMain,
  },
  {
    name: 'unshare',
    paths: ['/usr/bin/unshare'],
    load: async () => (await import('./unshare/main.ts')).unshareMain,
  },
  {
    name: 'nsenter',
    paths: ['/usr/bin/nsenter'],
    load: async () => (await import('./nsenter/main.ts')).nsenterMain,
  },
  {
    name: 'setsid',
    paths: ['/usr/bin/setsid'],
    load: async () => (await import('./setsid/main.ts')).setsidMain,
  },
  {
    name: 'dmesg',
    paths: ['/usr/bin/dmesg'],
    load: async () => (await import('./dmesg/main.ts')).dmesgMain,
  },
  {
    name: 'sysctl',
    paths: ['/usr/sbin/sysctl'],
    load: async () => (await import('./sysctl/main.ts')).sysctlMain,
  },
  {
    name: 'mount',
    paths: ['/usr/bin/mount'],
    load: async () => (await import('./mount/main.ts')).mountMain,
  },
  {
    name: 'umount',
    paths: ['/usr/bin/umount'],
    load: async () => (await import('./mount/main.ts')).umountMain,
  },
  {
    name: 'arp',
    paths: ['/usr/sbin/arp'],
    load: async () => (await import('./net-tools/arp.ts')).arpMain,
  },
  {
    name: 'ifconfig',
    paths: ['/usr/sbin/ifconfig'],
    load: async () => (await import('./net-tools/ifconfig.ts')).ifconfigMain,
  },
  {
    name: 'route',
    paths: ['/usr/sbin/route'],
    load: async () => (await import('./net-tools/route.ts')).routeMain,
  },
  {
    name: 'netstat',
    paths: ['/usr/bin/netstat'],
    load: async () => (await import('./net-tools/netstat.ts')).netstatMain,
  },
  {
    name: 'nstat',
    paths: ['/usr/bin/nstat'],
    load: async () => (await import('./nstat/main.ts')).nstatMain,
  },
  {
    name: 'ss',
    paths: ['/usr/bin/ss'],
    load: async () => (await import('./ss/main.ts')).ssMain,
  },
  {
    name: 'lsns',
    paths: ['/usr/bin/lsns'],
    load: async () => (await import('./lsns/main.ts')).lsnsMain,
  },
  {
    name: 'apt',
    paths: ['/usr/bin/apt'],
    load: async () => (await import('./apt/main.ts')).aptMain,
  },
  {
    name: 'apt-get',
    paths: ['/usr/bin/apt-get'],
    load: async () => (await import('./apt/main.ts')).aptGetMain,
  },
];
