#!/bin/sh
# Runs a command with DATABASE_URL set to a PostgreSQL cluster made for it in a temporary folder, and removed afterwards.
#     tools/with_postgres.sh .venv/bin/pytest tests/app
# Nothing waits for the disk; what must, says ALTER SYSTEM SET fsync = on.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
place=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as=""
if [ "$(id -u)" = 0 ]; then
    chown postgres "$place"
    as="runuser -u postgres --"
fi
finish() {
    $as "$bin/pg_ctl" -D "$place/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$place"
}
trap finish EXIT INT TERM
cd "$place" && $as "$bin/initdb" -D "$place/data" -U reciproque --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
echo "fsync = off" >>"$place/data/postgresql.conf"
$as "$bin/pg_ctl" -D "$place/data" -w -l "$place/log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$place" start >/dev/null
cd "$OLDPWD"
"$bin/psql" -q -h 127.0.0.1 -p "$port" -U reciproque -d postgres -c 'CREATE DATABASE reciproque'
DATABASE_URL="postgresql://reciproque@127.0.0.1:$port/reciproque" "$@"
