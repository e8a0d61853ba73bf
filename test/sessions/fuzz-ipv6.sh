# What the fuzzer found in IPv6 and in ping: routes that come with addresses of devices that are down or
# without carrier, what `route get` leaves out, sockets bound to the device of an own address.

# A device that is down has no prefix routes, and no route for multicasts; they come when it goes up.
ip addr add fd00:1::2/128 nodad dev lo
ip addr add fd00:2::2/64 dev lo
sleep 0.2
ip -6 route show table all
ip link set lo up
sleep 0.2
ip -6 route show table all

ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip addr add fd00:1::3/128 nodad metric 1000 dev v0
ip addr add fd00:2::3/64 dev v0
ip addr add fd00:3::3/64 nodad noprefixroute dev v0
ip addr add fd00:4::3 nodad peer fd00:4::4/128 dev v0
sleep 0.2
ip -6 route show table all
ip addr change fd00:2::3/64 metric 50 dev v0
sleep 0.2
ip -6 route show table all
ip link set v0 up
sleep 0.2
ip -6 route show table all
ip addr add fd00:5::3/64 nodad dev v0
sleep 0.2
ip -6 route show table all
ip -6 route get fd00:5::9
ip -6 route get ff02::1 oif v0
ip -6 route get fibmatch fd00:5::9
ip link set v1 up
sleep 0.2
ip -6 route show table all

# Routes that refuse need no device that is up; others do.
ip netns add b
ip -n b route add unreachable fd00:6::/64
ip -n b route add prohibit fd00:7::/64 dev lo
ip -n b -6 route add fd00:8::/64 dev lo
ip -n b route add local fd00:9::/64 dev lo
sleep 0.2
ip -n b -6 route show table all

# An own address through the device that has it, and through another.
ip netns add c
ip link set v1 netns c
ip addr add 10.0.0.2/24 dev v0
ip addr add fd00:a::2/64 nodad dev v0
ip -n c addr add 10.0.0.3/24 dev v1
ip -n c addr add fd00:a::3/64 nodad dev v1
ip -n c link set v1 up
ip -n c link set lo up
ping -n -c 1 -W 0.3 -I v0 10.0.0.2
ping -n -c 1 -W 0.3 -I lo 10.0.0.2
ping -n -c 1 -W 0.3 -R -I v0 10.0.0.2
ping -n -c 1 -W 0.3 -I v0 127.0.0.1
ping -n -c 1 -W 0.3 -I v0 fd00:a::2
ping -n -c 1 -W 0.3 -I lo fd00:a::2
ping -n -c 1 -W 0.3 -I v0 ::1
ping -n -c 1 -W 0.3 -I ::1 fd00:a::2
ping -n -c 1 -W 0.3 -I fd00:a::2 ::1
ping -n -c 1 -W 0.3 -I ::1 -I v0 fd00:a::2

# A redirect is no error.
ip netns add r
ip link add w0 address 02:00:00:00:00:03 type veth peer name w1 netns r address 02:00:00:00:00:04
ip link set w0 up
ip -n r link set w1 up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip addr add 10.1.0.2/24 dev w0
ip -n r addr add 10.1.0.1/24 dev w1
ip -n r addr add 10.2.0.1/24 dev w1
ip route add 10.2.0.0/24 via 10.1.0.1
ping -n -c 1 -W 0.3 10.2.0.4

# Too long: for the protocol, or for the way when it may not be cut.
ping -n -c 1 -W 0.3 -s 65528 fd00:a::2
ping -n -c 1 -W 0.3 -s 65528 fd00:a::3
ping -n -c 1 -W 0.3 -s 65527 fd00:a::3
ping -n -c 1 -W 0.3 -s 1453 -M do fd00:a::3
ip link set lo mtu 1500
ping -n -c 1 -W 0.3 -s 2000 ::1
ping -n -c 1 -W 0.3 -s 2000 -M do ::1
ping -n -c 1 -W 0.3 -s 2000 -M probe fd00:a::2

# Datagram sockets, for whom the group may.
sysctl -qw net.ipv4.ping_group_range='0 0'
ping -n -c 1 -W 0.3 -v ::1
ping -n -c 1 -W 0.3 -v 127.0.0.1
ping -n -c 1 -W 0.3 -v -e 77 ::1
ping -n -c 1 -W 0.3 -v -e 77 127.0.0.1
ping -n -c 1 -W 0.3 -v -e 0 127.0.0.1 | sed 's/ident=[0-9]*/ident=N/'
ping -n -c 1 -W 0.3 10.2.0.4
sysctl -qw net.ipv4.ping_group_range='1 100'
ping -n -c 1 -W 0.3 -v -e 77 ::1
ping -n -c 1 -W 0.3 -v -e 77 127.0.0.1

# Default routes that are not there, routes that are not there to be changed.
ip netns add d
ip -n d link set lo up
ip link add x0 netns d address 02:00:00:00:00:05 type veth peer name x1 netns d address 02:00:00:00:00:06
ip -n d link set x0 addrgenmode none up
ip -n d link set x1 addrgenmode none up
ip -n d addr add fd00::2/64 dev x0 nodad
ip -n d -6 route del default
ip -n d -6 route del default dev x0
ip -n d -6 route del default via fd00::7
ip -n d -6 route change default via fd00::7
ip -n d -6 route change fd00:9::/64 via fd00::7
ip -n d -6 route add fd00:9::/64 via fd00::7
ip -n d -6 route add fd00:8000::/64 via fd00::7
ip -n d -6 route change fd00:9::/64 via fd00::8 metric 7
ip -n d -6 route change fd00::/16 via fd00::7
ip -n d -6 route change fd00::/17 via fd00::7
ip -n d -6 route add default via fd00::7
ip -n d -6 route del default via fd00::8

# A gateway behind a link that is down is a gateway, though its routes be ignored.
ip -n d link set x1 down
ip netns exec d sysctl -qw net.ipv6.conf.x0.ignore_routes_with_linkdown=1
ip -n d -6 route add fd00:b::/64 via fd00::7
ip -n d -6 route show fd00:b::/64
ip -n d link set x1 up

# Changing the peer of an address: by the prefix length of the address, in Linux.
ip -n d addr add fd00:2::1 peer fd00:2::2/64 dev x0 nodad
ip -n d addr add fd00:3::1 peer fd00:3::2/128 dev x0 nodad
sleep 0.2
ip -n d addr change fd00:2::1 peer fd00:2::3/64 dev x0
ip -n d addr change fd00:3::1 peer fd00:3::3/128 dev x0
ip -n d -6 route show
ip -n d addr change fd00:2::1 peer fd00:2::3/64 dev x0 metric 20
ip -n d -6 route show
ip -n d addr change fd00:2::1 peer fd00:2::3/64 dev x0 noprefixroute
ip -n d -6 route show
ip -n d addr del fd00:2::1/64 dev x0
ip -n d addr del fd00:3::1/128 dev x0
ip -n d -6 route show

# A broadcast address is no source.
sysctl -qw net.ipv4.ping_group_range='1 0'
ping -n -c 1 -W 0.3 -I 10.0.0.255 10.0.0.3
ping -n -c 1 -W 0.3 -I 224.0.0.1 10.0.0.3
sysctl -qw net.ipv4.ping_group_range='0 0'
ping -n -c 1 -W 0.3 -I 10.0.0.255 10.0.0.3

# What a local route takes is answered from where it was sent to.
ip -n d link set x0 up
ip -n d -6 route add local fd00:c::/64 dev x0 metric 100
ip netns exec d ping -n -c 1 -W 0.3 fd00:c::2
