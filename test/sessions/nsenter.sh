# nsenter: into the namespaces of a process or of a file
nsenter true
nsenter -n true
nsenter -t 1 -n ip -br link
nsenter -t 1 -u hostname
nsenter -t 1 -a hostname
nsenter -t 99999 -n true
nsenter -t nosuch -n true
nsenter -u true
nsenter --uts=/nosuch true
nsenter -t 1 -U true
unshare -n -u -m -p -f --mount-proc bash -c 'hostname inside; ip link set lo up; mount -t tmpfs t /mnt; echo x > /mnt/file; exec sleep 1000' & sleep 0.5
pid=$(pgrep -x sleep)
nsenter -t $pid -n ip -br addr show lo
nsenter -t $pid -u hostname
hostname
nsenter -t $pid -m cat /mnt/file
cat /mnt/file
nsenter -t $pid -m pwd
nsenter -t $pid -m -w/usr pwd
nsenter -t $pid -p -m ps -e -o pid,ppid,comm
nsenter -t $pid -p bash -c 'echo $$ $PPID'
nsenter -t $pid -a bash -c 'echo $$; hostname; ip -br link; ls /mnt'
nsenter -t $pid -n -m -u -p bash -c 'hostname; ps -o pid,ppid,comm; exit 7'
nsenter --target $pid --net --uts ip -br link
nsenter -t $pid -p bash -c 'kill -9 1; echo $?; kill -0 1; echo $?'
{ nsenter -t $pid -p bash -c 'kill -9 $$'; } 2>/dev/null
nsenter -t $pid -p -F bash -c 'bash -c "kill -0 1; echo \$?"'
nsenter -t $pid -n nosuch-command
nsenter -t $pid -n bash -c 'kill -TERM $$'
[ "$(readlink /proc/$pid/ns/net)" = "$(nsenter -t $pid -n readlink /proc/self/ns/net)" ]; echo $?
[ "$(readlink /proc/$pid/ns/uts)" = "$(readlink /proc/self/ns/uts)" ]; echo $?
[ "$(readlink /proc/$pid/ns/user)" = "$(readlink /proc/self/ns/user)" ]; echo $?
ls /proc/self/ns
nsenter --net=/proc/$pid/ns/net ip -br link
nsenter --net=/proc/$pid/ns/uts true
nsenter --mount=/proc/$pid/ns/net true
nsenter --uts=/etc/hostname true
touch /run/uts /run/net
mount --bind /proc/$pid/ns/uts /run/uts
mount --bind /proc/$pid/ns/net /run/net
ip link add v type veth peer name w netns $pid
ip -br link | cut -d" " -f1
nsenter -t $pid -p -n ip link set w netns 1
nsenter -t $pid -n ip link set w up
ip link set v up
ip -br link show v | cut -c1-20
kill -9 $pid; sleep 0.3
nsenter -t $pid -n true 2>&1 | sed "s/$pid/PID/"
nsenter --uts=/run/uts hostname
nsenter --net=/run/net ip -br link | cut -c1-20
umount /run/net /run/uts; sleep 0.3
ip -br link
nsenter --net=/run/net true
nsenter --nosuch
