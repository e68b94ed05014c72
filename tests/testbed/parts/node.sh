# containerd, the controllers, the kubelet, kube-proxy and DNS: what makes the API server's node real. Sourced by `up`.

start_containerd() {
    mkdir -p "$RUN/etc/cni" "$RUN/etc/registries/_default" "$RUN/etc/registries/$PRIVATE_NAME" "$RUN/containerd"
    registry_of "$REGISTRY" >"$RUN/etc/registries/_default/hosts.toml"
    registry_of "$PRIVATE_REGISTRY" >"$RUN/etc/registries/$PRIVATE_NAME/hosts.toml"
    cat >"$RUN/etc/cni/10-testbed.conflist" <<END
{"cniVersion": "1.0.0", "name": "testbed", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "$POD_CIDR"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
END
    # Without CAP_SYS_RESOURCE, runc may not lower a score: hence restrict_oom_score_adj.
    cat >"$RUN/etc/containerd.toml" <<END
version = 2
root = "$RUN/containerd/root"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs", "io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
  address = "$RUN/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "testbed.azurecr.io/pause:testbed"
  netns_mounts_under_state_dir = true
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$CNI"
    conf_dir = "$RUN/etc/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$RUN/etc/registries"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
END
    start containerd containerd -c "$RUN/etc/containerd.toml"
}

registry_of() { # address
    printf 'server = "http://%s"\n[host."http://%s"]\n  capabilities = ["pull", "resolve"]\n' "$1" "$1"
}

start_node() {
    local pki=$RUN/pki
    start kube-controller-manager "$BIN/kube-controller-manager" --kubeconfig="$RUN/controller-manager.kubeconfig" \
        --authentication-kubeconfig="$RUN/controller-manager.kubeconfig" --authorization-kubeconfig="$RUN/controller-manager.kubeconfig" \
        --bind-address=127.0.0.1 --leader-elect=false --kube-api-qps=500 --kube-api-burst=1000 --use-service-account-credentials=true \
        --root-ca-file="$pki/ca.crt" --service-account-private-key-file="$pki/service-account.key" \
        --cluster-signing-cert-file="$pki/ca.crt" --cluster-signing-key-file="$pki/ca.key"
    start kube-scheduler "$BIN/kube-scheduler" --kubeconfig="$RUN/scheduler.kubeconfig" --authentication-kubeconfig="$RUN/scheduler.kubeconfig" \
        --authorization-kubeconfig="$RUN/scheduler.kubeconfig" --bind-address=127.0.0.1 --leader-elect=false
    start_kubelet
    start_proxy
}

start_kubelet() {
    echo "nameserver $DNS_IP" >"$RUN/etc/resolv.conf"
    mkdir -p "$RUN/kubelet" "$RUN/podlogs"
    cat >"$RUN/etc/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: /$CGROUP
containerRuntimeEndpoint: unix://$RUN/containerd/containerd.sock
address: $NODE_IP
healthzBindAddress: 127.0.0.1
tlsCertFile: $RUN/pki/kubelet.crt
tlsPrivateKeyFile: $RUN/pki/kubelet.key
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $RUN/pki/ca.crt}}
authorization: {mode: Webhook}
clusterDNS: [$DNS_IP]
clusterDomain: cluster.local
resolvConf: $RUN/etc/resolv.conf
failSwapOn: false
volumePluginDir: /run/volume-plugins
podLogsDir: $RUN/podlogs
evictionHard: {memory.available: 100Mi, nodefs.available: "1%", imagefs.available: "1%", nodefs.inodesFree: "1%"}
imageGCHighThresholdPercent: 100
serializeImagePulls: false
fileCheckFrequency: 5s
nodeStatusUpdateFrequency: 5s
# Crash loops show in seconds; a user's cluster waits up to five minutes.
crashLoopBackOff: {maxContainerRestartPeriod: 10s}
featureGates: {KubeletCrashLoopBackOffMax: true}
END
    start kubelet "$BIN/kubelet" --config="$RUN/etc/kubelet.yaml" --kubeconfig="$RUN/kubelet.kubeconfig" --root-dir="$RUN/kubelet" \
        --hostname-override="$NODE" --node-ip="$NODE_IP"
}

# The sysctls of connection tracking belong to the whole machine: zero leaves them alone.
start_proxy() {
    cat >"$RUN/etc/kube-proxy.yaml" <<END
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clientConnection: {kubeconfig: $RUN/proxy.kubeconfig}
clusterCIDR: $POD_CIDR
hostnameOverride: $NODE
bindAddress: 0.0.0.0
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
nodePortAddresses: [primary]
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
iptables: {minSyncPeriod: 0s, syncPeriod: 30s}
END
    start kube-proxy "$BIN/kube-proxy" --config="$RUN/etc/kube-proxy.yaml"
}

# A process, not a pod: the Service points at it through a slice of our own.
start_dns() {
    cat >"$RUN/etc/Corefile" <<END
.:53 {
  bind $NODE_IP
  errors
  health 127.0.0.1:8089
  ready 127.0.0.1:8189
  kubernetes cluster.local in-addr.arpa {
    kubeconfig $KUBECONFIG testbed
    pods insecure
    ttl 5
  }
}
END
    start coredns "$BIN/coredns" -conf "$RUN/etc/Corefile"
    "$KUBECTL" create --filename - >/dev/null <<END
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system}
spec: {clusterIP: $DNS_IP, ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kube-dns-testbed, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}
addressType: IPv4
ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]
endpoints: [{addresses: [$NODE_IP], conditions: {ready: true}}]
END
}

is_node_ready() { "$KUBECTL" wait --for=condition=Ready "node/$NODE" --timeout=1s; }
is_dns_ready() { inside curl --silent --fail --noproxy '*' http://127.0.0.1:8189/ready; }
