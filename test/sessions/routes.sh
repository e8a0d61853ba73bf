# routes of a host and of a router with two cables
ip netns add r
ip netns add h1
ip netns add h2
ip link add eth0 netns h1 type veth peer name eth1 netns r
ip link add eth0 netns h2 type veth peer name eth2 netns r
ip -n h1 addr add 10.1.0.2/24 dev eth0
ip -n h2 addr add 10.2.0.2/24 dev eth0
ip -n r addr add 10.1.0.1/24 dev eth1
ip -n r addr add 10.2.0.1/24 dev eth2
ip -n h1 route add default via 10.1.0.1
for n in h1 h2 r; do for d in $(ip -n $n -o link | sed 's/^[0-9]*: \([a-z0-9]*\).*/\1/'); do ip -n $n link set $d up; done; done
ip -n r route
ip -n h1 route add default via 10.9.0.1
ip -n h1 route add default via 10.1.0.1
ip -n h1 route add default via 10.1.0.1
ip -n h1 route
ip netns exec h1 ping -c 1 -W 1 10.2.0.2
ip -n h2 route add default via 10.2.0.1
ip netns exec h1 ping -c 1 -W 1 10.2.0.2
ip netns exec r sysctl -w net.ipv4.ip_forward=1
ip netns exec h1 ping -c 1 10.2.0.2
ip netns exec h1 ping -c 1 -t 1 10.2.0.2
ip netns exec h1 ping -c 1 10.3.0.1
ip -n r route add unreachable 10.5.0.0/16
ip -n r route add prohibit 10.6.0.0/16
ip -n r route add blackhole 10.7.0.0/16
ip netns exec h1 ping -c 1 10.5.0.1
ip netns exec h1 ping -c 1 10.6.0.1
ip netns exec h1 ping -c 1 -W 1 10.7.0.1
ip netns exec r ping -c 1 10.5.0.1
ip netns exec r ping -c 1 10.6.0.1
ip netns exec r ping -c 1 10.7.0.1
ip netns exec h1 ping -c 1 10.2.0.77
ip -n r route
ip -n r route get 10.1.0.2
ip -n r route get 10.5.0.1
ip -n h1 route get 8.8.8.8
ip -n h1 route get 10.1.0.2
ip -n h1 route get 127.0.0.1
ip -n h2 route del default
ip -n h2 route del default
ip -n h2 route get 8.8.8.8
ip -n h1 route add 10.8.0.0/16 via 10.1.0.1 metric 50
ip -n h1 route add 10.8.0.0/16 via 10.1.0.1 metric 60
ip -n h1 route replace 10.8.0.0/16 via 10.1.0.1 metric 50 mtu 1400
ip -n h1 route change 10.8.1.0/24 via 10.1.0.1
ip -n h1 route append 10.8.0.0/16 dev eth0 metric 50
ip -n h1 route
ip -n h1 route show 10.8.0.0/16
ip -n h1 route show root 10.8.0.0/15
ip -n h1 route show match 10.8.3.4
ip -n h1 route show table local
ip -n h1 route show dev eth0
ip -n h1 route show proto kernel
ip -n h1 route show via 10.1.0.1
ip -n h1 -j route
ip -n h1 route add 10.8.0.1/16 dev eth0
ip -n h1 route add 10.8.0.0 dev nosuch
ip -n h1 route add 10.8.0.0/16 via foo
ip -n h1 route add
ip -n h1 route flush 10.8.0.0/16
ip -n h1 route show 10.8.0.0/16
ip -n h1 link set eth0 down
ip -n h1 route
ip -n h1 link set eth0 up
ip -n h1 route
ip route help
