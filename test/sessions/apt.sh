# apt-get and apt: packages that are there, and those that are not.
M='s/ (.*)\.$/ (V)./; s/and [0-9]* not/and N not/'
apt-get install -s nosuchpackage < /dev/null
apt-get install -s -y nosuchpackage other < /dev/null
apt install -s nosuchpackage < /dev/null
apt-get install -s net-tools < /dev/null | sed "$M"
apt-get -y --no-install-recommends install -s net-tools tcpdump < /dev/null | sed "$M"
apt-get install -s -qq net-tools < /dev/null
apt install -s -y net-tools < /dev/null 2>&1 | sed "$M"
apt-get
apt-get foo
apt foo
apt-get install -z foo
apt-get install --bogus foo
apt -v
