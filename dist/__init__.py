"""The server that ml-deploy puts around a model."""

import os
import signal

# Until the server has its own handlers: process 1 of a container would ignore a signal that it does not handle.
for _signal in (signal.SIGTERM, signal.SIGINT):
    signal.signal(_signal, lambda number, _frame: os._exit(128 + number))
