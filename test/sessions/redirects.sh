# A router sends redirects; hosts follow them, and other routers do not.
ip netns add a
ip netns add b
ip netns exec a sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0
ip link add e0 index 10 netns a address 02:00:00:00:00:01 type veth peer name e0 index 11 netns b address 02:00:00:00:00:02
ip -n a addr add 10.0.0.1/24 dev e0
ip -n a link set e0 up
ip -n b addr add 10.0.0.2/24 dev e0
ip -n b link set e0 up
ip -n b route add 10.0.1.0/24 via 10.0.0.1
ip -n a addr add 10.0.1.0/24 dev e0
ip netns exec b ping -n -c 1 -W 0.3 10.0.1.4
ip -n b neigh get 10.0.1.4 dev e0
ip -n b neigh flush all
ip netns exec b sysctl -qw net.ipv4.ip_forward=1
ip netns exec b sysctl net.ipv4.conf.all.accept_redirects net.ipv4.conf.e0.accept_redirects
ip netns exec b ping -n -c 1 -W 0.3 10.0.1.5
ip -n b neigh get 10.0.1.5 dev e0
ip netns exec b sysctl -qw net.ipv4.conf.all.accept_redirects=1
ip netns exec b ping -n -c 1 -W 0.3 10.0.1.6
ip -n b neigh get 10.0.1.6 dev e0
ip netns exec b sysctl -qw net.ipv4.conf.e0.accept_redirects=0
ip netns exec b ping -n -c 1 -W 0.3 10.0.1.7
ip -n b neigh get 10.0.1.7 dev e0

# An address on two devices: the one that came last is where packets from it leave, if nothing else says so.
ip netns add c
ip -n c link add e1 address 02:00:00:00:00:03 type veth peer name w1 address 02:00:00:00:00:04
ip -n c addr add 10.0.0.1/30 peer 10.0.0.0/24 dev e1
ip -n c addr add 10.0.0.1/30 dev w1
ip -n c link set e1 up
ip -n c link set w1 up
ip -n c route get 224.0.0.1 from 10.0.0.1
ip -n c addr del 10.0.0.1/30 dev w1
ip -n c route get 224.0.0.1 from 10.0.0.1
ip -n c addr add 10.0.0.1/31 dev w1
ip -n c route get 224.0.0.1 from 10.0.0.1
ip -n c addr change 10.0.0.1/30 peer 10.0.0.0/24 dev e1 preferred_lft 0
ip -n c route get 224.0.0.1 from 10.0.0.1

# A host that does not listen is told less and less often; and how often it is told that there is no way is limited too.
ip netns exec b sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.accept_redirects=0
ip netns add d
ip link add e1 netns d address 02:00:00:00:00:05 type veth peer name e1 netns a address 02:00:00:00:00:06
ip -n a addr add 10.7.0.1/24 dev e1
ip -n a link set e1 up
ip -n d addr add 10.7.0.2/24 dev e1
ip -n d link set e1 up
ip netns exec d sysctl -qw net.ipv4.ip_forward=1
ip -n d route add default via 10.7.0.1
ip -n a addr add 10.8.0.1/24 dev e1
ip netns exec d ping -n -c 6 -i 0.03 -W 4 10.8.0.3
sleep 2
ip netns exec d ping -n -c 1 -W 4 10.8.0.4
ip netns exec d ping -n -c 12 -i 0.01 -W 0.3 10.9.9.9
sleep 8
ip netns exec d ping -n -c 12 -i 0.01 -W 0.3 10.9.9.9
