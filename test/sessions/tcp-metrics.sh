# ip tcp_metrics where there are none.
ip link set lo up
ip tcp_metrics
ip tcp_metrics show
ip tcpmetrics list
ip -j tcp_metrics
ip -6 tcp_metrics
ip -0 tcp_metrics
ip tcp_metrics show 10.0.0.1
ip tcp_metrics show address 10.0.0.1
ip tcp_metrics show 10.0.0.0/8
ip tcp_metrics show all
ip tcp_metrics show 2001:db8::1
ip -6 tcp_metrics show 10.0.0.1
ip tcp_metrics show foo
ip tcp_metrics show address
ip tcp_metrics delete
ip tcp_metrics delete 10.0.0.1
ip tcp_metrics delete address 10.0.0.1
ip tcp_metrics delete 10.0.0.0/8
ip tcp_metrics delete any
ip tcp_metrics delete foo
ip tcp_metrics flush
ip tcp_metrics flush all
ip tcp_metrics flush 10.0.0.1
ip tcp_metrics flush 10.0.0.0/8
ip tcp_metrics help
ip tcp_metrics foo
