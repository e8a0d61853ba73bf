# Packets that cannot come from where they come, or go where they want: nobody answers.
ip netns add a
ip netns add b
ip -n a link set lo up
ip -n b link set lo up
ip link add e0 index 10 netns a address 02:00:00:00:00:01 type veth peer name e0 index 11 netns b address 02:00:00:00:00:02
ip -n a addr add 10.0.0.1/24 dev e0
ip -n a link set e0 up
ip -n b addr add 10.0.0.2/24 dev e0
ip -n b link set e0 up
ip netns exec b sysctl -w net.ipv4.conf.all.log_martians=1 net.ipv4.conf.e0.log_martians=2 net.ipv4.conf.default.log_martians=-1
ip netns exec b sysctl -w net.ipv4.conf.all.log_martians=x
ip netns exec b sysctl net.ipv4.conf.all.log_martians net.ipv4.conf.e0.log_martians net.ipv4.conf.lo.log_martians net.ipv4.conf.default.log_martians
ip netns exec b sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.e0.rp_filter=1

# From an address that has another way back, or none.
ip -n a addr add 10.9.9.9/32 dev lo
ip netns exec a ping -n -c 1 -W 0.3 -I 10.9.9.9 10.0.0.2
ip -n b neigh
ip netns exec a ping -n -c 1 -W 0.3 -I 10.9.9.9 -b 255.255.255.255

# From the receiver's own address.
ip netns exec b sysctl -qw net.ipv4.ip_forward=1
ip -n a addr add 10.0.0.2/32 dev lo
ip -n a neigh add 10.0.0.7 lladdr 02:00:00:00:00:02 dev e0
ip -n b route add 10.0.7.0/24 dev e0
ip -n a route add 10.0.7.0/24 via 10.0.0.7
ip netns exec a ping -n -c 1 -W 0.3 -I 10.0.0.2 10.0.7.2
ip -n a addr del 10.0.0.2/32 dev lo

# To and from 127/8 over a cable.
ip netns exec a sysctl -qw net.ipv4.conf.all.route_localnet=1
ip -n a addr del 127.0.0.1/8 dev lo
ip -n a route add 127.5.0.0/16 via 10.0.0.7
ip netns exec a ping -n -c 1 -W 0.3 -I 10.0.0.1 127.5.0.1
ip -n a addr add 127.7.0.1/32 dev e0
ip netns exec a ping -n -c 1 -W 0.3 -I 127.7.0.1 10.0.0.2

# 0/8 is a network like others, but for 0.0.0.0.
ip -n a route add 0.5.0.0/16 via 10.0.0.7
ip netns exec a ping -n -c 1 -W 0.3 0.5.0.1
ip -n b addr add 0.5.0.1/16 dev e0
ip -n b route show table all
ip netns exec a ping -n -c 1 -W 0.3 0.5.0.1
ip -n b route get 0.6.0.1
ip netns exec b ping -n -c 1 -W 0.3 0.0.0.0
