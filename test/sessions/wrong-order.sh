# what beginners do: the wrong end, the wrong place, too early, twice
ip addr add 10.0.0.1/24 dev eth0
ip netns exec a ip link
ip link set eth0 netns a
ip link add veth0 peer name veth1
ip link add veth0 type veth peer veth1
ip link add ns1-veth0 type peer name ns2-veth0
ip link set ns1-veth0 netns ns1
ip netns add ns1
ip netns add ns2
ip link add ns1-veth0 type veth peer name ns2-veth0
ip link show | grep veth | sed 's/[0-9]*: //'
ip link set ns1-veth0 netns ns1
ip link set ns1-veth0 netns ns1
ip link set ns2-veth0 netns ns2
ip netns exec ns1 ip address add 10.0.0.1/24 dev ns1-veth0
ip netns exec ns2 ip address add 10.0.0.2/24 dev ns1-veth0
ip netns exec ns2 ip address add 10.0.0.2/24 dev ns2-veth0
ip netns exec ns1 ping -c 1 10.0.0.2
ip netns exec ns1 ip link set ns1-veth0 up
ip netns exec ns2 ip link set ns1-veth0 up
ip netns exec ns2 ip link set ns2-veth0 up
ip netns exec ns1 ping -c 3 10.0.0.2
ip netns exec ns1 ping -c 1 10.0.1.2
ip netns exec ns1 ip route add 10.0.1.0/24 via 10.0.2.1
ip netns exec ns1 ip route add 10.0.1.0/24 via 10.0.0.1
ip netns exec ns1 ip route add 10.0.1.0/24 via 10.0.0.2
ip netns exec ns1 ip route add 10.0.1.0/24 via 10.0.0.2
ip netns exec ns1 ip route
ip netns exec ns1 ip addr add 10.0.0.2/24 dev ns1-veth0
ip netns exec ns1 ping -c 1 10.0.0.2
ip netns exec ns1 ip addr del 10.0.0.2/24
ip netns exec ns1 ip link del ns1-veth0
ip netns exec ns2 ip link show ns2-veth0
sudo netns delete ns1
ip netns delete ns1
ip netns delete ns1
