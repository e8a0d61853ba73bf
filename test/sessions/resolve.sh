# names for addresses: -resolve
ip link set lo up
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1
ip link set v0 up
ip link set v1 up
sysctl -qw net.ipv6.conf.all.disable_ipv6=1
echo '10.0.0.1 here here2' >> /etc/hosts
echo '10.0.0.2 there.example there' >> /etc/hosts
echo '10.0.0.0 net' >> /etc/hosts
ip addr add 10.0.0.1/24 brd + dev v0
ip addr add 10.5.0.1 peer 10.0.0.2 dev v0
ip route add 10.8.0.0/16 via 10.0.0.2 src 10.0.0.1
ip route add 10.0.0.2 via 10.0.0.2
ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev v0
ip rule add from 10.0.0.2 to 10.0.0.0/24 table 7
ip -r addr
ip -r -br addr
ip -r -j addr show v0
ip -r route
ip -r -j route
ip -r route show table local
ip -r route get 10.0.0.2
ip -r route get 10.8.0.1 from 10.0.0.1
ip -r neigh
ip -r rule
ip -r -j rule
ip -r link show lo
ip -r route show 10.8.0.0/16
ip route get there
ip -r neigh get 10.0.0.2 dev v0
