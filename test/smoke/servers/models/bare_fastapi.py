"""A FastAPI application of somebody's own that reads its requests by hand, and with DEFECT=bad-input-500 fails at what it does not expect."""

import os

import defect
import joblib
import numpy
from fastapi import FastAPI, HTTPException, Request

defect.at_load()
model = joblib.load("/model/model.joblib")
app = FastAPI()
rows = {"type": "array", "minItems": 1, "items": {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"}}}
schema = {"type": "object", "required": ["inputs"], "properties": {"inputs": rows}}


@app.get("/healthz")
@app.get("/readyz")
def healthy():
    return {}


@app.post("/predict", openapi_extra={"requestBody": {"content": {"application/json": {"schema": schema}}}})
async def predict(request: Request):
    if defect.careless():
        return {"outputs": model.predict_proba((await request.json())["inputs"]).tolist()}
    if int(request.headers.get("content-length", 0)) > int(os.environ["MLDEPLOY_MAX_BODY_BYTES"]):
        raise HTTPException(413, "too large")
    try:
        given = numpy.asarray((await request.json())["inputs"])
    except Exception as error:
        raise HTTPException(422, "no array of numbers") from error
    if given.dtype.kind not in "fi" or given.ndim != 2 or given.shape[1] != 4 or len(given) == 0:
        raise HTTPException(422, "rows of four numbers are expected")
    return {"outputs": model.predict_proba(given).tolist()}
