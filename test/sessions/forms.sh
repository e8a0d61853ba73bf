# the same things brief, detailed, in one line, with statistics, as JSON
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip link set lo up; ip link set v0 up; ip link set v1 up
ip link set v0 alias cable
ip link property add dev v0 altname left
ip addr add 10.0.0.1/24 brd + dev v0
ip addr add 10.0.0.9/32 peer 10.0.0.10 dev v0 label v0:p
ip addr add 10.0.1.1/24 dev v1 valid_lft 9999 preferred_lft 0
ip route add 10.1.0.0/16 via 10.0.0.2 metric 5 mtu 1400
ip route add blackhole 10.2.0.0/16
ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:09 dev v0
ip -br link
ip -br -4 addr
ip -br -j addr | sed 's/"valid_life_time":99[0-9]*/N/'
ip -br -p -j link show v0
ip -o link show v0
ip -o -d link show v0
ip -d link show v0
ip -d link show lo
ip -s link show lo
ip -s -s link show lo
ip -o -s link show lo
ip -j -s -s link show lo
ip -j -d -p link show v0
ip -s -d -j link show lo
ip -o addr | sed 's/99[0-9]*sec/Nsec/'
ip -d addr show v0
ip -j -d addr show v0
ip -p addr show v0
ip -p -j addr show v0
ip -s addr show lo
ip -o -s addr show lo
ip -br addr show v0
ip -br -d addr show v0
ip -br -s link show v0
ip -o route
ip -d route
ip -j -d route
ip -s route
ip -br route
ip -N route
ip -N -d route show table local
ip -N -d -j route show 10.2.0.0/16
ip -N addr show v0
ip -N neigh
ip -s neigh | sed 's#used [0-9/]*#used N#'
ip -h -s link show lo
ip -h -iec -s link show lo
ip -j -p neigh
ip -rc 1000 link show lo
ip -rc x link show lo
ip -t link show lo
ip -ts link show lo
ip -V
ip -c=never link show lo
ip -c=auto link show lo
ip -color=bogus link show lo
ip -f inet link show lo
ip -f bogus link
ip -f
ip -family inet6 addr show v0
ip -0 link show lo
ip -4 link show v0
ip -6 link show v0
ip -B link
ip -l 5 addr flush dev v1
ip -loops x addr flush dev v1
ip -x
ip --json link show lo
ip -details -oneline link show lo
ip -r route
ip -a netns
ip -force link show lo
ip bogus
ip
ip help
ip -help
