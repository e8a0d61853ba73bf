# what the fuzzer found in IPv4, neighbours and the ip program

# names of namespaces one does not know: those of the id in the other namespace
ip netns add a
ip netns add b
ip netns add c
ip netns add d
ip -n c netns set a 5
ip -n c netns set b 0
ip -n b netns set c 5
ip -n b netns set d 7
ip -n b netns set a 9
ip -n c netns list-id target-nsid 0
ip -n c -j netns list-id target-nsid 0
ip -all netns del

# lo gets 127.0.0.1 whatever it has
ip netns add a
ip -n a addr add 10.0.1.2/24 scope nowhere peer 10.0.1.2 dev lo
ip -n a addr add 10.0.2.2/24 dev lo
ip -n a route get 10.0.2.2
ip -n a link set lo up
ip -n a addr
ip -n a route show table all
ip -n a link set lo down
ip -n a link set lo up
ip -n a -br addr
ip netns del a

# a preferred source that goes takes error routes of main along
ip netns add b
ip -n b link add v0 type veth peer name v1
ip -n b addr add 10.0.0.1/24 dev v0
ip -n b link set v0 up
ip -n b route add unreachable default src 10.0.0.1 proto zebra
ip -n b route add unreachable 10.2.0.0/24 src 10.0.0.1 table 100
ip -n b route add throw 10.4.0.0/24 src 10.0.0.1
ip -n b route add local 10.7.0.0/24 dev v0 src 10.0.0.1 table local
ip -n b addr add 10.9.0.1/24 dev v0
ip -n b addr del 10.0.0.1/24 dev v0
ip -n b route show table all
ip -n b route get 10.0.0.0
ip netns exec b ping -n -c 1 -W 0.3 10.0.0.0

# metrics: kept within bounds, compared as they are said
ip -n b route add 10.4.0.0/24 dev v0 mtu 0
ip -n b route add 10.4.0.0/24 dev v0
ip -n b route append prohibit 172.16.0.1 table default mtu 70000
ip -n b route append 10.4.0.0/24 dev v0 mtu 70000 advmss 70000 hoplimit 255
ip -n b route del prohibit 172.16.0.1 table default mtu 70000
ip -n b route del 10.4.0.0/24 advmss 70000
ip -n b route del 10.4.0.0/24 congctl bogus
ip -n b route show table all
ip -n b route del prohibit 172.16.0.1 table default mtu 65520
ip -n b route add 10.5.0.0/24 dev v0 mtu lock 1400 congctl reno
ip -n b route del 10.5.0.0/24 mtu 1400 congctl cubic
ip -n b route del 10.5.0.0/24 mtu 1400 congctl reno
ip netns del b

# a way back through the device it came from
ip netns add b
ip netns exec b sysctl -qw net.ipv4.ip_forward=1
ip -n b link add v0 type veth peer name v1
ip -n b addr add 10.0.1.1/24 dev v0
ip -n b link set v0 up
ip -n b route add default via 10.0.1.9
ip -n b route get 10.0.1.77 from 10.0.1.77 iif v0
ip -n b -j route get 10.9.9.9 from 10.0.1.7 iif v0
ip -n b route get 10.9.9.9 from 10.0.2.7 iif v0
ip netns del b

# neighbours kept up by the kernel
ip netns add a
ip netns add b
ip -n a link add v0 address 02:00:00:00:00:01 type veth peer name v0 address 02:00:00:00:00:02 netns b
ip netns exec a sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip netns exec b sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip -n a addr add 10.0.0.1/24 dev v0
ip -n b addr add 10.0.0.2/24 dev v0
ip -n a link set v0 up
ip -n b link set v0 up
ip -n a neigh add 10.0.0.3 lladdr 02:00:00:00:00:09 dev v0 nud none managed
ip -n a neigh show 10.0.0.3
ip -n a neigh del 10.0.0.3 dev v0
ip -n a neigh add 10.0.0.4 dev v0 managed nud permanent
ip -n a neigh add proxy 10.0.0.4 dev v0 managed
ip -n a neigh add 10.0.0.4 lladdr 02:00:00:00:00:09 dev v0
ip -n a neigh add 10.0.0.4 dev v0 managed
ip -n a neigh replace 10.0.0.4 dev v0 managed
ip -n a neigh show 10.0.0.4
ip -n a neigh del 10.0.0.4 dev v0
ip -n a neigh add 10.0.0.2 lladdr 02:00:00:00:00:09 dev v0 nud none managed
sleep 0.3
ip -n a neigh
ip -n a -j neigh
ip -n a neigh replace 10.0.0.2 lladdr 02:00:00:00:00:07 dev v0 nud stale
ip -n a neigh
ip -n a neigh change 10.0.0.2 dev v0 nud stale managed
ip -n a neigh
ip -n a link set v0 down
ip -n a neigh
ip netns del a
ip netns del b

# what an entry is used by, and short lines
ip netns add a
ip -n a link add v0 address 02:00:00:00:00:01 type veth peer name v1
ip -n a addr add 10.0.0.1/24 dev v0
ip -n a link set v0 up
ip -n a link set v1 up
ip -n a neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0
ip -n a -br neigh
ip -n a -br neigh show dev v0
ip -n a -j -br neigh
ip -n a neigh replace 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0 nud reachable
ip -n a -s neigh
ip -n a neigh show unused
ip netns del a

# the unspecified address is 127.0.0.1 only where lo has that
ip netns add a
ip netns exec a ping -n -c 1 -W 0.3 0.0.0.0
ip -n a route get 0.0.0.0
ip -n a link set lo up
ip netns exec a ping -n -c 1 -W 0.3 0.0.0.0

# numbers of namespaces
ip netns set a -1
ip netns set a 99999999999
ip netns list-id nsid -7
ip netns list-id target-nsid -1 nsid 3
ip netns set a 0x10
ip netns list
ip netns del a

# looking up: no table asked, multicast, where it came from
ip netns add a
ip netns add b
ip -n a route del 10.0.1.1/24 via 127.0.0.1
ip -n a -d route get 0.0.0.0
ip -n a addr add 224.0.0.1 label other dev lo
ip -n a route get 224.0.0.1
ip -n a link set lo up
ip -n a route get 224.0.0.1
ip -n a addr flush dev lo
ip link add e0 netns a address 02:00:00:00:00:01 type veth peer name e0 netns b address 02:00:00:00:00:02
ip -n a link set e0 up
ip -n b link set e0 up
ip -n a -d route get 224.0.0.1 iif e0
ip -n a -d route get 10.0.0.1 oif e0
ip -n a route get fibmatch 10.0.0.1 oif e0

# redirects are remembered until the cache is flushed
ip netns exec b sysctl -qw net.ipv4.ip_forward=1
ip -n b addr add 10.0.0.254/24 dev e0
ip -n a addr add 10.0.0.1/24 dev e0
ip -n a route add default via 10.0.0.254
ip -n b route add 10.0.9.0/24 via 10.0.0.2
ip -n b neigh add 10.0.0.2 lladdr 02:00:00:00:00:09 dev e0
ip netns exec a ping -n -c 1 -W 0.2 10.0.9.2
ip -n a route get 10.0.9.2
ip -n a neigh add 10.0.0.2 lladdr 02:00:00:00:00:09 dev e0
ip -n a neigh replace 10.0.0.2 lladdr 02:00:00:00:00:09 dev e0
sleep 1
ip netns exec a ping -n -c 1 -W 0.2 10.0.9.2
ip -n a route get 10.0.9.2
ip -n a route get 10.0.9.3
ip -n a route show cache
ip -n a route flush cache
ip -n a route show cache
ip -n a route get 10.0.9.2

# metrics of the route in the answer of a lookup
ip -n a route add 10.0.3.0/24 dev e0 scope site quickack 1
ip -n a -j route get 10.0.3.0
ip -n a route add 10.0.4.0/24 dev e0 mtu lock 1400 rtt 100ms ssthresh 3 cwnd 4 reordering 3 features ecn congctl reno fastopen_no_cookie 1
ip -n a route get 10.0.4.0
ip -n a route add broadcast 10.0.7.7 dev e0 rtt 100ms
ip -n a route get 10.0.7.7

# answering for others, unless both sides are one medium
ip netns exec b sysctl -w net.ipv4.conf.e0.medium_id=1
ip netns exec b sysctl -n net.ipv4.conf.e0.medium_id
ip netns del a
ip netns del b

# a gateway that is a broadcast address of another device is not asked for
ip netns add a
ip netns add b
ip netns exec b sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip link add e0 netns a address 02:00:00:00:00:01 type veth peer name e0 netns b address 02:00:00:00:00:02
ip -n b link add e1 type veth peer name e2
ip -n a addr add 10.0.0.0/31 dev e0
ip -n a addr add 10.0.2.1/24 dev e0
ip -n a link set e0 up
ip -n b addr add 10.0.0.1/31 dev e0
ip -n b link set e0 up
ip -n b link set e1 up
ip -n b route add 10.0.2.0/24 via 10.0.0.0
ip -n b addr add 10.0.0.1/8 brd - dev e1
ip netns exec b ping -n -c 1 -W 0.3 10.0.2.1
ip -n b neigh show nud noarp
