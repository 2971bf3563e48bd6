"""Writes model/scores.onnx: scores three kinds from four numbers. Needs onnx and numpy.

Usage: python make.py
"""

from pathlib import Path

import numpy
from onnx import TensorProto, checker, helper, numpy_helper

WEIGHTS = [[0.5, -1.0, 0.25], [1.5, 0.0, -0.5], [-0.75, 2.0, 1.0], [0.125, 0.5, -1.25]]

graph = helper.make_graph(
    [helper.make_node("MatMul", ["x", "weights"], ["scores"])],
    "scores",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 4])],
    [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [None, 3])],
    [numpy_helper.from_array(numpy.array(WEIGHTS, dtype=numpy.float32), "weights")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10, producer_name="example")
checker.check_model(model)
folder = Path(__file__).parent / "model"
folder.mkdir(exist_ok=True)
(folder / "scores.onnx").write_bytes(model.SerializeToString())
