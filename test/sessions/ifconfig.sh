# ifconfig of net-tools: showing and changing devices, aliases and addresses, by ioctl.
ifconfig
ifconfig -a
ifconfig v0 netmask foo
ifconfig v0 inet6 2001:db8::8/64
ifconfig v0 add 10.44.0.1/24
ifconfig v0 metric 3
ifconfig v0 foo
ifconfig v0 up foo
ifconfig v0 -foo
ifconfig v0 300.1.1.1
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 address 02:00:00:00:00:01
ip link set v1 address 02:00:00:00:00:02
sysctl -qw net.ipv6.conf.v0.disable_ipv6=1 net.ipv6.conf.v1.disable_ipv6=1
ifconfig
ifconfig -a
ifconfig v0 10.0.0.1/24
ifconfig v0
ip addr show v0
ifconfig v0 10.0.0.1 netmask 255.255.0.0
ifconfig v0
ifconfig v0 down
ifconfig v0
ifconfig v0:1 10.2.0.1 netmask 255.255.255.0
ip addr show v0
ifconfig -s
ifconfig v0:1
ifconfig v0:x 10.3.0.1
ifconfig v1 up
ifconfig v0 up
ifconfig -a
ifconfig -s -a
ifconfig v0:1 down
ifconfig v0:1
ifconfig v0:1 down
ifconfig v0:9 down
ifconfig v0:x 10.4.0.1
ifconfig v0:x
ip addr show v0
ifconfig v0 down
ifconfig v0 mtu 1400
ifconfig v0 hw ether 02:00:00:00:00:09
ifconfig v0
ifconfig v0 promisc
ifconfig v0 -arp
ifconfig v0 allmulti
ifconfig v0
ifconfig -s v0
ifconfig v0 -promisc arp -allmulti up
ifconfig v0
ifconfig v0 -multicast
ifconfig v0 multicast
ifconfig v0 trailers
ifconfig v0 -trailers
ifconfig v0 dynamic
ifconfig v0
ifconfig v0 -dynamic
ifconfig v0 txqueuelen 500
ifconfig v0 broadcast 10.0.255.254
ifconfig v0 pointopoint 10.0.0.9
ifconfig v0
ip addr show v0
ifconfig v0 dstaddr 10.1.1.3
ifconfig v0 -broadcast
ifconfig v0 -pointopoint
ifconfig v0 broadcast
ifconfig v0 192.168.1.77
ifconfig v0
ifconfig v0 172.16.1.1 netmask 255.255.255.0 broadcast 172.16.1.255 mtu 1300
ifconfig v0
ifconfig v0 netmask 255.0.255.0
ifconfig v0 10.1.1.1/33
ifconfig v0
ifconfig v0 10.1.1.1/x
ifconfig v0 224.1.1.1
ifconfig v0 mtu 99999
ifconfig v0 mtu x
ifconfig v0 mtu 10
ifconfig v0 mtu 1500
ifconfig v0 txqueuelen x
ifconfig v0 inet 10.8.1.1
ifconfig v0 inet6 2001:db8::7
ifconfig v0 unix foo
ifconfig v0 add 10.9.9.9
ifconfig v0 add 10.9.9.10
ifconfig
ifconfig v0 del 10.9.9.9
ifconfig v0 del 10.9.9.99
ifconfig v0 add 2001:db8::zz
ifconfig v0 del 2001:db8::99/64
ifconfig v0 add 2001:db8::1/64
ip addr show v0
ifconfig v0 localhost
ifconfig v0
ifconfig v0 0.0.0.0
ifconfig v0
ifconfig v0 down
ifconfig v0 name foo0
ifconfig foo0
ifconfig foo0 name v1
ifconfig foo0 name v0
ifconfig nope
ifconfig nope up
ifconfig nope 192.168.1.77
ifconfig nope 10.0.0.1 netmask 255.255.255.0 broadcast 172.16.1.255 mtu 1300
ifconfig nope -promisc
ifconfig nope add 10.9.9.9
ifconfig nope mem_start 3
ifconfig averyveryverylongname
ifconfig -s nope
ifconfig v0 netmask
ifconfig v0 mem_start 0x10
ifconfig v0 irq 3
ifconfig v0 keepalive 3
ifconfig v0 tunnel ::1.2.3.4
ifconfig v0 hw foo 11
ifconfig v0 hw ether 11
ifconfig v0 hw
ifconfig -h
ifconfig -V
ifconfig -Z
