# Asking for an address by ARP: answers, silence, duplicates, announcements.
for n in a b; do ip netns add $n; ip -n $n link set lo up; done
ip link add v0 netns a address 02:00:00:00:00:0a type veth peer name v1 address 02:00:00:00:00:0b netns b
ip -n a addr add 10.0.0.1/24 dev v0
ip -n b addr add 10.0.0.2/24 dev v1
ip -n a link set v0 up
ip -n b link set v1 up
sleep 1
ip netns exec a arping -c 2 -I v0 10.0.0.2
ip netns exec a arping -c 1 10.0.0.2
ip netns exec a arping -q -c 2 -I v0 10.0.0.2
ip netns exec a arping -c 2 -I v0 10.0.0.77
ip netns exec a arping -w 2 -I v0 10.0.0.77
ip netns exec a arping -w 2 -I v0 10.0.0.2
ip netns exec a arping -f -I v0 10.0.0.2
ip netns exec a arping -f -w 1 -I v0 10.0.0.77
ip netns exec a arping -b -c 2 -I v0 10.0.0.2
ip netns exec a arping -i 2 -c 2 -I v0 10.0.0.2
ip netns exec a arping -c 5 -w 2 -I v0 10.0.0.2
ip netns exec a arping -c 2 -w 5 -I v0 10.0.0.2
ip netns exec a arping -c 1 -s 10.0.0.1 -I v0 10.0.0.2
ip netns exec a arping -c 1 -s 0.0.0.0 -I v0 10.0.0.2
ip netns exec a arping -c 1 -I v0 0.0.0.0
ip netns exec a arping -c 1 -I v0 10.0.0.1
ip netns exec a arping -c 1 -I v0 localhost

# duplicate address detection
ip netns exec a arping -D -I v0 10.0.0.2
ip netns exec a arping -q -D -c 1 -I v0 10.0.0.2
ip netns exec a arping -D -c 2 -I v0 10.0.0.99
ip netns exec a arping -D -w 1 -I v0 10.0.0.99

# announcements, and what the other side makes of them
ip -n b neigh flush dev v1
ip netns exec a arping -U -c 1 -I v0 10.0.0.1
ip -n b neigh
ip netns exec b sysctl -qw net.ipv4.conf.v1.arp_accept=1
ip netns exec a arping -U -c 1 -I v0 10.0.0.1
ip -n b neigh
ip -n b neigh flush dev v1
ip netns exec a arping -A -c 2 -I v0 10.0.0.1
ip -n b neigh
ip netns exec a arping -U -c 1 -I v0 10.0.0.2
ip netns exec a arping -U -D -c 1 -I v0 10.0.0.1

# answers that stop, and signals
(ip netns exec a arping -c 3 -I v0 10.0.0.2 & sleep 0.5; ip -n b addr del 10.0.0.2/24 dev v1; wait $!)
ip -n b addr add 10.0.0.2/24 dev v1
(ip netns exec a arping -w 3 -I v0 10.0.0.2 & sleep 0.5; ip -n b addr del 10.0.0.2/24 dev v1; wait $!)
ip -n b addr add 10.0.0.2/24 dev v1
(ip netns exec a arping -c 3 -w 9 -I v0 10.0.0.2 & sleep 0.5; ip -n b addr del 10.0.0.2/24 dev v1; wait $!)
ip -n b addr add 10.0.0.2/24 dev v1
(ip netns exec a arping -I v0 10.0.0.2 & sleep 1.5; kill -TERM $!; wait $!)
(ip netns exec a arping -I v0 10.0.0.77 & sleep 1.5; kill -TERM $!; wait $!)
(ip netns exec a arping -c 3 -I v0 10.0.0.2 & sleep 0.5; ip -n a link set v0 down; wait $!)
ip netns exec a arping -c 1 -I v0 10.0.0.2
ip netns exec a arping -c 1 10.0.0.2
ip -n a link set v0 up
sleep 1

# a second device
ip -n a link add v2 type veth peer name v3
ip -n a link set v2 up
ip -n a link set v3 up
ip netns exec a arping -c 1 -I v2 10.0.0.2

# words
ip netns exec a arping
ip netns exec a arping -I v0
ip netns exec a arping -V
ip netns exec a arping -Z
ip netns exec a arping -c 1 10.0.0.2 10.0.0.3
ip netns exec a arping -c 1 -I lo 10.0.0.2
ip netns exec a arping -q -c 1 -I lo 10.0.0.2
ip netns exec a arping -c 1 127.0.0.1
ip netns exec a arping -c 1 10.9.9.9
ip netns exec a arping -c 1 -I nope 10.0.0.2
ip netns exec a arping -c 1 -I v0 nobody.example
ip netns exec a arping -c 1 -I v0 fd00::1
ip netns exec a arping -c 0 -I v0 10.0.0.2
ip netns exec a arping -c x -I v0 10.0.0.2
ip netns exec a arping -w -1 -I v0 10.0.0.2
ip netns exec a arping -w 99999999999 -I v0 10.0.0.2
ip netns exec a arping -i 0.2 -I v0 10.0.0.2
ip netns exec a arping -s x -I v0 10.0.0.2
ip netns exec a arping -s 10.0.0.9 -c 1 -I v0 10.0.0.2
