"""LightGBM models in its text format."""

from pathlib import Path

import lightgbm
import numpy

from ..settings import Settings
from . import Input


def load(path: Path, _format: str, settings: Settings) -> "LightgbmBooster":
    return LightgbmBooster(lightgbm.Booster(model_file=str(path)), settings.cores)


class LightgbmBooster:
    takes_missing = True

    def __init__(self, booster: lightgbm.Booster, cores: int) -> None:
        self._booster = booster
        self._cores = cores
        self.rows = [Input("input", "float64", (booster.num_feature(),))]

    def predict(self, rows: list, _dtype: str | None):
        return self._booster.predict(numpy.asarray(rows, dtype="float64"), num_threads=self._cores)
