# sysctl and /proc/sys/net, one tree a namespace
sysctl net.ipv4.ip_forward
sysctl -n net.ipv4.ip_forward
sysctl -w net.ipv4.ip_forward=1
cat /proc/sys/net/ipv4/ip_forward
ip netns add a
ip netns exec a sysctl net.ipv4.conf.all.forwarding
echo 0 > /proc/sys/net/ipv4/ip_forward
sysctl net.ipv4.conf.all.forwarding
sysctl net.ipv4.conf.lo.forwarding
sysctl net.ipv4.nosuch
sysctl -w net.ipv4.nosuch=1
sysctl net/ipv4/ip_default_ttl
sysctl -w net.ipv4.ip_default_ttl=300
sysctl -w net.ipv4.ip_default_ttl=33
sysctl -qw net.ipv4.ip_default_ttl=44
sysctl -n net.ipv4.ip_default_ttl net.ipv4.ip_forward
echo foo > /proc/sys/net/ipv4/ip_forward
cat /proc/sys/net/ipv4/conf/lo/rp_filter
ls /proc/sys/net/ipv4/conf
ip link add v0 type veth peer name v1
ls /proc/sys/net/ipv4/conf
ls /proc/sys/net/ipv4/conf/v0
ls /proc/sys/net/ipv4/neigh/v0
ls /proc/sys/net/ipv6/conf/v0 | head -5
sysctl net.ipv4.conf.v0
sysctl net.ipv6.conf.v0.disable_ipv6
cat /proc/net/dev | wc -l
ls /sys/class/net
cat /sys/class/net/lo/mtu
cat /sys/class/net/lo/address
cat /sys/class/net/lo/flags
cat /sys/class/net/lo/nosuch
ls /sys/class/net/lo
sysctl
sysctl -x
