# Flux's controllers as processes with full rights, and the Git server that they pull from. Sourced by `up`.

start_flux() {
    mkdir -p "$RUN/flux" "$RUN/git"
    start git "$RUN/stand-ins" git --listen "$GIT" --root "$RUN/git"
    "$KUBECTL" create namespace flux-system >/dev/null
    "$KUBECTL" create --filename "$CACHE/crds" >/dev/null
    # A controller that starts before its kinds are served ends at once.
    "$KUBECTL" wait --for=condition=Established --timeout=30s --filename "$CACHE/crds" >/dev/null
    # Who waits for another object is asked again after so long; by default, half a minute.
    local soon=--requeue-dependency=1s
    controller source-controller 1 "$soon" --storage-path="$RUN/flux" --storage-addr="$NODE_IP:9090" --storage-adv-addr="$NODE_IP:9090"
    controller kustomize-controller 2 "$soon"
    controller helm-controller 3
}

controller() { # name, number, flags…
    local name=$1 number=$2
    shift 2
    start "$name" env KUBECONFIG="$KUBECONFIG" RUNTIME_NAMESPACE=flux-system HOME=/run/home TUF_ROOT=/run/home/sigstore \
        "$BIN/$name" --watch-all-namespaces=true --log-encoding=json --metrics-addr="127.0.0.1:808$number" --health-addr="127.0.0.1:944$number" "$@"
}

is_flux_ready() {
    local number
    for number in 1 2 3; do inside curl --silent --fail --noproxy '*' "http://127.0.0.1:944$number/readyz" || return 1; done
}
