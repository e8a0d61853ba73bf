# processes: numbers per namespace, orphans, sessions, signals that are ignored
unshare -pf --mount-proc bash -c 'sleep 100 & echo $!; jobs -l; kill $!; wait $!; echo $?'
unshare -pf --mount-proc bash -c 'bash -c "echo \$\$ \$PPID"; (echo $$ $BASHPID); echo $BASHPID'
unshare -pf --mount-proc bash -c '(sleep 5 &); sleep 0.2; ps -o pid,ppid,comm; echo done'
unshare -pf --mount-proc bash -c '(sleep 0.2 &); sleep 0.5; true; ps -o pid,ppid,comm; echo done'
unshare -pf --mount-proc bash -c 'kill 99; echo $?; kill -- -1; echo $?; kill -0 1; echo $?'
unshare -pf --mount-proc bash -c 'sleep 100 & sleep 100 & kill -9 -1; wait; ps -e -o pid,comm; echo done' 2>/dev/null
unshare -pf --mount-proc bash -c 'unshare -pf --mount-proc bash -c "echo \$\$; ps -e -o pid,comm; echo"; echo $$'
unshare -pf --mount-proc bash -c 'unshare -pf sleep 100 & sleep 0.3; ps -e -o comm; kill -9 $(pgrep -f "^sleep 100"); sleep 0.2; ps -e -o comm; echo' 2>/dev/null
unshare -pf --mount-proc bash -c 'unshare -pf sleep 100 & sleep 0.3; p=$(pgrep -f "^sleep 100"); grep NSpid /proc/$p/status | wc -w; kill -TERM $p; sleep 0.1; grep -c NSpid /proc/$p/status; kill -9 $p; wait; ls -d /proc/$p 2>&1 | wc -l; echo' 2>/dev/null
unshare -pf --mount-proc bash -c 'trap "echo got it" TERM; kill -TERM $$; echo after'
unshare -pf --mount-proc bash -c 'grep -E "^(Pid|PPid|NSpid)" /proc/self/status; readlink /proc/self; echo'
unshare -pf --mount-proc bash -c 'ls -d /proc/[0-9]*; echo'
unshare -pf bash -c 'ls -d /proc/$$ > /dev/null; echo $$; readlink /proc/self | grep -c .'
unshare -pfm bash -c 'mount -t tmpfs x /proc; ls /proc | wc -l; ps; echo $?'
unshare -pfm bash -c 'mount -t proc proc /proc; mount | tail -1; ps -e -o pid,comm; umount /proc; echo $?'
unshare -pf --mount-proc bash -c 'mount | tail -1; tail -1 /proc/mounts; echo'
unshare -nm bash -c 'mount -t sysfs s /sys; mount -t sysfs none /sys; echo $?'
unshare -m bash -c 'mount -t tmpfs -o mode=700,nosuid,nodev,noexec x /mnt; mount | tail -1; stat -c %a /mnt; cp /bin/true /mnt; /mnt/true; echo $?; umount /mnt; umount /mnt'
unshare -m bash -c 'mount --bind /etc /mnt; cat /mnt/hostname > /dev/null; echo $?; mount --make-private /mnt; echo $?; umount -l /mnt; mount --make-private /mnt'
mount --bind /nosuch /mnt
mount -t foofs none /mnt
mount -t tmpfs x /nosuch
umount /nosuch
umount /usr
mount -t proc none /mnt; mount | tail -1; umount /mnt
ip netns add a
mount | grep -c netns
ip netns exec a sleep 100 & sleep 0.2
ip netns pids a | wc -l
kill $(ip netns pids a); wait 2>/dev/null
ip netns pids a
setsid
setsid nosuch-command
setsid -w sh -c 'exit 3'; echo $?
setsid -f sh -c 'exit 3'; echo $?
setsid --nosuch
setsid bash -c '[ $$ = $(cut -d" " -f6 /proc/self/stat) ]; echo $?'
nohup bash -c 'kill -HUP $$; echo survived'
bash -c 'trap "" INT HUP; bash -c "trap; trap \"echo x\" INT; echo \$?; trap -p INT"'
bash -c 'trap "" TERM; bash -c "kill -TERM \$\$; echo still here"'
bash -c 'trap "echo parent" TERM; bash -c "trap"; kill -TERM $$'
bash -c 'sleep 100 & kill -9 $!; wait $!; echo $?' 2>/dev/null
bash -c 'kill 99999; echo $?'
