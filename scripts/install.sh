#!/usr/bin/env bash
# Installs the project's dependencies, Node 24 among them. Says plainly what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v npm >/dev/null; then
  echo "ml-deploy needs npm to install its own Node 24. On Debian or Ubuntu: apt-get install -y nodejs npm" >&2
  exit 2
fi
if [ -L node_modules ]; then
  # npm ci would empty the folder that the link leads to, which other checkouts use.
  echo "node_modules is a link to $(readlink node_modules): install the dependencies there, or remove the link." >&2
  exit 2
fi
echo "installing dependencies (about 20 s) ..."
log=$(mktemp)
npm ci --no-audit --no-fund --loglevel=error >"$log" 2>&1 &
npm=$!
trap 'kill "$npm" 2>/dev/null || true; rm -f "$log"' EXIT
started=$SECONDS
# Somebody may be watching: a slow registry must not look like a hang.
while kill -0 "$npm" 2>/dev/null; do
  sleep 1
  elapsed=$((SECONDS - started))
  if ((elapsed > 0 && elapsed % 4 == 0)); then echo "installing dependencies: $elapsed s"; fi
done
if ! wait "$npm"; then
  cat "$log" >&2
  echo "npm ci failed: see above. Is the npm registry reachable from here?" >&2
  exit 4
fi
version=$(node_modules/.bin/node --version 2>/dev/null || true)
case "$version" in
  v2[4-9].* | v[3-9][0-9].*) ;;
  *)
    echo "Node 24 was not installed into node_modules/.bin (found: ${version:-nothing}): allow install scripts (npm config get ignore-scripts) and try again." >&2
    exit 4
    ;;
esac
touch node_modules/.installed
