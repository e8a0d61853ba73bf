# who keeps a namespace alive, and what dies with it
ip netns add a
ip netns exec a sleep 1000 &
sleep 0.2
ip netns pids a | wc -l
ip link add v0 type veth peer name v1 netns a
ip netns del a
sleep 0.2
ip netns list
ip link show v0 | head -1
kill %1
sleep 0.3
ip link show v0
readlink /proc/self/ns/net | sed 's/[0-9][0-9]*/N/'
test "$(readlink /proc/$$/ns/net)" = "$(readlink /proc/self/ns/net)"; echo $?
ip netns add b
test "$(readlink /proc/self/ns/net)" = "$(ip netns exec b readlink /proc/self/ns/net)"; echo $?
test "$(stat -L -c %i /run/netns/b)" = "$(ip netns exec b stat -L -c %i /proc/self/ns/net)"; echo $?
nsenter --net=/run/netns/b ip -br link
unshare -n ip -br link
unshare --net bash -c 'ip link set lo up; ip -br addr'
sleep 50 &
ip netns attach c $!
ip netns list
kill $!
wait
ip netns exec c ip -br link
rm /run/netns/c
ip netns del c
ip netns list
