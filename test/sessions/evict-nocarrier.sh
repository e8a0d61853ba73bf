# Neighbours go with the carrier, unless the device or all says otherwise.
ip netns add a
ip netns add b
ip link add v0 netns a type veth peer name v0 netns b
ip -n a addr add 10.0.0.1/24 dev v0
ip -n b addr add 10.0.0.2/24 dev v0
ip -n a addr add fd00::1/64 nodad dev v0
ip -n b addr add fd00::2/64 nodad dev v0
ip -n a link set v0 up
ip -n b link set v0 up
sleep 2

# Both say so.
ip netns exec a ping -c 1 -q 10.0.0.2 | grep received
ip netns exec a ping -c 1 -q fd00::2 | grep received
ip -n b link set v0 down
sleep 2
ip -n a neigh get 10.0.0.2 dev v0
ip -n a -6 neigh get fd00::2 dev v0

# The device does not.
ip -n b link set v0 up
ip -n b addr add fd00::2/64 nodad dev v0
sleep 2
ip netns exec a sysctl -w net.ipv4.conf.v0.arp_evict_nocarrier=0 net.ipv6.conf.v0.ndisc_evict_nocarrier=0
ip netns exec a ping -c 1 -q 10.0.0.2 | grep received
ip netns exec a ping -c 1 -q fd00::2 | grep received
ip -n b link set v0 down
sleep 2
ip -n a neigh get 10.0.0.2 dev v0 | cut -d' ' -f1-3
ip -n a -6 neigh get fd00::2 dev v0 | cut -d' ' -f1-3

# The device does, all does not.
ip -n b link set v0 up
ip -n b addr add fd00::2/64 nodad dev v0
sleep 2
ip netns exec a sysctl -w net.ipv4.conf.v0.arp_evict_nocarrier=1 net.ipv6.conf.v0.ndisc_evict_nocarrier=1
ip netns exec a sysctl -w net.ipv4.conf.all.arp_evict_nocarrier=0 net.ipv6.conf.all.ndisc_evict_nocarrier=0
ip netns exec a ping -c 1 -q 10.0.0.2 | grep received
ip netns exec a ping -c 1 -q fd00::2 | grep received
ip -n b link set v0 down
sleep 2
ip -n a neigh get 10.0.0.2 dev v0 | cut -d' ' -f1-3
ip -n a -6 neigh get fd00::2 dev v0 | cut -d' ' -f1-3
