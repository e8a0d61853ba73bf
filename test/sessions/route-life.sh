# routes in motion: multipath, replace, append, flush, save, links going down and away
ip netns add x
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link add w0 address 02:00:00:00:00:03 type veth peer name w1 address 02:00:00:00:00:04
sysctl -qw net.ipv6.conf.all.disable_ipv6=1
for d in lo v0 v1 w0 w1; do ip link set $d up; done
ip addr add 10.0.0.1/24 dev v0
ip addr add 10.0.1.1/24 dev w0
ip route add 10.1.0.0/16 nexthop via 10.0.0.2 weight 2 nexthop via 10.0.1.2 dev w0 weight 5
ip route add 10.1.0.0/16 nexthop via 10.0.0.3
ip route append 10.1.0.0/16 nexthop via 10.0.0.3 nexthop dev w0
ip route add 10.2.0.0/16 nexthop via 10.0.0.2 weight 0
ip route add 10.2.0.0/16 nexthop via 10.0.0.2 weight 257
ip route add 10.2.0.0/16 nexthop via 10.0.9.2
ip route add 10.2.0.0/16 nexthop via 10.0.9.2 dev v0 onlink nexthop via 10.0.0.7
ip route add 10.2.0.0/16 nexthop
ip route add 10.2.0.0/16 nexthop bogus
ip route add 10.3.0.0/16 via 10.0.0.2 nexthop via 10.0.0.3
ip route
ip -d route show 10.1.0.0/16
ip -o route show 10.1.0.0/16
ip -j -p route show 10.1.0.0/16
ip route del 10.1.0.0/16 via 10.0.0.2
ip route del 10.1.0.0/16 nexthop via 10.0.0.3 nexthop dev w0
ip route show 10.1.0.0/16
ip route replace 10.1.0.0/16 via 10.0.0.9
ip route show 10.1.0.0/16
ip route replace 10.1.0.0/16 via 10.0.0.9
ip route replace 10.1.0.0/16 via 10.0.0.8 metric 5
ip route change 10.1.0.0/16 via 10.0.0.7 metric 5
ip route change 10.1.0.0/16 via 10.0.0.7 metric 6
ip route append 10.1.0.0/16 via 10.0.0.6
ip route append 10.1.0.0/16 via 10.0.0.6
ip route prepend 10.1.0.0/16 via 10.0.0.5
ip route prepend 10.1.0.0/16 via 10.0.0.5 metric 5
ip route append 10.1.0.0/16 via 10.0.0.4 metric 5
ip route show 10.1.0.0/16
ip route replace 10.1.0.0/16 via 10.0.0.44
ip route show 10.1.0.0/16
ip route test 10.1.0.0/16 via 10.0.0.9
ip route get 10.1.2.3
ip route add default via 10.0.0.254 metric 200
ip route add default via 10.0.1.254 metric 100
ip route add default via 10.0.0.253
ip route add default via 10.0.0.252
ip route show default
ip route get 8.8.8.8
ip route del default
ip route get 8.8.8.8
ip route del default
ip route show default
ip route show 0.0.0.0/0
ip route show exact default
ip route save > /tmp/r.save; echo $?
ip route save table local > /tmp/l.save; echo $?
ip route showdump < /tmp/r.save
ip route flush 10.1.0.0/16
ip -s route flush 10.2.0.0/16
ip -s -s route flush default
ip -s route flush default
ip route flush
ip route flush table 99
ip route flush cache
ip -s route flush cache
ip route
ip route flush table main
ip route
ip route restore < /tmp/r.save
ip route
ip route restore < /tmp/r.save
ip addr restore < /tmp/r.save
ip link set w1 down
ip route
ip route show table local
ip link set w1 up
ip route
ip link set v0 down
ip route
ip route get 10.1.2.3
ip link set v0 up
ip route
ip route add 10.9.0.0/16 via 10.0.1.9
ip addr del 10.0.1.1/24 dev w0
ip route
ip route add 10.9.0.0/16 dev w0
ip addr add 10.0.3.1/24 dev w0
ip route add 10.8.0.0/16 via 10.0.0.9 src 10.0.3.1
ip route
ip addr del 10.0.3.1/24 dev w0
ip route
ip link set w0 netns x
ip route
ip -n x route
ip -n x addr
ip link del v0
ip route
ip route show table all
