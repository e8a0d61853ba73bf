# ip route get: from, iif, oif, mark, tos, fibmatch, and what the router says
ip netns add h
ip link add e0 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns h
ip link add e1 address 02:00:00:00:00:03 type veth peer name e2 address 02:00:00:00:00:04
sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip link set lo up; ip link set e0 up; ip link set e1 up; ip link set e2 up; ip -n h link set eth0 up
ip addr add 10.0.0.1/24 dev e0
ip addr add 10.0.1.1/24 dev e1
ip addr add 10.0.1.9/24 dev e1
ip route add default via 10.0.0.254
ip route add 10.2.0.0/16 via 10.0.1.2 src 10.0.1.9 mtu 1400
ip route add unreachable 10.3.0.0/16
ip route add prohibit 10.4.0.0/16
ip route add blackhole 10.5.0.0/16
ip route add throw 10.6.0.0/16
ip route add 10.7.0.0/16 nexthop via 10.0.0.5 weight 1 nexthop via 10.0.0.6 weight 3
ip route get 8.8.8.8
ip route get 10.0.0.1
ip route get 10.0.0.255
ip route get 10.0.0.0
ip route get 224.0.0.5
ip route get 224.0.0.5 oif e1
ip route get 255.255.255.255
ip route get 255.255.255.255 oif e1
ip route get 0.0.0.0
ip route get 10.2.3.4
ip route get 10.3.3.4
ip route get 10.4.3.4
ip route get 10.5.3.4
ip route get 10.6.3.4
ip route get 10.2.3.4 from 10.0.0.1
ip route get 10.2.3.4 from 10.77.0.1
ip route get 10.2.3.4 from 10.0.0.7 iif e0
sysctl -w net.ipv4.ip_forward=1
ip route get 10.2.3.4 from 10.0.0.7 iif e0
ip route get 10.2.3.4 from 10.9.0.7 iif e1
ip route get 10.0.0.1 from 10.0.0.7 iif e0
ip route get 10.3.0.1 from 10.0.0.7 iif e0
ip route get 10.2.3.4 iif e0
ip route get 10.2.3.4 iif nosuch
ip route get 10.2.3.4 oif e0
ip route get 10.2.3.4 oif e2
ip route get 10.2.3.4 oif nosuch
ip route get 10.2.3.4 mark 5
ip route get 10.2.3.4 tos 0x10
ip route get 10.2.3.4 dsfield 8
ip route get 10.2.3.4 uid 0
ip route get 10.2.3.4 ipproto tcp dport 80 sport 1000
ip route get 10.2.3.4 ipproto bogus
ip route get 10.2.3.4 dport 80
ip route get fibmatch 10.2.3.4
ip route get fibmatch 10.3.3.4
ip route get fibmatch 8.8.8.8
ip route get fibmatch 10.0.0.1
ip route get fibmatch 10.7.0.1
ip route get 10.2.3.4/16
ip route get 10.2.0.0/16
ip route get 10.2.3.4 connected
ip route get
ip route get bogus
ip route get 10.2.3.4 bogus
ip route get from 10.0.0.1
ip route get to 10.2.3.4 from 10.0.1.1
ip -j route get 10.2.3.4
ip -j -p route get 10.0.0.1
ip -d route get 10.2.3.4
ip -6 route get 10.2.3.4
ip -n h route get 10.0.0.1
ip -n h route get 127.0.0.1
ip -n h route get fibmatch 10.0.0.1
