# link attributes: mtu, names, addresses, groups, queues, aliases
ip link add v0 type veth peer name v1
ip link add v0 type veth peer name v2
ip link add v2 type veth peer name v1
ip link add name v3 type veth peer name v3
ip link add this-name-is-too-long type veth peer name x
ip link add 'a b' type veth peer name x
ip link add x/y type veth
ip link add v4 type nosuchkind
ip link add v4
ip link add type veth
ip -br link
ip link del veth0
ip link set v0 mtu 9000
ip link set v0 mtu 67
ip link set v0 mtu 65536
ip link set v0 mtu 65535
ip link set v0 mtu foo
ip link set v0 mtu 1400
ip link show v0
ip link set v0 address 02:00:00:00:00:10
ip link set v0 address 01:00:00:00:00:10
ip link set v0 address 00:00:00:00:00:00
ip link set v0 address foo
ip link set v0 address 02:00:00:00:00
ip link set v0 alias 'the left end'
ip link show v0
ip link set v0 alias ''
ip link set v0 group 5
ip link show group 5
ip link set v0 group nosuch
ip link set v0 group default
ip link set v0 txqueuelen 500
ip link set v0 multicast off
ip link set v0 arp off
ip link set v0 promisc on
ip link set v0 allmulticast on
ip link show v0
ip link set v0 promisc off allmulticast off arp on multicast on
ip link set v0 name v1
ip link set v0 name left
ip link show left
ip link show v0
ip link set left up
ip link set left name left2
ip link set left2 down
ip link set nosuch up
ip link set left2 foo
ip link set left2
ip link set
ip link property add dev left2 altname the-left-end-of-the-cable
ip link show the-left-end-of-the-cable
ip link property add dev left2 altname v1
ip link property del dev left2 altname the-left-end-of-the-cable
ip link show the-left-end-of-the-cable
ip -o link show left2 | sed 's/link.ether.*//'
ip -j link show left2 | sed 's/"address":"[^"]*"//g'
ip link del v1
ip link show left2
ip link del left2
ip link del lo
ip link del
ip link set lo mtu 1500
ip link show lo
ip link set lo netns 1
ip link show type veth
ip link show type foo
ip link show up
ip link help
