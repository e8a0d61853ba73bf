#!/bin/bash
# Records captures/live-*.pcap: real programs in network namespaces of their own, seen by the real tcpdump. Run as root.
# Nothing leaves those namespaces; every program is bounded; a device the kernel has no driver for leaves no packets.
set -u
out=$(cd "$(dirname "$0")/captures" && pwd)
export out
exec unshare -n -m -p -f --mount-proc --propagation private bash -s <<'INSIDE'
mount -t tmpfs t /run; mkdir -p /run/netns; mount -t sysfs s /sys 2>/dev/null
cd /run
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add eth0 netns a address 02:00:00:00:0a:01 type veth peer name eth0 netns r address 02:00:00:00:0a:02
ip link add eth1 netns r address 02:00:00:00:0b:02 type veth peer name eth0 netns b address 02:00:00:00:0b:01

# start NAMESPACE FILE ARGUMENT...: a capture for at most 25 s; `stop` ends it.
start() { local n=$1 f=$2; shift 2; timeout 25 ip netns exec $n tcpdump -Z root -U -w $out/$f "$@" 2>/dev/null & last=$!; sleep 1; }
stop() { sleep 1; kill -INT $last 2>/dev/null; wait $last 2>/dev/null; }
on() { local n=$1; shift; timeout 8 ip netns exec $n "$@" >/dev/null 2>&1; }

start a live-up.pcap -i any -c 30
for n in a r b; do ip -n $n link set eth0 up; done; ip -n r link set eth1 up
ip -n a addr add 10.0.1.1/24 dev eth0; ip -n r addr add 10.0.1.2/24 dev eth0
ip -n r addr add 10.0.2.2/24 dev eth1; ip -n b addr add 10.0.2.1/24 dev eth0
ip -n a addr add fd00:1::1/64 dev eth0; ip -n r addr add fd00:1::2/64 dev eth0
ip -n r addr add fd00:2::2/64 dev eth1; ip -n b addr add fd00:2::1/64 dev eth0
on r sysctl -w net.ipv4.ip_forward=1; on r sysctl -w net.ipv6.conf.all.forwarding=1
ip -n a route add default via 10.0.1.2; ip -n b route add default via 10.0.2.2
sleep 3
ip -n a route add default via fd00:1::2; ip -n b route add default via fd00:2::2
stop

start a live-ping.pcap -i eth0 -c 40
on a ping -c 2 -i 0.2 10.0.2.1; on a ping -c 1 -s 3000 10.0.2.1; on a ping -c 1 -R 10.0.2.1; on a ping -c 1 -T tsonly 10.0.2.1
on a ping -c 1 -t 1 10.0.2.1; on a ping -c 1 -W 1 10.9.9.9; on a ping -c 1 -W 1 -Q 0x2e 10.0.1.77; on a ping -c 2 -i 0.2 -6 fd00:2::1; on a ping -c 1 -6 -s 2500 fd00:2::1
on a ping -c 1 -t 1 -6 fd00:2::1; on a ping -c 1 -W 1 -6 fd00:9::9
stop

start a live-routes.pcap -i eth0 -c 40
on a traceroute -n -q 1 -w 1 -m 3 10.0.2.1; on a traceroute -6 -n -q 1 -w 1 -m 3 fd00:2::1; on a traceroute -T -n -q 1 -w 1 -m 3 10.0.2.1; on a tracepath -n -m 3 10.0.2.1
on a arping -c 1 -I eth0 10.0.1.2
stop

start a live-tcp.pcap -i eth0 -s 200 -c 60
on b nc -l 8080 <<<$'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok' & sleep 0.5; on a curl -s -m 3 http://10.0.2.1:8080/path; wait %2
on a nc -w 1 10.0.2.1 81 </dev/null; on a nc -6 -w 1 fd00:2::1 80 </dev/null
ip -n r link set eth1 mtu 1300
head -c 4000 /dev/zero | on b nc -N -w 2 -l 9000 & sleep 0.5; on a nc -w 2 10.0.2.1 9000 </dev/null; ip -n r link set eth1 mtu 1500
stop

start a live-udp.pcap -i eth0 -c 60
(timeout 12 ip netns exec b dnsmasq -k -h -R -C /dev/null -i eth0 -u root --pid-file= -A /example.test/10.0.2.9 -A /example.test/fd00::9 --mx-host=example.test,mail.example.test,10 --txt-record=t.test,hello --srv-host=_ldap._tcp.test,host.test,389 --ptr-record=9.2.0.10.in-addr.arpa,example.test --cname=www.test,host.test --host-record=host.test,10.0.2.8 >/dev/null 2>&1) & sleep 1
for q in "A example.test" "AAAA example.test" "MX example.test" "TXT t.test" "SRV _ldap._tcp.test" "PTR 9.2.0.10.in-addr.arpa" "CNAME www.test" "A www.test" "A nosuch.invalid" "ANY host.test"; do on a dig +tries=1 +time=1 @10.0.2.1 -t $q; done
on a dig +tcp +tries=1 +time=1 @10.0.2.1 example.test; on a dig +noedns +tries=1 +time=1 @fd00:2::1 example.test; on a dig +dnssec +nsid +tries=1 +time=1 @10.0.2.1 example.test
on a nc -u -w 1 10.0.2.1 9 <<<data; on a nc -u -w 1 10.0.2.1 123 <<<data; on a nc -u -w 1 10.0.2.1 514 <<<'<13>text'
stop

start r live-dhcp.pcap -i eth1 -c 20
(timeout 15 ip netns exec r dnsmasq -k -h -R -p 0 -C /dev/null -i eth1 -u root --pid-file= --dhcp-leasefile=/run/leases -F 10.0.2.50,10.0.2.60,1h -F fd00:2::100,fd00:2::1ff,64,1h --enable-ra --ra-param=eth1,4,100 --dhcp-option=option:domain-name,lab.test --dhcp-option=option:ntp-server,10.0.2.2 --dhcp-option=121,10.8.0.0/16,10.0.2.2 >/dev/null 2>&1) & sleep 1
printf 'script "/bin/true";\n' > dhclient.conf
on b dhclient -1 -d -v -cf dhclient.conf -sf /bin/true -lf /run/l4 -pf /run/p4 eth0; on b dhclient -6 -1 -d -cf dhclient.conf -sf /bin/true -lf /run/l6 -pf /run/p6 eth0
stop

start r live-bridge.pcap -i eth0 -c 25
ip -n a link add br0 address 02:00:00:00:0c:01 type bridge stp_state 1 forward_delay 200 hello_time 100; ip -n a link set eth0 master br0; ip -n a link set br0 up
sleep 5; ip -n a link set br0 type bridge stp_state 0; ip -n a link set br0 type bridge mcast_snooping 1 mcast_querier 1 mcast_query_interval 100; sleep 4
ip -n a link del br0
stop

start r live-tunnels.pcap -i eth0 -c 60
ip -n a addr flush dev eth0 scope global; ip -n a addr add 10.0.1.1/24 dev eth0; ip -n a addr add fd00:1::1/64 dev eth0 nodad
# tunnel NAME A-ARGUMENTS R-ARGUMENTS NET
tunnel() { ip -n a link add $1 $2; ip -n r link add $1 $3; ip -n a link set $1 up; ip -n r link set $1 up; ip -n a addr add 10.8.$4.1/24 dev $1; ip -n r addr add 10.8.$4.2/24 dev $1; on a ping -c 1 -W 1 10.8.$4.2; ip -n a link del $1; ip -n r link del $1; } 2>/dev/null
tunnel v5 'link eth0 type vlan id 5' 'link eth0 type vlan id 5' 1
tunnel q6 'link eth0 type vlan proto 802.1ad id 6' 'link eth0 type vlan proto 802.1ad id 6' 2
tunnel vx 'type vxlan id 42 dev eth0 remote 10.0.1.2 dstport 4789' 'type vxlan id 42 dev eth0 remote 10.0.1.1 dstport 4789' 3
tunnel gn 'type geneve id 7 remote 10.0.1.2' 'type geneve id 7 remote 10.0.1.1' 4
tunnel g1 'type gre local 10.0.1.1 remote 10.0.1.2 key 9 seq csum' 'type gre local 10.0.1.2 remote 10.0.1.1 key 9 seq csum' 5
tunnel gt 'type gretap local 10.0.1.1 remote 10.0.1.2' 'type gretap local 10.0.1.2 remote 10.0.1.1' 6
tunnel ii 'type ipip local 10.0.1.1 remote 10.0.1.2' 'type ipip local 10.0.1.2 remote 10.0.1.1' 7
tunnel i6 'type ip6tnl mode any local fd00:1::1 remote fd00:1::2' 'type ip6tnl mode any local fd00:1::2 remote fd00:1::1' 8
tunnel mv 'link eth0 type macvlan' 'link eth0 type macvlan' 9
stop

start a live-multicast.pcap -i eth0 -c 20
ip -n a addr add 239.1.2.3/32 dev eth0 autojoin 2>/dev/null; sleep 1; ip -n a addr del 239.1.2.3/32 dev eth0; ip -n a addr add ff05::1:3/128 dev eth0 autojoin 2>/dev/null; sleep 1
on a ping -c 1 -W 1 -I eth0 224.0.0.1; on a ping -c 1 -W 1 -6 ff02::1%eth0; ip -n a addr add fd00:1::2/64 dev eth0; sleep 1
on a dig +tries=1 +time=1 -p 5353 @224.0.0.251 host.local
stop
ip -n a addr del fd00:1::2/64 dev eth0

start a live-any.pcap -i any -c 30
on a ping -c 2 -i 0.2 10.0.1.2; on a ping -c 1 127.0.0.1; on a ping -c 1 -6 ::1; on a nc -w 1 127.0.0.1 80 </dev/null; on a arping -c 1 -I eth0 10.0.1.2
ip -n a link add link eth0 name v5 type vlan id 5; ip -n a link set v5 up; ip -n a addr add 10.5.0.1/24 dev v5; on a ping -c 1 -W 1 10.5.0.2
stop
start a live-sll.pcap -i any -y LINUX_SLL -c 15
on a ping -c 2 -i 0.2 10.0.1.2; on a ping -c 1 -6 fd00:1::2; on a arping -c 1 -I eth0 10.0.1.2
stop
ip -n a link add tn type gre local 10.0.1.1 remote 10.0.1.2; ip -n a link set tn up; ip -n a addr add 10.8.0.1/24 dev tn
start a live-raw.pcap -i tn -c 5
on a ping -c 2 -i 0.2 -W 1 10.8.0.2
stop
INSIDE
