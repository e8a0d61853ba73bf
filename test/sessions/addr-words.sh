# addresses: peers, labels, scopes, flags, broadcast, secondaries, what is wrong with them
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip link set v0 up
ip link set v1 up
ip addr add 10.0.0.1 dev v0
ip addr add 10.0.0.1 peer 10.0.0.9 dev v0
ip addr add 10.0.0.2 peer 10.0.5.0/24 dev v0
ip addr add 10.1.0.1/24 brd + dev v0
ip addr add 10.1.0.2/24 brd - dev v0
ip addr add 10.1.0.3/24 broadcast 10.1.0.77 dev v0
ip addr add 10.1.0.4/24 brd 10.1.0.255 label v0:four dev v0
ip addr add 10.2.0.1/24 label four dev v0
ip addr add 10.2.0.1/24 label v0:abcdefghijklmnop dev v0
ip addr add 10.2.0.1/24 anycast 10.2.0.3 dev v0
ip addr add 10.3.0.1/24 scope link dev v0
ip addr add 10.4.0.1/24 scope host dev v0
ip addr add 10.5.0.1/24 scope 77 dev v0
ip addr add 10.5.1.1/24 scope bogus dev v0
ip addr add 10.6.0.1/24 noprefixroute dev v0
ip addr add 10.7.0.1/24 home dev v0
ip addr add 10.7.1.1/24 nodad dev v0
ip addr add 10.7.2.1/24 mngtmpaddr dev v0
ip addr add 10.8.0.1/24 metric 33 dev v0
ip addr show v0
ip route
ip route show table local
ip addr show v0 secondary
ip addr show v0 primary
ip addr show scope link
ip addr show scope host
ip addr show to 10.1.0.0/16
ip addr show to 10.1.0.2
ip addr show label v0:four
ip addr show label 'v0:*'
ip addr show permanent
ip addr show dynamic
ip addr show v0 up
ip addr show nosuch
ip addr del 10.1.0.1/24 dev v0
ip addr show v0 to 10.1.0.0/16
ip addr add 10.1.0.1/24 brd + dev v0
ip addr add 10.1.0.2/24 dev v0
sysctl -qw net.ipv4.conf.v0.promote_secondaries=1
ip addr del 10.1.0.1/24 dev v0
ip addr show v0 to 10.1.0.0/16
ip route show 10.1.0.0/24
ip addr del 10.1.0.99/24 dev v0
ip addr del 10.1.0.2/16 dev v0
ip addr del 10.1.0.2 dev v0
ip addr del 10.0.0.1 dev v0
ip addr del 10.0.0.1 peer 10.0.0.9 dev v0
ip addr show v0 to 10.0.0.0/16
ip addr flush dev v0 scope link
ip addr flush dev v0 label v0:four
ip -s addr flush dev v0 to 10.7.0.0/16
ip -s -s addr flush dev v0
ip addr flush dev v0
ip addr flush
ip addr flush scope global
ip addr show v0
ip route
ip addr add 224.0.0.1/24 dev v0
ip addr add 255.255.255.255/32 dev v0
ip addr add 0.0.0.0/0 dev v0
ip addr add 127.0.0.1/8 dev v0
ip addr add 10.0.0.1/33 dev v0
ip addr add 10.0.0.1/255.255.255.0 dev v0
ip addr add 10.0.0.1/255.0.255.0 dev v0
ip addr add 10.0.0.256/24 dev v0
ip addr add 10.1/16 dev v0
ip addr add bogus dev v0
ip addr add 10.9.0.1/24
ip addr add dev v0
ip addr add 10.9.0.1/24 dev nosuch
ip addr add 10.9.0.1/24 dev v0 bogus
ip addr add 10.9.0.1/24 dev v0 dev v1
ip addr add local 10.9.0.1/24 local 10.9.0.2/24 dev v0
ip addr add 10.9.0.1/24 peer 10.9.0.1/24 peer 10.8.0.1 dev v0
ip addr bogus
ip addr show v0
ip addr help
