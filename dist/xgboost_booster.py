"""XGBoost models in JSON or Universal Binary JSON. Neither holds code."""

from pathlib import Path

import numpy
import xgboost

from ..settings import Settings
from . import Input


def load(path: Path, _format: str, settings: Settings) -> "XgboostBooster":
    booster = xgboost.Booster()
    # From memory: XGBoost would choose the format by the name of the file.
    booster.load_model(bytearray(path.read_bytes()))
    booster.set_param({"nthread": settings.cores})
    return XgboostBooster(booster)


class XgboostBooster:
    takes_missing = True

    def __init__(self, booster: xgboost.Booster) -> None:
        self._booster = booster
        self.rows = [Input("input", "float32", (booster.num_features(),))]
        best = booster.attributes().get("best_iteration")
        # After early stopping the last trees are those that made it worse.
        self._range = (0, 0) if best is None else (0, int(best) + 1)

    def predict(self, rows: list, _dtype: str | None):
        types = self._booster.feature_types
        matrix = xgboost.DMatrix(numpy.asarray(rows, dtype="float32"), feature_types=types, enable_categorical=True)
        # Rows carry no column names: the order of the columns is the contract.
        return self._booster.predict(matrix, validate_features=False, iteration_range=self._range)
