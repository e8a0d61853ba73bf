# lsns: namespaces by type, with processes and names.
M='s/^[0-9]\{10\}/NS/; s/"ns": [0-9]*/"ns": NS/; s/\b[0-9]\{10\}\b/NS/g; s/^\( *\)NS/NS/'
lsns -t net -o TYPE,NPROCS,PID,USER,COMMAND
lsns -t net | sed "$M"
lsns -t foo
lsns -h
lsns -V
lsns -Q
lsns -o foo
lsns abc
lsns 123
lsns -p abc
lsns -p 99999
lsns -n -t net -o TYPE,PID,COMMAND
lsns -l -t net -o TYPE,PID,COMMAND
lsns -r -t net -o TYPE,PID,COMMAND
lsns -J -t net -o TYPE,PID,COMMAND
lsns -t uts -o type,nprocs,pid,user,command
ip netns add blue
ip netns exec blue sleep 100 &
sleep 0.5
lsns -t net -o TYPE,NPROCS,USER,NETNSID,NSFS,COMMAND -l | sort
lsns -t net -J -o TYPE,NPROCS,NSFS -l | sort
lsns -n -t net -o NSFS -l | sort
ip netns set blue 5
lsns -t net -l -n -o NETNSID,NSFS | sort
lsns -t net -l -o PPID,UID,USER,COMMAND -n | sort
lsns $(ip netns exec blue readlink /proc/self/ns/net | tr -dc 0-9) -o USER,COMMAND
kill %1
wait
lsns -t net -o TYPE,NPROCS,PID,USER,COMMAND
