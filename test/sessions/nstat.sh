# nstat: counters since they were last looked at, and the file that remembers.
sed -i 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf
ip link set lo up
nstat
ping -c 1 -q 127.0.0.1 > /dev/null
nstat
nstat
nstat -a
nstat -j
nstat -as
nstat -rs
nstat -n
nstat -s
ping -c 2 -i 0.2 -q 127.0.0.1 > /dev/null
nstat -s 'Ip*'
nstat 'Icmp*'
cat /tmp/.nstat.u0
nstat -a ipinr* IcmpInMsgs
nstat -az 'UdpInD*'
nstat foo
nstat -z | grep -v ^Icmp6
nstat -aj
nstat -aj -p
nstat -jp 'IpI*'
nstat -q
nstat -h
nstat -V
nstat -d
nstat -t x
stat -c %a /tmp/.nstat.u0
NSTAT_HISTORY=/tmp/hist nstat 'IpIn*'
ls /tmp/hist
NSTAT_HISTORY=/nodir/hist nstat
rm /tmp/.nstat.u0
ln -s /tmp/foo /tmp/.nstat.u0
nstat
rm /tmp/.nstat.u0
echo garbage > /tmp/.nstat.u0
nstat
nstat -r 'IpIn*'
ip link add v0 type veth peer name v1
ip netns add blue
ip link set v1 netns blue
ip addr add 10.0.0.1/24 dev v0
ip link set v0 up
ip -n blue addr add 10.0.0.2/24 dev v1
ip netns exec blue sysctl -qw net.ipv6.conf.v1.disable_ipv6=1
ip -n blue link set v1 up
sysctl -qw net.ipv6.conf.v0.disable_ipv6=1
nstat -n
ping -c 1 -q 10.0.0.2 > /dev/null
ping -c 1 -q -W 1 10.0.0.9 > /dev/null
ping -c 1 -q -W 1 192.0.2.1 > /dev/null
ping -c 1 -q -s 4000 10.0.0.2 > /dev/null
nstat
ip netns exec blue nstat -as 'I*'
