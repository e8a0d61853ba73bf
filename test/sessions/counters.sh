# counters after known traffic, without IPv6
for n in a b; do ip netns add $n; ip netns exec $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1; done
ip link add e0 address 02:00:00:00:00:a0 netns a type veth peer name e0 address 02:00:00:00:00:b0 netns b
ip -n a addr add 10.0.0.1/24 dev e0
ip -n b addr add 10.0.0.2/24 dev e0
ip -n a link set e0 up
ip -s -n a link show e0
ip netns exec a ping -c 1 -W 1 10.0.0.2
ip -s -n a link show e0
ip -n b link set e0 up
ip netns exec a ping -c 3 -i 0.2 10.0.0.2
ip -s -n a link show e0
ip -s -n b link show e0
ip netns exec a ping -c 1 -s 3000 10.0.0.2
ip -s -n a link show e0
ip -s -s -n b link show e0
ip netns exec b ping -c 2 -i 0.2 -s 0 10.0.0.1
ip -s -n a link show e0
ip -j -s -n a link show e0
ip netns exec a ping -c 1 10.0.0.77
ip -s -n b link show e0
ip netns exec a ping -c 1 10.0.0.1
ip -n a link set lo up
ip netns exec a ping -c 2 -i 0.2 10.0.0.1
ip netns exec a ping -c 2 -i 0.2 127.0.0.1
ip -s -n a link show lo
ip -n a link set e0 down
ip -n a link set e0 up
ip -s -n a link show e0
ip netns exec b ping -c 1 -b 10.0.0.255
ip netns exec b ping -c 1 -W 1 224.0.0.1
ip -s -n a link show e0
ip -s -n b link show e0
ip netns exec a cat /sys/class/net/e0/statistics/rx_bytes
ip netns exec a cat /proc/net/dev | tr -s ' '
ip netns exec a grep -E '^(Icmp|Ip):' /proc/net/snmp
ip netns exec b grep -E '^(Icmp|Ip):' /proc/net/snmp
ip -n a link set e0 mtu 1000
ip netns exec b ping -c 1 -W 1 -s 1200 10.0.0.1
ip -s -s -n a link show e0
ip -s -n b link show e0
ip -n a -s -d link show e0 | grep -c carrier
ip -s -br -n a link show e0
