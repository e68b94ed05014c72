# One authority, a certificate for each identity, and kubeconfigs of those who need one. Sourced by `up`.

make_certificates() (
    cd "$RUN/pki"
    local names=kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,DNS:localhost
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=testbed -keyout ca.key -out ca.crt 2>/dev/null
    certificate apiserver /CN=kube-apiserver "DNS:$names,IP:127.0.0.1,IP:$NODE_IP,IP:$API_SERVICE_IP" &
    certificate admin /O=system:masters/CN=admin &
    # May do nothing: no binding names it.
    certificate nobody /CN=nobody &
    certificate apiserver-kubelet /O=system:masters/CN=apiserver-kubelet &
    certificate controller-manager /CN=system:kube-controller-manager &
    certificate scheduler /CN=system:kube-scheduler &
    certificate proxy /CN=system:kube-proxy &
    certificate kubelet "/O=system:nodes/CN=system:node:$NODE" "DNS:$NODE,IP:$NODE_IP" &
    certificate front-proxy /CN=front-proxy-client &
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out service-account.key 2>/dev/null
    openssl pkey -in service-account.key -pubout -out service-account.pub
    wait
    local identity
    for identity in controller-manager scheduler proxy kubelet; do kubeconfig testbed "$identity" >"$RUN/$identity.kubeconfig"; done
    kubeconfig testbed admin nobody >"$RUN/admin.kubeconfig"
    chmod 600 "$RUN"/*.kubeconfig
)

certificate() { # name, subject, alternative names
    local extensions="keyUsage=digitalSignature
extendedKeyUsage=serverAuth,clientAuth${3:+
subjectAltName=$3}"
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" -keyout "$1.key" -out "$1.csr" 2>/dev/null
    openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -set_serial "0x$(openssl rand -hex 8)" -days 3650 -out "$1.crt" \
        -extfile <(echo "$extensions") 2>/dev/null
}

# The first identity's context has the cluster's name, the others' have their own.
kubeconfig() { # cluster, identities…
    local cluster=$1 identity context=$1
    shift
    cat <<END
apiVersion: v1
kind: Config
current-context: $cluster
clusters:
- {name: $cluster, cluster: {server: "$API", certificate-authority-data: $(base64 -w0 ca.crt)}}
users:
END
    for identity in "$@"; do
        echo "- {name: $identity, user: {client-certificate-data: $(base64 -w0 "$identity.crt"), client-key-data: $(base64 -w0 "$identity.key")}}"
    done
    echo "contexts:"
    for identity in "$@"; do
        echo "- {name: $context, context: {cluster: $cluster, user: $identity}}"
        shift
        context=${1:-}
    done
}
