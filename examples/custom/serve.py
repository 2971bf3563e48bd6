"""A server of one's own around an ONNX model: what ml-deploy needs of it is a port, two probes, and a protocol that it knows."""

import os
from pathlib import Path
from typing import Annotated

import numpy
import onnxruntime
import uvicorn
from fastapi import FastAPI, Response
from pydantic import BaseModel, ConfigDict, Field

session = onnxruntime.InferenceSession(Path(os.environ.get("MLDEPLOY_MODEL_DIR", "/model")) / "iris.onnx")
app = FastAPI(title="iris")
Flower = Annotated[list[Annotated[float, Field(ge=-1e6, le=1e6)]], Field(min_length=4, max_length=4)]


class Flowers(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    inputs: Annotated[list[Flower], Field(min_length=1, max_length=10_000)]


class Kinds(BaseModel):
    outputs: list[int]


@app.get("/healthz", include_in_schema=False)
def healthz() -> Response:
    return Response(status_code=200)


@app.get("/readyz", include_in_schema=False)
def readyz() -> Response:
    return Response(status_code=200)  # the model was loaded before the port was open


@app.post("/predict")
def predict(flowers: Flowers, response: Response) -> Kinds:
    # By this header the smoke test knows that it asks this pod and no other.
    response.headers["x-mldeploy-revision"] = os.environ.get("MLDEPLOY_REVISION", "")
    labels = session.run(["label"], {"input": numpy.asarray(flowers.inputs, dtype="float32")})[0]
    return Kinds(outputs=labels.tolist())


uvicorn.run(app, host="0.0.0.0", port=int(os.environ.get("MLDEPLOY_PORT", "8000")), access_log=False)
