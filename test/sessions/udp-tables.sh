# netstat and nstat on UDP: sockets, datagrams that arrive, that nobody wants, that find no way.
sed -i 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf
ip netns add blue
ip link add v0 type veth peer name v1 netns blue
ip link set lo up
ip addr add 10.0.0.1/24 dev v0
sysctl -qw net.ipv6.conf.v0.disable_ipv6=1
ip netns exec blue sysctl -qw net.ipv6.conf.v1.disable_ipv6=1
ip link set v0 up
ip -n blue link set lo up
ip -n blue addr add 10.0.0.2/24 dev v1
ip -n blue link set v1 up
nc -u -l 127.0.0.1 53 > got &
sleep 0.3
netstat -uan
netstat -ua
netstat -un
netstat -uln
netstat -ulnp | sed 's#[0-9]*/nc *#PID/nc#'
netstat -uaeno | awk '{print $1, $2, $3, $4, $5, $6, $8, $9}'
netstat -u -n -a -W
netstat -au --numeric-ports
netstat -an
nstat -n
echo hello | nc -u -w 1 -p 4444 127.0.0.1 53
cat got
nstat
netstat -uan
netstat -un
kill %1
wait
echo hello | nc -u -w 1 127.0.0.1 9
nstat 'Udp*' 'Icmp*'
echo hello | nc -u -w 1 10.0.0.2 9
nstat 'Udp*' 'Icmp*'
ip netns exec blue nstat -s 'Udp*' 'Icmp*' 'Ip*'
echo hello | nc -u -w 1 192.0.2.1 9
nstat
netstat -su
ip netns exec blue netstat -su
