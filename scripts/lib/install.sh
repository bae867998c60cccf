# shellcheck shell=bash
# Where RabbitMQ and PostgreSQL are on this machine, and how they get there.

postgres_bin() {
  local dir
  # shellcheck disable=SC2012 # the newest first, which needs a sort
  for dir in $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -Vr) ${PATH//:/ }; do
    if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && [ -x "$dir/psql" ]; then echo "$dir"; return; fi
  done
  return 1
}

rabbitmq_bin() {
  local dir
  for dir in /usr/lib/rabbitmq/bin ${PATH//:/ }; do
    # Debian's wrapper in /usr/sbin changes the user and reads /etc; the server behind it does neither.
    if [ -x "$dir/rabbitmq-server" ] && [ -e "$dir/rabbitmq-env" ]; then echo "$dir"; return; fi
  done
  return 1
}

epmd_bin() { command -v epmd || echo /usr/lib/erlang/bin/epmd; }

missing_packages() {
  rabbitmq_bin >/dev/null || echo rabbitmq-server
  postgres_bin >/dev/null || echo postgresql
}

# What the examples of the bus run on, which only tests need.
missing_for_examples() {
  /usr/bin/python3 -c 'import pika' 2>/dev/null || echo python3-pika
  command -v node >/dev/null || echo nodejs
  command -v npm >/dev/null || echo npm
}

all_of() {
  local name
  for name in "$@"; do "$name"; done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# install_missing [NAMES...]: installs what is missing from Debian's or Ubuntu's own packages, without starting them as
# system services; NAMES are functions that name them.
install_missing() {
  local missing policy=/usr/sbin/policy-rc.d ours=no status=0 names=("${@:-missing_packages}")
  missing=$(all_of "${names[@]}")
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || fail "missing: ${missing//$'\n'/, }; please install them with your package manager"
  [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || fail "installing ${missing//$'\n'/, } needs root or sudo"
  say "installing ${missing//$'\n'/, }"
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
    as_root chmod +x $policy
    ours=yes
  fi
  # shellcheck disable=SC2086
  as_root apt-get -o DPkg::Lock::Timeout=300 update -qq >&2 </dev/null &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq \
      --no-install-recommends $missing >/dev/null </dev/null || status=$?
  [ $ours = no ] || as_root rm -f $policy
  if [ $status != 0 ] || [ -n "$(all_of "${names[@]}")" ]; then fail "could not install ${missing//$'\n'/, }"; fi
}

require_servers() {
  local missing
  missing=$(missing_packages)
  [ -z "$missing" ] && return
  say "missing: ${missing//$'\n'/, }. On Debian or Ubuntu:
  sudo apt-get install -y --no-install-recommends ${missing//$'\n'/ }
or let this script do it, with --install"
  exit 3
}
