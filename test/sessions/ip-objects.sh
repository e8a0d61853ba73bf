# ip maddress, ip netconf, ip token.
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 address 02:00:00:00:00:01
ip link set v1 address 02:00:00:00:00:02
ip addr add 10.0.0.1/24 dev v0
ip link set v0 up
ip link set v1 up
sleep 3
ip maddress
ip maddr show v0
ip -4 maddr
ip -6 maddr show dev v0
ip -0 maddr
ip -j maddr
ip -j -p maddr show lo
ip -o maddr show v0
ip maddr help
ip maddr add 33:33:00:00:00:05 dev v0
ip maddr add 33:33:00:00:00:05 dev v0
ip maddr show v0
ip maddr del 33:33:00:00:00:05 dev v0
ip maddr del 33:33:00:00:00:05 dev v0
ip maddr add 33:33:00:00:00:05 dev lo
ip maddr add 224.0.0.5 dev v0
ip maddr add foo dev v0
ip maddr add 33:33:00:00:00:05
ip maddr add dev v0
ip maddr add 33:33:00:00:00:05 dev nope
ip maddr foo
ip maddr show nope
ip maddr show dev v0 foo
ip maddr add 02:00:00:00:00:09 dev v0
ip maddr show v0
ip netconf
ip netconf show
ip -4 netconf show dev v0
ip -6 netconf show dev v0
ip -j netconf show dev v0
ip -j -4 netconf
ip netconf show dev nope
ip netconf help
ip netconf foo
ip netconf show foo
sysctl -qw net.ipv4.ip_forward=1
ip -4 netconf
sysctl -qw net.ipv4.conf.v0.rp_filter=2 net.ipv6.conf.v0.forwarding=1
ip netconf show dev v0
ip token
ip token list
ip token list dev v0
ip token get dev v0
ip token set ::5 dev v0
ip token
ip token help
ip token foo
ip token get
ip token set ::5 dev nope
ip token set foo dev v0
ip token set 10.0.0.1 dev v0
ip -j token list
ip token set ::5
ip token set dev v0
ip token list dev lo
ip token set ::5 dev lo
