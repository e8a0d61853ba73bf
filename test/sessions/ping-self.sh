# pinging oneself: lo down, lo up, what cannot be reached
ping -c 1 127.0.0.1
ping -c 1 localhost
ping -c 1 ::1
ip link set lo up
ip addr show lo
ping -c 1 127.0.0.1
ping -c 3 -i 0.2 127.0.0.1
ping -c 1 localhost
ping -4 -c 1 localhost
ping -6 -c 1 localhost
ping -c 1 ::1
ping -c 1 127.1
ping -c 1 127.200.3.4
ping -c 1 10.0.0.1
ping -c 1 -q 127.0.0.1
ping -c 1 -s 1000 127.0.0.1
ping -c 1 -s 0 127.0.0.1
ping -c 1 -s 15 127.0.0.1
ping -c 1 -s 16 127.0.0.1
ping -c 1 -s 65507 127.0.0.1
ping -c 1 -s 65508 127.0.0.1
ping -c 1 -s 70000 127.0.0.1
ping -c 1 -n 127.0.0.1
ping -c 1 -p ff 127.0.0.1
ping -c 1 -p zz 127.0.0.1
ping -c 1 -t 5 127.0.0.1
ping -c 1 -t 0 127.0.0.1
ping -c 1 -t 256 127.0.0.1
ping -c 0 127.0.0.1
ping -c x 127.0.0.1
ping -c 1 -W 0.5 127.0.0.1
ping -c 1 -i 0 127.0.0.1
ping -c 2 -i 0.001 -q 127.0.0.1
ping -c 1 -I lo 127.0.0.1
ping -c 1 -I nosuch 127.0.0.1
ping -c 1 -I 127.0.0.2 127.0.0.1
ping -c 1 -I 10.9.9.9 127.0.0.1
ping -c 1 no.such.host.invalid
ping
ping -c
ping -Z 127.0.0.1
ping -c 1 -b 255.255.255.255
ping -c 1 224.0.0.1
ping -c 1 0.0.0.0
ping -c 1 -D 127.0.0.1 | sed 's/^\[[0-9.]*\]/[T]/'
ping -V
