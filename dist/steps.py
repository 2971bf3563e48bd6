"""What is done to the model's weights. The same input gives the same bytes."""

import heapq
import logging
import os
import tempfile
from pathlib import Path

import numpy
import onnx
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.float16 import convert_float_to_float16

from problem import Problem, one_line

# Convolutions stay: ONNX Runtime computes them several times slower in int8, whose scale it has to find for each request.
_QUANTISED = ["MatMul", "Gemm", "Gather", "Attention", "LSTM", "EmbedLayerNormalization"]
_LARGEST_FLOAT16 = 65504.0
_LARGEST_FILE = 2**31 - 1
_NAMES = {onnx.TensorProto.FLOAT: "float32", onnx.TensorProto.DOUBLE: "float64", onnx.TensorProto.FLOAT16: "float16"}


def optimised(before: Path, after: Path, steps: dict) -> list[dict]:
    """Writes `after`, one file with all tensors inside. What each step did; nothing is written when none changed anything."""
    logging.getLogger().setLevel(logging.ERROR)
    try:
        model = onnx.load(before)
    except Exception as error:  # the library has no error of its own
        raise Problem(f"the library onnx cannot read it: {one_line(error)}") from error
    done = []
    if steps["prune"] is not None:
        done.append({"step": "prune", **_pruned(model, steps["prune"])})
    if steps["float16"]:
        model, facts = _half(model)
        done.append({"step": "float16", **facts})
    if steps["quantize"] == "int8":
        model, facts = _int8(model)
        done.append({"step": "int8", **facts})
    if any(step["changed"] for step in done):
        _write(model, after)
    return done


def _pruned(model: onnx.ModelProto, share: float) -> dict:
    """The smallest weights of each tensor become zero. Vectors, such as biases, are left alone."""
    tensors = weights = zeros = 0
    for tensor in model.graph.initializer:
        if tensor.data_type not in _NAMES or len(tensor.dims) < 2:
            continue
        values = numpy_helper.to_array(tensor).copy()
        count = int(values.size * share)
        # Stable: of equal ones the first.
        smallest = numpy.argsort(numpy.abs(values), axis=None, kind="stable")[:count]
        values.flat[smallest] = 0
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
        tensors, weights, zeros = tensors + 1, weights + values.size, zeros + int((values == 0).sum())
    if tensors == 0:
        return {"changed": False, "message": "no initializer of the main graph is a matrix of floats"}
    return {"changed": True, "message": f"{zeros} of {weights} weights in {_plural(tensors, 'tensor')} are zero"}


def _half(model: onnx.ModelProto) -> tuple[onnx.ModelProto, dict]:
    """float16 inside, the types of inputs and outputs as they were."""
    wide = [tensor for tensor in model.graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT]
    if not wide:
        return model, {"changed": False, "message": "it has no float32 weights"}
    beyond = sum(int((numpy.abs(numpy_helper.to_array(tensor)) > _LARGEST_FLOAT16).sum()) for tensor in wide)
    try:
        model = convert_float_to_float16(model, keep_io_types=True)
    except Exception as error:
        raise Problem(f"float16: {one_line(error)}") from error
    left = sum(tensor.data_type == onnx.TensorProto.FLOAT for tensor in model.graph.initializer)
    notes = [f"{len(wide) - left} of {len(wide)} float32 tensors became float16"]
    if beyond:
        notes.append(f"{beyond} values beyond its range became ±65504")
    return model, {"changed": left < len(wide), "message": "; ".join(notes)}


def _sort(graph: onnx.GraphProto) -> None:
    """Each node behind those that make its inputs, and otherwise in the order that it had."""
    makers = {name: index for index, node in enumerate(graph.node) for name in node.output if name}
    needed = [{makers[name] for name in _names_read(node) if name in makers} for node in graph.node]
    users: dict[int, list[int]] = {}
    for index, makes in enumerate(needed):
        for maker in makes:
            users.setdefault(maker, []).append(index)
    ready = [index for index, makes in enumerate(needed) if not makes]
    order = []
    while ready:
        index = heapq.heappop(ready)
        order.append(index)
        for user in users.get(index, []):
            needed[user].remove(index)
            if not needed[user]:
                heapq.heappush(ready, user)
    nodes = [onnx.NodeProto.FromString(graph.node[index].SerializeToString()) for index in order]
    if len(nodes) < len(graph.node):
        raise Problem("its nodes form a circle")
    del graph.node[:]
    graph.node.extend(nodes)
    for node in graph.node:
        for inner in _subgraphs(node):
            _sort(inner)


def _names_read(node: onnx.NodeProto) -> set[str]:
    """Its inputs, and what its subgraphs take from around them."""
    return set(node.input) | {name for inner in _subgraphs(node) for one in inner.node for name in _names_read(one)}


def _subgraphs(node: onnx.NodeProto) -> list[onnx.GraphProto]:
    return [attribute.g for attribute in node.attribute if attribute.HasField("g")] + [graph for attribute in node.attribute for graph in attribute.graphs]


def _int8(model: onnx.ModelProto) -> tuple[onnx.ModelProto, dict]:
    """Weights of matrix products with 7 bits and a scale for each column, activations with 8 and a scale for each request."""
    before = _integer_nodes(model)
    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, "model.onnx")
        try:
            quantize_dynamic(
                model,
                place,
                op_types_to_quantize=_QUANTISED,
                per_channel=True,
                # Sums of 8-bit products overflow 16 bits on processors without VNNI: the same model would answer otherwise there.
                reduce_range=True,
                weight_type=QuantType.QInt8,
                use_external_data_format=model.ByteSize() > _LARGEST_FILE // 2,
            )
            model = onnx.load(place)
        except Exception as error:
            raise Problem(f"int8: {one_line(error)}") from error
    count = _integer_nodes(model) - before
    if count == 0:
        return model, {"changed": False, "message": "its main graph has no matrix product or embedding with weights of its own"}
    return model, {"changed": True, "message": f"int8 weights in {_plural(count, 'operator')}"}


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _integer_nodes(model: onnx.ModelProto) -> int:
    known = {"MatMulInteger", "QAttention", "DynamicQuantizeLSTM", "QEmbedLayerNormalization"}
    # An embedding is read as integers and scaled behind that.
    return sum(node.op_type in known for node in model.graph.node) + sum(
        tensor.data_type in (onnx.TensorProto.INT8, onnx.TensorProto.UINT8) and tensor.name.endswith("_quantized") and _gathered(model, tensor.name)
        for tensor in model.graph.initializer
    )


def _gathered(model: onnx.ModelProto, name: str) -> bool:
    return any(node.op_type == "Gather" and name in node.input for node in model.graph.node)


def _write(model: onnx.ModelProto, place: Path) -> None:
    # Converters put nodes at the end, behind those that use them, which not every runtime bears.
    _sort(model.graph)
    size = model.ByteSize()
    if size > _LARGEST_FILE:
        raise Problem(f"the result has {size} bytes, and an ONNX file with all tensors inside may have {_LARGEST_FILE}")
    place.write_bytes(model.SerializeToString(deterministic=True))
