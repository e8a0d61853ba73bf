ip netns add a; ip netns add b
ip link add v0 netns a type veth peer name v0 netns b
ip -n a link set v0 up; ip -n b link set v0 up
ip -n b addr add 2001:db8::2/64 dev v0
ip netns exec b sysctl -q -w net.ipv6.conf.all.forwarding=1
sleep 4
ip -n b -6 route show table all | grep -v fe80
ip -n a addr add 2001:db8::1/64 dev v0 nodad
ip netns exec a ping -c 1 2001:db8::
ip netns exec a ping -c 1 -W 1 2001:db8::1
ip -n a link set lo up
ip netns exec a ping -c 1 -W 1 2001:db8::1
ip netns exec a ping -c 1 -I 2001:db8::1 2001:db8::2
ip netns exec a ping -c 1 -I 2001:db8::7 2001:db8::2
ip -n a neigh add 2001:db8::9 lladdr 02:00:00:00:00:99 dev v0
ip -n a neigh add 2001:db8::10 lladdr 02:00:00:00:00:99 dev v0 nud stale
ip -n a -6 neigh show 2001:db8::9
ip -n a -6 neigh show 2001:db8::10
ip -n a neigh del 2001:db8::9 dev v0
ip -n a neigh del 2001:db8::9 dev v0
ip -n a neigh flush dev v0
ip -n a -6 addr add 2001:db8:5::1/64 dev v0 preferred_lft 0
ip -n a -6 addr show dev v0 scope global
ip -n a route get 2001:db8:5::2
ip -n a -6 addr flush dev v0
ip -n a -6 addr show dev v0
ip -n a -6 route show table all
ip -n a addr add 2001:db8::1/64 dev v0
ip -n a addr add 10.0.0.1/24 dev v0
ip -n a route
ip -n a addr show dev v0 | grep inet
sleep 4
ip -n a -6 -o addr
ip -n a -6 -j addr show dev lo
ip -n a -6 -j route | sed 's/"expires":[0-9]*/E/'
ip -n a route add 2001:db8:7::/48 dev v0 metric 7
ip -n a route add 2001:db8:7::/48 dev v0 metric 8
ip -n a route del 2001:db8:7::/48
ip -n a -6 route
ip -n a route replace 2001:db8:7::/48 via 2001:db8::2 metric 8
ip -n a -6 route
ip -n a route append 2001:db8:7::/48 via 2001:db8::3 metric 8
ip -n a -6 route
ip -n a route del 2001:db8:7::/48 via 2001:db8::2
ip -n a -6 route
ip -n a -6 route flush proto boot
ip -n a -6 route
ip -n a -6 route add default via fe80::1 dev v0 mtu 1300 hoplimit 9
ip -n a -6 route show default
ip -n a -6 route get 2001:db8:99::1
ip netns exec b ip link set v0 netns a name w0
ip -n a -6 addr show dev w0
ip -n a link set w0 up
sleep 4
ip -n a -6 addr | grep -c fe80
ip -n a link del v0
ip -n a -6 route show table all
ip netns del a; ip netns del b
