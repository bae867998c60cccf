# shellcheck shell=bash
# shellcheck disable=SC2154 # $state and $root are the sourcing script's
# A RabbitMQ of our own: scratch data, loopback only, an epmd of its own, stopped by pid.

start_rabbitmq() { # VHOST
  local home=$state/rabbitmq port password bin
  port=$(port_of rabbitmq); password=$(secret_of rabbitmq random_secret); bin=$(rabbitmq_bin)
  (umask 077; mkdir -p "$home")
  : >"$home/rabbitmq-env.conf"
  echo '[].' >"$home/enabled_plugins"
  (umask 077; cat >"$home/rabbitmq.conf") <<EOCONF
listeners.tcp.1 = 127.0.0.1:$port
default_vhost = $1
default_user = availsync
default_pass = $password
disk_free_limit.absolute = 64MB
log.console = true
log.console.level = warning
log.file = false
EOCONF
  start_epmd
  (
    rabbitmq_node
    export RABBITMQ_NODE_PORT=$port
    export RABBITMQ_MNESIA_BASE=$home/data RABBITMQ_LOG_BASE=$home/log RABBITMQ_PID_FILE=$home/pid
    export RABBITMQ_CONFIG_FILE=$home/rabbitmq.conf RABBITMQ_CONF_ENV_FILE=$home/rabbitmq-env.conf
    export RABBITMQ_ENABLED_PLUGINS_FILE=$home/enabled_plugins RABBITMQ_DIST_PORT
    RABBITMQ_DIST_PORT=$(port_of rabbitmq-dist)
    # Idle schedulers shall sleep, not spin: the machine is shared with everything else under test.
    export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1} +sbwt none'
    # Makes the launcher become the server, so that the pid is the server's own.
    export RUNNING_UNDER_SYSTEMD=true
    launch rabbitmq "$bin/rabbitmq-server"
  )
  await rabbitmq 90 accepts "$port"
}

# Which node: who talks to it has to have its cookie, which is in its home, and its epmd.
rabbitmq_node() {
  export HOME=$state/rabbitmq ERL_EPMD_PORT ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_NODENAME=availsync@localhost
  ERL_EPMD_PORT=$(port_of epmd)
}

# rabbitmqctl for the broker that runs here.
control_rabbitmq() {
  (
    rabbitmq_node
    export RABBITMQ_CONF_ENV_FILE=$HOME/rabbitmq-env.conf
    "$(rabbitmq_bin)/rabbitmqctl" "$@"
  )
}

# Started here, since the server would leave a daemon behind that nobody stops.
start_epmd() {
  alive epmd && return
  launch epmd "$(epmd_bin)" -port "$(port_of epmd)" -address 127.0.0.1
  await epmd 10 accepts "$(port_of epmd)"
}

stop_rabbitmq() {
  stop rabbitmq TERM 30
  stop epmd TERM 5
}
