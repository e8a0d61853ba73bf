# A cable whose other end takes shorter packets drops longer ones, and their sender hears of it.
ip netns add b
ip netns add c
ip link add e1 index 10 netns b address 02:00:00:00:00:03 type veth peer name e0 index 11 netns c address 02:00:00:00:00:04
ip -n b addr add 10.0.1.1/24 dev e1
ip -n b addr add fd00::1/64 nodad dev e1
ip -n b link set e1 up
ip -n c link set e0 up
ip -n c addr add 10.0.1.2/24 dev e0
ip -n c addr add fd00::2/64 nodad dev e0
ip netns exec b ping -n -c 1 -W 0.3 10.0.1.2
ip netns exec b ping -n -c 1 -W 0.3 fd00::2
ip -n c link set e0 mtu 1280
ip netns exec b ping -n -c 2 -i 0.01 -W 0.3 -s 1300 10.0.1.2
ip netns exec b ping -n -c 2 -i 0.01 -W 0.3 -s 1300 fd00::2
ip netns exec b ping -n -c 1 -W 0.3 -s 1270 fd00::2
ip netns exec b sysctl -qw net.ipv4.ping_group_range='0 0'
ip netns exec b ping -n -c 1 -W 0.3 -s 1300 10.0.1.2
ip netns exec b ping -n -c 1 -W 0.3 -s 1300 fd00::2
ip netns exec b ping -n -c 1 -W 0.3 -s 3000 10.0.1.2
ip netns exec b ping -n -c 1 -W 0.3 -s 1300 -M do 10.0.1.2
ip netns exec b grep '^Ip:' /proc/net/snmp
ip netns exec b grep 'Ip6OutDiscards' /proc/net/snmp6
ip -n c link set e0 down
sleep 0.2
ip netns exec b ping -n -c 1 -W 0.3 10.0.1.2
ip -n c link set e0 up
ip -n b neigh flush all
ip -n c link set e0 mtu 1280 arp off
ip netns exec b ping -n -c 1 -W 0.3 -s 1300 10.0.1.2
