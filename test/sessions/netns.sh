# ip netns: names, files, errors
ip netns
ip netns list
ip netns add
ip netns add a
ip netns add a
ip netns add b
ip netns add ..
ip netns add ''
ip netns add x/y
ls /run/netns
ls /var/run/netns
ip netns list
ip netns show
ip netns ls
ip -j netns list
ip -j -p netns
ip netns exec
ip netns exec a
ip netns exec nosuch true
ip netns exec a true
ip netns exec a false
ip netns exec a sh -c 'exit 42'; echo $?
ip netns exec a no-such-command
ip netns identify
ip netns identify $$
ip netns exec a bash -c 'ip netns identify $$'
ip netns exec a ip netns identify self
ip netns pids
ip netns pids a
ip netns pids nosuch
ip netns del nosuch
ip netns delete
ip netns del a b
ip netns list
ip netns foo
ip netns add c
ip -n c link
ip -netns nosuch link
ip netns exec c ip link set lo up
ip -n c addr
ip -n c -4 addr
ip -n c -6 addr
ip -n c -br addr
ip -n c -br link
ip -all netns exec ip -br link
ip -all netns del
ip netns
ip netns help
