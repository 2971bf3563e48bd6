"""Finds, loads and asks the model: a scikit-learn file, or whatever the user's own inference.py loads."""

import importlib.util
import math
import pickle
import sys
import warnings
from pathlib import Path

import joblib
import numpy

from .log import log
from .settings import Settings

MODEL_SUFFIXES = (".joblib", ".pkl", ".pickle")


class ModelError(Exception):
    """The model cannot be served; the message is for people."""


class NotFiniteError(ModelError):
    """An output is NaN or infinite, which JSON cannot carry."""


class Model:
    """`inputs` is the one input of the contract as `(dtype, row shape)`, or None when rows may be anything."""

    def __init__(self, settings: Settings) -> None:
        if settings.entry.exists():
            self._user = _import_user(settings.entry)
            self._loaded = self._user.load(str(settings.model_dir))
        else:
            self._user = None
            self._loaded = _load_file(_only_model_file(settings.model_dir))
        self.inputs = self._signature(settings)

    def predict(self, rows: list) -> list:
        """One output per row, as plain values. Runs in a thread: it may take long."""
        if self._user is None:
            with warnings.catch_warnings():
                # Rows carry no column names: the order of the columns is the contract.
                warnings.filterwarnings("ignore", message="X does not have valid feature names")
                outputs = self._loaded.predict(numpy.asarray(rows, dtype=self._dtype()))
        else:
            outputs = self._user.predict(self._loaded, rows)
        outputs = _plain(outputs)
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
            rows = self._user.example(self._loaded)
        elif self.inputs is not None:
            rows = [_zeros(*self.inputs)]
        else:
            return self._try_features()
        self.predict(rows)
        return True

    def _try_features(self) -> bool:
        """The user's code may take other rows than the model inside: a guess that fails says nothing against it."""
        features = getattr(self._loaded, "n_features_in_", None)
        if features is None:
            return False
        try:
            self.predict([[0.0] * int(features)])
        except Exception:
            return False
        return True

    def _signature(self, settings: Settings) -> tuple[str, tuple] | None:
        if len(settings.inputs) == 1:
            declared = settings.inputs[0]
            # The first dimension is the batch.
            return declared["dtype"], tuple(declared["shape"][1:])
        features = getattr(self._loaded, "n_features_in_", None) if self._user is None else None
        return ("float64", (int(features),)) if features is not None else None

    def _dtype(self):
        return None if self.inputs is None or self.inputs[0] == "string" else self.inputs[0]


def _only_model_file(folder: Path) -> Path:
    files = sorted(path for path in folder.rglob("*") if path.suffix in MODEL_SUFFIXES and path.is_file())
    if len(files) == 1:
        return files[0]
    found = ", ".join(str(path.relative_to(folder)) for path in files) or "none"
    raise ModelError(
        f"expected exactly one model file ({', '.join(MODEL_SUFFIXES)}) in {folder}, found {found}; "
        "with more than one, give an inference.py (server.entry) that loads them"
    )


def _load_file(path: Path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if path.suffix == ".joblib":
            loaded = joblib.load(path)
        else:
            with path.open("rb") as file:
                loaded = pickle.load(file)  # validated before the image was built
    for text in sorted({f"{type(w.message).__name__}: {w.message}"[:500] for w in caught}):
        # Above all: the model was written by another version of the library.
        log("load-warning", level="warning", detail=text)
    if not callable(getattr(loaded, "predict", None)):
        raise ModelError(
            f"{path.name} holds a {type(loaded).__module__}.{type(loaded).__qualname__}, which has no predict(); "
            "give an inference.py (server.entry) that knows how to ask it"
        )
    return loaded


def _import_user(path: Path):
    spec = importlib.util.spec_from_file_location("inference", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["inference"] = module
    spec.loader.exec_module(module)
    missing = [name for name in ("load", "predict") if not callable(getattr(module, name, None))]
    if missing:
        raise ModelError(f"{path} defines no {' and no '.join(missing)}(); expected load(model_dir) and predict(model, inputs)")
    return module


def _zeros(dtype: str, shape: tuple):
    if not shape:
        return "" if dtype == "string" else False if dtype == "bool" else 0
    return [_zeros(dtype, shape[1:]) for _ in range(shape[0] or 1)]


def _plain(value):
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        return value.tolist()
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
