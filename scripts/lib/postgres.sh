# shellcheck shell=bash
# shellcheck disable=SC2154 # $state and $root are the sourcing script's
# A PostgreSQL of our own: scratch data, loopback only, stopped by pid.

# The server refuses to run as root, so root hands it to the account that its package made.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups "$@")
  else
    "$@"
  fi
}

# Its data stays under $state where that account can get there, else (a checkout below /root) in the temp folder.
postgres_home() {
  if [ ! -s "$state/run/postgres.home" ]; then
    mkdir -p "$state/run"
    local home=$state/postgres
    mkdir -p "$home"
    if ! as_postgres test -x "$home"; then
      rmdir "$home"
      home=$(mktemp -d "${TMPDIR:-/tmp}/availsync-postgres.XXXXXX")
    fi
    [ "$(id -u)" != 0 ] || chown postgres: "$home"
    chmod 700 "$home"
    echo "$home" >"$state/run/postgres.home"
  fi
  cat "$state/run/postgres.home"
}

postgres_sql() { # DATABASE, reads SQL; the password travels in the environment
  PGPASSWORD=$(secret_of postgres random_secret) "$(postgres_bin)/psql" -X -q -v ON_ERROR_STOP=1 \
    -h 127.0.0.1 -p "$(port_of postgres)" -U postgres -d "$1"
}

postgres_ready() { "$(postgres_bin)/pg_isready" -q -t 2 -h 127.0.0.1 -p "$(port_of postgres)"; }

start_postgres() {
  local home bin; home=$(postgres_home); bin=$(postgres_bin)
  if [ ! -e "$home/data/PG_VERSION" ]; then
    (umask 077; mkdir -p "$state/logs")
    # A file of that account's own: it could not open one of root's, not even through a pipe.
    (umask 077; secret_of postgres random_secret >"$home/password")
    [ "$(id -u)" != 0 ] || chown postgres: "$home/password"
    as_postgres "$bin/initdb" -D "$home/data" -U postgres --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 \
      --pwfile="$home/password" >"$state/logs/initdb.log" 2>&1 ||
      { cat "$state/logs/initdb.log" >&2; fail "initdb failed"; }
    rm -f "$home/password"
  fi
  # Left by a kill. The server itself cannot tell a dead owner from one that lives while nobody reaps the zombie.
  rm -f "$home/data/postmaster.pid"
  local as=()
  [ "$(id -u)" != 0 ] || as=(setpriv --reuid=postgres --regid=postgres --init-groups)
  launch postgres "${as[@]}" "$bin/postgres" -D "$home/data" -p "$(port_of postgres)" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=400 -c shared_buffers=128MB
  await postgres 60 postgres_ready
}

# A role with its own database; superuser-ish (may make databases) where asked: ensure_database NAME [createdb]
ensure_database() {
  local password; password=$(secret_of "database-$1" random_secret)
  if [ "$(postgres_sql postgres <<<"\\pset tuples_only on
      select 1 from pg_roles where rolname = '$1'" | tr -d '[:space:]')" = 1 ]; then return; fi
  postgres_sql postgres <<EOSQL
create role "$1" login ${2:-} password '$password';
create database "$1" owner "$1";
EOSQL
}

# SIGINT is its fast shutdown: it does not wait for clients to leave.
stop_postgres() { stop postgres INT 30; }

remove_postgres() {
  local home; home=$(cat "$state/run/postgres.home" 2>/dev/null) || return 0
  rm -rf "$home"
}
