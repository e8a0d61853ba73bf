# Two computers and a cable: everything a network namespace is, in two dozen lines.
sudo ip netns add my_container_a
sudo ip netns add my_container_b
ip netns list

# Nothing is set up in there yet: it cannot even reach itself.
sudo ip netns exec my_container_a ping -c 1 127.0.0.1
sudo ip netns exec my_container_a ip a

# A virtual cable, one end in each.
sudo ip link add my_veth_end_a type veth peer name my_veth_end_b
sudo ip link set my_veth_end_a netns my_container_a
sudo ip link set my_veth_end_b netns my_container_b
sudo ip netns exec my_container_a ip a

# Addresses.
sudo ip netns exec my_container_a ip addr add "10.0.0.1/24" dev my_veth_end_a
sudo ip netns exec my_container_b ip addr add "10.0.0.2/24" dev my_veth_end_b
sudo ip netns exec my_container_a ip a

# One end up is not enough…
sudo ip netns exec my_container_a ip link set my_veth_end_a up
sudo ip netns exec my_container_a ping -c 1 -W 1 10.0.0.2

# …both are.
sudo ip netns exec my_container_b ip link set my_veth_end_b up
sudo ip netns exec my_container_a ping -c 3 10.0.0.2

sudo ip netns del my_container_a
sudo ip netns del my_container_b
