# route of net-tools: listing, adding and deleting, both families.
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 address 02:00:00:00:00:01
ip link set v1 address 02:00:00:00:00:02
ip addr add 10.0.0.1/24 dev v0
route -n
ip link set v0 up
ip link set v1 up
route add default gw 10.0.0.2
route add default gw 10.0.0.2
route -n
route
route -e
route -ee
route add -net 10.1.0.0 netmask 255.255.0.0 gw 10.0.0.3
route add -net 10.2.0.0/16 gw 10.0.0.3 metric 5
route add -host 10.3.0.1 dev v0
route add -host 10.3.0.2 gw 10.0.0.9
route add -net 10.4.0.0/16 reject
route add -net 10.5.0.0/16 dev v0 mss 1000 window 2000 irtt 5
route -n
route -nee
route -ne
ip route
route del default
route del -net 10.1.0.0/16
route del -net 10.1.0.0/16
route del -net 10.2.0.0 netmask 255.255.0.0
route del 10.3.0.1
route del -host 1.2.3.4
route -n
route add -net 10.2.0.1/16 dev v0
route add -net 10.2.0.0 netmask 255.0.255.0 dev v0
route add default gw 192.168.9.9
route add default dev nope
route add -net 10.2.0.0 dev v0
route add foo
route add -net foo dev v0
route add -host foo dev v0
route add
route del
route foo
route -h
route -V
route -Z
route flush
route -C
route -C add -net 10.18.0.0/16 dev v0
route -A foo
route -4 -n
route -Fn
route --numeric
route --inet -n
route add 10.9.0.0 netmask 255.255.0.0 dev v0
route add 10.10.0.0/16 dev v0
route add -host 10.3.0.0/24 dev v0
route add -net 10.11.0.0 netmask 255.255.0.0 netmask 255.255.0.0 dev v0
route add -net 1.2.3.4/33 dev v0
route add -net 10.6.0.0/x dev v0
route add -net 10.6.0.0/16 gw 10.6.0.0/16
route add -net 10.6.0.0/16 gw foo
route add -net 10.6.0.0/16 gw 10.0.0.3 gw 10.0.0.4
route add -net 10.6.0.0/16 metric
route add -net 10.6.0.0/16 metric x v0
route add -net 10.6.0.0/16 foo bar
route add -net 10.6.0.0/16 mss 63 v0
route add -net 10.6.0.0/16 window 127 v0
route add -net 10.6.0.0/16 netmask 1.2 dev v0
route add -net 10.6.0.0/16 v0
route add -net 10.7.0.0/16
route add -net 10.13.0.0/16 dev v0 mod dyn reinstate
route add -net 10.14.0.0/16 gateway 10.0.0.3
route -n -v add -net 10.15.0.0/16 device v0
echo '10.0.0.3 gateway-with-a-long-name.example.org' >> /etc/hosts
echo 'officenet-is-a-long-network 10.6.0.0' >> /etc/networks
route
route add -net loopback netmask 255.0.0.0 dev v0
route add -net officenet-is-a-long-network netmask 255.255.0.0 gw gateway-with-a-long-name.example.org
route add -host gateway-with-a-long-name.example.org dev v0
route
sleep 2
route -6 -n | awk '{print $1, $2, $3, $4, $NF}'
ip addr add 2001:db8::1/64 dev v0 nodad
sleep 3
route -A inet6 add 2001:db8:1::/64 gw 2001:db8::9
route -A inet6 add 2001:db8:2::/64 dev v0 metric 7
route -A inet6 add default gw 2001:db8::5
ip -6 route show table main | grep -v fe80
route -6n | awk '{print $1, $2, $3, $4, $NF}' | sort
route -6 | awk '{print $1, $2, $3, $4, $NF}' | sort
route -6 del 2001:db8:1::/64
route -6 del 2001:db8:1::/64
route -6 del default gw 2001:db8::5
route -6 del 2001:db8:2::/64
route -6 add default gw 2001:db8::9 dev nope
route -6 add 2001:db8:8::/64 reject
route -6 add default dev v0
route -6 add
route -6 -h
route -6 flush
route -6 add 2001:db8::/64
route -6 add 2001:db8:6::/64 mod dyn dev v0
route -6 add 2001:db8:7::/64 v0
route -6 add 2001:db8:8::/64 foo bar
route -6 add 2001:db8::/129 dev v0
route -6 add 2001:db8::/64 gw foo
route -6 add 2001:db8:5::/64 metric x dev v0
route -6 add 2001:db8::5 dev v0
route -6 add default gw fe80::1 dev v0
ip -6 route show table main | grep -v fe80::/
