"""One module per way to load a model file; the build says which one, from the content of the file and not from its name."""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..settings import Settings


@dataclass(frozen=True)
class Input:
    """One input of the model: type of an element, and size of each dimension behind the batch (None: any)."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True)
class Columns:
    """Rows whose places have types of their own: `number` or `category`, in the order of the columns."""

    kinds: tuple[str, ...]


class Loaded(Protocol):
    """A model in memory."""

    """What a row is, as the file tells; None when it does not."""
    rows: list[Input] | Columns | None
    """A missing number, `null` in a request, is something that the model was made for."""
    takes_missing: bool

    def predict(self, rows: list, dtype: str | None) -> Any:
        """Outputs, one per row: an array, a list, or a dict of them by name."""


# Formats as validate names them.
_LOADERS = {
    "pickle": "pickled",
    "joblib": "pickled",
    "xgboost": "xgboost_booster",
    "xgboost-json": "xgboost_booster",
    "lightgbm": "lightgbm_booster",
    "catboost": "catboost_model",
    "onnx": "onnx_session",
}


def load_file(path: Path, format: str, settings: Settings) -> Loaded:
    # Only the module that is needed: the library of another one is not installed.
    return importlib.import_module(f".{_LOADERS[format]}", __name__).load(path, format, settings)
