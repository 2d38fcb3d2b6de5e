#!/bin/sh
# Tests the running server against its own OpenAPI document, with Schemathesis, for about two minutes.
#
#   SCHEMATHESIS     the program (scripts/test.py installs it)
#   LOGGIA_BIN       the server; target/debug/loggia if not given
#   SCHEMATHESIS_SEED, SCHEMATHESIS_EXAMPLES    another seed, and how many examples an operation gets
#   LOGGIA_TEST_KEEP=1    leaves the server's log behind and says where
#
# What it sends, and what is not tested and why, stands in scripts/schemathesis/.
# Arguments are passed on: scripts/schemathesis.sh --include-operation-id send_message
set -eu

here=$(cd "$(dirname "$0")" && pwd)
loggia=${LOGGIA_BIN:-$here/../target/debug/loggia}
directory=$(mktemp -d "${TMPDIR:-/tmp}/loggia-schemathesis-XXXXXX")
server=

finish() {
    code=$?
    trap - EXIT INT TERM
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    if [ "${LOGGIA_TEST_KEEP:-}" = 1 ]; then
        echo "kept: $directory"
    else
        rm -rf "$directory"
    fi
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Hashing is made quick and rates are not limited: neither is what is tested here, and both would end the run early.
export LOGGIA_LISTEN=127.0.0.1:0 \
    LOGGIA_DATA_DIR="$directory/data" \
    LOGGIA_LIMITS__ENABLED=false \
    LOGGIA_ACCOUNTS__ARGON2_MEMORY_KIB=64 \
    LOGGIA_ACCOUNTS__ARGON2_PASSES=1 \
    LOGGIA_LOG__LEVEL=warn

"$loggia" user create admin --admin --password 'a password for tests' >"$directory/server.log" 2>&1
"$loggia" serve >"$directory/ready" 2>>"$directory/server.log" &
server=$!

tries=0
until grep -q '^Loggia is ready' "$directory/ready"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
        echo "the server did not start"
        cat "$directory/server.log"
        exit 1
    fi
    sleep 0.1
done
port=$(sed -n 's/^Loggia is ready: .*:\([0-9]*\)$/\1/p' "$directory/ready")
url=http://127.0.0.1:$port

python3 "$here/schemathesis/prepare.py" "$url" 'a password for tests' >"$directory/schemathesis.toml"

status=0
cd "$directory"
PYTHONPATH="$here/schemathesis" PYTHONDONTWRITEBYTECODE=1 LOGGIA_TEST_URL="$url" SCHEMATHESIS_HOOKS=hooks \
    "${SCHEMATHESIS:-schemathesis}" --config-file "$directory/schemathesis.toml" run "$url/api/openapi.json" \
    --workers 1 --seed "${SCHEMATHESIS_SEED:-20}" --max-examples "${SCHEMATHESIS_EXAMPLES:-20}" "$@" || status=$?

if ! kill -0 "$server" 2>/dev/null; then
    echo "the server did not survive"
    status=1
fi
if [ "$status" -ne 0 ]; then
    echo "the end of the server's log:"
    tail -n 20 "$directory/server.log"
fi
exit "$status"
