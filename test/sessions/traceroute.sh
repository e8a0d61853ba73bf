# A host, three routers and a host at the end; what traceroute finds on the way.
for n in h r1 r2 r3 d; do ip netns add $n; ip -n $n link set lo up; done
ip link add e1 netns h type veth peer name e0 netns r1
ip link add e1 netns r1 type veth peer name e0 netns r2
ip link add e1 netns r2 type veth peer name e0 netns r3
ip link add e1 netns r3 type veth peer name e0 netns d
i=1
for p in h:r1 r1:r2 r2:r3 r3:d; do
  a=${p%:*}
  b=${p#*:}
  ip -n $a addr add 10.0.$i.1/24 dev e1
  ip -n $a addr add fd00:$i::1/64 dev e1 nodad
  ip -n $a link set e1 up
  ip -n $b addr add 10.0.$i.2/24 dev e0
  ip -n $b addr add fd00:$i::2/64 dev e0 nodad
  ip -n $b link set e0 up
  i=$((i + 1))
done
for r in r1 r2 r3; do ip netns exec $r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; done
ip -n h route add default via 10.0.1.2
ip -n h -6 route add default via fd00:1::2
ip -n r1 route add 10.0.0.0/16 via 10.0.2.2
ip -n r1 -6 route add fd00::/16 via fd00:2::2
ip -n r2 route add 10.0.0.0/16 via 10.0.3.2
ip -n r2 route add 10.0.1.0/24 via 10.0.2.1
ip -n r2 -6 route add fd00::/16 via fd00:3::2
ip -n r2 -6 route add fd00:1::/64 via fd00:2::1
ip -n r3 route add default via 10.0.3.1
ip -n r3 -6 route add default via fd00:3::1
ip -n d route add default via 10.0.4.1
ip -n d -6 route add default via fd00:4::1
sleep 2

ip netns exec h traceroute -n 10.0.4.2
# the routers' limit of ICMP errors shows in a second run, and in a third
ip netns exec h traceroute -n 10.0.4.2
ip netns exec h traceroute -n -w 1 -m 5 10.0.4.2
for r in r1 r2 r3 d; do ip netns exec $r sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0; done
printf '10.0.1.2 first\n10.0.4.2 last.example last\nfd00:4::2 last.example\n' >> /etc/hosts
ip netns exec h traceroute 10.0.4.2
ip netns exec h traceroute last
ip netns exec h traceroute -6 last
ip netns exec h traceroute last 100
ip netns exec h traceroute6 last
ip netns exec h traceroute -I -n -w 3 10.0.4.2
ip netns exec h traceroute -I -n -w 3 fd00:4::2
ip netns exec h traceroute -U -n 10.0.4.2
ip netns exec h traceroute -n -f 2 -m 3 -q 1 10.0.4.2
ip netns exec h traceroute -n -f 2 -m 3 -q 5 -N 1 10.0.4.2
ip netns exec h traceroute -n -N 1 -z 0.1 -q 2 10.0.4.2
ip netns exec h traceroute -n -z 20 -q 1 fd00:4::2
ip netns exec h traceroute -n --back 10.0.4.2
ip netns exec h traceroute -n -I -w 3 --back fd00:4::2
ip netns exec h traceroute -n -p 7 -t 16 -s 10.0.1.1 -i e1 10.0.4.2 200
ip netns exec h traceroute -n --sport=4000 --fwmark=7 10.0.3.1
ip netns exec h traceroute -n 10.0.4.2 3000
ip netns exec h traceroute -n -I -w 3 10.0.4.2 20
ip netns exec h traceroute localhost
ip netns exec h traceroute -6 localhost
ip netns exec h traceroute -r 10.0.4.2
ip netns exec h traceroute -r -n 10.0.1.2

# what comes back instead of an answer
ip -n r2 route add prohibit 10.0.5.0/24
ip -n r2 route add unreachable 10.0.6.0/24
ip -n r2 route add blackhole 10.0.7.0/24
ip -n r2 -6 route add prohibit fd00:5::/64
ip -n r2 -6 route add unreachable fd00:6::/64
ip -n r2 -6 route add blackhole fd00:7::/64
# errors of routes have a limit of their own, which the routers' other errors draw from
sleep 6
ip netns exec h traceroute -n 10.0.5.2
sleep 6
ip netns exec h traceroute -n 10.0.6.2
ip netns exec h traceroute -n -w 1 -m 4 10.0.7.2
sleep 6
ip netns exec h traceroute -n -I 10.0.6.2
ip netns exec h traceroute -n fd00:5::2
ip netns exec h traceroute -n fd00:6::2
ip netns exec h traceroute -n -w 1 -m 4 fd00:7::2
ip netns exec h traceroute -n 10.0.1.77
ip netns exec h traceroute -n -I 10.0.1.77
ip netns exec h traceroute -n fd00:1::77
ip netns exec h traceroute -n -w 1.5 -m 2 -N 4 10.0.1.78

# a narrow link
ip -n r2 link set e1 mtu 1400
ip netns exec h traceroute -n -F 10.0.4.2 1400
ip netns exec h traceroute -n -F 10.0.4.2 1500
ip netns exec h traceroute -n -F 10.0.4.2 1600
ip netns exec h traceroute -n --mtu 10.0.4.2
ip netns exec h traceroute -n -q 1 --mtu 10.0.4.2
ip netns exec h traceroute -n --mtu -I 10.0.4.2
ip netns exec h traceroute -n -F fd00:4::2 1500
ip netns exec h traceroute -n -F fd00:4::2 1600
ip netns exec h traceroute -n --mtu fd00:4::2

# nobody sends it
ip netns exec h traceroute 255.255.255.255
ip netns exec h traceroute 10.0.1.255
ip netns exec h traceroute fe80::1
ip -n h route del default
ip netns exec h traceroute 10.0.4.2
ip netns exec h traceroute -I 10.0.4.2
