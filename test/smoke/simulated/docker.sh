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
case "$1 $2" in
  "info --format")
    for down in "$state/down" "$state/down-$engine"; do [ -f "$down" ] && { cat "$down" >&2; exit 1; }; done
    case "$3" in *Runtimes*) cat "$state/runtimes" ;; *) echo 27.0.0 ;; esac ;;
  "top "*)
    alive "$state/containers/$2" || missing "$2"
    printf 'PID\n%s\n' "$(cat "$state/containers/$2/pid")" ;;
  "ps "*)
    for id in "$state"/containers/*/id; do [ -f "$id" ] && cat "$id" && echo; done
    exit 0 ;;
  "image inspect")
    [ -f "$state/image" ] || { echo "Error: No such image: $5" >&2; exit 1; }
    case "$4" in *Id*) echo sha256:id ;; *Config*) echo '{"Entrypoint":["/srv/run"],"Cmd":["serve"]}' ;; *) printf '["registry.example/sum@sha256:%s"]\n' aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ;; esac ;;
  "port "*)
    [ -f "$state/containers/$2/port" ] || missing "$2"
    printf '127.0.0.1:%s\n' "$(cat "$state/containers/$2/port")" ;;
  "container inspect")
    folder=$state/containers/${3#id-}
    [ -f "$folder/head" ] || missing "$3"
    pid=$(cat "$folder/pid" 2> /dev/null)
    if alive "$folder"; then status=running; elif [ -z "$pid" ]; then status=created; else status=exited; fi
    [ "$status" = running ] || pid=0
    printf '[%s,"State":{"Status":"%s","ExitCode":%s,"OOMKilled":false,"Error":"","Pid":%s}}]\n' \
      "$(cat "$folder/head")" "$status" "$(cat "$folder/exit" 2> /dev/null || echo 0)" "${pid:-0}" ;;
  *) exec "$node" "$(dirname "$0")/docker.ts" "$state" "$engine" "$@" ;;
esac
