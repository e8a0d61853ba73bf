# An address by DHCP: asked for, kept, given back.
for n in s c; do ip netns add $n; ip -n $n link set lo up; done
ip link add v0 netns s address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:0c netns c
ip -n s addr add 192.168.7.1/24 dev v0
ip -n s link set v0 up
mkdir -p /tmp/lib
ip netns exec s dnsmasq --no-daemon --no-ping --interface=v0 --bind-interfaces --port=0 --dhcp-range=192.168.7.50,192.168.7.60,1h --dhcp-option=3,192.168.7.1 --dhcp-option=option:dns-server,192.168.7.1 --dhcp-leasefile=/tmp/lib/leases --user=root --group=root 2> /dev/null &
sleep 1
ip netns exec c dhclient -v -1 -lf /tmp/lib/client -pf /tmp/lib/pid eth0 2>&1
ip -n c -4 addr show dev eth0 | sed 's/lft [0-9]*sec/lft <n>sec/g'
ip -n c route
cat /etc/resolv.conf
grep -c 'fixed-address 192.168.7.55' /tmp/lib/client
ip netns exec c ping -c 1 192.168.7.1
ip -n s neigh | sed 's/ [A-Z]* *$//'
ip netns exec c dhclient -v -r -lf /tmp/lib/client -pf /tmp/lib/pid eth0 2>&1
ip -n c -4 addr show dev eth0
ip -n c route
ip netns exec c dhclient -lf /tmp/lib/client -pf /tmp/lib/pid eth0
ip -n c -4 -br addr show dev eth0
ip netns exec c dhclient -x -lf /tmp/lib/client -pf /tmp/lib/pid eth0 2>&1
ip -n c -4 -br addr show dev eth0
ip -n c addr flush dev eth0
kill %1
wait
