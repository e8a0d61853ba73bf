# net.ipv6: settings that act when they are written, and the tables of /proc/net
sysctl net.ipv6.conf.all.forwarding
ip link add v0 address 02:00:00:00:00:a0 type veth peer name v1 address 02:00:00:00:00:a1
ls /proc/sys/net/ipv6/conf
ls /proc/sys/net/ipv6/conf/v0
ls /proc/sys/net/ipv6/neigh/v0
ls /proc/sys/net/ipv6/icmp /proc/sys/net/ipv6/route
sysctl net.ipv6.conf.v0
sysctl net.ipv6.neigh.v0
sysctl -w net.ipv6.conf.v1.addr_gen_mode=1
sysctl -w net.ipv6.conf.v0.addr_gen_mode=2
sysctl -w net.ipv6.conf.v0.addr_gen_mode=4
sysctl -w net.ipv6.conf.v0.accept_dad=0
ip link set v1 up
ip link set v0 up
sleep 1
ip -6 addr show dev v0
ip -6 addr show dev v1
ip addr add 2001:db8::1/64 dev v0
ip -6 route show
sysctl -w net.ipv6.conf.v0.forwarding=1
ip -6 route show table local type anycast
cat /proc/net/anycast6
sysctl -w net.ipv6.conf.all.forwarding=1
sysctl net.ipv6.conf.default.forwarding net.ipv6.conf.v1.forwarding
sysctl -w net.ipv6.conf.all.forwarding=0
ip -6 route show table local type anycast
sysctl -w net.ipv6.conf.v0.disable_ipv6=1
ip -6 addr show dev v0
ip -6 route show
ip addr add 2001:db8::2/64 dev v0
sysctl -w net.ipv6.conf.v0.disable_ipv6=0
sleep 1
ip -6 addr show dev v0
sysctl -w net.ipv6.conf.v0.keep_addr_on_down=1
ip addr add 2001:db8::3/64 dev v0
ip link set v0 down
ip -6 addr show dev v0
ip link set v0 up
sleep 1
ip -6 addr show dev v0
sysctl -w net.ipv6.conf.v0.mtu=1279
sysctl -w net.ipv6.conf.v0.mtu=1501
sysctl -w net.ipv6.conf.v0.mtu=1400
cat /proc/sys/net/ipv6/conf/v0/mtu
sysctl -w net.ipv6.conf.v0.hop_limit=0
sysctl -w net.ipv6.conf.v0.hop_limit=33
ip -6 route get 2001:db8::9
cat /proc/sys/net/ipv6/conf/v0/stable_secret
sysctl -w net.ipv6.icmp.ratelimit=5
sysctl net.ipv6.icmp.ratelimit
sysctl -w net.ipv6.icmp.ratemask=3,1,2,9-11
sysctl net.ipv6.icmp.ratemask
sysctl -w net.ipv6.icmp.echo_ignore_all=1
ip link set lo up
ping -c 1 -W 1 ::1 | tail -n 3
sysctl -w net.ipv6.icmp.echo_ignore_all=256
sysctl -w net.ipv6.route.mtu_expires=30
echo 1 > /proc/sys/net/ipv6/route/flush
cat /proc/sys/net/ipv6/route/flush
sysctl -w net.ipv6.neigh.v0.retrans_time_ms=1
sysctl net.ipv6.neigh.v0.retrans_time_ms net.ipv6.neigh.v0.retrans_time
sysctl -w net.ipv6.neigh.v0.mcast_solicit=-1
sysctl -w net.ipv6.conf.nosuch.forwarding=1
ip netns add a
ip netns exec a sysctl net.ipv6.conf.lo.disable_ipv6 net.ipv6.conf.all.accept_dad net.ipv6.conf.default.accept_dad
ip addr add 10.0.0.1/24 dev v0
ip route add default via 10.0.0.2
ip route add unreachable 10.9.0.0/16
ip route add 10.8.0.0/16 via 10.0.0.3 metric 5 advmss 1000
cat /proc/net/route
ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev v0
cat /proc/net/arp
cat /proc/net/igmp
sort /proc/net/dev_mcast
cat /proc/net/igmp6
cat /proc/net/raw
cat /proc/net/udp6
cat /proc/net/sockstat6 | tail -n 1
