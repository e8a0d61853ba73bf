# ip monitor in the background, while things change
ip netns add x
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip monitor bogus
ip monitor help
ip monitor dev nosuch
ip monitor file /nosuch
cd /tmp
ip monitor > 1 & sleep 0.1
ip monitor all > 2 &
ip monitor link > 3 &
ip -ts monitor address > 4 &
ip -t monitor route > 5 &
ip monitor label rule neigh > 6 &
ip -o monitor link address > 7 &
ip -4 monitor > 8 &
ip -d monitor > 9 &
ip -br monitor > 10 &
ip monitor dev lo > 11 &
ip monitor nsid all-nsid > 12 &
ip monitor netconf > 13 &
ip -j monitor link > 14 &
ip -6 monitor > 15 &
sleep 1
ip link set lo up
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link set v0 up; ip link set v1 up
sleep 0.3
ip addr add 10.0.0.1/24 dev v0
ip addr add 10.0.0.9/24 dev v0
ip route add 10.1.0.0/16 via 10.0.0.2
ip route replace 10.1.0.0/16 via 10.0.0.3
ip route del 10.1.0.0/16
ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:07 dev v0
ip neigh del 10.0.0.2 dev v0
ip rule add pref 5 from 10.0.0.1 table 5
ip rule del pref 5
ip netns set x 3
sysctl -qw net.ipv4.conf.v0.rp_filter=1
sysctl -qw net.ipv4.ip_forward=1
ip link set v0 name w0
ip link set w0 mtu 1400
ip link set w0 alias cable
ip addr change 10.0.0.1/24 dev w0 valid_lft 1000 preferred_lft 500
ip addr del 10.0.0.1/24 dev w0
ip link set w0 down
sleep 0.5
ip link del w0
sleep 0.5
kill %1 %2 %3 %4 %5 %6 %7 %8 %9 %10 %11 %12 %13 %14 %15; wait 2>/dev/null
cat 1
cat 2
cat 3
sed 's/[0-9-]*T[0-9:.]*/T/; s/[0-9]*sec/sec/g' 4
sed 's/Timestamp: .*/Timestamp/' 5
cat 6
cat 7
cat 8
cat 9
cat 10
cat 11
cat 12
cat 13
cat 14
cat 15
