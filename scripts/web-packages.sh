#!/bin/sh
# Installs the web client's packages exactly as web/package-lock.json names them, once per lock file.
set -eu
cd "$(dirname "$0")/../web"
stamp=node_modules/.installed
if [ ! -f "$stamp" ] || ! cmp -s package-lock.json "$stamp"; then
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund
    mkdir -p node_modules
    cp package-lock.json "$stamp"
fi
