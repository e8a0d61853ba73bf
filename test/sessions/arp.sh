# arp of net-tools: showing, adding, deleting and publishing entries, by ioctl.
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 address 02:00:00:00:00:01
ip addr add 10.0.0.1/24 dev v0
ip link set v0 up
ip link set v1 up
arp
arp -n
ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev v0
arp -n
arp
arp -a
arp -e
arp -v
arp -an 10.0.0.2
arp -n 10.0.0.9
arp -i v0 -n
arp -i nope
arp -D
arp -A inet
arp -A inet6
arp -A foo
arp -H ether -n
arp -H loop -n
arp -H foo
arp --help
arp -Q
arp -V
arp -N -n
arp -d 10.0.0.2
arp -n
arp -s 10.0.0.5 02:00:00:00:00:05
arp -n
ip neigh
arp -d 10.0.0.5
arp -d 10.0.0.5
arp -d 10.0.0.77
arp -v -d 10.0.0.77
arp -d 192.168.7.7
arp -s
arp -d
arp -s 10.0.0.5
arp -s 192.168.1.1 02:00:00:00:00:07
arp -s 10.0.0.5 zz
arp -s nohost 02:00:00:00:00:05
arp nohost
arp 300.1.1.1
arp -s 10.0.0.6 02:00:00:00:00:06 temp
arp -n
ip neigh show 10.0.0.6 | sed 's/ used.*//'
arp -s 10.0.0.6 2:0:0:0:0:5
arp -n
arp -vd 10.0.0.6
arp -s 10.0.0.7 02:00:00:00:00:06 pub
arp -s 10.0.0.7 02:00:00:00:00:06 foo
arp -s 10.0.0.7 02:00:00:00:00:06 dev nope
arp -s 10.0.0.7 02:00:00:00:00:06 dev v0
arp -i nope -s 10.0.0.7 02:00:00:00:00:06
arp -d 10.0.0.7 dev v0
arp -Ds 10.0.0.8 v0 pub
arp -n
arp -an
ip neigh show proxy
arp -Ds 10.0.0.8 nope pub
arp -Ds 10.0.0.8
arp -s 10.0.0.8 02:00:00:00:00:06 netmask 255.255.255.0 pub
arp -d 10.0.0.7 pub
arp -i v0 -d 10.0.0.8 pub
arp -n
printf '02:00:00:00:00:0a 10.0.0.10\n\n# nothing\n' > /etc/ethers
arp -f
arp -vf
arp -f /nofile
arp -n
echo '10.0.0.10 gateway-with-a-long-name.example.org' >> /etc/hosts
arp
arp -a
arp gateway-with-a-long-name.example.org
arp -n gateway-with-a-long-name.example.org
arp -d gateway-with-a-long-name.example.org
ping -c 1 -W 1 10.0.0.99
arp -n
arp -a
