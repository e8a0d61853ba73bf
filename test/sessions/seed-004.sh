# Linux Network Namespaces: the tutorial of two containers and a cable, as typed
sudo ip netns add my_container_a
sudo ip netns add my_container_b
ip netns list
sudo ip netns exec my_container_a bash <<'IN'
ping 127.0.0.1
ip a
IN
sudo ip link add my_veth_end_a type veth peer name my_veth_end_b
ip link show type veth
sudo ip link set my_veth_end_a netns my_container_a
sudo ip link set my_veth_end_b netns my_container_b
sudo ip netns exec my_container_a ip a
sudo ip netns exec my_container_a ip addr add "10.0.0.1/24" dev my_veth_end_a
sudo ip netns exec my_container_b ip addr add "10.0.0.2/24" dev my_veth_end_b
sudo ip netns exec my_container_a ip a
sudo ip netns exec my_container_a ip link set my_veth_end_a up
sudo ip netns exec my_container_a ip a show my_veth_end_a
sudo ip netns exec my_container_a ping -c 1 -W 1 10.0.0.2
sudo ip netns exec my_container_a timeout -s INT 2 ping 10.0.0.2
sleep 4
sudo ip netns exec my_container_b ip link set my_veth_end_b up
sudo ip netns exec my_container_a ping -c 3 10.0.0.2
sudo ip netns exec my_container_b ping -c 2 -q 10.0.0.1
sudo ip netns exec my_container_a ping -c 1 10.0.0.1
sudo ip netns exec my_container_a ip neigh
sudo ip netns exec my_container_a ip route
sudo ip netns del my_container_a
sudo ip netns del my_container_b
ip netns list
sleep 0.3
ip link
