# routes: every attribute, every type, every wrong word
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip link set lo up; ip link set v0 up; ip link set v1 up
ip addr add 10.0.0.1/24 dev v0
ip addr add 10.0.1.1/24 dev v1
ip route add 10.1.0.0/16 via 10.0.0.2 metric 10 src 10.0.0.1
ip route add 10.1.0.0/16 via 10.0.0.3 metric 20 src 10.9.9.9
ip route add 10.1.0.0/16 via 10.0.0.3 metric 0
ip route add 10.1.0.0/16 via 10.0.0.3 tos 0x10
ip route add 10.1.0.0/16 via 10.0.0.4 dsfield lowdelay
ip route add 10.1.0.0/16 via 10.0.0.4 tos 0x8 metric 4
ip route add 10.2.0.0/16 dev v0 scope link
ip route add 10.2.1.0/24 dev v0 scope host
ip route add 10.2.2.0/24 dev v0 scope global
ip route add 10.2.3.0/24 dev v0 scope 200
ip route add 10.2.4.0/24 via 10.0.0.2 scope link
ip route add 10.3.0.0/16 via 10.0.0.2 mtu 1400 advmss 1000 window 30 rtt 10ms rttvar 5ms ssthresh 4 cwnd 5 reordering 6 hoplimit 33 initcwnd 10 initrwnd 11 rto_min 20ms quickack 1 features ecn
ip route add 10.3.1.0/24 via 10.0.0.2 mtu lock 1300
ip route add 10.3.2.0/24 via 10.0.0.2 congctl reno
ip route add 10.3.3.0/24 via 10.0.0.2 congctl nosuch
ip route add 10.4.0.0/16 proto static via 10.0.0.2
ip route add 10.4.1.0/24 proto 99 via 10.0.0.2
ip route add 10.4.2.0/24 proto bogus via 10.0.0.2
ip route add 10.5.0.0/16 via 10.0.7.2
ip route add 10.5.0.0/16 via 10.0.7.2 dev v0
ip route add 10.5.0.0/16 via 10.0.7.2 dev v0 onlink
ip route add 10.5.1.0/24 via 10.0.0.1
ip route add 10.5.1.0/24 via 10.0.0.1 onlink dev v0
ip route add 10.5.1.0/24 via 10.0.0.255
ip route add 10.5.1.0/24 via 10.0.1.2 dev v0
ip route add throw 10.6.0.0/24
ip route add unreachable 10.6.1.0/24
ip route add prohibit 10.6.2.0/24
ip route add blackhole 10.6.3.0/24
ip route add blackhole 10.6.4.0/24 dev v0
ip route add unreachable 10.6.5.0/24 via 10.0.0.2
ip route add local 10.6.6.0/24 dev v0
ip route add broadcast 10.6.7.0 dev v0
ip route add multicast 239.0.0.0/8 dev v0
ip route add nat 10.6.8.0/24 via 10.0.0.2
ip route add anycast 10.6.9.0 dev v0
ip route add 10.7.0.0/16 via 10.0.0.2 table 100
ip route add 10.7.0.0/16 via 10.0.0.2 table 1000
ip route add 10.7.0.0/16 via 10.0.0.2 table bogus
ip route add 10.7.0.0/16 via 10.0.0.2 table default
ip route
ip -d route
ip route show table 100
ip route show table 1000
ip route show table all
ip route show table local
ip route show table cache
ip route show table 77
ip route show type blackhole
ip route show scope link
ip route show tos 0x10
ip route show exact 10.6.1.0/24
ip route show root 10.6.0.0/16
ip route show src 10.0.0.1
ip route show metric 10
ip route list proto static
ip route show vrf nosuch
ip route show bogus
ip route show 10.1.0.0/40
ip route add 10.8.0.0/16
ip route add 10.8.0.0/16 via
ip route add 10.8.0.0/16 metric x via 10.0.0.2
ip route add 10.8.0.0/16 via 10.0.0.2 dev nosuch
ip route add 10.8.0.0/16 via 10.0.0.2 bogus
ip route add 10.8.0.0/16 10.9.0.0/16 via 10.0.0.2
ip route add 10.8.0.1/16 via 10.0.0.2
ip route add 10.8.0.0/16 via fe80::1
ip route add default via 10.0.0.2 mtu x
ip route add 10.8/16 via 10.0.0.2
ip route show 10.8/16
ip route del 10.8/16
ip route del 10.8/16
ip route del 10.1.0.0/16 metric 20
ip route del 10.1.0.0/16 via 10.0.0.77
ip route del 10.1.0.0/16
ip route show 10.1.0.0/16
ip route del throw 10.6.0.0/24
ip route del unreachable 10.6.2.0/24
ip route del 10.6.2.0/24
ip route bogus
