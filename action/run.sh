#!/usr/bin/env bash
# What action.yml runs: finds the seatrial binary, downloads it where there is none, and becomes it.
#
# Inputs come as variables only (INPUT_…). RELEASE is the version of this action; CHECKSUMS knows what was released, a binary a line: version,
# platform, SHA-256.
set -euo pipefail

# What a message says comes from inputs: it must stay one line of one command, and short enough to be read.
say() { # error or notice, message
  local message=${2:0:1000}
  message=${message//'%'/%25}
  message=${message//$'\r'/%0D}
  printf '::%s title=seatrial::%s\n' "$1" "${message//$'\n'/%0A}"
}
fail() {
  say error "$1"
  exit 2
}

# Bash acts on a signal when the command that it waits for has ended, and forgets SIGINT if that ended well: a cancelled job would go on.
trap 'kill $(jobs -p) 2>/dev/null; exit 130' INT TERM

# Sets `trimmed`, and says whether anything is left.
trim() {
  trimmed=${1#"${1%%[![:space:]]*}"}
  trimmed=${trimmed%"${trimmed##*[![:space:]]}"}
  [[ -n $trimmed ]]
}

# Appends a flag for every line of a value that says something.
add_lines() { # flag or nothing, value
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    trim "$line" || continue
    [[ -z $1 ]] || arguments+=("$1")
    arguments+=("$trimmed")
  done <<<"$2"
}

sum_of() {
  if type -P sha256sum >/dev/null; then
    sha256sum <"$1" | cut -d' ' -f1
  else
    shasum -a 256 <"$1" | cut -d' ' -f1
  fi
}

# Says what a file is instead of a program for this machine; nothing when it is one. The system's own words would be "Exec format error".
misfit() {
  local head machine
  [[ $os == Linux ]] || return 0
  head=$(od -An -v -tx1 -N20 <"$1" | tr -d ' \n')
  case $head in
    2321*) return 0 ;; # a script
    7f454c46*) ;;
    *)
      printf 'not a program for Linux'
      return 0
      ;;
  esac
  case ${head:36:4} in
    3e00) machine=x64 ;;
    b700) machine=arm64 ;;
    *) machine="another machine" ;;
  esac
  [[ $machine == "$arch" ]] || printf 'a program for %s, and this runner is %s' "$machine" "$arch"
}

# Takes a binary that somebody put there.
take() { # where it comes from, file
  local unfit
  unfit=$(misfit "$2")
  [[ -z $unfit ]] || fail "$1: $2 is $unfit"
  [[ -z $sha256 || $(sum_of "$2") == "$sha256" ]] || fail "sha256: $2 has another SHA-256 than $sha256"
  binary=$2
}

# Sets `expected`, the SHA-256 that the wanted version must have; says whether it is known.
know() {
  local of for sum
  expected=$sha256
  [[ -z $expected ]] || return 0
  while read -r of for sum; do
    [[ "$of $for" != "$wanted $platform" ]] || expected=$sum
  done <<<"$CHECKSUMS"
  [[ -n $expected ]]
}

take_cached() {
  [[ -f $cached && -x $cached ]] || return 1
  if know && [[ $(sum_of "$cached") != "$expected" ]]; then
    say notice "$cached in the tool cache is not what was released: it is not used"
    return 1
  fi
  take "tool cache" "$cached"
}

take_from_path() {
  local found
  found=$(type -P seatrial) || return 1
  if [[ -n $version && $("$found" --version 2>/dev/null) != "seatrial $version" ]]; then return 1; fi
  take PATH "$found"
}

# Fetches a file; sets `trouble` to what went wrong. In the background, for a signal ends the waiting.
fetch() { # address, file
  local code=0 said=$2.said status
  trouble=""
  if type -P curl >/dev/null; then
    curl --fail --silent --show-error --location --globoff --proto '=http,https' --connect-timeout 20 --max-time 300 --retry 2 \
      --write-out '%{http_code}' --output "$2" -- "$1" >"$2.status" 2>"$said" &
    wait "$!" || code=$?
    status=$(<"$2.status")
    case $code in
      0) ;;
      5 | 6 | 7) trouble="it cannot be reached, as on a runner without a way to it" ;;
      18) trouble="the connection ended before the download did" ;;
      22) trouble="the server answers $status" ;;
      28) trouble="it takes too long" ;;
      *) trouble=$(<"$said") ;;
    esac
  elif type -P wget >/dev/null; then
    wget -q -T 60 -O "$2" "$1" 2>"$said" &
    wait "$!" || trouble="wget fails with code $?"
  else
    trouble="neither curl nor wget is on this runner"
  fi
}

download() {
  local name=seatrial-$platform address file kept ways
  ways="Name a binary with binary-path, put one on PATH${cached:+ or at $cached}, or give a mirror that has v$wanted/$name"
  [[ $os == Linux && -n $platform ]] ||
    fail "there is no seatrial for $os on $arch, only for Linux on x64 and arm64: use such a runner, as ubuntu-latest, or name a binary of your own with binary-path"
  know || fail "this action does not know the SHA-256 of $name $wanted, and downloads nothing that it cannot verify. Give it as sha256, or name a binary with binary-path"
  trim "$INPUT_MIRROR" || true
  [[ $trimmed =~ ^https?://[^[:space:]]+$ ]] || fail "mirror: $trimmed is not an address that begins with https://"
  address=${trimmed%/}/v$wanted/$name
  # A password in an address is nobody's to read.
  kept=$(sed -E 's#//[^/@]*@#//#' <<<"$address")
  file=$(mktemp -d "$RUNNER_TEMP/seatrial-download.XXXXXX")/seatrial
  fetch "$address" "$file"
  [[ -z $trouble ]] || fail "cannot download $kept: $trouble. $ways"
  if head -c 1024 "$file" | LC_ALL=C grep -qiE '<(!doctype|html|head|\?xml)'; then
    fail "what lies at $kept is a web page, as that of a proxy or of a sign-in, and not a program. $ways"
  fi
  [[ $(sum_of "$file") == "$expected" ]] ||
    fail "what lies at $kept has the SHA-256 $(sum_of "$file") instead of $expected: it is not run. Half a download and a wrong mirror look like this, and so does an attack"
  chmod 755 "$file"
  take download "$file"
  keep "$file" || say notice "the tool cache cannot be written at $cached: the next job downloads again"
}

# Puts a binary into the tool cache, for later jobs: whole, or not at all.
keep() {
  [[ -n $cached ]] || return 0
  local directory=${cached%/*} beside
  mkdir -p -- "$directory" 2>/dev/null && beside=$(mktemp "$directory/.seatrial.XXXXXX" 2>/dev/null) || return 1
  if cp -- "$1" "$beside" && chmod 755 "$beside" && mv -f -- "$beside" "$cached"; then
    : >"$directory.complete"
  else
    rm -f -- "$beside"
    return 1
  fi 2>/dev/null
}

os=${RUNNER_OS:-$(uname -s)}
case ${RUNNER_ARCH:-$(uname -m)} in
  X64 | x86_64) arch=x64 platform=x86_64-linux ;;
  ARM64 | aarch64 | arm64) arch=arm64 platform=aarch64-linux ;;
  *) arch=${RUNNER_ARCH:-$(uname -m)} platform="" ;;
esac

trim "$INPUT_SHA256" || true
sha256=$(tr 'A-F' 'a-f' <<<"$trimmed")
[[ -z $sha256 || $sha256 =~ ^[0-9a-f]{64}$ ]] || fail "sha256: $sha256 is not 64 hexadecimal digits"
trim "$INPUT_VERSION" || true
version=${trimmed#v}
[[ -z $version || $version =~ ^[0-9][0-9A-Za-z.+-]*$ ]] || fail "version: $version is not a version such as $RELEASE"
wanted=${version:-$RELEASE}
cached=${RUNNER_TOOL_CACHE:+$RUNNER_TOOL_CACHE/seatrial/$wanted/$arch/seatrial}

trim "$INPUT_COMMAND" || trimmed=run
[[ $trimmed =~ ^[a-z]+$ ]] || fail "command: $trimmed is not a command of seatrial"
command=$trimmed
arguments=("$command")

# The shell keeps the letters of the way, and with them a link on it: a pull request must not lead to another configuration by one.
cd -L -- "${INPUT_WORKING_DIRECTORY:-.}" || fail "working-directory: no such directory: $INPUT_WORKING_DIRECTORY"

binary=""
if [[ -n $INPUT_BINARY_PATH ]]; then
  [[ $INPUT_BINARY_PATH == /* ]] || INPUT_BINARY_PATH=$GITHUB_WORKSPACE/$INPUT_BINARY_PATH
  [[ -f $INPUT_BINARY_PATH && -x $INPUT_BINARY_PATH ]] || fail "binary-path: no executable file at $INPUT_BINARY_PATH"
  take binary-path "$INPUT_BINARY_PATH"
else
  take_cached || take_from_path || download
fi

[[ -z $INPUT_CONFIG ]] || arguments+=(--config "$INPUT_CONFIG")
add_lines --environment "$INPUT_ENVIRONMENT"
add_lines --image "$INPUT_IMAGE"
case $command in
  run | validate | deploy | test)
    # A directory of its own for each step, so that none shows what another one left.
    results=$RUNNER_TEMP/seatrial
    for ((next = 2; next < 1000; next++)); do
      mkdir -- "$results" 2>/dev/null && break
      results=$RUNNER_TEMP/seatrial-$next
    done
    arguments+=(--output "json=$results/report.json" --output "junit=$results/tests.xml")
    arguments+=(--output "sarif=$results/report.sarif" --output "html=$results/report.html")
    ;;
esac
add_lines "" "$INPUT_ARGS"

# What the binary starts must not meet functions and start-up files that an earlier step put into the environment; this shell did not take them.
unset RELEASE CHECKSUMS BASH_ENV "${!INPUT_@}"
functions=()
while IFS= read -r -d '' variable; do
  [[ $variable != BASH_FUNC_* ]] || functions+=(-u "${variable%%=*}")
done < <(env -0)
# The runner signals the step's first process: that must be the binary, or a cancelled run would not clean up.
exec env ${functions[@]+"${functions[@]}"} "$binary" "${arguments[@]}"
