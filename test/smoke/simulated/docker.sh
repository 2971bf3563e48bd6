#!/bin/sh
# docker.sh STATE ENGINE NODE COMMAND...: answers short questions of a simulated engine, and leaves the rest to docker.ts.
state=$1 engine=$2 node=$3
shift 3
line=$engine
for word in "$@"; do line="$line	$word"; done
printf '%s\n' "$line" >> "$state/commands"
[ "$1" = create ] && env > "$state/client-environment"
# Whoever waits for the program writes its exit code: until then it runs.
alive() { [ -f "$1/pid" ] && [ ! -f "$1/exit" ]; }
missing() { echo "Error: No such container: $1" >&2; exit 1; }
# An engine that is stuck, or says no.
[ -f "$state/$1-hangs" ] && exec sleep 600
[ -f "$state/$1-fails" ] && { cat "$state/$1-fails" >&2; exit 1; }
case "$1 $2" in
  "info --format")
    for down in "$state/down" "$state/down-$engine"; do [ -f "$down" ] && { cat "$down" >&2; exit 1; }; done
    [ "$3" = '{{.Host.ServiceIsRemote}}' ] && { cat "$state/remote" 2> /dev/null || echo false; exit 0; }
    version=$(cat "$state/version-$engine")
    case "$3" in
      *json*) printf '{"ServerVersion":"%s","Runtimes":%s%s}\n' "$version" "$(cat "$state/runtimes")" "$(cat "$state/info" 2> /dev/null)" ;;
      *Controllers*) echo "$version [cpuset cpu io memory pids]" ;;
      *) echo "$version" ;;
    esac ;;
  "context inspect") echo "default ${DOCKER_HOST:-unix:///var/run/docker.sock}" ;;
  "system connection") cat "$state/connections" ;;
  "top "*)
    alive "$state/containers/$2" || missing "$2"
    printf 'PID\n%s\n' "$(cat "$state/containers/$2/pid")" ;;
  "events "*) cat "$state/events" 2> /dev/null || echo '{"Action":"die"}' ;;
  "ps "*)
    for id in "$state"/containers/*/id; do [ -f "$id" ] && cat "$id" && echo; done
    exit 0 ;;
  "image inspect")
    [ -f "$state/image" ] || { echo "Error: No such image: $5" >&2; exit 1; }
    case "$4" in *Id*) echo sha256:id ;; *Config*) echo '{"Entrypoint":["/srv/run"],"Cmd":["serve"]}' ;; *) cat "$state/digests" 2> /dev/null || printf '["registry.example/sum@sha256:%s"]\n' aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ;; esac ;;
  "port "*)
    [ -f "$state/containers/$2/port" ] || missing "$2"
    printf '127.0.0.1:%s\n' "$(cat "$state/containers/$2/port")" ;;
  "container inspect")
    folder=$state/containers/${3#id-}
    [ -f "$folder/head" ] || missing "$3"
    pid=$(cat "$folder/pid" 2> /dev/null)
    if alive "$folder"; then status=running; elif [ -z "$pid" ]; then status=created; else status=exited; fi
    [ "$status" = running ] || pid=0
    printf '[%s,"Id":"id-%s","State":{"Status":"%s","ExitCode":%s,"OOMKilled":false,"Error":"","Pid":%s}}]\n' \
 "$(cat "$folder/head")" "$(basename "$folder")" "$status" "$(cat "$folder/exit" 2> /dev/null || echo 0)" "${pid:-0}" ;;
  # Without -- Node itself would read what --env-file names.
  *) exec "$node" -- "$(dirname "$0")/docker.ts" "$state" "$engine" "$@" ;;
esac
