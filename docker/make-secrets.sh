#!/bin/sh
# Writes .env with fresh passwords for database and broker and the secret of owners' links; never over an existing file.
set -eu
cd "$(dirname "$0")/.."
target="${1:-.env}"
if [ -e "$target" ]; then
    echo "$target exists already: nothing changed" >&2
    exit 1
fi
secret() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
umask 077
printf 'WELLKEPT_DB_PASSWORD=%s\nWELLKEPT_MQTT_PASSWORD=%s\nWELLKEPT_LINK_SECRET=%s\n' \
    "$(secret)" "$(secret)" "$(secret)" > "$target"
echo "wrote $target; keep it: the volumes know these passwords"
