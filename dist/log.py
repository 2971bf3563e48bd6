"""One JSON object per line on standard output. Request bodies are never logged."""

import json
import logging
import os
import sys
import traceback
from datetime import datetime, timezone

_revision = os.environ.get("MLDEPLOY_REVISION", "r0")


def log(event: str, level: str = "info", error: BaseException | None = None, **facts) -> None:
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"time": now, "level": level, "event": event, "revision": _revision, "pid": os.getpid(), **facts}
    if error is not None:
        line["error"] = f"{type(error).__name__}: {error}"[:500]
        line["trace"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)[-8:]
        ]
    # One write per line, so that lines of several workers do not mix.
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()


class _Bridge(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        log("library", level=record.levelname.lower(), error=error, logger=record.name, detail=record.getMessage()[:1000])


def bridge_libraries() -> None:
    """Sends what libraries log through `logging` to the same place, from warnings up."""
    logging.basicConfig(level=logging.WARNING, handlers=[_Bridge()], force=True)
