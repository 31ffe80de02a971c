#!/usr/bin/env bash
# Starts the service for a vendor's CI, makes a key, runs a command with ALLIANCE_URL and
# ALLIANCE_KEY in its environment, and stops the service:
#
#   examples/ci/start_service.sh python -m pytest examples/ci/contract_test.py
#
# With Docker it is `docker compose up`; without, `alliance serve` on its embedded database.
set -euo pipefail
cd "$(dirname "$0")/../.."
data=$(mktemp --directory)
export ALLIANCE_URL=http://127.0.0.1:${PORT:-8000}

if [ "${WITH:-}" = compose ]; then
  export POSTGRES_PASSWORD=only-for-this-test ALLIANCE_AUDIT_KEY=only-for-this-test-32-characters-long
  trap 'docker compose down --volumes; rm -r "$data"' EXIT
  docker compose up --build --detach --wait
  ALLIANCE_KEY=$(docker compose exec -T worker alliance keys create --tenant vendor-ci --expires-in-days 1)
else
  export ALLIANCE_DATA=$data
  alliance serve --port "${PORT:-8000}" --workers 1 > "$data/server.log" 2>&1 &
  trap 'kill $!; wait $! || true; rm -r "$data"' EXIT
  until python -c "import urllib.request as r; r.urlopen('$ALLIANCE_URL/readyz', timeout=5)" 2> /dev/null; do
    kill -0 $! || { cat "$data/server.log"; exit 1; }
    sleep 0.2
  done
  ALLIANCE_KEY=$(alliance keys create --tenant vendor-ci --expires-in-days 1)
fi
export ALLIANCE_KEY
"$@"
