#!/bin/sh
# Asks the registry where the time is told, and then there. An ordinary shell script with curl.
set -eu
registry=${ROLLCALL_URL:-http://localhost:8500}
instance=$(curl -sf "$registry/services/time/instances?limit=1")
port=$(printf %s "$instance" | sed -n 's/.*"port":\([0-9]*\).*/\1/p')
if [ -z "$port" ]; then
  echo "nobody tells the time" >&2
  exit 1
fi
curl -sf "http://127.0.0.1:$port/"
