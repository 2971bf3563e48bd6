"""scikit-learn models and pipelines, as pickle or joblib files; so are the scikit-learn classes of XGBoost, LightGBM and CatBoost."""

import pickle
import warnings
from pathlib import Path

import joblib
import numpy

from ..errors import ModelError
from ..log import log
from ..settings import Settings
from . import Input


def load(path: Path, format: str, _settings: Settings) -> "PickledModel":
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loaded = _load_pickle(path) if format == "pickle" else joblib.load(path)
    for text in sorted({f"{type(w.message).__name__}: {w.message}"[:500] for w in caught}):
        # Above all: the model was written by another version of the library.
        log("load-warning", level="warning", detail=text)
    if not callable(getattr(loaded, "predict", None)):
        raise ModelError(
            f"{path.name} holds a {type(loaded).__module__}.{type(loaded).__qualname__}, which has no predict(); "
            "give an inference.py (server.entry) that knows how to ask it"
        )
    return PickledModel(loaded)


def _load_pickle(path: Path):
    with path.open("rb") as file:
        return pickle.load(file)  # validated before the image was built


class PickledModel:
    takes_missing = False

    def __init__(self, loaded) -> None:
        self._loaded = loaded
        features = getattr(loaded, "n_features_in_", None)
        self.rows = None if features is None else [Input("input", "float64", (int(features),))]

    def predict(self, rows: list, dtype: str | None):
        with warnings.catch_warnings():
            # Rows carry no column names: the order of the columns is the contract.
            warnings.filterwarnings("ignore", message="X does not have valid feature names")
            return self._loaded.predict(numpy.asarray(rows, dtype=dtype))
