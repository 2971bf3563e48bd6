"""Requests as the model itself takes them: golden requests of the project, or inputs that are made up."""

from pathlib import Path

import numpy
import onnxruntime

from problem import Problem, one_line

_TYPES = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(float16)": "float16",
    "tensor(string)": "object",
    "tensor(bool)": "bool",
    **{f"tensor({sign}int{bits})": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}


def questions(wanted: dict, model: Path) -> list[dict]:
    """Inputs by name, one dict per call of the model."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        inputs = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"]).get_inputs()
    except Exception as error:
        raise Problem(f"ONNX Runtime cannot load the original: {one_line(error)}") from error
    strange = [f"{one.name}: {one.type}" for one in inputs if one.type not in _TYPES]
    if strange:
        raise Problem(f"it has inputs that cannot be made up ({', '.join(strange)})")
    if wanted["form"] == "made-up":
        return _made_up(inputs, wanted)
    read = _rows if wanted["form"] == "rows" else _tensors
    return [feed for request in wanted["requests"] for feed in read(request, inputs)]


def _rows(request: dict, inputs: list) -> list[dict]:
    """`{"inputs": [row, ...]}`; rows of a model with several inputs are objects. A fixed batch is filled up with the last row."""
    rows = _field(request, "inputs")
    if not isinstance(rows, list) or not rows:
        raise Problem(f"the golden request {request['name']} has no rows in `inputs`")
    fixed = [one.shape[0] for one in inputs if one.shape and isinstance(one.shape[0], int) and one.shape[0] > 0]
    size = fixed[0] if fixed else len(rows)
    feeds = []
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        part += part[-1:] * (size - len(part))
        try:
            feeds.append({one.name: _array(part if len(inputs) == 1 else [row[one.name] for row in part], one) for one in inputs})
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise Problem(f"the golden request {request['name']} does not fit the model's inputs: {error!r}") from error
    return feeds


def _tensors(request: dict, inputs: list) -> list[dict]:
    """`{"inputs": [{"name", "shape", "data"}]}` (Open Inference v2)."""
    given = _field(request, "inputs")
    try:
        by_name = {one["name"]: one for one in given}
        return [{one.name: _array(by_name[one.name]["data"], one).reshape(by_name[one.name]["shape"]) for one in inputs}]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Problem(f"the golden request {request['name']} does not fit the model's inputs: {error!r}") from error


def _field(request: dict, name: str):
    body = request["body"]
    return body.get(name) if isinstance(body, dict) else None


def _array(values, one):
    return numpy.asarray(values, dtype=_TYPES[one.type])


def _made_up(inputs: list, wanted: dict) -> list[dict]:
    """Numbers from 0.1 to 0.9, whole ones 0 or 1, as the smoke test asks with; the same ones in every build."""
    random = numpy.random.Generator(numpy.random.PCG64(wanted["seed"]))
    feeds = []
    for rows in wanted["batches"]:
        feeds.append({one.name: _values(random, one, _shape(one, rows, wanted["sizes"])) for one in inputs})
    return feeds


def _shape(one, rows: int, sizes: dict) -> list[int]:
    declared = sizes.get(one.name, [])
    shape = []
    for index, size in enumerate(one.shape):
        if isinstance(size, int) and size > 0:
            shape.append(size)
        elif index == 0:
            shape.append(rows)
        elif index < len(declared) and declared[index] is not None:
            shape.append(declared[index])
        else:
            raise Problem(f"the input {one.name} may have any size in dimension {index}, so that no request can be made up: write golden requests (smoke.golden), or name the size in model.inputs")
    return shape


def _values(random, one, shape: list[int]):
    dtype = _TYPES[one.type]
    if dtype == "object":
        return numpy.full(shape, "sample text", dtype=object)
    if dtype == "bool" or "int" in dtype:
        return random.integers(0, 2, size=shape).astype(dtype)
    return random.uniform(0.1, 0.9, size=shape).astype(dtype)
