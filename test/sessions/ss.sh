# ss: sockets of every family there is, states, filters, errors.
ss
ss -V
ss -h
ss -q
ss -Z
ss -f foo
ss -f help | head -3
ss -A foo -a
ss -A '!tcp' -an
ss -u
ss -ua
ss -t
ss -w
ss -0
ss -0a
ss -x
ss -xa
ss -M
ss -S
ss -d
ss -N blue
ss -F /nofile
ss -uan state
ss -uan state bogus
ss -uan foo
ss -uan sport
ss -uan sport =
ss -uan sport = foo
ss -uan sport = :foo
ss -uan '('
ss -uan 'sport = :53 and'
ss -uan 'src != 127.0.0.1'
ss -uan dev
ss -uan dev nope
ss -uan fwmark = x
ss -uan src ::1
ss -uan src foo.bar
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
ping -q 127.0.0.1 > /dev/null &
sleep 0.5
ss -w
ss -wa4
ss -wan
ss -wa
ss -wl
ss -wanH
ss -wanp | sed 's/pid=[0-9]*,fd=[0-9]*/pid=PID,fd=FD/g; s/ *$//'
ss -4an
ss -6an
ss -wan4 sport = :1
ss -wan4 sport = :2
ss -wan4 'sport > :0'
ss -wan4 'not sport = :1'
ss -wan4 '! sport = :1 or sport = :1'
ss -wan4 '( sport ge 1 and sport le 1 )'
ss -wan4 sport eq 1
ss -wan4 sport neq :1
ss -wan4 src 0.0.0.0
ss -wan4 src 127.0.0.0/8
ss -wan4 src '*:1'
ss -wan4 dst = 0.0.0.0
ss -wan4 dev v0
ss -wan4 dev = v0
ss -wan4 dev != v0
ss -wan4 fwmark = 0
ss -wan4 fwmark = 0x7/0xff
ss -wan4 autobound
ss -wan state unconnected
ss -wan state established
ss -wan4 state closed
ss -wan4 state connected
ss -wan4 exclude unconnected
ss -wan4 state unconnected sport = :1
echo 'sport = :1' > f
ss -wan4F f
ss -A raw,udp -4an
ss -f inet -an | grep -v udp
kill %1
wait
tcpdump -i v0 -w /dev/null 2> /dev/null &
sleep 1
ss -0
ss -0a
ss -0an
ss -0 dev v0
ss -0anp | sed 's/pid=[0-9]*,fd=[0-9]*/pid=PID,fd=FD/g'
kill %1
wait
ip monitor > /dev/null &
sleep 0.3
ss -f netlink | grep rtnl:kernel
ss -f netlink -n | grep ' 0:0 '
kill $!
wait
ss -s | tail -n +4
