# What the machine must have, and what of it is installed when it is missing. Sourced by `up`.

# command → Debian package
API_PACKAGES="etcd:etcd-server openssl:openssl curl:curl ip:iproute2 nsenter:util-linux unshare:util-linux pgrep:procps"
NODE_PACKAGES="docker-registry:docker-registry containerd:containerd runc:runc iptables:iptables git:git"
CNI=/usr/lib/cni

require_machine() { # all or api
    is_root || cannot "it makes namespaces, mounts and cgroups, and needs root for it"
    local packages=() pair wanted=$API_PACKAGES
    [ "$1" = api ] || wanted="$wanted $NODE_PACKAGES"
    for pair in $wanted; do command -v "${pair%%:*}" >/dev/null || packages+=("${pair##*:}"); done
    [ "$1" = api ] || [ -x "$CNI/bridge" ] || packages+=(containernetworking-plugins)
    [ ${#packages[@]} = 0 ] || install_packages "${packages[@]}"
    unshare --net --mount --pid --fork true 2>/dev/null || cannot "the kernel gives no network, mount or process namespaces"
    require_free_addresses
    [ "$1" = api ] || require_node_features
}

install_packages() {
    command -v apt-get >/dev/null || cannot "these Debian packages are missing, and there is no apt-get: $*"
    say "installs $*"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null 2>&1 ||
        cannot "these Debian packages cannot be installed: $*"
}

require_node_features() {
    local hierarchy
    for hierarchy in cpu cpuset memory pids; do
        [ -d "/sys/fs/cgroup/$hierarchy" ] || cannot "the node was only proven with cgroup v1, and there is no hierarchy \`$hierarchy\`"
    done
    unshare --net sh -c 'ip link add name left type veth peer name right && ip link add name bridge0 type bridge && iptables --table nat --list' >/dev/null 2>&1 ||
        cannot "the kernel gives no veth pairs, no bridges or no iptables"
    grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || cannot "the kernel has no overlayfs"
}

# A route of somebody else's into our ranges would be taken over: rather say so. Our own is left when `down` was not run.
require_free_addresses() {
    local range taken
    for range in "$HOST_IP/24" "$POD_CIDR" "$SERVICE_CIDR"; do
        taken=$(ip -4 route show root "${range/$HOST_IP/10.77.0.0}" | grep -v "dev $LINK" || true)
        [ -z "$taken" ] || cannot "the range $range is routed already: $taken"
    done
}
