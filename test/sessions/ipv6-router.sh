ip -6 rule
ip netns add a; ip netns add r; ip netns add b
ip link add v0 netns a type veth peer name r0 netns r
ip link add v0 netns b type veth peer name r1 netns r
for n in a r b; do ip -n $n link set lo up; done
ip -n a link set v0 up; ip -n b link set v0 up; ip -n r link set r0 up; ip -n r link set r1 up
ip netns exec r sysctl -q -w net.ipv6.conf.all.forwarding=1
ip -n a addr add 2001:db8:a::1/64 dev v0 nodad
ip -n r addr add 2001:db8:a::2/64 dev r0 nodad
ip -n r addr add 2001:db8:b::2/64 dev r1 nodad
ip -n b addr add 2001:db8:b::1/64 dev v0 nodad
ip -n a route add default via 2001:db8:a::2
ip -n b route add default via 2001:db8:b::2
sleep 4
ip -n r -6 route show table all | grep -v fe80
ip netns exec a ping -c 2 2001:db8:b::1
ip netns exec a ping -c 1 -t 1 2001:db8:b::1
ip netns exec a ping -c 1 2001:db8:b::77
ip netns exec a ping -c 1 2001:db8:c::77
ip netns exec a ping -c 1 -s 3000 2001:db8:b::1
ip -n r link set r1 mtu 1300
ip -n b link set v0 mtu 1300
ip netns exec a ping -c 2 -s 1400 2001:db8:b::1
ip netns exec a ping -c 1 -s 1400 -M do 2001:db8:b::1
ip -n a -6 route get 2001:db8:b::1
ip -n r route add unreachable 2001:db8:d::/48
ip -n r route add prohibit 2001:db8:e::/48
ip -n r route add blackhole 2001:db8:f::/48
ip netns exec a ping -c 1 -W 1 2001:db8:d::1
ip netns exec a ping -c 1 -W 1 2001:db8:e::1
ip netns exec a ping -c 1 -W 1 2001:db8:f::1
ip netns exec r ping -c 1 -W 1 2001:db8:d::1
ip netns exec r ping -c 1 -W 1 2001:db8:e::1
ip netns exec r ping -c 1 -W 1 2001:db8:f::1
ip netns exec a ping -c 1 2001:db8:a::1
ip netns exec a ping -c 1 2001:db8:a::
ip -n a link set v0 mtu 1200
ip -n a -6 addr
ip -n a -6 route
ip -n a link set v0 mtu 1500
ip -n a -6 route
ip netns exec b sysctl -q -w net.ipv6.conf.v0.disable_ipv6=1
ip -n b -6 addr
ip -n b -6 route
ip -n b addr add 2001:db8:b::1/64 dev v0
ip netns exec b sysctl -q -w net.ipv6.conf.v0.disable_ipv6=0
ip -n b -6 route show table all
ip netns exec b sysctl -q -w net.ipv6.conf.v0.keep_addr_on_down=1
ip -n b addr add 2001:db8:b::1/64 dev v0 nodad
ip -n b link set v0 down
ip -n b -6 addr show dev v0
ip -n b link set v0 up
sleep 4
ip -n b -6 addr show dev v0
ip -n b -6 route show table all | grep -v fe80
ip -n b link set v0 addrgenmode none
ip -n b link set v0 down; ip -n b link set v0 up; sleep 1.5
ip -n b -6 addr show dev v0
ip -n b link set v0 name w0
ip -n b -6 route
ip -n b link set lo down
ip -n b -6 addr
ip -n b -6 route show table all
ip -n b link set lo up
ip -n b -6 route show table all
ip -n r link del r1
ip -n r -6 route show table all | grep -v fe80
