"""Runtime of MLServer around scores.py."""

from mlserver import MLModel
from mlserver.codecs import NumpyCodec, NumpyRequestCodec
from mlserver.types import InferenceResponse

from scores import scores


class Scores(MLModel):
    async def load(self):
        return True

    async def predict(self, payload):
        rows = self.decode(payload.inputs[0], default_codec=NumpyCodec)
        output = NumpyCodec.encode_output("scores", scores(rows))
        return InferenceResponse(model_name=self.name, id=payload.id, outputs=[output])
