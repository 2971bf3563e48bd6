#!/bin/sh
# nvidia-smi.sh STATE NODE ARGUMENTS...: answers for no container and for one at once, and leaves the rest to nvidia-smi.ts.
state=$1 node=$2
shift 2
# A driver that has died, or hangs.
[ -f "$state/smi-fails" ] && { cat "$state/smi-fails"; exit 15; }
if [ -f "$state/smi-dies-after" ] && [ "$1" = -x ]; then
  left=$(($(cat "$state/smi-dies-after") - 1))
  echo $left > "$state/smi-dies-after"
  [ $left -lt 0 ] && { echo 'Failed to initialize NVML: Unknown Error'; exit 255; }
fi
[ -f "$state/smi-hangs" ] && exec sleep 600
case "$1" in
  -L) cat "$state/smi.list" ;;
  -x)
    running=0
    for folder in "$state"/containers/*/; do
      if [ -f "$folder/pid" ] && [ ! -f "$folder/exit" ]; then running=$((running + 1)) live=$folder/live.xml; fi
    done
    if [ -f "$state/stuck" ] || [ $running -gt 1 ]; then exec "$node" "$(dirname "$0")/nvidia-smi.ts" "$state"; fi
    # A server that leaks has 100 MiB more at every look.
    leaks=${live%/*}/leaks
    if [ $running = 1 ] && [ -f "$leaks" ]; then
      echo >> "$leaks"
      exec awk -v more="$(($(wc -l < "$leaks") * 100))" '
        /<fb_memory_usage>/ { in_memory = 1 } /<\/fb_memory_usage>/ { in_memory = 0 }
        in_memory && /<used>/ { match($0, /[0-9]+/); sub(/[0-9]+/, substr($0, RSTART, RLENGTH) + more) }
        { sub(/<used_memory>612 MiB/, "<used_memory>" 612 + more " MiB"); print }' "$live"
    fi
    # The one may have gone, or may not be written down yet.
    if [ $running = 1 ] && cat "$live" 2> /dev/null; then exit 0; fi
    cat "$state/smi.xml" ;;
  *)
    echo 'Field "compute_cap" is not a valid field to query.'
    exit 2 ;;
esac
