# Daemons inside the bed: started with a log and a pid file, found again, waited for. Sourced by `up`, `daemon` and `status`.

# Starts a daemon inside; its command is kept, so that `daemon start` can do it again.
start() { # name, command…
    local name=$1
    shift
    printf '%q ' "$@" >"$RUN/daemon/$name"
    start_again "$name"
}

start_again() { # name
    local init
    init=$(init_pid) || die "is not up"
    (
        # A lock that whoever calls this holds would be held for as long as the daemon runs.
        close_inherited
        echo $BASHPID >"/sys/fs/cgroup/memory/$CGROUP/system/cgroup.procs"
        exec setsid nsenter --target "$init" --mount --net --pid -- \
            sh -c "echo \$\$ >$(printf %q "$RUN/pid/$1"); exec $(cat "$RUN/daemon/$1")" </dev/null >>"$RUN/log/$1" 2>&1
    ) &
    # Its end is no business of this shell's, and no line of its output.
    disown
}

# Closes every file of this subshell but the standard ones.
close_inherited() {
    local file
    for file in /proc/"$BASHPID"/fd/*; do
        file=${file##*/}
        [ "$file" -le 2 ] || eval "exec $file>&-"
    done
}

# Ends a daemon, and returns when it has ended.
signal() { # signal, name
    local pid
    pid=$(cat "$RUN/pid/$2")
    inside sh -c "kill -$1 $pid && while kill -0 $pid 2>/dev/null; do sleep 0.05; done" || die "$2 is not running"
}

is_running() { inside kill -0 "$(cat "$RUN/pid/$1")" 2>/dev/null; }

mark() { # what was reached
    awk -v from="$STARTED" -v to="$EPOCHREALTIME" -v what="$*" 'BEGIN { printf "testbed: %6.2f s  %s\n", to - from, what }' >&2
}

# Waits until a command succeeds.
await() { # seconds, what is waited for, command…
    local until=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$until" ]; then
            say "gave up waiting: $what"
            return 1
        fi
        sleep 0.05
    done
    mark "$what"
}

fetch() { curl --silent --fail --noproxy '*' --max-time 5 "$@"; }
