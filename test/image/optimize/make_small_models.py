"""ONNX models of few tensors, one for each thing that the program has to cope with: FOLDER."""

import sys
from pathlib import Path

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

random = numpy.random.default_rng(0)
FLOAT, INT64, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING
node, value = helper.make_node, helper.make_tensor_value_info


def weights(name, *shape, dtype="float32", scale=None):
    values = random.standard_normal(shape) * (scale or 1 / numpy.sqrt(shape[0]))
    return numpy_helper.from_array(values.astype(dtype), name)


def save(name, nodes, inputs, outputs, initializers, **options):
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    folder = Path(sys.argv[1], name)
    folder.mkdir()
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, folder / "model.onnx", **options)


product = node("MatMul", ["a", "w"], ["y"])
rows, scores = value("a", FLOAT, ["N", 600]), value("y", FLOAT, ["N", 40])

save("plain", [product], [rows], [scores], [weights("w", 600, 40)])
save("external", [product], [rows], [scores], [weights("w", 600, 40)], save_as_external_data=True, location="model.data", size_threshold=100)
save("fixed-batch", [product], [value("a", FLOAT, [2, 4])], [value("y", FLOAT, [2, 4])], [weights("w", 4, 4)])
save("beyond-float16", [product], [rows], [scores], [weights("w", 600, 40, scale=1e5)])
save("no-weights", [node("Relu", ["a"], ["y"])], [rows], [value("y", FLOAT, ["N", 600])], [])
save("not-finite", [node("MatMul", ["a", "w"], ["x"]), node("Log", ["x"], ["y"])], [rows], [scores], [weights("w", 600, 40)])
save(
    "two-inputs",
    [node("MatMul", ["a", "w"], ["x"]), node("Add", ["x", "b"], ["y"])],
    [value("a", FLOAT, ["N", 4]), value("b", FLOAT, ["N", 2])],
    [value("y", FLOAT, ["N", 2])],
    [weights("w", 4, 2)],
)
save(
    "tokens",
    [node("Gather", ["table", "ids"], ["e"]), node("ReduceMean", ["e"], ["m"], axes=[1], keepdims=0), node("MatMul", ["m", "w"], ["y"])],
    [value("ids", INT64, ["N", "L"])],
    [value("y", FLOAT, ["N", 8])],
    [weights("table", 500, 64), weights("w", 64, 8)],
)
save(
    "already-float16",
    [node("Cast", ["a"], ["h"], to=TensorProto.FLOAT16), node("MatMul", ["h", "w"], ["x"]), node("Cast", ["x"], ["y"], to=FLOAT)],
    [rows],
    [scores],
    [weights("w", 600, 40, dtype="float16")],
)
branch = lambda name, weight: helper.make_graph(
    [node("MatMul", ["r", weight], [f"{name}_y"])], name, [], [value(f"{name}_y", FLOAT, ["N", 40])]
)
save(
    "branches",
    [
        node("Relu", ["a"], ["r"]),
        node("ReduceMax", ["r"], ["most"], keepdims=0),
        node("Less", ["most", "limit"], ["small"]),
        node("If", ["small"], ["y"], then_branch=branch("low", "w"), else_branch=branch("high", "v")),
    ],
    [rows],
    [scores],
    [weights("w", 600, 40), weights("v", 600, 40), numpy_helper.from_array(numpy.array(0.85, "float32"), "limit")],
)
