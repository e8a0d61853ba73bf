# unshare: new network, mount, host name and PID namespaces
unshare -n ip -br link
unshare --net bash -c 'ip link set lo up; ip -br addr show lo'
unshare -n ls /sys/class/net
unshare -nm bash -c 'mount -t sysfs s /sys; ls /sys/class/net'
unshare -u bash -c 'hostname inner; hostname'
hostname
unshare -u bash -c 'echo other > /proc/sys/kernel/hostname; uname -n'
hostname
unshare -m bash -c 'mount -t tmpfs x /mnt; echo hi > /mnt/f; cat /mnt/f; mount | grep " /mnt "'
cat /mnt/f
unshare -p -f --mount-proc bash -c 'ps; echo $$'
unshare -n -m -p -f --mount-proc bash -c 'ps -e -o pid,ppid,comm; ip -br link; echo $$'
unshare -p -f bash -c 'echo $$ $PPID'
unshare --pid --fork --mount-proc --uts --net --mount bash -c 'hostname box; hostname; ls /proc | grep "^[0-9]" | head -1'
unshare -p bash -c 'ls -d /tmp; echo $?; ls -d /tmp; echo not reached'
unshare -p bash -c 'x=$(echo one); echo $x; x=$(echo two); echo $x'
unshare -p bash -c 'readlink /proc/$$/ns/pid_for_children > /dev/null; true | cat; echo not reached'
unshare -p unshare -p true
unshare -p -f --mount-proc bash -c 'kill -9 $$; echo alive; kill -TERM 1; echo still alive; kill -STOP $BASHPID; echo yet'
unshare -p -f --mount-proc bash -c 'sleep 100 & sleep 100 & exit 3'
unshare -p -f bash -c 'exit 42'
unshare -f bash -c 'exit 43'
unshare -f bash -c 'kill -KILL $$'
bash -c 'unshare -f bash -c "kill -TERM \$\$"; echo $?' 2>/dev/null
unshare -p -f --kill-child bash -c 'echo $$'
bash -c 'unshare -p -f --kill-child --mount-proc sleep 50 & sleep 0.3; kill -9 $!; sleep 0.2; pgrep -x sleep; echo $?' 2>/dev/null
unshare --kill-child=NOSUCH true
unshare -p -f --mount-proc=/nosuch true
unshare -w /nosuch true
unshare -w /usr pwd
unshare --propagation nosuch true
unshare --nosuch
unshare -n nosuch-command
unshare -n /usr
unshare -n -- ip -br link
touch /run/n /run/u /run/p /run/i
unshare --net=/run/n ip link add d0 type veth peer name d1
nsenter --net=/run/n ip -br link | cut -c1-20
unshare --uts=/run/u hostname kept
nsenter --uts=/run/u hostname
unshare --net=/run/nosuch true 2>&1 | sed 's/[0-9][0-9]*/PID/'
unshare --pid=/run/p true 2>&1 | sed 's/[0-9][0-9]*/PID/'
unshare --pid=/run/p -f true
nsenter --pid=/run/p true
mount | grep nsfs
umount /run/n
umount /run/u /run/p
nsenter --net=/run/n true
unshare -i bash -c '[ "$(readlink /proc/self/ns/ipc)" = "$(readlink /proc/$PPID/ns/ipc)" ] && echo same || echo other'
unshare -p -f --mount-proc bash -c 'yes; echo $? >&2' | head -1
unshare -n -p -f --mount-proc bash -c 'ip link add v type veth peer name w; ip link set w netns 1; ip link set w netns 77'
