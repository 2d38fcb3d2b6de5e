#!/bin/sh
# Tests the running server against its own OpenAPI document, with Schemathesis, for about two minutes.
#
#   SCHEMATHESIS                the program (scripts/test.py installs it)
#   LOGGIA_BIN                  the server; target/debug/loggia if not given
#   LOGGIA_TEST_POSTGRES_URL    a superuser's URL: once more on PostgreSQL, in a database of its own
#   SCHEMATHESIS_SEED, SCHEMATHESIS_EXAMPLES    another seed, and how many examples an operation gets
#
# What it sends, and which refusals are expected and why, stands in scripts/schemathesis/.
# Arguments are passed on: scripts/schemathesis.sh --include-operation-id send_message
set -eu

here=$(cd "$(dirname "$0")" && pwd)
loggia=${LOGGIA_BIN:-$here/../target/debug/loggia}
password='a password for tests'
directory=$(mktemp -d "${TMPDIR:-/tmp}/loggia-schemathesis-XXXXXX")
database=loggia_schemathesis_$$
server=

stop() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
        server=
    fi
}

finish() {
    code=$?
    trap - EXIT INT TERM
    stop
    if [ -n "${LOGGIA_DATABASE_URL:-}" ]; then
        psql --quiet "$LOGGIA_TEST_POSTGRES_URL" -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" || true
    fi
    rm -rf "$directory"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Starts the server with data in directory/$1 and sets $url.
start() {
    mkdir "$directory/$1"
    log=$directory/$1/server.log
    ready=$directory/$1/ready
    export LOGGIA_DATA_DIR="$directory/$1/data"
    "$loggia" user create admin --admin --password "$password" >"$log" 2>&1 || { cat "$log" && exit 1; }
    "$loggia" serve >"$ready" 2>>"$log" &
    server=$!
    tries=0
    until grep -q '^Loggia is ready' "$ready"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
            echo "the server did not start"
            cat "$log"
            exit 1
        fi
        sleep 0.1
    done
    url=http://127.0.0.1:$(sed -n 's/^Loggia is ready: .*:\([0-9]*\)$/\1/p' "$ready")
}

# Tests the server at $url with $1 examples an operation; the other arguments are for Schemathesis.
run() {
    examples=$1
    shift
    settings=$(dirname "$log")/schemathesis.toml
    python3 "$here/schemathesis/prepare.py" "$url" "$password" >"$settings"
    code=0
    # One worker: several at once run into faults of Python's own parser of sources, which Hypothesis uses.
    PYTHONPATH="$here/schemathesis" SCHEMATHESIS_HOOKS=hooks "${SCHEMATHESIS:-schemathesis}" \
        --config-file "$settings" run "$url/api/openapi.json" --workers 1 --seed "${SCHEMATHESIS_SEED:-20}" \
        --generation-database :memory: --max-examples "$examples" "$@" || code=$?
    if ! kill -0 "$server" 2>/dev/null; then
        echo "the server did not survive"
        code=1
    fi
    if [ "$code" -ne 0 ]; then
        echo "the end of the server's log:"
        tail -n 20 "$log"
        status=$code
    fi
}

# Hashing is made quick and rates are not limited: neither is what is tested here, and both would end the run early.
export PYTHONDONTWRITEBYTECODE=1 \
    LOGGIA_LISTEN=127.0.0.1:0 \
    LOGGIA_LIMITS__ENABLED=false \
    LOGGIA_PREVIEWS__ENABLED=false \
    LOGGIA_ACCOUNTS__ARGON2_MEMORY_KIB=64 \
    LOGGIA_ACCOUNTS__ARGON2_PASSES=1 \
    LOGGIA_LOG__LEVEL=warn
unset LOGGIA_DATABASE_URL

status=0
cd "$directory"
start sqlite
run "${SCHEMATHESIS_EXAMPLES:-20}" "$@"
stop

if [ -n "${LOGGIA_TEST_POSTGRES_URL:-}" ]; then
    psql --quiet "$LOGGIA_TEST_POSTGRES_URL" -c "CREATE DATABASE $database"
    export LOGGIA_DATABASE_URL="${LOGGIA_TEST_POSTGRES_URL%/*}/$database"
    start postgresql
    run "${SCHEMATHESIS_EXAMPLES:-10}" "$@"
fi
exit "$status"
