#!/bin/bash
# First process inside the namespaces of a test cluster: everything in the cluster is its descendant and ends with it.
#   init.sh ml-deploy-cluster=ID STATE_FOLDER CACHE_FOLDER
# It reads requests from the pipe STATE_FOLDER/control: `start NAME` runs STATE_FOLDER/services/NAME.sh and runs it again whenever it ends,
# `restart NAME` ends the program only, `stop NAME` ends both. bash reaps the orphans that fall to process 1.
set -eu
state=$2
cache=$3

# Short, fixed names for both folders, and fresh folders where the programs write under fixed names of their own.
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/cluster /run/cache
mount --bind "$state" /run/cluster
mount --bind "$cache" /run/cache
mount -t tmpfs -o mode=755 tmpfs /var/lib
mount -t tmpfs -o mode=755 tmpfs /var/log
for folder in kubelet containerd cni; do
  mkdir -p "/run/cluster/node/$folder" "/var/lib/$folder"
  mount --bind "/run/cluster/node/$folder" "/var/lib/$folder"
done
mkdir -p /var/log/pods /var/log/containers
resolv=$(readlink -m /etc/resolv.conf) # may point below /run, which we have just covered
[ -e "$resolv" ] || { mkdir -p "$(dirname "$resolv")" && touch "$resolv"; }
mount --bind /run/cluster/node/resolv.conf "$resolv"
mount --make-rshared /  # kubelet wants to hand mounts on to containers; shared within this namespace only
hostname "$(cat /run/cluster/node/hostname)"
ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward
cd /

supervise() {
  local name=$1
  while [ ! -e "/run/cluster/services/$name.stop" ]; do
    bash "/run/cluster/services/$name.sh" </dev/null >>"/run/cluster/logs/$name.log" 2>&1 &
    echo $! >"/run/cluster/services/$name.pid"
    wait $! || echo "--- $name ended with status $?" >>"/run/cluster/logs/$name.log"
    sleep 0.3
  done
}

set +e
exec 3<>/run/cluster/control
echo ready >/run/cluster/ready
while read -r verb name <&3; do
  case $verb in
    start)
      rm -f "/run/cluster/services/$name.stop"
      supervise "$name" 3>&- &
      ;;
    restart)
      kill "$(cat "/run/cluster/services/$name.pid")"
      ;;
    stop)
      touch "/run/cluster/services/$name.stop"
      kill "$(cat "/run/cluster/services/$name.pid")"
      ;;
  esac
done
