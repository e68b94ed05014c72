# Names, addresses and places of the test bed, and how to run something inside it. Sourced by all of its commands; does nothing by itself.

BED=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${SEATRIAL_TESTBED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/seatrial-testbed}
BIN=$CACHE/bin                 # what `build` makes; kept
RUN=$CACHE/run                 # what a running bed writes; removed by `down`

CGROUP=seatrial-testbed        # below every cgroup v1 hierarchy; the kubelet makes the pods' below it
LINK=seatrial0                 # the host's end of the pair of interfaces; the bed's is eth0
HOST_IP=10.77.0.1
NODE_IP=10.77.0.2
NODE=testbed
POD_CIDR=10.244.0.0/24
SERVICE_CIDR=10.96.0.0/16
API_SERVICE_IP=10.96.0.1
DNS_IP=10.96.0.10
API=https://$NODE_IP:6443
REGISTRY=$NODE_IP:5000         # plain HTTP; stands for every registry that a manifest may name
PRIVATE_REGISTRY=$NODE_IP:5001 # the same one behind an ACR face
PRIVATE_NAME=shopprivate.azurecr.io
PRIVATE_LOGIN=puller:puller-password
GIT=$NODE_IP:8090

KUBERNETES_VERSION=1.35.4
NODE_BINARIES="kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl"
FLUX_BINARIES="source-controller kustomize-controller helm-controller"

export KUBECONFIG=$RUN/admin.kubeconfig
KUBECTL=$BIN/kubectl

say() { echo "testbed: $*" >&2; }
die() { say "$*"; exit 1; }
# Exit code where the bed cannot stand: whoever runs the live tests then skips them, loudly.
readonly CANNOT=3
cannot() { say "cannot stand here: $*"; exit $CANNOT; }
is_root() { [ "$(id -u)" = 0 ]; }

# The pid, on the host, of the bed's process 1; fails when there is none.
init_pid() {
    local pid
    pid=$(cat "$RUN/init.pid" 2>/dev/null) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = testbed-init ] && echo "$pid"
}

# Runs a command in the bed's mount, network and process namespaces.
inside() {
    local init
    init=$(init_pid) || die "is not up"
    nsenter --target "$init" --mount --net --pid -- "$@"
}
