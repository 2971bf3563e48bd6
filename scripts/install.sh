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
npm=
trap '[ -z "$npm" ] || kill "$npm" 2>/dev/null || true; rm -f "$log"' EXIT
# Whatever NODE_ENV or a .npmrc says: Node 24 is a development dependency, and an install script puts it in place.
options=(--no-audit --no-fund --loglevel=error --include=dev --ignore-scripts=false --fetch-retries=5)
install() {
  npm ci "${options[@]}" >"$log" 2>&1 </dev/null &
  npm=$!
  local started=$SECONDS elapsed
  # Somebody may be watching: a slow registry must not look like a hang.
  while kill -0 "$npm" 2>/dev/null; do
    sleep 1
    elapsed=$((SECONDS - started))
    if ((elapsed > 0 && elapsed % 4 == 0)); then echo "installing dependencies: $elapsed s"; fi
  done
  wait "$npm"
}
for try in 1 2 3; do
  if install; then break; fi
  cat "$log" >&2
  if [ "$try" = 3 ]; then
    echo "npm ci failed: see above. Is the npm registry reachable from here?" >&2
    exit 4
  fi
  echo "npm ci failed, trying again in 10 s ..." >&2
  sleep 10
done
version=$(node_modules/.bin/node --version 2>/dev/null || true)
case "$version" in
  v2[4-9].* | v[3-9][0-9].*) ;;
  *)
    echo "Node 24 was not installed into node_modules/.bin (found: ${version:-nothing}): see what npm says with: npm ci --include=dev --ignore-scripts=false" >&2
    exit 4
    ;;
esac
touch node_modules/.installed
