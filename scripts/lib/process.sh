# shellcheck shell=bash
# shellcheck disable=SC2154 # $state and $root are the sourcing script's
# Background processes that are known by name, each with a pid file, so that any shell can look after them.
# Expects $state (a directory); sourced by scripts/stack and scripts/test.

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }

# A pid alone may have been given to somebody else since, so the time of its start is kept beside it.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

# Does this pid still run? A zombie has ended, whatever the process table says.
runs() {
  local status
  status=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -c 1)
  [ -n "$status" ] && [ "$status" != Z ]
}

pid_of() {
  local pid since
  [ -s "$state/run/$1.pid" ] || return 1
  read -r pid since <"$state/run/$1.pid"
  [ -n "$since" ] && [ "$(started_at "$pid")" = "$since" ] && runs "$pid" || return 1
  echo "$pid"
}

alive() { pid_of "$1" >/dev/null; }

# launch NAME COMMAND...: in its own session, so that Ctrl-C in the caller's terminal does not reach it.
launch() {
  local name=$1; shift
  # The first start's log has a sign-in and a key in it.
  (umask 077; mkdir -p "$state/run" "$state/logs")
  setsid "$@" >>"$state/logs/$name.log" 2>&1 </dev/null 9>&- &
  local pid=$!
  disown "$pid"
  echo "$pid $(started_at "$pid")" >"$state/run/$name.pid"
}

children_of() { grep -ls "^PPid:[[:space:]]*$1\$" /proc/[0-9]*/status 2>/dev/null | cut -d / -f 3; }

await_end() { # NAME SECONDS
  local until=$((SECONDS + $2))
  while alive "$1"; do
    [ $SECONDS -lt $until ] || return 1
    sleep 0.1
  done
}

# stop NAME [SIGNAL] [SECONDS]: asks, and insists after a bound.
stop() {
  local pid
  if pid=$(pid_of "$1"); then
    kill -s "${2:-TERM}" "$pid" 2>/dev/null || true
    if ! await_end "$1" "${3:-20}"; then
      say "$1 did not stop within ${3:-20} s; killing it"
      slay "$1"
    fi
  fi
  rm -f "$state/run/$1.pid"
}

# slay NAME: SIGKILL, the children too, as a power cut would; the memory they share is free only when all have gone.
slay() {
  local pid member until=$((SECONDS + 10))
  pid=$(pid_of "$1") || return 0
  for member in "$pid" $(children_of "$pid"); do
    kill -s KILL "$member" 2>/dev/null || true
    while runs "$member"; do
      [ $SECONDS -lt $until ] || fail "$1 (pid $member) cannot be killed"
      sleep 0.05
    done
  done
  rm -f "$state/run/$1.pid"
}

# A port nobody listens on, below the range that the kernel hands to outgoing connections, so that it stays free
# while a service is being restarted.
free_port() {
  local taken port
  taken=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | sed -n 's/^ *[0-9]*: [0-9A-F]*:\([0-9A-F]\{4\}\) .*/\1/p'
          cat "$state"/run/*.port 2>/dev/null | while read -r port; do printf '%04X\n' "$port"; done)
  for _ in $(seq 200); do
    port=$((20000 + (RANDOM << 15 | RANDOM) % 12000))
    if ! grep -qx "$(printf '%04X' "$port")" <<<"$taken"; then echo "$port"; return; fi
  done
  fail "no free port between 20000 and 32000"
}

# port_of NAME: chosen once, kept over restarts.
port_of() {
  mkdir -p "$state/run"
  [ -s "$state/run/$1.port" ] || free_port >"$state/run/$1.port"
  cat "$state/run/$1.port"
}

random_secret() { head -c 24 /dev/urandom | base64 | tr -d '+/=\n'; }

# A value made once and kept in a file that only its owner reads: secret_of NAME COMMAND...
secret_of() {
  local file=$state/secrets/$1; shift
  (umask 077; mkdir -p "$state/secrets")
  [ -s "$file" ] || (umask 077; "$@" >"$file")
  cat "$file"
}

accepts() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# answers PORT PATH: is it HTTP 200? Without curl, which a fresh machine may not have.
answers() {
  (
    exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3 &&
      read -r -t 5 _ code _ <&3 && [ "$code" = 200 ]
  ) 2>/dev/null
}

# await NAME SECONDS CONDITION...: gives up at once when the process has ended.
await() {
  local name=$1 seconds=$2 until=$((SECONDS + $2)); shift 2
  until "$@"; do
    if ! alive "$name"; then
      tail -n 25 "$state/logs/$name.log" >&2 || true
      fail "$name ended while starting; its log is $state/logs/$name.log"
    fi
    if [ $SECONDS -ge $until ]; then
      tail -n 25 "$state/logs/$name.log" >&2 || true
      fail "$name was not ready within $seconds s; its log is $state/logs/$name.log"
    fi
    sleep 0.2
  done
}
