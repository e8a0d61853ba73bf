# ip -j and -p, of everything
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link set lo up
ip link set v0 up; ip link set v1 up
sysctl -qw net.ipv6.conf.v0.disable_ipv6=1 net.ipv6.conf.v1.disable_ipv6=1
ip addr add 10.0.0.1/24 dev v0
ip addr add 10.0.0.2/24 dev v1 label v1:a
ip route add 10.5.0.0/16 via 10.0.0.9
ip route add unreachable 10.6.0.0/16 metric 7
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0
ip -j link
ip -j -p link show v0
ip -j addr
ip -j -p addr show v1
ip -j route
ip -j -p route
ip -j -d route
ip -j route get 10.0.0.9
ip -j neigh
ip -j -p neigh
ip -j -br link
ip -j -br addr
ip -j -d link show v0
ip -d link show v0
ip -j link show nosuch
ip -j netns
ip -s -j link show lo
ip -o -j link show lo
ip -j rule
ip rule
