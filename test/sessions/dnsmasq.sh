# What a name server says in its log, and what it lends.
ip link set lo up
dnsmasq --no-daemon --no-resolv --no-hosts --listen-address=127.0.0.1 --bind-interfaces --address=/srv.lab/10.1.2.3 --address=/nul.lab/# --host-record=web.lab,10.0.0.10,fd00::10,60 --host-record=v4.lab,10.0.0.9 --cname=www.lab,v4.lab,33 --local=/lab/ --local-ttl=99 --synth-domain=ec2.internal,172.31.0.0/16,ip- --user=root --group=root --log-queries 2> /tmp/log &
server=$!
sleep 1
dig @127.0.0.1 +noall +answer a.srv.lab
dig @127.0.0.1 +noall +answer nul.lab AAAA
dig @127.0.0.1 +noall +answer web.lab
dig @127.0.0.1 +noall +answer www.lab
dig @127.0.0.1 +noall +answer ip-172-31-3-4.ec2.internal
dig @127.0.0.1 +noall +answer -x 172.31.9.9
dig @127.0.0.1 +noall +answer +notcp web.lab ANY
host -t AAAA a.srv.lab 127.0.0.1
host -t MX v4.lab 127.0.0.1
host -t AAAA v4.lab 127.0.0.1
host other.example 127.0.0.1
host -U -t ANY v4.lab 127.0.0.1
kill $server
wait
grep -v cleared /tmp/log
dnsmasq --no-daemon --mx-host=a,b,x
dnsmasq --no-daemon --dhcp-option=3,1.2
dnsmasq --no-daemon --dhcp-option=42,foo
dnsmasq --no-daemon --dhcp-option=option:foo,1
for n in s c; do ip netns add $n; ip -n $n link set lo up; done
ip link add v0 netns s address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:0c netns c
ip -n s addr add 192.168.7.1/24 dev v0
ip -n s link set v0 up
mkdir -p /tmp/lib
ip netns exec s dnsmasq --no-daemon --no-ping --port=0 --interface=v0 --bind-interfaces --dhcp-range=192.168.7.50,192.168.7.60,1h --dhcp-leasefile=/nosuch/leases --user=root --group=root
ip netns exec s dnsmasq --no-daemon --no-ping --interface=v0 --bind-interfaces --no-resolv --no-hosts --dhcp-range=192.168.7.50,192.168.7.60,1h --dhcp-option=3 --dhcp-option=26,1400 --dhcp-option=42,0.0.0.0,192.168.7.9 --dhcp-option=option:domain-search,a.lab,b.lab --dhcp-option=121,10.0.0.0/8,192.168.7.3 --dhcp-option-force=200,5 --dhcp-option-force=201,300 --dhcp-option-force=205,hello,world --dhcp-option-force=206,01:02:ff --dhcp-host=02:00:00:00:00:0c,192.168.7.77,bob,2h --dhcp-leasefile=/tmp/lib/leases --user=root --group=root 2> /tmp/log &
server=$!
sleep 1
ip netns exec s tcpdump -U -i v0 -w /tmp/p.pcap udp port 67 2> /dev/null &
capture=$!
sleep 1
ip netns exec c dhclient -v -1 -lf /tmp/lib/client -pf /tmp/lib/pid eth0 2> /dev/null
sed 's/^[0-9]*/<time>/' /tmp/lib/leases
ip netns exec s dig @192.168.7.1 +short bob
ip netns exec c dhclient -r -lf /tmp/lib/client -pf /tmp/lib/pid eth0 2> /dev/null
sleep 1
cat /tmp/lib/leases
kill $server $capture
wait
grep -v cleared /tmp/log
tcpdump -nvr /tmp/p.pcap udp src port 67 2> /dev/null | grep -v ' > \| IP '
