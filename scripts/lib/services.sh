# shellcheck shell=bash
# shellcheck disable=SC2154 # $state and $root are the sourcing script's
# The three services: how they are built, configured by environment, started and found ready.

# A choice made at `up` holds for a later `restart` from another shell.
configuration=$(cat "$state/run/configuration" 2>/dev/null || echo Release)

wanted() { # ARBITERS EDGES, in the order in which they start
  echo accounting-1
  seq -f 'arbiter-%.0f' 1 "$1"
  seq -f 'edge-%.0f' 1 "$2"
}

# Every service that was ever started here, edges first: what faces the users goes first.
known_services() {
  local kind
  [ -d "$state/run" ] || return 0
  for kind in edge arbiter accounting; do
    find "$state/run" -name "$kind-*.port" -printf '%f\n' | sed 's/\.port$//' | sort -V
  done
}

address() {
  case $1 in
    postgres | rabbitmq | epmd) echo "127.0.0.1:$(port_of "$1")" ;;
    *) echo "http://127.0.0.1:$(port_of "$1")" ;;
  esac
}

assembly_of() { # arbiter-2 -> Availsync.Arbiter
  case $1 in
    arbiter-*) echo Availsync.Arbiter ;;
    accounting-*) echo Availsync.Accounting ;;
    edge-*) echo Availsync.Edge ;;
  esac
}

build_services() {
  local project
  for project in Accounting Arbiter Edge; do
    say "building Availsync.$project"
    dotnet build "$root/src/Availsync.$project" -c "$configuration" -nologo -v quiet -clp:NoSummary >&2 ||
      fail "Availsync.$project does not build"
  done
}

# The caller's own settings (Section__Name), kept so that a later restart uses them too.
remember_settings() {
  local name
  (
    umask 077
    compgen -e | { grep __ || true; } | while read -r name; do declare -p "$name"; done >"$state/environment"
  )
  mkdir -p "$state/run"
  echo "$configuration" >"$state/run/configuration"
}

signing_key() { head -c 32 /dev/urandom | base64 | tr -d '\n'; }

# Secrets go by environment alone: a command line is everybody's to read.
service_environment() {
  export Storage__Provider=Postgres Storage__ConnectionString
  Storage__ConnectionString="Host=127.0.0.1;Port=$(port_of postgres);Database=availsync;Username=availsync"
  Storage__ConnectionString+=";Password=$(secret_of database-availsync random_secret)"
  export Bus__Transport=RabbitMq Bus__Host=127.0.0.1 Bus__Port Bus__VirtualHost=availsync
  export Bus__Username=availsync Bus__Password Internal__SigningKey Accounting__Address
  Bus__Port=$(port_of rabbitmq)
  Bus__Password=$(secret_of rabbitmq random_secret)
  Internal__SigningKey=$(secret_of signing-key signing_key)
  Accounting__Address=$(address accounting-1)
  export ASPNETCORE_URLS DOTNET_NOLOGO=1
  ASPNETCORE_URLS=$(address "$1")
}

start_service() {
  local assembly folder; assembly=$(assembly_of "$1")
  folder=$root/src/$assembly/bin/$configuration/net10.0
  [ -e "$folder/$assembly.dll" ] || fail "$folder/$assembly.dll is missing; leave out --no-build"
  (
    service_environment "$1"
    # shellcheck source=/dev/null
    [ ! -s "$state/environment" ] || . "$state/environment"
    # Settings of this one process, such as the address of a broker that only it gets to by another way.
    # shellcheck source=/dev/null
    [ ! -s "$state/$1.environment" ] || . "$state/$1.environment"
    # Its appsettings.json lies beside the assembly.
    cd "$folder" || exit 1
    launch "$1" dotnet "$assembly.dll"
  )
}

# A command of the arbiter's own, which serves nothing and ends.
arbiter_command() {
  (
    service_environment arbiter-1
    # shellcheck source=/dev/null
    [ ! -s "$state/environment" ] || . "$state/environment"
    cd "$root/src/Availsync.Arbiter/bin/$configuration/net10.0" || exit 1
    dotnet Availsync.Arbiter.dll "$@" 9>&-
  )
}

await_service() { await "$1" "${AVAILSYNC_READY_SECONDS:-60}" answers "$(port_of "$1")" /health/ready; }

# What Accounting printed once, on its first start: a sign-in and an agent key.
first_start_lines() {
  sed -n '/First start/,/agent key/p' "$state/logs/accounting-1.log" 2>/dev/null | head -n 10
}
