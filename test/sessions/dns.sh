# A name server of a lab, and those who ask it.
ip link set lo up
printf '10.0.0.5 filehost.lab filehost\n' > /tmp/names
dnsmasq --no-daemon --no-resolv --no-hosts --addn-hosts=/tmp/names --listen-address=127.0.0.1 --bind-interfaces --address=/srv.lab/10.1.2.3 --address=/blk.lab/ --host-record=web.lab,10.0.0.10,fd00::10 --host-record=both.lab,both,10.0.0.11 --cname=www.lab,web.lab --mx-host=lab,mail.lab,10 --txt-record=lab,"hello world" --user=root --group=root --local=/lab/ 2> /dev/null &
echo nameserver 127.0.0.1 > /etc/resolv.conf
sleep 1
dig web.lab
dig +short web.lab
dig +short AAAA web.lab
dig nosuch.lab
dig other.example
dig -x 10.0.0.10
dig +short -x fd00::10
dig www.lab
dig lab MX
dig +short lab TXT
dig a.srv.lab
dig blk.lab
dig @127.0.0.1 web.lab +noall +answer
dig web.lab +nocomments +noquestion +nostats
dig filehost
dig both web.lab +short
dig @127.0.0.1 -p 53 -t AAAA -q web.lab +noall +answer
host web.lab
host www.lab
host nosuch.lab
host 10.0.0.10
host 10.0.0.99
host -t MX lab
host -t TXT lab
host -t AAAA filehost.lab
host -t AAAA web.lab 127.0.0.1
host other.example
host -v web.lab
nslookup web.lab
nslookup www.lab 127.0.0.1
nslookup nosuch.lab
nslookup 10.0.0.10
nslookup -type=MX lab
nslookup -type=AAAA web.lab
# names for everybody
ip addr add 10.0.0.10/32 dev lo
ip addr add fd00::10/128 dev lo
ping -c 1 -W 1 -4 web.lab
ping -c 1 -W 1 www.lab
ping -c 1 nosuch.lab
ping -c 1 -6 filehost.lab
ping -c 1 other.example
traceroute -q 1 -4 www.lab
tracepath -4 web.lab
printf 'nameserver 127.0.0.1\nsearch lab\n' > /etc/resolv.conf
ping -c 1 -4 web
host web
host nosuch
nslookup web
dig +search +short web
sed -i 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf
ping -c 1 web
sed -i 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf
kill %1
wait
# nobody there
dig web.lab
dig +time=1 +tries=1 @127.0.0.1 web.lab
host web.lab
nslookup web.lab
ip link add d0 type veth peer name d1
ip addr add 10.0.7.1/24 dev d0
ip link set d0 up
ip link set d1 up
sleep 1
dig +time=1 +tries=2 @10.0.7.77 web.lab
host -W 1 web.lab 10.0.7.77
dig @10.9.9.9 web.lab
dig @nosuch web.lab
dig +foo web.lab
dig -Z
host
host -Z
