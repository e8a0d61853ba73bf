# Words of the wrong family, words that nobody reads, output that cannot be written.
ip link add v0 type veth peer name v1
ip link set lo up
ip route save nosuch words here | wc -c
ip rule save words | wc -c
ip addr save x y | wc -c
ip -0 route add 10.0.0.0/24 dev v0
ip -0 route show proto 3 x
ip -f link neigh add 10.0.0.1 dev v0
ip -0 addr add 10.0.0.1/24 dev v0
ip link set v0 type dummy foo 1
ip link set lo type dummy mtu 1500
ip link set v0 type veth
ping -c 1 127.0.0.1 >/dev/full
ping -c 1 127.0.0.1 >&-
ping -V >/dev/full
ping -6 -Q -6 -c 1 ::1
ping -Q -6 -c 1 127.0.0.1
