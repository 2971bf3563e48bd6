"""Backend of Triton in Python: model.onnx of the version's folder by ONNX Runtime, inputs and outputs by their configured names."""

import json
import os

import onnxruntime
import triton_python_backend_utils as utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        path = os.path.join(args["model_repository"], args["model_version"], "model.onnx")
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        self.inputs = [tensor["name"] for tensor in config["input"]]
        self.outputs = [tensor["name"] for tensor in config["output"]]

    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        given = {name: utils.get_input_tensor_by_name(request, name).as_numpy() for name in self.inputs}
        results = self.session.run(self.outputs, given)
        return utils.InferenceResponse([utils.Tensor(name, value) for name, value in zip(self.outputs, results)])
