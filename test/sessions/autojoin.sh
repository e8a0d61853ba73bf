ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
ip addr add 239.1.1.1/32 dev v0 autojoin
ip addr add 239.1.1.1/24 dev v0 autojoin
ip addr show dev v0 | grep 239
ip addr del 239.1.1.1/32 dev v0
ip -6 addr add ff05::99/128 dev v0 autojoin
ip -6 addr show dev v0 | grep ff05
ip -6 addr add ff05::99/64 dev v0 autojoin
grep -c ff05 /proc/net/igmp6
ip -6 addr del ff05::99/128 dev v0
grep -c ff05 /proc/net/igmp6
ip addr add 10.0.0.1/24 dev v0 autojoin
ip -6 addr add ff05::98/128 dev v0
