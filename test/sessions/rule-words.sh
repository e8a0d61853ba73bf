# every word of ip rule, and what happens to the list
sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip rule save | od -An -tx1 -N4
ip rule add from 10.0.0.9/24 table 100
ip rule add from 10.0.0.9/24 table 100 pref 5
ip rule add from 0/0 table 100 pref 6
ip rule add to default table 100 pref 7
ip rule add pref 10 prohibit
ip rule add type unreachable pref 11
ip rule add pref 12 dev v0 table 5
ip rule add pref 13 order 14 prio 15 table 5
ip rule add pref 16 table 5 suppress_prefixlength 200
ip rule add pref 17 table 5 suppress_ifgroup bogus
ip rule add pref 18 table 5 suppress_ifgroup 7
ip rule add pref 19 table 5 uidrange 5
ip rule add pref 19 table 5 uidrange 5-4
ip rule add pref 20 table 5 sport 9-5
ip rule add pref 20 table 5 sport 5
ip rule add pref 20 table 5 sport x
ip rule add pref 20 table 5 ipproto bogus
ip rule add pref 20 table 5 ipproto 99
ip rule add pref 21 table 5 realms 3/4
ip rule add pref 21 table 5 realms x/y
ip rule add pref 22 goto x
ip rule add pref 22 goto 22
ip rule add pref 22 goto 10
ip rule add pref 22 goto 40000
ip rule add pref 23 map-to 10.0.0.1
ip rule add pref 25 table 0
ip rule add pref 25 table 5 not
ip rule add pref 25 table 5 l3mdev
ip rule add pref 25 table 5 tun_id x
ip rule add pref 25 table 5 protocol bogus
ip rule add pref 25 table 5 fwmark 5/x
ip rule add pref 25 table 5 fwmark 0/0xff
ip rule add pref 26 table 5 fwmark 5/0xffffffff
ip rule add pref 26 table 5 tos bogus
ip rule add pref 26 table 5 dsfield 0x20
ip rule add pref 26 table 5 tos 3
ip rule add pref 27 iif v0 oif v1 from 10.0.0.0/8 to 10.1.0.0/16 tos 8 fwmark 1 ipproto udp sport 5 dport 6-7 uidrange 1-2 table 7 suppress_prefixlength 3 suppress_ifgroup 0 proto 77
ip rule add pref 28 unicast
ip rule add pref 29 throw
ip rule add pref 29 local
ip rule add pref 30 from help
ip rule add pref 30 help
ip rule add from
ip rule add pref 31 vrf v0
ip rule add pref -1 table 7
ip rule add pref 32767 table 99
ip rule add pref 32768 table 99
ip rule add pref 4294967295 table 99
ip rule add pref 0 table 99
ip rule add table 98
ip rule add pref 8 to ::1 table 100
ip rule add from ::1 table 5
ip rule add pref 9 from 10.0.0.1 table 100
ip rule add pref 9 table 100
ip rule add pref 9 not table 100
ip rule add pref 35 l3mdev
ip rule add pref 36 realms 4 table 3
ip rule add pref 37 dport 70000 table 5
ip rule add pref 38 uidrange 4294967295-4294967295 table 5
ip rule add pref 38 suppress_prefixlength -2 table 5
ip rule add pref 38 goto 39 table 5
ip rule add pref 39 goto 50 to 10.0.0.0/8
ip rule add pref 50 nop
ip rule show pref 39
ip rule del pref 50
ip rule show pref 39
ip rule add pref 51 tun_id 5 table 9
ip rule add pref 52 table 300 proto kernel
ip rule add pref 53 iif nosuch oif v1 table 300
ip rule
ip -d rule
ip -j rule
ip -N rule
ip -o rule show from 10.0.0.0/8
ip rule show 10.0.0.0/24
ip rule show from 10.0.0.0/24
ip rule show to default table 5
ip rule show dev v0
ip rule show not
ip rule show tos 8
ip rule show prio 5-20
ip rule show pref x
ip rule show order 27
ip rule show fwmark 1
ip rule show fwmark 5/0xffffffff
ip rule show fwmark x
ip rule show uidrange 1-2
ip rule show uidrange x
ip rule show tun_id 5
ip rule show ipproto udp
ip rule show sport 5
ip rule show dport 6-7
ip rule show dport x
ip rule show table bogus
ip rule show table all
ip rule show protocol bogus
ip rule show l3mdev
ip rule show iif a/b
ip rule show oif averyveryverylongname
ip rule show from bogus
ip rule show from
ip rule list 27
ip rule del pref 27
ip rule del prio 27
ip rule del not
ip rule del from 10.0.0.0/24 table 100
ip rule del to 0/0
ip rule del prohibit
ip rule del goto 40000
ip rule del fwmark 5
ip rule del dev v0
ip rule del ipproto tcp
ip rule del sport 5
ip rule del bogus
ip rule del help
ip rule del table bogus
ip rule del
ip rule add
ip rule save x
ip rule flush pref 5-11
ip rule flush from 10.0.0.0/24
ip rule
ip rule flush table 5
ip rule flush protocol kernel
ip -s rule flush
ip rule
ip -4 rule add from ::1 table 5
