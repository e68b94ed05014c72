# Takes the bed away: its process 1 dies and the kernel takes processes, mounts, interfaces and routes with it; cgroups and files go by hand.
# Sourced by `up`, `down` and `keeper`; safe at any point of an unfinished start, and twice.

tear_down() {
    local init keeper
    keeper=$(cat "$RUN/keeper.pid" 2>/dev/null || true)
    if init=$(init_pid); then kill -KILL "$init"; fi
    # The keeper clears up by itself. What comes next must not begin before it has ended: it would clear that away, too.
    while is_keeper "$keeper"; do sleep 0.02; done
    clear_up
}

is_keeper() { grep -qz "$BED/keeper" "/proc/${1:-none}/cmdline" 2>/dev/null; }

clear_up() {
    # The pair goes with the namespace, but the kernel takes its time for that.
    ip link delete "$LINK" 2>/dev/null || true
    remove_cgroups
    rm -rf --one-file-system "$RUN"
}

# The processes of a dead namespace leave their cgroups one after another.
remove_cgroups() {
    local hierarchy attempt
    for attempt in $(seq 100); do
        for hierarchy in /sys/fs/cgroup/*/"$CGROUP"; do
            [ -d "$hierarchy" ] || continue
            find "$hierarchy" -depth -type d -exec rmdir {} + 2>/dev/null || true
        done
        compgen -G "/sys/fs/cgroup/*/$CGROUP" >/dev/null || return 0
        sleep 0.05
    done
    say "these cgroups cannot be removed, something lives in them: $(compgen -G "/sys/fs/cgroup/*/$CGROUP" | tr '\n' ' ')"
    return 1
}
