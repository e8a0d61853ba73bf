# netcat over UDP: two ends that talk, ports that are closed, what it says of its command line.
ip link set lo up
{ (timeout 3 nc -u -l -W 1 5000; echo "heard: $?") & sleep 0.3; echo hello | nc -u -w 1 127.0.0.1 5000; wait; }
{ (echo reply | timeout 3 nc -u -l 5000; echo "heard: $?") & sleep 0.3; (echo hello; sleep 1; echo more) | timeout 2 nc -u 127.0.0.1 5000; wait; }
{ (timeout 3 nc -u -l -n -v -w 2 5000; echo "heard: $?") & sleep 0.3; echo hello | nc -u -q 1 -p 4000 127.0.0.1 5000; wait; }
{ (timeout 3 nc -u -k -l -n -v 5000; echo "heard: $?") & sleep 0.3; echo one | nc -u -p 4001 -w 1 127.0.0.1 5000; echo two | nc -u -p 4002 -w 1 127.0.0.1 5000; wait; }
{ (timeout 3 nc -u -l -n 5000; echo "heard: $?") & sleep 0.3; echo one | nc -u -p 4001 -w 1 127.0.0.1 5000; echo two | nc -u -p 4002 -w 1 127.0.0.1 5000; wait; }
{ (timeout 3 nc -6 -u -l -n -v -w 2 5000; echo "heard: $?") & sleep 0.3; echo six | nc -u -p 4000 -w 1 ::1 5000; wait; }
{ (timeout 4 nc -u -l -W 2 5000; echo "heard: $?") & sleep 0.3; (echo a; sleep 0.3; echo b; sleep 0.3; echo c) | nc -u -w 1 127.0.0.1 5000; wait; }
{ (timeout 2 nc -u -l 5000 | od -c) & sleep 0.3; printf 'a\nb\r\nc' | nc -C -u -w 1 127.0.0.1 5000; wait; }
{ (timeout 2 nc -u -l -v 127.0.0.1 5000 > /tmp/got 2>&1) & sleep 0.3; echo hello | nc -u -p 4000 -w 1 localhost 5000; wait; }
cat /tmp/got
echo hello | timeout 3 nc -d -u -w 1 127.0.0.1 5000
echo hello | nc -u 127.0.0.1 5000
echo hello | nc -u -v 127.0.0.1 5000
timeout 1 nc -u 127.0.0.1 5000 </dev/null
nc -u -z 127.0.0.1 5000
nc -u -z -v 127.0.0.1 5000
nc -u -z -v -n 127.0.0.1 5000-5002
{ (timeout 5 nc -u -l 53 > /dev/null) & sleep 0.3; nc -u -z -v -w 1 127.0.0.1 53; wait; }
{ (timeout 5 nc -u -l 53 > /dev/null) & sleep 0.3; nc -u -z -v -n -w 1 127.0.0.1 53; wait; }
# words
nc
nc -h
nc -q
nc -j
nc -u 127.0.0.1
nc -u 127.0.0.1 x
nc -u 127.0.0.1 70000
nc -u 127.0.0.1 0
nc -u -l
nc -u -l -p x
nc -u -l -s 127.0.0.1 5000
nc -u -l -p 5000 5001
nc -u -l 127.0.0.1 5 6
nc -u -l -z 5000
nc -u -k 127.0.0.1 5000
nc -u -w x 127.0.0.1 5000
nc -u -w -1 127.0.0.1 5000
nc -u -q x 127.0.0.1 5000
nc -u -W 0 -l 5000
nc -u -M 300 127.0.0.1 5000
nc -u -p x 127.0.0.1 5000
nc -u -s 1.2.3.4 127.0.0.1 5000
nc -u -n localhost 5000
nc -u nobody.example 5000
nc -u -v -w 1 10.0.0.1 5000
nc -u -l -n 10.0.0.1 5000
nc -u -l -n -4 ::1 5000
nc -u -l -n nobody 5000
