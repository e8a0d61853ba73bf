# addresses: masks, duplicates, removal, what they bring to the routing tables
ip link add v0 type veth peer name v1
ip link set v0 address 02:00:00:00:00:01
ip link set v1 address 02:00:00:00:00:02
ip addr add 10.0.0.1/24 dev v0
ip addr add 10.0.0.1/24 dev v0
ip addr add 10.0.0.2/24 dev v0
ip addr add 10.0.0.3/25 dev v0
ip addr add 192.168.1.1/30 dev v0
ip addr add 192.168.1.5/31 dev v0
ip addr add 192.168.1.9 dev v0
ip addr add 10.1.0.1/24 brd + dev v0
ip addr add 10.2.0.1/24 broadcast 10.2.0.99 dev v0
ip addr add 10.3.0.1 peer 10.3.0.2 dev v0
ip addr add 10.4.0.1/24 label v0:1 dev v0
ip addr add 10.4.1.1/24 label foo dev v0
ip addr add 10.5.0.1/24 scope link dev v0
ip addr add 10.6.0.1/24 dev v0 valid_lft 100 preferred_lft 200
ip addr add 300.0.0.1/24 dev v0
ip addr add 10.0.0.1/33 dev v0
ip addr add 10.0.0.1/24
ip addr add 10.0.0.1/24 dev nosuch
ip addr add dev v0
ip addr show dev v0
ip route show table all
ip link set v0 up
ip link set v1 up
ip -4 addr show dev v0
ip route
ip route show table local
ip addr del 10.0.0.1/24 dev v0
ip addr show dev v0 to 10.0.0.0/24
ip addr del 10.0.0.99/24 dev v0
ip addr del 192.168.1.9/32 dev v0
ip addr change 10.0.0.3/25 dev v0 valid_lft forever preferred_lft forever
ip addr replace 10.7.0.1/24 dev v0
ip addr replace 10.7.0.1/24 dev v0
ip -o addr show dev v0
ip -br addr
ip -j addr show dev v1
ip addr show to 10.7.0.0/16
ip addr show label 'v0*'
ip addr show scope link
ip addr show up
ip addr show dev nosuch
ip addr flush dev v0 label 'v0:*'
ip addr flush dev v0
ip -4 addr show dev v0
ip route
ip addr flush
ip addr help
ip addr foo
ip address add 127.0.0.2/8 dev lo
ip -4 addr show lo
