# the neighbour table: learned, failed, permanent, deleted
ip netns add a
ip netns add b
ip link add v0 netns a type veth peer name v0 netns b
ip -n a link set v0 address 02:00:00:00:00:0a
ip -n b link set v0 address 02:00:00:00:00:0b
ip netns exec a sysctl -qw net.ipv6.conf.v0.disable_ipv6=1
ip netns exec b sysctl -qw net.ipv6.conf.v0.disable_ipv6=1
ip -n a addr add 10.0.0.1/24 dev v0
ip -n b addr add 10.0.0.2/24 dev v0
ip -n a link set v0 up
ip -n b link set v0 up
ip -n a neigh
ip netns exec a ping -c 1 10.0.0.2
ip -n a neigh
ip -n b neigh
ip netns exec a ping -c 1 -W 5 10.0.0.9
ip -n a neigh show 10.0.0.9
ip -n a neigh add 10.0.0.50 lladdr 02:00:00:00:00:50 dev v0
ip -n a neigh add 10.0.0.50 lladdr 02:00:00:00:00:50 dev v0
ip -n a neigh add 10.0.0.51 lladdr 02:00:00:00:00:51 dev v0 nud reachable
ip -n a neigh add 10.0.0.52 lladdr 02:00:00:00:00:52 dev v0 nud stale
ip -n a neigh add 10.0.0.53 lladdr 02:00:00:00:00:53 dev v0 nud foo
ip -n a neigh add 10.0.0.53 lladdr zz dev v0
ip -n a neigh add 10.0.0.53 lladdr 02:00:00:00:00:53
ip -n a neigh replace 10.0.0.50 lladdr 02:00:00:00:00:55 dev v0
ip -n a neigh change 10.0.0.99 lladdr 02:00:00:00:00:55 dev v0
ip -n a neigh del 10.0.0.51 dev v0
ip -n a neigh del 10.0.0.99 dev v0
ip -n a neigh show 10.0.0.50
ip -n a neigh show nud permanent
ip -n a neigh show nud stale
ip -n a -j neigh show nud permanent
ip -n a neigh get 10.0.0.50 dev v0
ip -n a neigh get 10.0.0.98 dev v0
ip -n a neigh flush dev v0
ip -n a neigh show nud permanent
ip -n a neigh flush dev v0 nud permanent
ip -n a neigh show nud permanent
ip -n a link set v0 down
ip -n a neigh
ip neigh foo
ip neigh add
ip neigh help
