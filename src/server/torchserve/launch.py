"""Starts TorchServe and passes SIGTERM on a little later: as the first process of a container its own launcher would never see it."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time


def seconds(name):
    return float(os.environ.get(name, "3"))


# Java drops what it has not answered when it is told to end: requests that began before the signal get this long first.
WAIT = min(4.0, seconds("MLDEPLOY_DRAIN_SECONDS") + seconds("MLDEPLOY_FINISH_SECONDS"))
stop_at = None


def stop(number, frame):
    global stop_at
    stop_at = stop_at or time.monotonic() + WAIT


def children(parent):
    for entry in pathlib.Path("/proc").iterdir():
        try:
            # The second field is the program's name in parentheses and may hold anything; the parent is the second behind it.
            if entry.name.isdecimal() and int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                yield int(entry.name)
        except OSError:
            pass  # It has ended meanwhile.


def main():
    # Before anything is started: without a handler, the first process of a container does not get the signal at all.
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    launcher = subprocess.Popen(["torchserve", "--start", "--foreground", *sys.argv[1:]])
    told = set()
    while launcher.poll() is None:
        if stop_at is not None and time.monotonic() >= stop_at:
            # The launcher waits for Java; Java ends its workers when it is told to. It may not have been started yet.
            for process in set(children(launcher.pid)) - told:
                told.add(process)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGTERM)
        time.sleep(0.1)
    # 143: Java was ended by the signal, as it should be.
    return 0 if launcher.returncode in (0, 143, -15) else 1


sys.exit(main())
