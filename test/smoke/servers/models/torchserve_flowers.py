"""A handler of TorchServe's for the TorchScript model of train_flowers.py: {"instances": [row, ...]} -> {"predictions": [[score, ...], ...]}."""

import json

import torch
from ts.torch_handler.base_handler import BaseHandler
from ts.utils.util import PredictionException

import defect


class Flowers(BaseHandler):
    def initialize(self, context):
        defect.at_load()
        super().initialize(context)

    def preprocess(self, requests):
        body = requests[0].get("body", requests[0].get("data"))
        if defect.careless():
            return torch.tensor(self.rows(body), dtype=torch.float32)
        try:
            rows = torch.tensor(self.rows(body), dtype=torch.float32)
        except Exception as error:
            raise PredictionException(f"no array of numbers: {error}", 400) from error
        if rows.ndim != 2 or rows.shape[1] != 4 or len(rows) == 0 or not rows.isfinite().all():
            raise PredictionException("rows of four numbers are expected", 400)
        return rows

    @staticmethod
    def rows(body):
        return (json.loads(body) if isinstance(body, (bytes, bytearray)) else body)["instances"]

    def inference(self, rows):
        with torch.inference_mode():
            return defect.of_scores(self.model(rows).numpy())

    def postprocess(self, scores):
        return [{"predictions": scores.tolist()}]
