"""A model of KServe's: the scikit-learn model of train_iris.py in the protocols v1 and v2, with the defects of defect.py."""

import argparse

import joblib
import kserve
import numpy
from kserve import InferOutput, InferResponse
from kserve.errors import InvalidInput

import defect


class Iris(kserve.Model):
    def load(self):
        defect.at_load()
        self.model = joblib.load("/srv/model.joblib")
        self.ready = True

    async def get_input_types(self):
        return [{"name": "x", "datatype": "FP64", "shape": [-1, 4]}]

    async def get_output_types(self):
        return [{"name": "scores", "datatype": "FP64", "shape": [-1, 3]}]

    def predict(self, payload, headers=None, response_headers=None):
        rows = self.given(payload) if defect.careless() else self.checked(payload)
        scores = defect.of_scores(self.model.predict_proba(rows))
        if isinstance(payload, dict):
            return {"predictions": scores.tolist()}
        output = InferOutput(name="scores", datatype="FP64", shape=list(scores.shape), data=scores.flatten().tolist())
        return InferResponse(response_id=payload.id, model_name=self.name, infer_outputs=[output])

    @staticmethod
    def given(payload):
        return payload["instances"] if isinstance(payload, dict) else payload.inputs[0].as_numpy()

    def checked(self, payload):
        try:
            rows = numpy.asarray(self.given(payload), dtype=float)
        except Exception as error:
            raise InvalidInput(f"no array of numbers: {error}") from error
        if rows.ndim != 2 or rows.shape[1] != 4 or len(rows) == 0 or not numpy.isfinite(rows).all():
            raise InvalidInput("rows of four numbers are expected")
        return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(parents=[kserve.model_server.parser])
    arguments, _ = parser.parse_known_args()
    iris = Iris("scores")
    iris.load()
    kserve.ModelServer(enable_grpc=False).start([iris])
