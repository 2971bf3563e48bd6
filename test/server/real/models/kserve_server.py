"""KServe's own server: TF Serving's REST protocol v1 and Open Inference v2. Arguments as KServe has them (--http_port, --model_name)."""

import argparse

import kserve
import numpy
from kserve import InferOutput, InferResponse

from scores import scores


class Scores(kserve.Model):
    def __init__(self, name):
        super().__init__(name)
        self.ready = True

    async def get_input_types(self):
        return [{"name": "x", "datatype": "FP32", "shape": [-1, 4]}]

    async def get_output_types(self):
        return [{"name": "scores", "datatype": "FP32", "shape": [-1, 3]}]

    def predict(self, payload, headers=None, response_headers=None):
        if isinstance(payload, dict):
            return {"predictions": scores(payload["instances"]).tolist()}
        answer = scores(payload.inputs[0].as_numpy())
        output = InferOutput(name="scores", datatype="FP32", shape=list(answer.shape), data=answer.flatten().tolist())
        return InferResponse(response_id=payload.id, model_name=self.name, infer_outputs=[output])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(parents=[kserve.model_server.parser])
    arguments, _ = parser.parse_known_args()
    kserve.ModelServer(enable_grpc=False).start([Scores(arguments.model_name)])
