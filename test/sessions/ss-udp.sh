# ss: UDP sockets.
ip link set lo up
nc -u -l 127.0.0.1 53 > /dev/null &
sleep 0.3
ss -u
ss -ua
ss -uan
ss -ul
ss -uln
ss -uanH
ss -uanO
ss -uanp | sed 's/pid=[0-9]*,fd=[0-9]*/pid=PID,fd=FD/g; s/ *$//'
ss -uane 2> /dev/null | sed 's/ino:[0-9]* sk:[0-9a-f]* /INO SK /; s/cgroup:[^ ]* //; s/ *$//'
ss -uanm
ss -uani
ss -uano
ss -uanr
ss -uan --tos
ss -4an
ss -f inet -an
ss -uan sport = :53
ss -ua sport = domain
ss -uan sport = :domain
ss -uan src 127.0.0.1
ss -uan src 127.0.0.1:53
ss -uan src 127.0.0.1:54
ss -uan src 127.0.0.0/8
ss -uan src localhost
ss -uan dst 127.0.0.1
ss -uan dport gt :90
ss -uan 'sport ge 50 and sport lt 54'
ss -uan sport = :53 sport = :53
ss -uan state connected
ss -uan state listening state unconnected
ss -uan fwmark = 0
ss -uan dev lo
echo hello | nc -u -w 1 -p 4444 127.0.0.1 53 > /dev/null &
sleep 0.3
ss -uan | sort
ss -un | sort
ss -uan state established | sort
kill %1 %2 2> /dev/null
wait
