# ARP as the sysctls bend it: two addresses, wrong interface, proxy, announce, ignore
for n in a b; do ip netns add $n; ip netns exec $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1; ip -n $n link set lo up; done
ip link add e0 address 02:00:00:00:00:a0 netns a type veth peer name e0 address 02:00:00:00:00:b0 netns b
ip link add e1 address 02:00:00:00:00:a1 netns a type veth peer name e1 address 02:00:00:00:00:b1 netns b
for n in a b; do for e in e0 e1; do ip -n $n link set $e up; done; done
ip -n a addr add 10.0.0.1/24 dev e0
ip -n b addr add 10.0.0.2/24 dev e0
ip -n b addr add 10.0.1.2/24 dev e1
ip -n b addr add 10.9.9.9/32 dev lo
ip -n a route add 10.0.1.0/24 dev e0
ip -n a route add 10.9.9.9 dev e0
ip netns exec a ping -c 1 10.0.0.2
ip netns exec a ping -c 1 10.0.1.2
ip netns exec a ping -c 1 10.9.9.9
ip -n a neigh | sort
ip -n a neigh flush all; ip -n b neigh flush all
ip netns exec b sysctl -w net.ipv4.conf.e0.arp_ignore=1
ip netns exec a ping -c 1 10.0.0.2
ip netns exec a ping -c 1 10.0.1.2
ip -n a neigh | sort
ip -n a neigh flush all; ip -n b neigh flush all
ip netns exec b sysctl -w net.ipv4.conf.e0.arp_ignore=8
ip netns exec a ping -c 1 10.0.0.2
ip netns exec b sysctl -w net.ipv4.conf.e0.arp_ignore=2
ip -n a addr add 10.7.0.1/24 dev e0
ip -n a neigh flush all; ip -n b neigh flush all
ip netns exec a ping -c 1 -I 10.7.0.1 10.0.0.2
ip netns exec b sysctl -w net.ipv4.conf.e0.arp_ignore=0
ip netns exec a ping -c 1 -W 1 -I 10.7.0.1 10.0.0.2
ip -n b neigh | sort
ip -n b route add 10.7.0.0/24 dev e0
ip netns exec a ping -c 1 -I 10.7.0.1 10.0.0.2
ip -n b neigh | sort
ip netns exec b sysctl -w net.ipv4.conf.all.arp_announce=2
ip -n b addr add 10.0.0.3/24 dev e0
ip -n b addr show e0
ip -n a neigh flush all; ip -n b neigh flush all
ip netns exec a ping -c 1 10.0.0.3
ip -n a neigh | sort
ip -n a route add 10.5.0.0/16 dev e0
ip netns exec a ping -c 1 10.5.0.1
ip netns exec b sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.e0.proxy_arp=1
ip -n b route add 10.5.0.0/16 via 10.0.1.1
ip -n a addr add 10.0.1.1/24 dev e1
ip -n a neigh flush all; ip -n b neigh flush all
ip netns exec a ping -c 1 -W 1 10.5.0.1
ip -n a neigh show dev e0
ip -n b neigh add proxy 10.0.0.77 dev e0
ip netns exec b sysctl -qw net.ipv4.conf.e0.proxy_arp=0
ip -n a neigh flush all; ip -n b neigh flush all
ip netns exec a ping -c 1 -W 1 10.0.0.77
ip -n a neigh show 10.0.0.77
ip netns exec b sysctl -w net.ipv4.conf.e0.arp_accept=1
ip netns exec b sysctl -w net.ipv4.conf.e1.arp_filter=1
ip -n a link set e0 arp off
ip netns exec a ping -c 1 -W 1 10.0.0.2
ip -n a neigh | sort
ip -n a neigh show nud all | sort
ip -n a link set e0 arp on
ip netns exec a ping -c 1 10.0.0.2
ip netns exec a sysctl -w net.ipv4.neigh.e0.mcast_solicit=1 net.ipv4.neigh.e0.retrans_time_ms=200
ip netns exec a ping -c 1 10.0.0.88
ip netns exec a ping -c 1 -I e1 10.0.0.2
ip netns exec a ping -c 1 -I lo 10.0.0.2
ip netns exec a ping -c 1 -I nosuch 10.0.0.2
