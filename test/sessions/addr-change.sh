# addresses changed, replaced, saved, aged
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip link set v0 up
ip link set v1 up
ip addr add 10.0.0.1/24 dev v0
ip addr add 10.0.0.1/24 dev v0
ip addr change 10.0.0.1/24 dev v0 valid_lft 1000 preferred_lft 500
ip addr show v0 | sed 's/[0-9]*sec/Nsec/g'
ip addr replace 10.0.0.1/24 dev v0
ip addr show v0
ip addr replace 10.0.0.2/24 dev v0
ip addr change 10.0.0.3/24 dev v0
ip addr show v0
ip addr change 10.0.0.1/24 dev v0 noprefixroute
ip addr show v0
ip route
ip addr change 10.0.0.1/24 dev v0 metric 50
ip route
ip addr change 10.0.0.1/24 dev v0
ip route
ip addr show v0
ip addr add 10.0.0.1/25 dev v0
ip addr add 10.0.0.1/24 dev v1
ip addr show
ip route
ip route get 10.0.0.77
ip addr add 10.4.0.1/24 dev v0 valid_lft 0
ip addr add 10.4.0.1/24 dev v0 valid_lft 10 preferred_lft 20
ip addr add 10.4.0.1/24 dev v0 valid_lft forever preferred_lft 0
ip addr show v0 to 10.4.0.0/16
ip addr add 10.4.0.2/24 dev v0 valid_lft bogus
ip addr add 10.4.0.2/24 dev v0 preferred_lft
ip addr show v0 deprecated
ip addr show v0 -deprecated
ip addr show v0 -permanent
ip -4 -o addr
ip -br addr
ip -4 -br addr show v0
ip -d addr show v0
ip -o -d addr show v0
ip -s addr show v1
ip -f inet addr show v0
ip -0 addr show v0
ip -6 addr show v0
ip addr save > /tmp/a.save; echo $?
ip addr flush dev v0
ip addr restore < /tmp/a.save
ip addr show v0
ip addr showdump < /tmp/a.save
ip addr restore < /dev/null
ip link set v0 down
ip route
ip addr add 10.6.0.1/24 dev v0
ip route
ip link set v0 up
ip route
ip route show table local dev v0
