# /30, /31, /32 on a cable; different masks; the network's and the broadcast address
ip netns add a
ip netns add b
ip link add v netns a type veth peer name v netns b
ip -n a link set v up; ip -n b link set v up
ip -n a addr add 10.0.0.1/30 dev v; ip -n b addr add 10.0.0.2/30 dev v
ip netns exec a ping -c 1 10.0.0.2
ip netns exec a ping -c 1 10.0.0.3
ip netns exec a ping -c 1 10.0.0.0
ip netns exec a ping -b -c 1 -W 1 10.0.0.3
ip -n a route show table all | grep -v fe80 | grep -v ff00
ip -n a addr flush dev v; ip -n b addr flush dev v
ip -n a addr add 10.0.0.0/31 dev v; ip -n b addr add 10.0.0.1/31 dev v
ip netns exec a ping -c 1 10.0.0.1
ip -n a route show table local
ip -n a addr flush dev v; ip -n b addr flush dev v
ip -n a addr add 10.0.0.1/32 dev v; ip -n b addr add 10.0.0.2/32 dev v
ip netns exec a ping -c 1 10.0.0.2
ip -n a route add 10.0.0.2 dev v; ip -n b route add 10.0.0.1 dev v
ip netns exec a ping -c 1 10.0.0.2
ip -n a addr flush dev v; ip -n b addr flush dev v
ip -n a addr add 10.0.0.1/24 dev v; ip -n b addr add 10.0.0.2/16 dev v
ip netns exec a ping -c 1 10.0.0.2
ip -n a addr add 10.0.0.1/16 dev v
ip -n a -4 addr show v
ip -n a route
ip -n a addr del 10.0.0.1/24 dev v
ip -n a route
ip netns exec a ping -c 1 -I 10.0.0.1 10.0.0.2
ip netns exec a ping -c 1 -I v 10.0.0.2
ip netns exec a ping -R -c 1 10.0.0.2
