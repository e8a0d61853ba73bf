# ip ntable: settings of the tables of neighbours.
M='s/refcnt [0-9]*/refcnt N/; s/ reachable [0-9]*/ reachable N/; s/"refcnt":[0-9]*,"reachable":[0-9]*/"refcnt":N,"reachable":N/'
ip link set lo up
ip link add v0 type veth peer name v1
ip ntable | sed "$M"
ip ntable show dev v0 | sed "$M"
ip -4 ntable show dev lo | sed "$M"
ip -6 ntable | sed "$M"
ip -j ntable show dev v0 name arp_cache | sed "$M"
ip -o ntable show dev v0 name arp_cache | sed "$M"
ip ntable change name arp_cache dev v0 queue 10
ip ntable change name arp_cache dev v0 base_reachable 20000
ip ntable change name arp_cache dev v0 locktime 500 ucast_probes 5 gc_stale 10000
ip ntable show dev v0 name arp_cache | sed "$M"
sysctl net.ipv4.neigh.v0.ucast_solicit net.ipv4.neigh.v0.base_reachable_time_ms net.ipv4.neigh.v0.locktime
ip ntable change name ndisc_cache dev v0 app_probes 1 mcast_probes 7 proxy_queue 9 anycast_delay 10 proxy_delay 20 retrans 2000 delay_probe 3000
ip ntable show dev v0 name ndisc_cache | sed "$M"
ip ntable change name arp_cache thresh1 100
ip ntable change name foo dev v0 queue 10
ip ntable change dev v0 queue 10
ip ntable change name arp_cache dev v0 queue x
ip ntable show dev nope
ip ntable help
ip ntable foo
