# The registry, the ACR face before it, and the images in them. Sourced by `up`.

STAND_INS=

build_stand_ins() {
    local cargo=${CARGO:-cargo}
    command -v "$cargo" >/dev/null || cannot "there is no \`cargo\` on PATH to build the tests' servers"
    STAND_INS=$(exec 9>&- && cd "$BED" && "$cargo" build --quiet --locked --package seatrial-test-servers --bin seatrial-stand-ins --message-format=json |
        sed -n 's/.*"executable":"\([^"]*seatrial-stand-ins\)".*/\1/p')
    [ -x "$STAND_INS" ]
}

start_registries() {
    install "$STAND_INS" "$RUN/stand-ins"
    cat >"$RUN/etc/registry.yml" <<END
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $RUN/registry}, delete: {enabled: true}}
http: {addr: "$REGISTRY"}
END
    start registry docker-registry serve "$RUN/etc/registry.yml"
    start acr "$RUN/stand-ins" acr --listen "$PRIVATE_REGISTRY" --upstream "http://$REGISTRY" --service "$PRIVATE_NAME" --login "$PRIVATE_LOGIN"
}

push_images() {
    local version
    await 30 "registry answers" fetch "http://$REGISTRY/v2/"
    push pause:testbed --entrypoint /pause "$BIN/pause:/pause"
    for version in 1.4.0 1.4.1; do push_shop web "$version"; done
    for version in 2.0.3 2.1.0; do
        push_shop api "$version"
        push_shop migrate "$version"
    done
}

push_shop() { # role, version
    push "shop/$1:$2" --entrypoint /shop --env "SHOP_ROLE=$1" --env "SHOP_VERSION=$2" "$BIN/shop:/shop"
}

push() { "$RUN/stand-ins" push-image "http://$REGISTRY" "$@" >>"$RUN/log/images"; }
