"""MLServer's own scikit-learn runtime, which checks its requests as a careful team would, with the defects of defect.py."""

import numpy
from mlserver.codecs import NumpyCodec
from mlserver.errors import InferenceError
from mlserver.types import InferenceResponse
from mlserver_sklearn import SKLearnModel

import defect


class Iris(SKLearnModel):
    async def load(self):
        defect.at_load()
        return await super().load()

    async def predict(self, payload):
        if not defect.careless():
            self._check(payload)
        scores = self._model.predict_proba(self.decode(payload.inputs[0], default_codec=NumpyCodec))
        output = NumpyCodec.encode_output("predict_proba", numpy.ascontiguousarray(defect.of_scores(scores)))
        return InferenceResponse(model_name=self.name, id=payload.id, outputs=[output])

    def _check(self, payload):
        try:
            rows = self.decode(payload.inputs[0], default_codec=NumpyCodec)
        except (IndexError, ValueError, TypeError) as error:
            raise InferenceError(f"x is no array: {error}") from error
        if rows.dtype.kind != "f" or rows.ndim != 2 or rows.shape[1] != 4 or len(rows) == 0 or not numpy.isfinite(rows).all():
            raise InferenceError("x is an array of rows of four numbers")
