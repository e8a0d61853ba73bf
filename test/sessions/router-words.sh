# three routers in a chain: TTL, unreachables, redirects, reverse path, record route
for n in h1 r1 r2 r3 h2; do ip netns add $n; ip netns exec $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1; ip -n $n link set lo up; done
cable() { ip link add $2 netns $1 type veth peer name $4 netns $3; ip -n $1 link set $2 up; ip -n $3 link set $4 up; }
cable h1 eth0 r1 a
cable r1 b r2 a
cable r2 b r3 a
cable r3 b h2 eth0
ip -n h1 addr add 10.0.1.2/24 dev eth0
ip -n r1 addr add 10.0.1.1/24 dev a
ip -n r1 addr add 10.0.12.1/30 dev b
ip -n r2 addr add 10.0.12.2/30 dev a
ip -n r2 addr add 10.0.23.2/30 dev b
ip -n r3 addr add 10.0.23.1/30 dev a
ip -n r3 addr add 10.0.2.1/24 dev b
ip -n h2 addr add 10.0.2.2/24 dev eth0
ip -n h1 route add default via 10.0.1.1
ip -n h2 route add default via 10.0.2.1
ip -n r1 route add 10.0.0.0/16 via 10.0.12.2
ip -n r2 route add 10.0.1.0/24 via 10.0.12.1
ip -n r2 route add 10.0.2.0/24 via 10.0.23.1
ip -n r3 route add 10.0.0.0/16 via 10.0.23.2
ip netns exec h1 ping -c 1 -W 1 10.0.2.2
for r in r1 r2 r3; do ip netns exec $r sysctl -qw net.ipv4.ip_forward=1; done
ip netns exec h1 ping -c 1 10.0.2.2
ip netns exec h1 ping -c 1 -R 10.0.2.2
ip netns exec h1 ping -c 1 -T tsonly 10.0.2.2 | sed 's/[0-9]* absolute/N absolute/; s/^\t*-\?[0-9]*$/N/'
for t in 1 2 3 4; do ip netns exec h1 ping -c 1 -t $t 10.0.2.2; done
ip netns exec h1 ping -c 1 10.0.99.1
ip netns exec h1 ping -c 1 10.9.9.9
ip netns exec h1 ping -c 1 10.0.2.77
ip -n r2 route add unreachable 10.0.50.0/24
ip -n r2 route add prohibit 10.0.51.0/24
ip -n r2 route add blackhole 10.0.52.0/24
ip -n r2 route add throw 10.0.53.0/24
ip netns exec h1 ping -c 1 10.0.50.1
ip netns exec h1 ping -c 1 10.0.51.1
ip netns exec h1 ping -c 1 -W 1 10.0.52.1
ip netns exec h1 ping -c 1 10.0.53.1
ip netns exec h1 ping -c 1 -Q 0x10 10.0.2.2
ip netns exec h1 ping -c 1 -m 7 10.0.2.2
ip netns exec h1 ping -c 1 -s 4000 10.0.2.2
ip netns exec h1 ping -c 1 -s 1473 -M do 10.0.2.2
ip -n r2 link set b mtu 1400
ip netns exec h1 ping -c 1 -s 1400 -M do 10.0.2.2
ip netns exec h1 ping -c 1 -s 1400 -M do 10.0.2.2
ip -n h1 route get 10.0.2.2 | sed 's/expires [0-9]*/expires N/'
ip netns exec h1 ping -c 1 -s 1400 -M dont 10.0.2.2
ip netns exec h1 ping -c 1 -s 1400 -M want 10.0.2.2
ip -n h1 route flush cache
ip -n h1 route get 10.0.2.2
ip -n r3 route del 10.0.0.0/16
ip netns exec h1 ping -c 1 -W 1 10.0.2.2
ip -n r3 route add 10.0.0.0/16 via 10.0.23.2
ip -n h1 addr add 10.0.77.1/24 dev eth0
ip netns exec h1 ping -c 1 -W 1 -I 10.0.77.1 10.0.2.2
ip netns exec r1 sysctl -w net.ipv4.conf.a.rp_filter=1
ip -n h1 neigh flush all
ip netns exec h1 ping -c 1 -W 5 -I 10.0.77.1 10.0.12.1
ip netns exec r1 sysctl -w net.ipv4.conf.a.rp_filter=2
ip -n h1 neigh flush all
ip netns exec h1 ping -c 1 -W 5 -I 10.0.77.1 10.0.12.1
ip netns exec r1 sysctl -w net.ipv4.conf.a.forwarding=0
ip netns exec r1 sysctl net.ipv4.ip_forward
ip netns exec h1 ping -c 1 -W 1 10.0.2.2
ip netns exec r1 sysctl -w net.ipv4.conf.a.forwarding=1
ip netns exec r1 sysctl -w net.ipv4.ip_default_ttl=3
ip netns exec r1 ping -c 1 10.0.2.2
ip netns exec h1 ping -c 1 -b 10.0.1.255
ip netns exec h1 ping -c 1 -W 1 10.0.1.255
ip netns exec r1 sysctl -w net.ipv4.icmp_echo_ignore_all=1
ip netns exec h1 ping -c 1 -W 1 10.0.1.1
ip -n r2 link set a down
ip netns exec h1 ping -c 1 10.0.2.2
ip -n r1 route
ip netns exec h1 ping -c 1 -W 1 10.0.23.2
ip netns del r2
ip netns exec h1 ping -c 1 10.0.2.2
ip -n r1 -br link | awk '{print $1, $2}'
