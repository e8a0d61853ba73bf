# States of neighbours set by hand, and what becomes of them.
ip netns add a
ip netns add b
ip -n a link set lo up
ip link add e0 index 10 netns a address 02:00:00:00:00:01 type veth peer name e0 index 11 netns b address 02:00:00:00:00:02
ip -n a link set e0 up
ip -n b link set e0 up
ip -n a addr add 10.0.0.1/24 dev e0
ip -n b addr add 10.0.0.2/24 dev e0

# There, and asked at once; not there, and asked three times.
ip -n a neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev e0 nud delay
sleep 0.3
ip -n a neigh
ip -n a neigh del 10.0.0.2 dev e0
ip -n a neigh add 10.0.0.3 lladdr 02:00:00:00:00:03 dev e0 nud delay
sleep 0.5
ip -n a neigh
sleep 5
ip -n a neigh
ip -n a neigh del 10.0.0.3 dev e0
ip -n a neigh add 10.0.0.4 lladdr 02:00:00:00:00:04 dev e0 nud probe
sleep 0.5
ip -n a neigh
sleep 4
ip -n a neigh
ip -n a neigh replace 10.0.0.4 lladdr 02:00:00:00:00:04 dev e0 nud probe
sleep 0.5
ip -n a neigh
ip -n a neigh replace 10.0.0.4 lladdr 02:00:00:00:00:04 dev e0 nud delay
sleep 0.3
ip -n a neigh
ip -n a neigh del 10.0.0.4 dev e0

# From one state to another, with and without another address.
ip -n a neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev e0 nud reachable
ip -n a neigh replace 10.0.0.2 lladdr 02:00:00:00:00:02 dev e0 nud delay
sleep 0.3
ip -n a neigh
ip -n a neigh replace 10.0.0.2 lladdr 02:00:00:00:00:05 dev e0 nud delay
sleep 0.3
ip -n a neigh
ip -n a neigh change 10.0.0.2 lladdr 02:00:00:00:00:02 dev e0 nud probe
sleep 0.3
ip -n a neigh
ip -n a neigh change 10.0.0.2 dev e0 nud stale
ip -n a neigh
ip -n a neigh change 10.0.0.2 dev e0 nud delay
sleep 0.3
ip -n a neigh
sleep 6
ip -n a neigh
ip -n a neigh change 10.0.0.2 dev e0 nud incomplete
ip -n a neigh
ip netns exec a ping -n -c 1 -W 0.3 10.0.0.2
ip -n a neigh
ip -n a neigh change 10.0.0.2 dev e0 nud failed
ip -n a neigh
ip netns exec a ping -n -c 1 -W 0.3 10.0.0.2
ip -n a neigh
ip -n a neigh del 10.0.0.2 dev e0

# Without an address nobody is asked.
ip -n a neigh add 10.0.0.7 dev e0 nud delay
ip -n a neigh add 10.0.0.8 dev e0 nud probe
ip -n a neigh get 10.0.0.7 dev e0
ip -n a neigh get 10.0.0.8 dev e0
ip -n a neigh add 10.0.0.9 dev e0 nud incomplete
ip -n a neigh get 10.0.0.9 dev e0
ip netns exec a ping -c 1 -W 0.3 -n 10.0.0.9
ip -n a neigh get 10.0.0.9 dev e0
ip -n a neigh add 10.0.0.10 dev e0 nud failed
ip -n a neigh get 10.0.0.10 dev e0
ip -n a neigh add 10.0.0.11 lladdr 02:00:00:00:00:05 dev e0 nud incomplete
ip -n a neigh get 10.0.0.11 dev e0

# On a device that has no neighbours.
ip -n a neigh add 10.0.0.12 lladdr 02:00:00:00:00:05 dev lo nud delay
sleep 0.3
ip -n a neigh show dev lo nud all
sleep 6
ip -n a neigh show dev lo nud all
