# policy routing: rules, their order, tables, selectors, flush and save
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip link set lo up; ip link set v0 up; ip link set v1 up
ip addr add 10.0.0.1/24 dev v0
ip addr add 10.0.0.9/24 dev v0
ip addr add 10.0.1.1/24 dev v1
ip route add default via 10.0.0.254
ip route add default via 10.0.1.254 table 100
ip route add default via 10.0.1.253 table 200
ip route add unreachable default table 300
ip rule
ip rule add from 10.0.0.9 table 100
ip rule add from 10.0.0.9 table 100
ip rule add to 10.7.0.0/16 lookup 200 pref 500
ip rule add fwmark 7 table 200
ip rule add fwmark 0x10/0xf0 table 200 pref 400
ip rule add iif v0 table 100 priority 450
ip rule add oif v1 table 200 pref 460
ip rule add iif nosuch table 100 pref 470
ip rule add tos 0x10 table 200 pref 480
ip rule add from 10.8.0.0/16 blackhole pref 600
ip rule add from 10.8.1.0/24 prohibit
ip rule add to 10.8.2.0/24 unreachable pref 610
ip rule add not from 10.0.0.0/16 table 300 pref 700
ip rule add pref 50 goto 460
ip rule add pref 60 from 10.5.0.0/16 goto 9999
ip rule add pref 800 nop
ip rule add pref 900 table main suppress_prefixlength 0
ip rule add pref 910 protocol static table 100
ip rule add pref 920 ipproto icmp table 100
ip rule add pref 930 ipproto tcp dport 80 table 100
ip rule add pref 940 sport 1000-2000 ipproto udp table 100
ip rule add pref 950 uidrange 100-200 table 100
ip rule add pref 960 table 100 suppress_ifgroup default
ip rule add pref 970 to 10.66.0.0/16
ip rule add pref 980 l3mdev
ip rule add pref 990 tun_id 5 table 100
ip rule
ip -d rule
ip -j rule
ip -j -p rule show table 300
ip rule show table 100
ip rule list from 10.0.0.9
ip rule show to 10.7.0.0/16
ip rule show pref 500
ip rule show fwmark 7
ip rule show iif v0
ip rule show lookup main
ip rule show bogus
ip route get 10.7.1.1
ip rule del pref 50
ip rule
ip route get 10.7.1.1
ip route get 8.8.8.8
ip route get 8.8.8.8 from 10.0.0.9
ip route get 8.8.8.8 mark 7
ip route get 8.8.8.8 mark 0x13
ip route get 10.8.2.1
ip route get 8.8.8.8 tos 0x10
ip rule del from 10.0.0.9 table 100
ip rule del from 10.0.0.9 table 100
ip rule del from 10.0.0.9 table 100
ip rule del pref 12345
ip rule del table 100
ip rule del
ip rule del fwmark 0x10/0xf0
ip rule save > /tmp/rules; echo $?
ip rule flush table 200
ip rule
ip rule flush
ip rule
ip route get 8.8.8.8
ip rule add
ip rule restore < /tmp/rules
ip rule
ip rule add from bogus
ip rule add from 10.0.0.1 table bogus
ip rule add from 10.0.0.1 pref x
ip rule add bogus
ip rule add fwmark x
ip rule add tos 3 table 100
ip rule add iif averyveryverylongname table 100
ip rule add goto 5 pref 10
ip rule add table 0
ip rule bogus
ip rule delete lookup main
ip rule
ip route get 8.8.8.8
ip -6 rule
ip rule help
