/**
 * Programs that look around in a container and tell, one for each interpreter that an image may have. They read lines `ID QUESTION` and end each answer
 * with the line `mldeploy-end ID STATUS`. Their arguments are the folders that stand for `/` (empty) and `/proc`.
 *
 * | question | answer |
 * |---|---|
 * | `ping` | nothing |
 * | `memory` | `file NAME` before the lines of each file of the control group |
 * | `gpu` | `process PID STATE` of all others (`open`: it has CUDA's device open, `closed`, `hidden`: it cannot be seen, `unknown`: there is no such device), `smi`, what `nvidia-smi -x -q` prints |
 * | `list` | what `nvidia-smi -L` prints |
 *
 * STATUS is that of nvidia-smi; 127: there is none.
 */
const shell = `
root=$1 proc=$2
smi() {
  for program in nvidia-smi /usr/bin/nvidia-smi /usr/local/nvidia/bin/nvidia-smi /usr/lib/wsl/lib/nvidia-smi; do
    command -v "$program" >/dev/null 2>&1 || continue
    case $program in
      /usr/local/nvidia/*) LD_LIBRARY_PATH="/usr/local/nvidia/lib64:$LD_LIBRARY_PATH" "$program" "$@" 2>&1 </dev/null ;;
      *) "$program" "$@" 2>&1 </dev/null ;;
    esac
    return
  done
  return 127
}
show() {
  [ -r "$1/$2" ] || return
  printf 'file %s\\n' "$2"
  while IFS= read -r text; do printf '%s\\n' "$text"; done <"$1/$2"
}
processes() {
  devices=
  for device in "$root/dev/nvidia-uvm" "$root/dev/dxg"; do [ -e "$device" ] && devices="$devices $device"; done
  for folder in "$proc"/[0-9]*; do
    pid=\${folder##*/}
    [ "$pid" = "$$" ] && continue
    { read -r stat <"$folder/stat"; } 2>/dev/null || continue
    case $stat in *') Z '*) continue ;; esac
    state=closed
    if [ -z "$devices" ]; then state=unknown
    elif [ ! -r "$folder/fd" ]; then state=hidden
    else
      for fd in "$folder"/fd/*; do
        for device in $devices; do
          if [ "$fd" -ef "$device" ]; then state=open; break 2; fi
        done
      done
    fi
    printf 'process %s %s\\n' "$pid" "$state"
  done
}
while read -r id what; do
  status=0
  case $what in
    memory)
      group=$root/sys/fs/cgroup
      if [ -r "$group/memory.current" ]; then
        for file in memory.stat memory.peak; do show "$group" "$file"; done
      else
        for file in memory.stat memory.max_usage_in_bytes; do show "$group/memory" "$file"; done
      fi ;;
    gpu) processes; echo smi; smi -x -q; status=$? ;;
    list) smi -L; status=$? ;;
  esac
  printf '\\nmldeploy-end %s %s\\n' "$id" "$status"
done`;

const python = `
import os, shutil, subprocess, sys
root, proc = sys.argv[1], sys.argv[2]
def smi(*args):
    for name in ('nvidia-smi', '/usr/bin/nvidia-smi', '/usr/local/nvidia/bin/nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'):
        program = shutil.which(name)
        if program is None: continue
        env = dict(os.environ)
        if name.startswith('/usr/local/nvidia/'):
            env['LD_LIBRARY_PATH'] = '/usr/local/nvidia/lib64:' + env.get('LD_LIBRARY_PATH', '')
        done = subprocess.run([program, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
        print(done.stdout.decode('utf-8', 'replace'))
        return done.returncode
    return 127
def show(folder, name):
    try:
        with open(os.path.join(folder, name)) as file: print('file', name + chr(10) + file.read())
    except OSError: pass
def same(one, other):
    try: return os.path.samefile(one, other)
    except OSError: return False
def processes():
    devices = [d for d in (root + '/dev/nvidia-uvm', root + '/dev/dxg') if os.path.exists(d)]
    for pid in filter(str.isdigit, os.listdir(proc)):
        if pid == str(os.getpid()): continue
        try:
            with open(proc + '/' + pid + '/stat') as file:
                if ') Z ' in file.read(): continue
        except OSError: continue
        state, folder = 'closed', proc + '/' + pid + '/fd'
        if not devices: state = 'unknown'
        else:
            try:
                if any(same(folder + '/' + fd, d) for fd in os.listdir(folder) for d in devices): state = 'open'
            except OSError: state = 'hidden'
        print('process', pid, state)
while True:
    line = sys.stdin.readline()
    if not line: break
    id, what = line.split()
    status, group = 0, root + '/sys/fs/cgroup'
    if what == 'memory':
        if os.path.exists(group + '/memory.current'):
            show(group, 'memory.stat'); show(group, 'memory.peak')
        else:
            show(group + '/memory', 'memory.stat'); show(group + '/memory', 'memory.max_usage_in_bytes')
    elif what == 'gpu':
        processes()
        print('smi')
        status = smi('-x', '-q')
    elif what == 'list': status = smi('-L')
    print('mldeploy-end', id, status, flush=True)
`;

/** Command lines to try, best first, and the name of what they need. */
export const observers: readonly (readonly [needs: string, ...command: string[]])[] = [
  ['sh', 'sh', '-c', shell, 'mldeploy'],
  ['python3', 'python3', '-c', python],
];
