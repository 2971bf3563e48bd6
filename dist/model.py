"""The model that is served: the file that the build chose, or whatever the user's own inference.py loads."""

import importlib.util
import math
import sys
from pathlib import Path

from .errors import ModelError, NotFiniteError
from .loaders import Columns, Input, load_file
from .settings import Settings


class Model:
    """`rows` is what one row has to be: inputs, or columns of several kinds; None when a row may be anything."""

    def __init__(self, settings: Settings) -> None:
        self._user = self._loaded = None
        if settings.entry.exists():
            self._user = _import_user(settings.entry)
            self._state = self._user.load(str(settings.model_dir))
        elif settings.file is None:
            raise ModelError(f"{settings.app_dir} has no inference.py and contract.json names no model file: build the image again")
        else:
            self._loaded = load_file(settings.model_dir / settings.file, settings.format, settings)
        self.takes_missing = self._loaded is not None and self._loaded.takes_missing
        self.rows = self._rows(settings)

    def predict(self, rows: list) -> list:
        """One output per row, as plain values. Runs in a thread: it may take long."""
        outputs = self._loaded.predict(rows, self._dtype()) if self._user is None else self._user.predict(self._state, rows)
        outputs = _plain(outputs)
        if isinstance(outputs, dict):
            outputs = _by_row(outputs, len(rows))
        if not isinstance(outputs, list) or len(outputs) != len(rows):
            found = f"{len(outputs)} outputs" if isinstance(outputs, list) else type(outputs).__name__
            raise ModelError(f"predict must return a list with one output per row: {len(rows)} rows in, {found} out")
        for index, output in enumerate(outputs):
            if not _finite(output):
                raise NotFiniteError(f"the model returned a value that JSON cannot carry (nan or infinity) for row {index}")
        return outputs

    def warm_up(self) -> bool:
        """One real prediction, which must succeed; False when nothing is known about the inputs."""
        if self._user is not None and hasattr(self._user, "example"):
            rows = self._user.example(self._state)
        elif self.rows is not None:
            rows = [_zero_row(self.rows)]
        else:
            return self._try_features()
        self.predict(rows)
        return True

    def _try_features(self) -> bool:
        """The user's code may take other rows than the model inside: a guess that fails says nothing against it."""
        features = getattr(self._state, "n_features_in_", None) if self._user is not None else None
        if features is None:
            return False
        try:
            self.predict([[0.0] * int(features)])
        except Exception:
            return False
        return True

    def _rows(self, settings: Settings) -> list[Input] | Columns | None:
        """The contract, unless the file itself tells more."""
        told = None if self._loaded is None else self._loaded.rows
        if len(settings.inputs) != 1 or isinstance(told, Columns) or len(told or []) > 1:
            return told
        declared = settings.inputs[0]
        # The first dimension is the batch.
        return [Input(declared["name"], declared["dtype"], tuple(declared["shape"][1:]))]

    def _dtype(self) -> str | None:
        if not isinstance(self.rows, list) or self.rows[0].dtype == "string":
            return None
        return self.rows[0].dtype


def _import_user(path: Path):
    spec = importlib.util.spec_from_file_location("inference", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["inference"] = module
    spec.loader.exec_module(module)
    missing = [name for name in ("load", "predict") if not callable(getattr(module, name, None))]
    if missing:
        raise ModelError(f"{path} defines no {' and no '.join(missing)}(); expected load(model_dir) and predict(model, inputs)")
    return module


def _zero_row(rows: list[Input] | Columns):
    if isinstance(rows, Columns):
        return ["0" if kind == "category" else 0.0 for kind in rows.kinds]
    zeros = {one.name: _zeros(one.dtype, one.shape) for one in rows}
    return zeros if len(rows) > 1 else zeros[rows[0].name]


def _zeros(dtype: str, shape: tuple):
    if not shape:
        return "" if dtype == "string" else False if dtype == "bool" else 0
    return [_zeros(dtype, shape[1:]) for _ in range(shape[0] or 1)]


def _by_row(outputs: dict, count: int) -> list:
    """`{"label": [a, b]}` becomes `[{"label": a}, {"label": b}]`."""
    for name, values in outputs.items():
        if not isinstance(values, list) or len(values) != count:
            raise ModelError(f"the output {name} has not one value per row, of which there are {count}")
    return [{name: values[index] for name, values in outputs.items()} for index in range(count)]


def _plain(value):
    if hasattr(value, "tolist"):  # arrays and scalars of numpy, tensors of torch
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def has_empty(outputs: list) -> bool:
    """Whether an output is nothing: None, "", [] or {}."""
    return any(output is None or (isinstance(output, (str, list, dict)) and not output) for output in outputs)


def _finite(value) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list):
        return all(map(_finite, value))
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    return True
