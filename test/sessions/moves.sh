# moving devices: by name, by pid, back again; indexes, names taken, what the move takes away
ip netns add a
ip netns add b
ip link add v0 type veth peer name v1
ip addr add 10.0.0.1/24 dev v0
ip link set v0 up
ip link set v0 netns a
ip -n a addr show v0
ip link set v0 netns b
ip -n a link set v0 netns b
ip -n b link show
ip -n b link set v0 netns nosuch
ip -n b link set v0 netns 1
ip link show v0
ip link set v0 netns a name eth0
ip -n a link show eth0
ip -n a link add eth1 type veth peer name eth1 netns b
ip -n a link show eth1
ip -n b link show eth1
ip link set v1 netns b name eth1
ip link show v1
ip link set v1 netns b name eth2
ip -n b -br link
ip netns list-id
ip netns
ip -n a netns list-id
ip netns set b 77
ip netns set b 78
ip netns list
ip link add c0 netns a type veth peer name c1
ip link show c1
ip -n a link show c0
sleep 100 &
ip link set c1 netns $!
ip link show c1
kill $!
ip netns del b
sleep 0.3
ip -n a link
ip -n a addr
ip netns del a
