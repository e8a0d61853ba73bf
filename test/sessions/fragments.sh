# sizes: MTU, fragmentation, path MTU
ip netns add a
ip netns add r
ip netns add b
ip link add eth0 netns a type veth peer name eth0 netns r
ip link add eth1 netns r type veth peer name eth0 netns b
ip -n a addr add 10.1.0.2/24 dev eth0; ip -n r addr add 10.1.0.1/24 dev eth0
ip -n b addr add 10.2.0.2/24 dev eth0; ip -n r addr add 10.2.0.1/24 dev eth1
ip -n a link set eth0 up; ip -n r link set eth0 up; ip -n r link set eth1 up; ip -n b link set eth0 up
ip -n a route add default via 10.1.0.1; ip -n b route add default via 10.2.0.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip netns exec a ping -c 1 -s 1472 10.2.0.2
ip netns exec a ping -c 1 -s 1473 10.2.0.2
ip netns exec a ping -c 1 -s 1473 -M do 10.2.0.2
ip netns exec a ping -c 1 -s 5000 10.2.0.2
ip -n r link set eth1 mtu 1000
ip -n b link set eth0 mtu 1000
ip netns exec a ping -c 1 -s 1472 -M dont 10.2.0.2
ip netns exec a ping -c 1 -s 1472 -M do 10.2.0.2
ip netns exec a ping -c 1 -s 1472 -M do 10.2.0.2
ip netns exec a ping -c 1 -s 972 -M do 10.2.0.2
ip netns exec a ping -c 1 -s 973 -M do 10.2.0.2
ip netns exec a ping -c 1 -s 1472 -M want 10.2.0.2
ip netns exec a ping -c 1 -M foo 10.2.0.2
ip -n a route get 10.2.0.2 | sed 's/expires [0-9]*sec/expires N/'
