# what iproute2 makes of short words
ip l
ip a
ip r
ip n
ip li sh lo
ip link sh lo
ip lin set lo up
ip ad sh lo
ip addr sh dev lo
ip a s lo
ip a s dev lo
ip a l
ip ro
ip rou sh
ip r s t local
ip route list table local
ip net
ip ne
ip nei
ip neig s
ip -br a
ip -brief address
ip -4 -o a
ip -o -4 a
ip -fam inet a
ip -f inet a
ip -family inet6 a
ip -s l
ip -d l
ip -stat link show lo
ip
ip -x
ip -V
ip -4
ip foo bar
ip link foo
ip help
ip link show dev lo up
ip link show lo lo
ip link ls
ip link lst
ip link list
