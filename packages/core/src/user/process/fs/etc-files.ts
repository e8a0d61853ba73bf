import { protocolsText, servicesText } from './etc-names.ts';

/** iproute2's tables: `number name`, separated by commas. @see /etc/iproute2 of iproute2 6.1 */
const IPROUTE2: Readonly<Record<string, string>> = {
  rt_tables: '255 local, 254 main, 253 default, 0 unspec',
  rt_protos:
    '0 unspec, 1 redirect, 2 kernel, 3 boot, 4 static, 8 gated, 9 ra, 10 mrt, 11 zebra, 12 bird, 13 dnrouted, 14 xorp, 15 ntk, 16 dhcp, 18 keepalived, 42 babel, 99 openr, 186 bgp, 187 isis, 188 ospf, 189 rip, 192 eigrp',
  rt_scopes: '0 global, 255 nowhere, 254 host, 253 link, 200 site',
  rt_realms: '0 cosmos',
  rt_dsfield:
    '0x0 default, 0x28 AF11, 0x30 AF12, 0x38 AF13, 0x48 AF21, 0x50 AF22, 0x58 AF23, 0x68 AF31, 0x70 AF32, 0x78 AF33, 0x88 AF41, 0x90 AF42, 0x98 AF43, 0x20 CS1, 0x40 CS2, 0x60 CS3, 0x80 CS4, 0xA0 CS5, 0xC0 CS6, 0xE0 CS7, 0xB8 EF',
  group: '0 default',
  nl_protos:
    '0 rtnl, 1 unused, 2 usersock, 3 fw, 4 tcpdiag, 5 nflog, 6 xfrm, 7 selinux, 8 iscsi, 9 audit, 10 fiblookup, 11 connector, 12 nft, 13 ip6fw, 14 dec-rt, 15 uevent, 16 genl, 18 scsi-trans, 19 ecryptfs, 20 rdma, 21 crypto',
};

const PASSWD: readonly string[] = [
  'root:x:0:0:root:/root:/bin/bash',
  'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin',
  'bin:x:2:2:bin:/bin:/usr/sbin/nologin',
  'sys:x:3:3:sys:/dev:/usr/sbin/nologin',
  'www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin',
  'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
];

const GROUP =
  'root:0 daemon:1 bin:2 sys:3 adm:4 tty:5 disk:6 mail:8 kmem:15 dialout:20 sudo:27 audio:29 www-data:33 shadow:42 ' +
  'utmp:43 video:44 staff:50 users:100 nogroup:65534';

/** The files of /etc, by path: what Debian 12 has in them, where programs look. */
export function etcFiles(hostname: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>([
    ['/etc/hostname', `${hostname}\n`],
    [
      '/etc/hosts',
      `127.0.0.1\tlocalhost\n127.0.1.1\t${hostname}\n\n::1     localhost ip6-localhost ip6-loopback\n` +
        'ff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n',
    ],
    ['/etc/passwd', PASSWD.map((l) => `${l}\n`).join('')],
    [
      '/etc/group',
      GROUP.split(' ')
        .map((g) => `${g.replace(':', ':x:')}:\n`)
        .join(''),
    ],
    ['/etc/networks', 'default\t\t0.0.0.0\nloopback\t127.0.0.0\nlink-local\t169.254.0.0\n\n'],
    ['/etc/resolv.conf', ''],
    [
      '/etc/nsswitch.conf',
      [
        ['passwd', 'files'],
        ['group', 'files'],
        ['shadow', 'files'],
        ['hosts', 'files dns'],
        ['networks', 'files'],
        ['protocols', 'db files'],
        ['services', 'db files'],
      ]
        .map(([k, v]) => `${`${k}:`.padEnd(16)}${v}\n`)
        .join(''),
    ],
    [
      '/etc/os-release',
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\n' +
        'VERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\nHOME_URL="https://www.debian.org/"\n' +
        'SUPPORT_URL="https://www.debian.org/support"\nBUG_REPORT_URL="https://bugs.debian.org/"\n',
    ],
    ['/etc/debian_version', '12.11\n'],
    ['/etc/shells', '/bin/sh\n/usr/bin/sh\n/bin/bash\n/usr/bin/bash\n'],
    ['/etc/services', servicesText()],
    ['/etc/protocols', protocolsText()],
  ]);
  for (const [name, table] of Object.entries(IPROUTE2)) {
    const rows = table.split(', ').map((row) => `${row.replace(' ', '\t')}\n`);
    files.set(`/etc/iproute2/${name}`, rows.join(''));
  }
  return files;
}
