# neighbours: states, proxies, get, flush, statistics, wrong words
ip netns add b
ip link add v0 address 02:00:00:00:00:01 type veth peer name v0 address 02:00:00:00:00:02 netns b
sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip netns exec b sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip addr add 10.0.0.1/24 dev v0
ip -n b addr add 10.0.0.2/24 dev v0
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0
ip link set v0 up
ip -n b link set v0 up
ip neigh | sort
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0
ip neigh add 10.0.0.10 lladdr 02:00:00:00:00:0a dev v0 nud stale
ip neigh add 10.0.0.11 lladdr 02:00:00:00:00:0b dev v0 nud reachable
ip neigh add 10.0.0.12 lladdr 02:00:00:00:00:0c dev v0 nud noarp
ip neigh add 10.0.0.13 dev v0 nud failed
ip neigh add 10.0.0.14 dev v0 nud none
ip neigh add 10.0.0.15 dev v0
ip neigh add 10.0.0.16 dev v0 nud permanent
ip neigh add 10.0.0.17 lladdr 02:00:00:00:00:11 dev v0 nud bogus
ip neigh add 10.0.0.17 lladdr 02:00:00:00:00:11 dev v0 nud 0x80
ip neigh add 10.0.0.18 lladdr 02:00:00 dev v0
ip neigh add 10.0.0.18 lladdr zz dev v0
ip neigh add 10.0.0.19 lladdr 02:00:00:00:00:13 dev v0 router
ip neigh add 10.0.0.20 lladdr 02:00:00:00:00:14 dev v0 extern_learn
ip neigh add 10.0.0.21 lladdr 02:00:00:00:00:15 dev v0 nud stale protocol static
ip neigh add 224.0.0.5 lladdr 02:00:00:00:00:15 dev v0
ip neigh add 10.7.7.7 lladdr 02:00:00:00:00:15 dev v0
ip neigh add 10.0.0.300 lladdr 02:00:00:00:00:15 dev v0
ip neigh add 10.0.0.22 lladdr 02:00:00:00:00:15
ip neigh add 10.0.0.22 lladdr 02:00:00:00:00:15 dev nosuch
ip neigh add dev v0
ip neigh add 10.0.0.22 dev v0 bogus
ip neigh add proxy 10.0.0.50 dev v0
ip neigh add proxy 10.0.0.50 dev v0
ip neigh | sort
ip neigh show nud all | sort
ip neigh show proxy
ip neigh show nud permanent | sort
ip neigh show nud stale | sort
ip neigh show nud reachable | sort
ip neigh show nud noarp | sort
ip neigh show nud bogus
ip neigh show dev v0 | sort
ip neigh show dev nosuch
ip neigh show 10.0.0.0/28 | sort
ip neigh show to 10.0.0.10
ip neigh show to bogus
ip neigh show unused | sort
ip neigh get 10.0.0.10 dev v0
ip neigh get 10.0.0.99 dev v0
ip neigh get 10.0.0.10
ip neigh get dev v0
ip neigh get proxy 10.0.0.50 dev v0
ip -d neigh show 10.0.0.21
ip -j neigh show 10.0.0.9
ip -j neigh show proxy
ip -br neigh | sort
ip -o neigh show 10.0.0.9
ip -4 neigh show 10.0.0.9
ip -6 neigh
ip neigh change 10.0.0.10 lladdr 02:00:00:00:01:0a dev v0
ip neigh change 10.0.0.98 lladdr 02:00:00:00:01:0a dev v0
ip neigh replace 10.0.0.98 lladdr 02:00:00:00:01:62 dev v0 nud stale
ip neigh replace 10.0.0.98 lladdr 02:00:00:00:01:63 dev v0
ip neigh show 10.0.0.98
ip neigh show 10.0.0.10
ip neigh del 10.0.0.98 dev v0
ip neigh show 10.0.0.98
ip neigh del 10.0.0.98 dev v0
ip neigh del 10.0.0.98
ip neigh del proxy 10.0.0.50 dev v0
ip neigh del proxy 10.0.0.50 dev v0
ip neigh flush
ip -s neigh flush dev v0 nud stale
ip -s -s neigh flush 10.0.0.12 nud all
ip neigh flush dev v0
ip neigh | sort
ip neigh flush all nud permanent
ip neigh | sort
ping -c 1 10.0.0.2
ip neigh | sort
ip neigh change 10.0.0.2 dev v0 nud stale
ip neigh | sort
ip neigh change 10.0.0.2 dev v0 nud delay; sleep 0.3
ip neigh | sort
ip neigh replace 10.0.0.2 dev v0 nud permanent
ip neigh | sort
ip link set v0 arp off
ip neigh | sort
ip link set v0 arp on
ip link set v0 down
ip neigh show nud all | sort
ip -n b neigh show nud all
ip link set v0 up
ip neigh | sort
ip -n b link set v0 address 02:00:00:00:00:99
ping -c 1 10.0.0.2
ip neigh | sort
ip neigh bogus
ip neigh help
