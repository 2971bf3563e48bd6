"""Starts the server: one process, or a small supervisor with several workers on one port."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import uvicorn

from .app import add_predict, create_app
from .gate import Gate, Worker
from .log import bridge_libraries, log
from .metrics import Board
from .settings import Settings, read_settings

# The model cannot be loaded or fails its warm-up: starting again would not help.
MODEL_FAILED = 3
_RESTART_SECONDS = 1.0


def main() -> int:
    bridge_libraries()
    settings = read_settings()
    if len(sys.argv) > 1:  # a worker of the supervisor below
        index, listener, board, started = sys.argv[1:]
        return serve(settings, socket.socket(fileno=int(listener)), Board(settings.workers, int(board)), int(index), float(started))
    listener = socket.create_server(("0.0.0.0", settings.port), backlog=2048, reuse_port=False)
    # asyncio sets it only for sockets that name their protocol, which this one does not: the body of an answer would wait 40 ms for the
    # client's acknowledgement of the headers. Connections inherit it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    board, started = Board(settings.workers), time.time()
    if settings.workers == 1:
        return serve(settings, listener, board, 0, started)
    return supervise(settings, listener, board, started)


def serve(settings: Settings, listener: socket.socket, board: Board, index: int, started: float) -> int:
    """Answers requests until SIGTERM or SIGINT. Returns the exit code."""
    server = _Server(settings, board, index, started)
    server.run(sockets=[listener])
    log("stopped", code=server.code)
    return server.code


class _Server(uvicorn.Server):
    """uvicorn that drains: after a signal it goes on answering while the endpoints of the cluster change, and ends then."""

    def __init__(self, settings: Settings, board: Board, index: int, started: float) -> None:
        self._worker = Worker(settings, board, index, started)
        self._app = create_app(self._worker)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.code = 0
        board.set_ready(index, False)
        super().__init__(
            uvicorn.Config(
                Gate(self._app, self._worker),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                headers=[("x-mldeploy-revision", settings.revision)],
                # Longer than clients and proxies keep idle connections: it is they who should end them, never mid-request we.
                timeout_keep_alive=75,
                # Requests in flight that outlive this after the drain are cut.
                timeout_graceful_shutdown=settings.finish_seconds,
            )
        )

    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        log("listening", port=self._worker.settings.port, worker=self._worker.index)
        # A plain daemon thread: a model that loads for minutes must not keep the process from ending.
        threading.Thread(target=self._load, name="load", daemon=True).start()

    def _load(self) -> None:
        began = time.monotonic()
        try:
            from .model import Model  # slow to import: the port is open before

            model = Model(self._worker.settings)
            loaded = time.monotonic()
            warm = model.warm_up()
        except BaseException as error:  # also SystemExit from the model's own code
            log("model-failed", level="error", error=error)
            self._loop.call_soon_threadsafe(self._stop, MODEL_FAILED)
            return
        seconds = {"load_seconds": round(loaded - began, 3), "warm_up_seconds": round(time.monotonic() - loaded, 3)}
        if not warm:
            log("not-warmed-up", level="warning", detail="no contract and no example(): the first request meets a cold model")
        self._loop.call_soon_threadsafe(self._ready, model, seconds)

    def _ready(self, model, seconds: dict) -> None:
        add_predict(self._app, self._worker, model)
        self._worker.loaded.set()
        self._worker.board.set_ready(self._worker.index, True)
        log("ready", **seconds)

    def handle_exit(self, sig, frame) -> None:
        """Runs in the signal handler; the second signal ends the drain at once."""
        if self._loop is None:
            self.should_exit = True
            return
        self._loop.call_soon_threadsafe(self._drain, signal.Signals(sig).name)

    def _drain(self, name: str) -> None:
        if self._worker.draining or not self._worker.loaded.is_set():
            self._stop(self.code)
            return
        self._worker.draining = True
        log("draining", signal=name, seconds=self._worker.settings.drain_seconds)
        self._loop.call_later(self._worker.settings.drain_seconds, self._stop, 0)

    def _stop(self, code: int) -> None:
        self.code = code
        self.should_exit = True


def supervise(settings: Settings, listener: socket.socket, board: Board, started: float) -> int:
    """Keeps the workers running and passes signals on. Returns the exit code."""
    workers: dict[int, int] = {}
    stopping = False

    def start(index: int) -> None:
        arguments = [sys.executable, "-m", __package__, str(index), str(listener.fileno()), str(board.file), repr(started)]
        process = subprocess.Popen(arguments, pass_fds=(listener.fileno(), board.file))
        workers[process.pid] = index
        process.returncode = 0  # os.wait below is the one that waits

    def pass_on(sig, _frame) -> None:
        nonlocal stopping
        stopping = True
        for pid in list(workers):
            try:
                os.kill(pid, sig)
            except ProcessLookupError:
                pass

    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGINT, pass_on)
    for index in range(settings.workers):
        start(index)
    code = 0
    while workers:
        pid, status = os.wait()
        index = workers.pop(pid, None)
        if index is None:
            continue  # an orphan that process 1 inherits
        board.set_ready(index, False)
        ended = os.waitstatus_to_exitcode(status)
        if ended == MODEL_FAILED:
            code = MODEL_FAILED
            pass_on(signal.SIGTERM, None)
        elif not stopping:
            log("worker-died", level="error", worker=index, code=ended)
            time.sleep(_RESTART_SECONDS)
            if not stopping:
                start(index)
    return code


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Not sys.exit: a prediction that still runs in a thread would keep the process alive.
    os._exit(code)
