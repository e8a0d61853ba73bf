# Routes over the loopback device refuse: a packet that took one would come back for ever.
ip netns add a
ip -n a link set lo up
ip netns exec a sysctl -qw net.ipv6.conf.all.forwarding=1
ip netns exec a ping -n -c 1 -W 0.3 fd00:9::1
ip netns exec a ping -n -c 1 -W 0.3 -I lo fd00:9::1
ip -n a -6 route add fd00:9::/64 dev lo
ip -n a -6 route show table all
ip netns exec a ping -n -c 1 -W 0.3 fd00:9::1
ip netns exec a ping -n -c 1 -W 0.3 -I lo fd00:9::1
ip netns exec a ping -n -c 1 -W 0.3 -I ::1 fd00:9::1
ip -n a -6 route get fd00:9::1
ip -n a addr add fd00:8::1/64 nodad dev lo
ip netns exec a ping -n -c 1 -W 0.3 fd00:8::2
ip netns exec a ping -n -c 1 -W 0.3 -I lo fd00:8::2
ip netns exec a ping -n -c 1 -W 0.3 -I fd00:8::1 fd00:8::2
ip netns exec a ping -n -c 1 -W 0.3 -t 255 -I fd00:8::1 fd00:9::2
ip -n a -6 route add unreachable fd00:b::/64 dev lo
ip -n a -6 route add fd00:c::/64 dev lo metric 5
ip -n a -6 route replace fd00:c::/64 dev lo metric 6
ip -n a -6 route add local fd00:d::/64 dev lo
ip -n a -6 route add default dev lo
ip netns exec a grep -c . /proc/net/ipv6_route
ip netns exec a sysctl -qw net.ipv6.conf.all.forwarding=0
ip -n a -6 route show table all
ip netns exec a ping -n -c 1 -W 0.3 fd00:9::1
ip netns exec a ping -n -c 1 -W 0.3 fd00:8::2

# Nor is there a gateway behind it; an address of ours is none either.
ip -n a -6 route del default dev lo
ip -n a -6 route add fd00:a::/64 via fd00:8::2 dev lo
ip -n a -6 route add fd00:a::/64 via fd00:8::2
ip -n a -6 route add fd00:a::/64 via fe80::1 dev lo
ip -n a -6 route add fd00:a::/64 via fe80::1
ip -n a -6 route add fd00:a::/64 via fd00:8::1 dev lo
ip -n a -6 route add fd00:a::/64 via fd00:8::1
ip -n a -6 route add fd00:a::/64 via ::1
ip -n a -6 route add fd00:a::/64 via ::1 dev lo
ip -n a -6 route add local fd00:a::/64 via ::1 dev lo
ip -n a -6 route add local fd00:a::/64 via fd00:8::2 dev lo
ip -n a -6 route add local fd00:a::/64 via fd00:9::2 dev lo
ip -n a -6 route add fd00:a::/64 via ::ffff:10.0.0.1
ip -n a -6 route add fd00:a::/64 via ff02::1
ip -n a -6 route add fd00:a::/64 nexthop via fd00:8::2 nexthop via fd00:8::3
ip -n a link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip -n a link set v0 addrgenmode none up
ip -n a link set v1 addrgenmode none up
ip -n a addr add fd00:7::1/64 nodad dev v0
ip -n a -6 route add fd00:a::/64 via fd00:7::1
ip -n a -6 route add fd00:a::/64 via fd00:7::1 dev v0
ip -n a -6 route add fd00:a::/64 via fd00:7::1 dev lo
ip -n a -6 route add fd00:a::/64 via fd00:8::1 dev v0
ip -n a -6 route add fd00:a::/64 nexthop via fd00:8::1 nexthop via fd00:7::2
ip -n a -6 route add fd00:a::/64 nexthop via fd00:7::2 dev lo nexthop via fd00:7::2
ip -n a -6 route add fd00:a::/64 nexthop dev lo nexthop via fd00:7::3

# The source a route prefers may be any address of ours that is ready.
ip -n a -6 route add unreachable fd00:e::/64 src fd00:7::1
ip -n a -6 route add unreachable fd00:f::/64 src fd00:7::9
ip -n a -6 route add fd00:f::/64 dev v1 src fd00:7::1
ip -n a addr add fd00:6::1/64 dev v0
ip -n a -6 route add fd00:10::/64 dev v0 src fd00:6::1
ip -n a -6 route show
ip -n a -6 route get fd00:f::1
