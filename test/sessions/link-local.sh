# IPv6 comes by itself: tentative, then a link-local address; ping over it
ip netns add a
ip netns add b
ip link add v0 netns a type veth peer name v0 netns b
ip -n a link set v0 address 02:00:00:00:00:0a
ip -n b link set v0 address 02:00:00:00:00:0b
ip -n a link set v0 up
ip -n b link set v0 up
ip -n a -6 addr show dev v0
sleep 4
ip -n a -6 addr show dev v0
ip -n a -6 route
ip -n a -6 route show table all
ip netns exec a ping -c 2 fe80::ff:fe00:b%v0
ip netns exec a ping -c 1 -I v0 fe80::ff:fe00:b
ip netns exec a ping -c 1 fe80::ff:fe00:b
ip -n a -6 neigh
ip netns exec a ping -c 1 -I v0 ff02::1
ip -n a link set lo up
ip netns exec a ping -6 -c 1 ::1
ip -n a addr add 2001:db8::1/64 dev v0 nodad
ip -n b addr add 2001:db8::2/64 dev v0 nodad
ip netns exec a ping -c 2 2001:db8::2
ip netns exec a ping -c 1 2001:db8::99
ip netns exec a ping -c 1 2001:db9::1
ip -n a -6 addr
ip -n a -6 route
ip -n a addr del 2001:db8::1/64 dev v0
ip -n a addr add 2001:db8::1/129 dev v0
ip -n a addr add 2001:db8::5 dev v0 nodad
ip -n a -6 route
ip -n a route get 2001:db8::5
ip -n b link set v0 down
sleep 1.5
ip -n a -6 route
ip -n a -6 addr
ip -n a link set v0 down
ip -n a -6 addr
