"""Starts TorchServe and passes SIGTERM on: as the first process of a container its own launcher would never see it."""

import signal
import subprocess
import sys

import psutil

child = subprocess.Popen(["torchserve", "--start", "--foreground", *sys.argv[1:]])


def stop(number, frame):
    # The launcher waits for Java; Java ends its workers when it is told to.
    for process in psutil.Process(child.pid).children():
        process.terminate()


signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, stop)
code = child.wait()
# 143: Java was ended by the signal, as it should be.
sys.exit(0 if code in (0, 143, -15) else 1)
