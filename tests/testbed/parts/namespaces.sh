# The bed's process 1 in a network, mount and process namespace of its own, the pair of interfaces to it, and its cgroups. Sourced by `up`.

enter_namespaces() {
    make_cgroups
    install "$BIN/pause" "$RUN/testbed-init"
    setsid "$BED/keeper" </dev/null >"$RUN/log/keeper" 2>&1 9>&- &
    disown
    local attempt
    for attempt in $(seq 200); do init_pid >/dev/null && break; sleep 0.02; done
    init_pid >/dev/null
    connect
    prepare_mounts
}

make_cgroups() {
    local hierarchy file
    for hierarchy in /sys/fs/cgroup/*/; do
        [ "$(basename "$hierarchy")" = unified ] || mkdir -p "$hierarchy$CGROUP"
    done
    for file in cpuset.cpus cpuset.mems; do
        [ ! -e "/sys/fs/cgroup/cpuset/$file" ] || cat "/sys/fs/cgroup/cpuset/$file" >"/sys/fs/cgroup/cpuset/$CGROUP/$file"
    done
    mkdir -p "/sys/fs/cgroup/memory/$CGROUP/system"
}

# The host reaches node, pods and ClusterIPs directly.
connect() {
    ip link add "$LINK" type veth peer name eth0 netns "$(init_pid)"
    ip address add "$HOST_IP/24" dev "$LINK"
    ip link set "$LINK" up
    inside ip link set lo up
    inside ip address add "$NODE_IP/24" dev eth0
    inside ip link set eth0 up
    # A ClusterIP needs some route before it is translated.
    inside ip route add default via "$HOST_IP"
    ip route add "$SERVICE_CIDR" via "$NODE_IP"
    ip route add "$POD_CIDR" via "$NODE_IP"
}

# Places with fixed paths are the bed's own, in memory; the kubelet's writes to sysctls of the whole machine meet files that hold what it wants.
prepare_mounts() {
    inside sh -ec '
        mount --make-rshared /
        for place in /run /var/log /var/lib/kubelet /var/lib/cni /opt /tmp; do
            mkdir -p $place
            case "$0" in $place/*) continue ;; esac
            mount -t tmpfs -o mode=755 tmpfs $place
        done
        chmod 1777 /tmp
        mkdir -p /run/sysctl /run/home
        sysctl -qw net.ipv4.ip_forward=1
        sysctl -qw net.bridge.bridge-nf-call-iptables=1 2>/dev/null || true
        hide() { echo "$2" >"/run/sysctl/${1##*/}"; mount --bind "/run/sysctl/${1##*/}" "/proc/sys/$1"; }
        hide vm/overcommit_memory 1
        hide vm/panic_on_oom 0
        hide kernel/panic 10
        hide kernel/panic_on_oops 1
        hide kernel/keys/root_maxkeys 1000000
        hide kernel/keys/root_maxbytes 25000000
    ' "$RUN"
}
