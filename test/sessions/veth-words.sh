# veth as the manual page has it: both ends elsewhere, numbers, patterns, groups, further names
ip netns add a
ip netns add b
ip link add e0 netns a type veth peer name e1 netns b
ip -n a link show e0 | sed 's/link.ether.*//'
ip -n b link show e1 | sed 's/link.ether.*//'
ip link add e0 netns a type veth peer name e1 netns b
ip link add e2 netns a type veth peer name e1 netns b
ip -n a link show e2
ip link add 'v%d' type veth peer name 'w%d'
ip link add 'v%d' type veth peer name 'v%d'
ip -br link | awk '{print $1, $2}'
ip link add p0 index 50 type veth peer name p1 index 51
ip -br link show p0 | awk '{print $1, $2}'
ip -o link show p1 | cut -d: -f1,2
ip link add q0 index 50 type veth peer name q1
ip link add q0 index 60 type veth peer name q1 index 51
ip link show q0
ip link add q0 index -3 type veth
ip link add q0 index x type veth
ip link add m0 mtu 1400 address 02:00:00:00:00:01 txqueuelen 5 type veth peer name m1 mtu 9000 address 02:00:00:00:00:02
ip link show m0
ip link show m1
ip link add n0 numtxqueues 4 numrxqueues 2 type veth peer name n1 numtxqueues 3 numrxqueues 3
ip -d link show n0 | grep -o 'num[tr]xqueues [0-9]*'
ip -d link show n1 | grep -o 'num[tr]xqueues [0-9]*'
ip link add n2 numtxqueues 0 type veth
ip link add n2 numtxqueues 5000 type veth
ip link add n2 mtu 67 type veth
ip link add n2 mtu 65536 type veth
ip link add n2 mtu 68 type veth peer name n3 mtu 65535
ip -o link show n2 | grep -o 'mtu [0-9]*'
ip -o link show n3 | grep -o 'mtu [0-9]*'
ip link set group 7 dev m0
ip link set m1 group 7
ip -br link show group 7 | awk '{print $1, $2}'
ip link show group default | grep -c ^
ip link set group 7 mtu 1300
ip -o link show group 7 | grep -o 'mtu [0-9]*'
ip link set group 7 up
ip -br link show group 7 | awk '{print $1, $2}'
ip link set m0 alias "to the left of m1"
ip link show m0
ip link set m0 alias ''
ip link show m0
ip link property add dev m0 altname left altname the-left-end-of-the-cable
ip link show left
ip link property add dev m1 altname left
ip link set the-left-end-of-the-cable mtu 1290
ip -o link show m0 | grep -o 'mtu [0-9]*'
ip link property del dev left altname left
ip link property del dev m0 altname left
ip link show m0
ip link add left type veth peer name the-left-end-of-the-cable
ip link add m2 type veth peer name m2
ip link add type veth
ip link add type veth peer
ip -br link | awk '$1 ~ /^veth/ {print $1, $2}'
ip link del group 7
ip link show m0
ip link del nosuch
ip link del lo
