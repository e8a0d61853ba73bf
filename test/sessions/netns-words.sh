# ip netns: every subcommand, its files, its exit codes
ip netns
ip netns list
ls /run/netns
ip netns add
ip netns add a
ip netns add a
ip netns add b
ip netns add a/b
ip netns add .
ip netns add ..
ip netns add ''
ip netns add 'two words'
ip netns add -x
ls /run/netns
ip netns
ip netns del -x
ip netns del 'two words'
ip netns del nosuch
ip netns del
ip netns del a/b
ip netns exec
ip netns exec a
ip netns exec nosuch true
ip netns exec a true
ip netns exec a false
ip netns exec a nosuchcommand
ip netns exec a sh -c 'exit 42'
ip netns exec a sh -c 'kill -9 $$' | cat
ip netns exec a ip netns identify
ip netns identify
ip netns identify $$
ip netns identify x
ip netns identify 999999
ip netns identify 1 2
ip netns exec a ip netns exec b ip netns identify
ip netns exec a ip netns
ip netns exec a ip -n b link
ip -n a -n b link
ip -netns nosuch link
ip -n
ip netns exec a sleep 100 & sleep 0.2
ip netns pids a | grep -c .
ip netns pids a | xargs ps -o comm= -p
ip netns pids b
ip netns pids nosuch
ip netns pids
ip netns identify $!
ip netns attach c $!
ip netns
ip netns attach c $!
ip netns attach
ip netns attach d
ip netns attach d bogus
ip netns attach d 999999
ls /run/netns
ip netns del a
ip netns
ip -n c link
kill $!; wait $! 2>/dev/null
ip netns set
ip netns set b
ip netns set b x
ip netns set b 5
ip netns set b 5
ip netns set b 6
ip netns set c 5
ip netns set c auto
ip netns set nosuch 5
ip netns
ip netns list-id
ip netns list-id nsid 5
ip netns list-id nsid 77
ip netns list-id target-nsid 5
ip netns list-id target-nsid 77
ip netns list-id bogus
ip netns list-id nsid
ip -j netns
ip -j -p netns list-id
ip -n b netns list-id
mkdir -p /etc/netns/b
echo 'nameserver 10.0.0.53' > /etc/netns/b/resolv.conf
echo '10.1.2.3 outside' > /etc/netns/b/hosts
ip netns exec b cat /etc/resolv.conf
ip netns exec b cat /etc/hosts
cat /etc/hosts
echo x > /etc/netns/b/nosuchfile
ip netns exec b true
rm -r /etc/netns
ip netns bogus
ip netns help
ip -all netns exec ip link
ip -all netns exec
ip -all netns exec false
ip -all netns del
ip netns
ip netns list x
ip netns show y z
ls /run/netns
