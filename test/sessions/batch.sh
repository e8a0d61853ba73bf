# ip -batch: many commands, errors with their line
cat > b1 <<'B'
link add v0 type veth peer name v1
# a comment

addr add 10.0.0.1/24 dev v0
link set v0 up
B
ip -batch b1
ip -br addr show v0
cat > b2 <<'B'
addr add 10.0.0.5/24 dev v0
addr add 10.0.0.6/24 dev nosuch
addr add 10.0.0.7/24 dev v0
B
ip -batch b2
ip -o -4 addr show v0
ip -force -batch b2
ip -o -4 addr show v0
echo 'link show dev lo' | ip -batch -
echo 'foo' | ip -b -
ip -batch nosuchfile
ip -batch
printf 'link set lo \\\nup\n' | ip -batch -
ip -br link show lo
