"""The routes: predict, health, readiness, metrics and OpenAPI."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

from fastapi import FastAPI, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, create_model

from .errors import NotFiniteError
from .gate import Worker
from .log import log
from .model import Model, has_empty
from .rows import row_type


def create_app(worker: Worker) -> FastAPI:
    """The application without /predict, which `add_predict` adds once the model says what it takes."""
    settings = worker.settings
    app = FastAPI(title=settings.model, version=settings.revision, docs_url=None, redoc_url=None)

    @app.exception_handler(RequestValidationError)
    async def refuse(_request, error: RequestValidationError) -> JSONResponse:
        # Without the offending values: they may be private, and NaN could not be written as JSON.
        details = [{"type": e["type"], "loc": list(e["loc"]), "msg": e["msg"]} for e in error.errors()[:20]]
        return JSONResponse({"detail": details}, status_code=422)

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict:
        """The process works; says nothing about the model."""
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        """Every worker has loaded its model and made a prediction with it, and this pod is not on its way out."""
        if worker.draining:
            return JSONResponse({"status": "draining"}, status_code=503)
        if not worker.board.all_ready():
            return JSONResponse({"status": "loading"}, status_code=503)
        return JSONResponse({"status": "ready"})

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        text = worker.board.text(settings.model, settings.revision, settings.digest, worker.started)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    return app


class Answer(BaseModel):
    """One output per row of the request, in the same order."""

    outputs: list[Any]
    revision: str


class Problem(BaseModel):
    detail: Any


def add_predict(app: FastAPI, worker: Worker, model: Model) -> None:
    """Adds POST /predict with the request schema of this model."""
    request = request_schema(model)
    # As many predictions at a time as the model's code is known to allow; probes are answered by the event loop meanwhile.
    threads = ThreadPoolExecutor(worker.settings.threads, thread_name_prefix="predict")

    async def predict(body: request) -> Response:
        try:
            outputs = await asyncio.get_running_loop().run_in_executor(threads, model.predict, body.inputs)
            content = json.dumps({"outputs": outputs, "revision": worker.settings.revision}, allow_nan=False)
        except Exception as error:
            if isinstance(error, NotFiniteError):
                worker.board.count_problem(worker.index, "nan")
            log("prediction-failed", level="error", error=error, rows=len(body.inputs))
            return JSONResponse({"detail": f"prediction failed: {type(error).__name__}"}, status_code=500)
        if has_empty(outputs):
            worker.board.count_problem(worker.index, "empty")
        return Response(content, media_type="application/json")

    problems = {413: "The body is too large", 500: "The model failed", 503: "The model is still loading"}
    app.post(
        "/predict",
        response_model=Answer,
        responses={status: {"model": Problem, "description": text} for status, text in problems.items()},
    )(predict)
    app.openapi_schema = None  # built anew, now with /predict


def request_schema(model: Model) -> type[BaseModel]:
    """`{"inputs": [row, ...]}`, each row as the contract says."""
    row = Any if model.rows is None else row_type(model.rows, model.takes_missing)
    rows = Annotated[list[row], Field(min_length=1, description="The batch: one entry per prediction.")]
    return create_model("Request", __config__=ConfigDict(extra="forbid", strict=True), inputs=(rows, ...))
