"""CatBoost models in its binary format (.cbm)."""

from pathlib import Path

import catboost
import numpy

from ..settings import Settings
from . import Columns, Input

# Losses of classifiers, for which predict would give the sum of the trees instead of probabilities.
_TWO_CLASSES = ("Logloss", "CrossEntropy")
_MORE_CLASSES = ("MultiClass", "MultiClassOneVsAll")


def load(path: Path, _format: str, settings: Settings) -> "CatboostModel":
    model = catboost.CatBoost()
    model.load_model(str(path), format="cbm")
    return CatboostModel(model, settings.cores)


class CatboostModel:
    takes_missing = True

    def __init__(self, model: catboost.CatBoost, cores: int) -> None:
        self._model = model
        self._cores = cores
        self._loss = (model.get_all_params() or {}).get("loss_function", "").split(":")[0]
        width = len(model.feature_names_)
        words = {*model.get_cat_feature_indices(), *model.get_text_feature_indices()}
        if words:
            self.rows = Columns(tuple("category" if index in words else "number" for index in range(width)))
        else:
            self.rows = [Input("features", "float32", (width,))]

    def predict(self, rows: list, _dtype: str | None):
        numbers = isinstance(self.rows, list)
        data = numpy.asarray(rows, dtype="float32" if numbers else object)
        if not numbers:
            data = [[float("nan") if value is None else value for value in row] for row in data]
        if self._loss in _TWO_CLASSES:
            return self._ask(data, "Probability")[:, 1]
        return self._ask(data, "Probability" if self._loss in _MORE_CLASSES else "RawFormulaVal")

    def _ask(self, data, kind: str):
        return self._model.predict(data, prediction_type=kind, thread_count=self._cores)
