#!/usr/bin/env bash
# Builds and runs Data Transfer Hub. See ./run.sh --help.
set -euo pipefail

root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"

usage() {
  cat <<'TEXT'
Usage: ./run.sh [hub] [--data DIR] [--url URL]    run the hub until Ctrl-C
       ./run.sh sample [options]                  run and verify a complete transfer of real files
       ./run.sh backup TARGET [--data DIR]        copy the data folder to a new folder, also while the hub runs

TEXT
  hub_options
  cat <<'TEXT'

./run.sh sample --help explains the sample. Needs the .NET 10 SDK; the sample also needs Node 20 or later.
TEXT
}

hub_options() {
  cat <<'TEXT'
  --data DIR   folder for all data: history, tasks, secrets; default .hub beside this script (environment: DTH_DATA)
  --url URL    address to listen on; default http://127.0.0.1:7071 (environment: DTH_URL). Loopback addresses only, as there is
               no sign-in yet; port 0 selects a free port

Any setting can also be set in the environment, for example Objects__MultipartThreshold=67108864; docs/running.md lists them.
TEXT
}

usage_hub() {
  cat <<'TEXT'
Usage: ./run.sh [hub] [--data DIR] [--url URL]

Builds the hub and runs it until Ctrl-C. It prints one line when it is ready, with its address: the web page is at /, the GraphQL
API at /api/graphql. Ctrl-C stops it cleanly; unfinished work continues at the next start.

TEXT
  hub_options
}

usage_sample() {
  cat <<'TEXT'
Usage: ./run.sh sample [--objects N] [--large MIB] [--kill N] [--seed N] [--keep]

Starts a hub and two S3 servers on free ports, fills one server with real files of this machine (mixed sizes, names with spaces,
"+" and Chinese characters, one large object), copies all of them to the other server with the hub, and shows the progress. Then it
reads both sides and compares every object. Exits with code 0 only if all objects are equal. Takes one to two minutes, and about
1.5 GB of disk space while it runs.

  --objects N   number of files; default 3000
  --large MIB   size of the large object in MiB; default 320
  --kill N      end the hub with SIGKILL N times at random moments, start it again, and show what was sent again and how long
                each recovery took
  --seed N      choose the same files and the same moments again
  --keep        leave the hub and the servers running at the end, and print their addresses and how to stop them
TEXT
}

die() {
  echo "run.sh: $*" >&2
  exit 1
}

need_dotnet() {
  local remedy="Install it from https://dotnet.microsoft.com/download/dotnet/10.0"
  command -v dotnet >/dev/null || die "the .NET 10 SDK is missing (no 'dotnet' on PATH). $remedy"
  local sdks
  sdks="$(dotnet --list-sdks)"
  grep -q '^10\.' <<<"$sdks" || die "the .NET 10 SDK is needed; found: ${sdks:-none}. $remedy"
}

need_node() {
  command -v node >/dev/null || die "Node 20 or later is missing (no 'node' on PATH). Install it from https://nodejs.org"
  local version
  version="$(node --version)"
  [[ "$version" =~ ^v([0-9]+)\. && "${BASH_REMATCH[1]}" -ge 20 ]] ||
    die "Node 20 or later is needed; found $version. Install it from https://nodejs.org"
}

# Runs a command quietly; shows its output only if it fails.
quietly() {
  local what="$1" log
  shift
  log="$(mktemp)"
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    die "$what failed; its output is above."
  fi
  rm -f "$log"
}

build() {
  echo "Building ..." >&2
  (cd "$root" && quietly "the build" dotnet build "$1" --configuration Release --nologo --verbosity quiet)
}

wants_help() {
  for argument in "$@"; do
    [[ "$argument" == --help || "$argument" == -h ]] && return 0
  done
  return 1
}

has_option() {
  local name="$1"
  shift
  for argument in "$@"; do
    [[ "$argument" == "$name" || "$argument" == "$name="* ]] && return 0
  done
  return 1
}

run_hub() {
  if wants_help "$@"; then usage_hub; exit 0; fi
  need_dotnet
  has_option --data "$@" || set -- --data "${DTH_DATA:-$root/.hub}" "$@"
  has_option --url "$@" || set -- --url "${DTH_URL:-http://127.0.0.1:7071}" "$@"
  build functions
  exec dotnet "$root/functions/bin/Release/net10.0/DataTransferHub.Functions.dll" "$@"
}

run_backup() {
  if wants_help "$@"; then usage; exit 0; fi
  need_dotnet
  has_option --data "$@" || set -- "$@" --data "${DTH_DATA:-$root/.hub}"
  local app="$root/functions/bin/Release/net10.0/DataTransferHub.Functions.dll"
  # A hub that runs was built; building again would replace its files while it uses them.
  [[ -f "$app" ]] || build functions
  exec dotnet "$app" backup "$@"
}

run_sample() {
  if wants_help "$@"; then usage_sample; exit 0; fi
  need_dotnet
  need_node
  if [[ ! -d "$root/cli/Sample/s3rver/node_modules" ]]; then
    echo "Installing the sample's S3 server ..." >&2
    quietly "npm ci" npm ci --prefix "$root/cli/Sample/s3rver" --no-audit --no-fund
  fi
  build cli
  exec dotnet "$root/cli/bin/Release/net10.0/dth.dll" sample "$@"
}

case "${1:-hub}" in
  -h | --help | help) usage ;;
  sample) shift; run_sample "$@" ;;
  backup) shift; run_backup "$@" ;;
  hub) shift || true; run_hub "$@" ;;
  -*) run_hub "$@" ;;
  *) usage >&2; die "there is no command '$1'." ;;
esac
