# netstat of net-tools: tables, counters, sockets, memberships.
# Names by files alone: a resolver's own questions would be counted.
sed -i 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf
netstat
netstat -V
netstat -h
netstat -X
netstat -Z
netstat -M
netstat -2
netstat -A nope
netstat -I=v0
netstat -r -i
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 address 02:00:00:00:00:01
ip link set v1 address 02:00:00:00:00:02
sysctl -qw net.ipv6.conf.v0.disable_ipv6=1 net.ipv6.conf.v1.disable_ipv6=1
ip addr add 10.0.0.1/24 dev v0
ip link set v0 up
ip link set v1 up
ip route add default via 10.0.0.2
ip route add unreachable 10.8.0.0/16
netstat -r
netstat -rn
netstat -rne
netstat -rnee
netstat -rn4
netstat -rnC
netstat -rn -A inet,inet6 | head -8
netstat -i
netstat -ia
netstat -ie
netstat -g
netstat -gn
timeout 2.5 netstat -ci | cut -c1-21
timeout 2.5 netstat -crn
timeout 2.5 netstat -cs | head -2
netstat -s
netstat -s6
netstat
netstat -a
netstat -an
netstat -tuln
netstat -l
netstat -x
netstat -xa
netstat -w
netstat -nlS
netstat --inet -an
netstat -an -6
netstat -A unix
netstat -uaeno
netstat -uaenp
netstat -C
ping -c 3 -i 0.2 -q 127.0.0.1 > /dev/null
ping -c 1 -q ::1 > /dev/null
ping -c 1 -W 1 -q 10.8.1.1 > /dev/null
netstat -s
netstat -su
netstat -sw
netstat -st
netstat -s6
netstat -s6u
ping -q -i 0.3 127.0.0.1 > /dev/null &
ping -q -i 0.3 ::1 > /dev/null &
sleep 1
netstat -an
netstat -a
netstat -wan
netstat -wanp | sed 's#[0-9]*/ping *#PID/ping#'
netstat -wan4
netstat -wn
netstat -wa --numeric-ports
netstat -wa --numeric-hosts
kill %1 %2
wait
netstat -an
ip netns add blue
ip link set v1 netns blue
ip -n blue addr add 10.0.0.2/24 dev v1
ip -n blue link set v1 up
ping -c 2 -i 0.2 -q 10.0.0.2 > /dev/null
ping -c 1 -q -s 3000 10.0.0.2 > /dev/null
ping -c 1 -t 1 -q 10.0.0.2 > /dev/null
netstat -s
netstat -i
ip netns exec blue netstat -s
ip netns exec blue netstat -rn
