# The words of traceroute about its command line.
ip link set lo up
traceroute
traceroute --help | head -3
traceroute -V
traceroute -Z 127.0.0.1
traceroute -nZ 127.0.0.1
traceroute -q
traceroute -q x 127.0.0.1
traceroute -qx 127.0.0.1
traceroute -nq 1 127.0.0.1
traceroute -nq1 127.0.0.1
traceroute -q 0 127.0.0.1
traceroute -q 11 127.0.0.1
traceroute -q 0x2 -n 127.0.0.1
traceroute -q 02 -n 127.0.0.1
traceroute -q '2 ' -n 127.0.0.1
traceroute --queries=1 -n 127.0.0.1
traceroute --queries=x 127.0.0.1
traceroute --queries= 127.0.0.1
traceroute --queries 1 127.0.0.1
traceroute --quer=1 127.0.0.1
traceroute --icmp=1 127.0.0.1
traceroute --frob 127.0.0.1
traceroute -m 0 127.0.0.1
traceroute -m 256 127.0.0.1
traceroute -f 0 127.0.0.1
traceroute -f 31 127.0.0.1
traceroute -w x 127.0.0.1
traceroute -w -1 127.0.0.1
traceroute -w 2,-1 127.0.0.1
traceroute -w 1,2,3,4 127.0.0.1
traceroute -w 1.5,,2 127.0.0.1
traceroute -w 1.5,2 -n 127.0.0.1
traceroute -z -1 127.0.0.1
traceroute -z x 127.0.0.1
traceroute -N 0 -n 127.0.0.1
traceroute -s 1.2.3.4 127.0.0.1
traceroute -s nobody.example 127.0.0.1
traceroute -s ::1 127.0.0.1
traceroute -i nope 127.0.0.1
traceroute -p 70000 -n 127.0.0.1
traceroute -p x 127.0.0.1
traceroute nobody.example
traceroute -
traceroute -4 ::1
traceroute -6 127.0.0.1
traceroute -4 -6 127.0.0.1
traceroute 127.0.0.1 70000
traceroute 127.0.0.1 xx
traceroute 127.0.0.1 60 70
traceroute -n -- 127.0.0.1
traceroute -n 127.0.0.1 -- -q
traceroute -n -q 1
traceroute -t x 127.0.0.1
traceroute -t 300 -n 127.0.0.1
traceroute -M foo 127.0.0.1
traceroute -M icmp -n 127.0.0.1
traceroute -M default -n ::1
traceroute -I -O help 127.0.0.1
traceroute -O help 127.0.0.1
traceroute -U -O help 127.0.0.1
traceroute -O foo -n 127.0.0.1
traceroute -I -O raw -n 127.0.0.1
traceroute -I -O dgram -n 127.0.0.1
traceroute -I -U -n 127.0.0.1
traceroute -U -I -n 127.0.0.1
traceroute -d -n 127.0.0.1
