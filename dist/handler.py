"""TorchServe handler: {"instances": [row, ...]} -> {"predictions": [...]}, by TorchScript or by the project's inference.py."""

import importlib.util
import json
import os
import pathlib

import torch

MODEL_DIR = os.environ.get("MLDEPLOY_MODEL_DIR", "/model")


class ClientError(Exception):
    """The request is wrong: answered with 400."""


def _entry(folder):
    path = pathlib.Path(folder) / "inference.py"
    if not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location("inference", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _plain(value):
    """Tensors and arrays as lists and numbers."""
    return value.tolist() if hasattr(value, "tolist") else value


def _rows(body):
    if isinstance(body, (bytes, bytearray)):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise ClientError("the body is not JSON") from error
    if not isinstance(body, dict) or not isinstance(body.get("instances"), list):
        raise ClientError('expected {"instances": [row, ...]}')
    if not body["instances"]:
        raise ClientError("instances is empty")
    return body["instances"]


class Handler:
    def __init__(self):
        self.initialized = False

    def initialize(self, context):
        folder = context.system_properties.get("model_dir")
        settings = json.loads((pathlib.Path(folder) / "settings.json").read_text())
        self.inputs, self.outputs = settings["inputs"], settings["outputs"]
        self.entry = _entry(folder)
        gpu = context.system_properties.get("gpu_id")
        self.device = torch.device(f"cuda:{gpu}" if gpu is not None and torch.cuda.is_available() else "cpu")
        if self.entry is not None:
            self.model = self.entry.load(MODEL_DIR)
        else:
            self.model = torch.jit.load(os.path.join(MODEL_DIR, settings["file"]), map_location=self.device).eval()
        self.initialized = True

    def handle(self, requests, context):
        """One answer per request of the batch; a wrong one does not spoil the others."""
        return [self._answer(request, index, context) for index, request in enumerate(requests)]

    def _answer(self, request, index, context):
        context.set_response_content_type(index, "application/json")
        try:
            predictions = self._predict(_rows(request.get("body", request.get("data"))))
            return json.dumps({"predictions": predictions}, allow_nan=False)
        except ClientError as error:
            return self._refuse(context, index, 400, str(error))
        except Exception as error:  # whatever a model raises
            return self._refuse(context, index, 500, f"{type(error).__name__}: {str(error)[:500]}")

    @staticmethod
    def _refuse(context, index, status, message):
        context.set_response_status(code=status, phrase=message.splitlines()[0][:100] if message else "", idx=index)
        return json.dumps({"error": message})

    def _predict(self, rows):
        if self.entry is not None:
            self._check(rows)
            predictions = [_plain(value) for value in self.entry.predict(self.model, rows)]
            if len(predictions) != len(rows):
                raise ValueError(f"predict gave {len(predictions)} outputs for {len(rows)} rows")
            return predictions
        tensors = [self._tensor(spec, self._column(rows, spec)) for spec in self.inputs]
        with torch.inference_mode():
            return self._unpack(self.model(*tensors), len(rows))

    def _check(self, rows):
        for spec in self.inputs:
            self._tensor(spec, self._column(rows, spec))

    def _column(self, rows, spec):
        if len(self.inputs) == 1 and not isinstance(rows[0], dict):
            return rows
        try:
            return [row[spec["name"]] for row in rows]
        except (KeyError, TypeError) as error:
            raise ClientError(f"a row lacks the input {spec['name']}") from error

    def _tensor(self, spec, column):
        dtype = getattr(torch, spec["dtype"], None)
        if dtype is None:
            return column
        try:
            tensor = torch.tensor(column, dtype=dtype, device=self.device)
        except (ValueError, TypeError, RuntimeError, OverflowError) as error:
            raise ClientError(f"{spec['name']} is no array of {spec['dtype']}") from error
        wanted = spec["shape"][1:]
        got = list(tensor.shape[1:])
        if len(got) != len(wanted) or any(size not in (None, given) for size, given in zip(wanted, got)):
            raise ClientError(f"a row of {spec['name']} has the shape {got}, expected {wanted}")
        return tensor

    def _unpack(self, result, rows):
        if isinstance(result, dict):
            columns = {name: _plain(value) for name, value in result.items()}
        elif isinstance(result, (tuple, list)):
            names = [spec["name"] for spec in self.outputs] or [f"output_{n}" for n in range(len(result))]
            columns = {name: _plain(value) for name, value in zip(names, result)}
        else:
            columns = {"": _plain(result)}
        for name, values in columns.items():
            if not isinstance(values, list) or len(values) != rows:
                raise ValueError(f"the model's output {name or '0'} does not have one value per row")
        if len(columns) == 1:
            return next(iter(columns.values()))
        return [dict(zip(columns, values)) for values in zip(*columns.values())]


_handler = Handler()


def handle(requests, context):
    """What TorchServe calls: once without requests when a worker starts, then for every batch."""
    if not _handler.initialized:
        _handler.initialize(context)
    return None if requests is None else _handler.handle(requests, context)
