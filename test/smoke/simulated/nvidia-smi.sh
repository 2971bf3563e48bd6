#!/bin/sh
# nvidia-smi.sh STATE NODE ARGUMENTS...: answers for no container and for one at once, and leaves the rest to nvidia-smi.ts.
state=$1 node=$2
shift 2
case "$1" in
  -L) cat "$state/smi.list" ;;
  -x)
    running=0
    for folder in "$state"/containers/*/; do
      if [ -f "$folder/pid" ] && [ ! -f "$folder/exit" ]; then running=$((running + 1)) live=$folder/live.xml; fi
    done
    if [ -f "$state/stuck" ] || [ $running -gt 1 ]; then exec "$node" "$(dirname "$0")/nvidia-smi.ts" "$state"; fi
    # The one may have gone, or may not be written down yet.
    if [ $running = 1 ] && cat "$live" 2> /dev/null; then exit 0; fi
    cat "$state/smi.xml" ;;
  *)
    echo 'Field "compute_cap" is not a valid field to query.'
    exit 2 ;;
esac
