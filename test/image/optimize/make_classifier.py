"""Trains a small network on clusters of points, and writes model/model.onnx, golden.json and golden-answers of the original: FOLDER."""

import json
import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FEATURES, CLASSES, WIDTH = 64, 10, 768

random = numpy.random.default_rng(7)
centres = random.normal(size=(CLASSES, FEATURES))


def sample(count):
    labels = random.integers(0, CLASSES, count)
    return (centres[labels] + random.normal(scale=0.8, size=(count, FEATURES))).astype("float32"), labels


sizes = [FEATURES, WIDTH, WIDTH, CLASSES]
weights = [random.normal(scale=numpy.sqrt(2 / rows), size=(rows, columns)).astype("float32") for rows, columns in zip(sizes, sizes[1:])]
biases = [numpy.zeros(columns, "float32") for columns in sizes[1:]]
for _ in range(150):
    x, labels = sample(128)
    layers = [x]
    for weight, bias in zip(weights[:-1], biases[:-1]):
        layers.append(numpy.maximum(layers[-1] @ weight + bias, 0))
    scores = layers[-1] @ weights[-1] + biases[-1]
    slope = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    slope /= slope.sum(axis=1, keepdims=True)
    slope[numpy.arange(len(labels)), labels] -= 1
    slope /= len(labels)
    for index in (2, 1, 0):
        back = (slope @ weights[index].T) * (layers[index] > 0)
        weights[index] -= 0.05 * layers[index].T @ slope
        biases[index] -= 0.05 * slope.sum(axis=0)
        slope = back

nodes, value = [], "rows"
for index in range(3):
    nodes.append(helper.make_node("Gemm", [value, f"w{index}", f"b{index}"], [f"h{index}"]))
    value = f"h{index}"
    if index < 2:
        nodes.append(helper.make_node("Relu", [value], [f"r{index}"]))
        value = f"r{index}"
nodes += [
    helper.make_node("ArgMax", [value], ["label"], axis=1, keepdims=0),
    helper.make_node("Softmax", [value], ["probabilities"], axis=1),
]
graph = helper.make_graph(
    nodes,
    "classifier",
    [helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["N", FEATURES])],
    [helper.make_tensor_value_info("label", TensorProto.INT64, ["N"]), helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", CLASSES])],
    [numpy_helper.from_array(array, f"{kind}{index}") for index, pair in enumerate(zip(weights, biases)) for kind, array in zip("wb", pair)],
)
folder = Path(sys.argv[1])
(folder / "model").mkdir()
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "model" / "model.onnx")

x, labels = sample(32)
x = x.round(4)
answers = onnxruntime.InferenceSession(folder / "model" / "model.onnx").run(None, {"rows": x})
assert (answers[0] == labels).mean() > 0.9, "it has learnt nothing"
outputs = [{"label": int(label)} for label in answers[0]]
golden = {"requests": [{"name": "32 points", "body": {"inputs": [[round(float(v), 4) for v in row] for row in x]}, "expect": {"outputs": outputs}}]}
(folder / "golden.json").write_text(json.dumps(golden))
