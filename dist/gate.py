"""What every request passes before FastAPI sees it: the body limit, waiting for the model, counting, and the drain's last answers."""

import asyncio
import json
import time

from .log import log
from .metrics import Board
from .settings import Settings

# How much of a refused body is read and thrown away, so that the client sees the answer instead of a broken connection.
_DISCARD_BYTES = 64 * 1024 * 1024
_DISCARD_SECONDS = 5
_BODY_SECONDS = 60
_LOADING_SECONDS = 60


class Worker:
    """The state of this process that requests and signals share."""

    def __init__(self, settings: Settings, board: Board, index: int, started: float) -> None:
        self.settings = settings
        self.board = board
        self.index = index
        self.started = started
        self.loaded = asyncio.Event()
        self.draining = False


class Gate:
    """ASGI application around FastAPI."""

    def __init__(self, app, worker: Worker) -> None:
        self._app = app
        self._worker = worker

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = self._closing(send)
        if scope["path"] == "/predict" and scope["method"] == "POST":
            await self._predict(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _closing(self, send):
        """While draining, every answer asks its client to come back on another connection: to another pod."""

        async def closing(message) -> None:
            if message["type"] == "http.response.start" and self._worker.draining:
                kept = [header for header in message["headers"] if header[0].lower() != b"connection"]
                message = {**message, "headers": [*kept, (b"connection", b"close")]}
            await send(message)

        return closing

    async def _predict(self, scope, receive, send) -> None:
        began = time.perf_counter()
        answered = False

        async def counted(message) -> None:
            nonlocal answered
            # Counted before it is sent: whoever has the answer finds it in the metrics.
            if message["type"] == "http.response.start" and not answered:
                answered = True
                self._count(message["status"], began)
            await send(message)

        refusal, body = await self._body(scope, receive)
        began = time.perf_counter()
        if refusal is None and not await self._model_is_loaded():
            refusal = (503, "the model is still loading")
        if refusal is not None:
            await _answer(counted, *refusal)
            return
        try:
            await self._app(scope, _replay(body, receive), counted)
        except Exception as error:
            log("request-failed", level="error", error=error)
            if not answered:
                await _answer(counted, 500, "internal error")

    def _count(self, status: int, began: float) -> None:
        outcome = "ok" if status < 400 else "client_error" if status < 500 else "error"
        self._worker.board.count(self._worker.index, outcome, time.perf_counter() - began)

    async def _model_is_loaded(self) -> bool:
        # Only a request that meets a restarted worker waits here: the pod gets no traffic before all workers are ready.
        try:
            await asyncio.wait_for(self._worker.loaded.wait(), _LOADING_SECONDS)
        except TimeoutError:
            return False
        return True

    async def _body(self, scope, receive) -> tuple[tuple[int, str] | None, bytes]:
        """Reads the whole body, at most the limit; the first value is why it was refused."""
        limit = self._worker.settings.max_body_bytes
        headers = dict(scope["headers"])
        too_large = (413, f"the body is larger than {limit} bytes")
        announced = headers.get(b"content-length", b"0")
        if int(announced) > limit:
            if headers.get(b"expect", b"").lower() != b"100-continue":
                await _discard(receive)
            return too_large, b""
        chunks, size = [], 0
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return (400, "the connection ended before the body did"), b""
                    size += len(message.get("body", b""))
                    if size > limit:
                        break
                    chunks.append(message.get("body", b""))
                    if not message.get("more_body", False):
                        return None, b"".join(chunks)
        except TimeoutError:
            return (408, f"the body did not arrive within {_BODY_SECONDS} s"), b""
        chunks.clear()
        await _discard(receive)
        return too_large, b""


async def _discard(receive) -> None:
    discarded = 0
    try:
        async with asyncio.timeout(_DISCARD_SECONDS):
            while discarded < _DISCARD_BYTES:
                message = await receive()
                discarded += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
    except TimeoutError:
        return


def _replay(body: bytes, receive):
    """A `receive` that gives the body that was already read, then whatever follows."""
    pending = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay():
        return pending.pop() if pending else await receive()

    return replay


async def _answer(send, status: int, detail: str) -> None:
    body = json.dumps({"detail": detail}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status in (408, 413):
        headers.append((b"connection", b"close"))  # the rest of the body would be taken for the next request
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
