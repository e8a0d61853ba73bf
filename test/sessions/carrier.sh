# both ends of a cable: who is up, who sees a carrier
ip link add v0 type veth peer name v1
ip link show v0 | head -1
ip link set v0 up
sleep 0.1
ip link show v0 | head -1
ip link show v1 | head -1
cat /sys/class/net/v0/operstate /sys/class/net/v0/carrier
cat /sys/class/net/v1/operstate
cat /sys/class/net/v1/carrier
ip link set v1 up
sleep 0.1
ip link show v0 | head -1
ip link show v1 | head -1
cat /sys/class/net/v0/operstate /sys/class/net/v0/carrier /sys/class/net/v0/mtu
ip netns add n
ip link set v1 netns n
ip link show v0 | head -1
ip -n n link show v1 | head -1
ip -n n link set v1 up
sleep 0.1
ip link show v0 | head -1
ip -n n link set v1 down
sleep 0.1
ip link show v0 | head -1
ip link show v0 up
ip -n n link del v1
ip link show v0
ls /sys/class/net
