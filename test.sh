#!/usr/bin/env bash
# Builds everything, checks its form and runs every test. The last line reads: N passed, N failed, N skipped.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
results="$PWD/TestResults"

step() { echo "== $*"; }

fail() {
  echo "test.sh: $*" >&2
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
}

as_root() { [[ "$(id -u)" == 0 ]]; }

install_needs() {
  command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing."
  command -v node >/dev/null || fail "Node 20 is missing."
  if [[ ! tests/Servers/npm/node_modules -nt tests/Servers/npm/package-lock.json ]]; then
    step "Installing s3rver"
    npm ci --prefix tests/Servers/npm --no-audit --no-fund --loglevel error
    touch tests/Servers/npm/node_modules
  fi
  if ! command -v moto_server >/dev/null; then
    step "Installing moto"
    python3 -m pip install --quiet 'moto[server]' || fail "moto_server is missing and could not be installed: pip install 'moto[server]'"
  fi
  if ! command -v chromium >/dev/null; then
    as_root || fail "chromium is missing: install it as root (Debian: apt-get install chromium)."
    step "Installing chromium"
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends chromium; } >/dev/null 2>&1 ||
      fail "chromium is missing and could not be installed: apt-get install chromium"
  fi
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

step "Checking the form of the code"
dotnet format DataTransferHub.sln --verify-no-changes --no-restore || fail "the code is not formatted: run dotnet format."

broken=0
unsuccessful=0
for project in tests/*.Tests; do
  name="DataTransferHub.$(basename "$project")"
  step "$name"
  timeout --kill-after=30 1200 dotnet "$project/bin/Release/net10.0/$name.dll" -noLogo -noColor -trx "$results/$name.trx" || { echo "$name ended with code $?"; unsuccessful=1; }
  # A project that died before it could report is a failure of its own.
  [[ -s "$results/$name.trx" ]] || broken=$((broken + 1))
done

read -r passed failed skipped < <(sum_results)
failed=$((failed + broken))
# A project can fail in other ways than by a test, and must not pass for that.
if [[ "$unsuccessful" == 1 && "$failed" == 0 ]]; then
  failed=1
fi
if [[ $((passed + failed + skipped)) == 0 ]]; then
  echo "test.sh: no test was run." >&2
  failed=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[[ "$failed" == 0 ]]
