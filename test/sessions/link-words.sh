# wrong words in every place of ip link
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link set v0 bogus
ip link set v0 mtu
ip link set v0 mtu ten
ip link set v0 mtu -1
ip link set v0 mtu 0x500
ip -o link show v0 | grep -o 'mtu [0-9]*'
ip link set v0 mtu 1500 mtu 1400
ip link set v0 name
ip link set v0 name v1
ip link set v0 name 'a b'
ip link set v0 name a/b
ip link set v0 name abcdefghijklmnop
ip link set v0 name abcdefghijklmno
ip link set abcdefghijklmno name v0
ip link set v0 address zz
ip link set v0 address 02:00:00:00:00
ip link set v0 address 01:00:00:00:00:01
ip link set v0 address ff:ff:ff:ff:ff:ff
ip link set v0 address 00:00:00:00:00:00
ip link set v0 address 2:0:0:0:0:9
ip link show v0
ip link set v0 broadcast 02:ff:ff:ff:ff:ff
ip link show v0
ip link set v0 arp off
ip link set v0 multicast off
ip link set v0 allmulticast on
ip link set v0 promisc on
ip link set v0 dynamic on
ip link set v0 trailers on
ip link set v0 carrier off
ip link show v0
ip link set v0 arp maybe
ip link set v0 up down
ip link set v0 up
ip link set v0 txqlen 77
ip link set v0 qlen x
ip link show v0
ip link set v0 netns
ip link set v0 netns nosuch
ip link set v0 netns 99999
ip link set v0 master nosuch
ip link set v0 master v1
ip link set v0 nomaster
ip link set v0 type veth
ip link set v0 type nosuchtype
ip link set v0 state up
ip link set v0 mode dormant
ip link show v0
ip link set v0 mode default
ip link set v0 alias
ip link set v0 group nosuch
ip link set v0 protodown on
ip link show v0
ip link set v0 protodown off
ip link set dev
ip link set
ip link set nosuch up
ip link set up
ip link add
ip link add v9
ip link add v9 type
ip link add v9 type nosuch
ip link add v0 type veth
ip link add name v9 name v8 type veth
ip link add v9 type veth peer name
ip link add v9 type veth peer name v8 bogus
ip link add v9 type veth bogus
ip link add abcdefghijklmnop type veth
ip link add '' type veth
ip link add . type veth
ip link add .. type veth
ip link add a:b type veth
ip link add link v0 name v9 type veth
ip link del
ip link del v0 bogus
ip link show
ip link show v0 v1
ip link show dev
ip link show up
ip link show type veth
ip link show type nosuch
ip link show master v0
ip link show master nosuch
ip link show vrf v0
ip link bogus
ip link help bogus
