# The same path for tracepath: its hops, its MTU, and the way back.
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
for r in r1 r2 r3 d; do ip netns exec $r sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0; done

ip netns exec h tracepath 10.0.4.2
ip netns exec h tracepath -n 10.0.4.2
ip netns exec h tracepath -b 10.0.4.2
ip netns exec h tracepath -n fd00:4::2
printf '10.0.1.2 first\n10.0.4.2 last.example last\nfd00:4::2 last.example\n' >> /etc/hosts
ip netns exec h tracepath -4 last
ip netns exec h tracepath -b -4 last
ip netns exec h tracepath last
ip netns exec h tracepath localhost
ip netns exec h tracepath -n 127.0.0.1

# a narrow link, found once and remembered
ip -n r2 link set e1 mtu 1400
ip netns exec h tracepath -n 10.0.4.2
ip -n h route get 10.0.4.2 | sed 's/expires [0-9]*sec/expires/'
ip netns exec h tracepath -n 10.0.4.2
ip netns exec h tracepath -n fd00:4::2
ip netns exec h tracepath -n fd00:4::2
ip netns exec h tracepath -n -l 1000 10.0.4.2
ip netns exec h tracepath -n -l 1450 10.0.4.2
ip netns exec h tracepath -n -m 2 10.0.4.2
ip netns exec h tracepath -n -p 5000 10.0.4.2
ip netns exec h tracepath -n 10.0.4.2/5000

# what comes back instead of an answer
ip -n r2 route add prohibit 10.0.5.0/24
ip -n r2 route add unreachable 10.0.6.0/24
ip -n r2 route add blackhole 10.0.7.0/24
ip -n r2 -6 route add prohibit fd00:5::/64
ip -n r2 -6 route add unreachable fd00:6::/64
sleep 6
ip netns exec h tracepath -n 10.0.5.2
sleep 6
ip netns exec h tracepath -n 10.0.6.2
ip netns exec h tracepath -n -m 3 10.0.7.2
ip netns exec h tracepath -n fd00:5::2
ip netns exec h tracepath -n fd00:6::2
ip netns exec h tracepath -n 10.0.1.77
ip netns exec h tracepath -n fd00:1::77
ip netns exec h tracepath -n 255.255.255.255
ip netns exec h tracepath -n 10.0.1.255

# another way back
ip link add x netns h type veth peer name x netns r3
ip -n h addr add 10.0.9.1/24 dev x
ip -n r3 addr add 10.0.9.2/24 dev x
ip -n h link set x up
ip -n r3 link set x up
ip -n r3 route add 10.0.1.0/24 via 10.0.9.1
sleep 1
ip netns exec h tracepath -n 10.0.4.2
ip netns exec h traceroute -n --back 10.0.4.2

# words
ip netns exec h tracepath -V
ip netns exec h tracepath
ip netns exec h tracepath -Z
ip netns exec h tracepath -m 0 10.0.4.2
ip netns exec h tracepath -m 300 10.0.4.2
ip netns exec h tracepath -m x 10.0.4.2
ip netns exec h tracepath -l 10 10.0.4.2
ip netns exec h tracepath -l 70000 10.0.4.2
ip netns exec h tracepath -l 48 fd00:4::2
ip netns exec h tracepath -p x 10.0.4.2
ip netns exec h tracepath -4 fd00::1
ip netns exec h tracepath -6 10.0.4.2
ip netns exec h tracepath nobody.example
ip netns exec h tracepath -4 -6 10.0.4.2
ip netns exec h tracepath 10.0.4.2 10.0.4.3
ip -n h route del default
ip netns exec h tracepath -n 10.0.4.2
