#!/usr/bin/env bash
# Builds everything, checks its form and runs every test. The last line reads: N passed, N failed, N skipped.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
results="$PWD/TestResults"
tools="$PWD/.tools"

step() { echo "== $*"; }

fail() {
  echo "test.sh: $*" >&2
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
}

as_root() { [[ "$(id -u)" == 0 ]]; }

# Installs the Debian packages NAME if one of the COMMANDs is missing: need_packages "NAME …" COMMAND…
need_packages() {
  local packages="$1" missing=() command
  shift
  for command in "$@"; do
    command -v "$command" >/dev/null || missing+=("$command")
  done
  [[ ${#missing[@]} == 0 ]] && return
  as_root || fail "missing: ${missing[*]}. Install as root (Debian: apt-get install $packages)."
  step "Installing $packages"
  # shellcheck disable=SC2086
  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends $packages; } >/dev/null 2>&1 ||
    fail "missing: ${missing[*]}. Could not be installed by: apt-get install $packages"
}

# moto_server on PATH, or in a virtual environment: Debian refuses pip packages in the system's Python.
need_moto() {
  command -v moto_server >/dev/null && return
  [[ -x "$tools/python/bin/moto_server" ]] && return
  command -v python3 >/dev/null || fail "Python 3 is missing (Debian: apt-get install python3 python3-venv)."
  # Debian's python3 has venv, but not what venv puts into an environment.
  python3 -c 'import venv, ensurepip' 2>/dev/null || need_packages python3-venv ensurepip
  step "Installing moto into ${tools#"$PWD"/}/python"
  rm -rf "$tools/python"
  { python3 -m venv "$tools/python" && "$tools/python/bin/python" -m pip install --quiet --disable-pip-version-check 'moto[server]'; } ||
    fail "moto could not be installed. Install it yourself, so that moto_server is on PATH: pipx install 'moto[server]'"
}

install_needs() {
  command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing."
  command -v node >/dev/null || fail "Node 20 is missing."
  if [[ ! cli/Sample/s3rver/node_modules -nt cli/Sample/s3rver/package-lock.json ]]; then
    step "Installing s3rver"
    npm ci --prefix cli/Sample/s3rver --no-audit --no-fund --loglevel error
    touch cli/Sample/s3rver/node_modules
  fi
  need_moto
  need_packages "ceph-mon ceph-osd ceph-common radosgw" ceph ceph-mon ceph-osd monmaptool radosgw radosgw-admin
  need_packages chromium chromium
}

# Adds up the counters of all result files, each of which is one long line: passed failed skipped.
sum_results() {
  { grep -ho '<Counters [^>]*>' "$results"/*.trx || true; } | awk '
    function count(name,   at) {
      if (!match($0, " " name "=\"[0-9]+\"")) return 0
      at = substr($0, RSTART, RLENGTH)
      gsub(/[^0-9]/, "", at)
      return at
    }
    { total += count("total"); passed += count("passed"); skipped += count("notExecuted") }
    END { print passed + 0, total - passed - skipped, skipped + 0 }'
}

install_needs
rm -rf "$results"
mkdir -p "$results"

step "Building"
dotnet build DataTransferHub.sln --configuration Release --nologo --verbosity quiet || fail "the build failed."

broken=0
step "Checking the form of the code"
dotnet format DataTransferHub.sln --verify-no-changes --no-restore || { echo "The code is not formatted: run dotnet format."; broken=1; }

unsuccessful=0
for project in tests/*.Tests; do
  name="DataTransferHub.$(basename "$project")"
  step "$name"
  timeout --kill-after=30 1200 dotnet "$project/bin/Release/net10.0/$name.dll" -noLogo -noColor -trx "$results/$name.trx" ||
    { echo "$name ended with code $?"; unsuccessful=1; }
  # A project that crashed before it could report counts as a failure.
  [[ -s "$results/$name.trx" ]] || broken=$((broken + 1))
done

read -r passed failed skipped < <(sum_results)
failed=$((failed + broken))
# A project that fails without a failed test must not count as passed.
if [[ "$unsuccessful" == 1 && "$failed" == 0 ]]; then
  failed=1
fi
if [[ $((passed + failed + skipped)) == 0 ]]; then
  echo "test.sh: no test was run." >&2
  failed=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[[ "$failed" == 0 ]]
