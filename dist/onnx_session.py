"""ONNX models with ONNX Runtime."""

from pathlib import Path

import numpy
import onnxruntime

from ..errors import ModelError
from ..log import log
from ..settings import Settings
from . import Input

# Element types by ONNX Runtime's names, with numpy's.
_TYPES = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(float16)": "float16",
    "tensor(string)": "string",
    "tensor(bool)": "bool",
    **{f"tensor({sign}int{bits})": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}


def load(path: Path, _format: str, settings: Settings) -> "OnnxSession":
    options = onnxruntime.SessionOptions()
    # By itself it would start a thread per core of the node, and let them spin.
    options.intra_op_num_threads = settings.cores
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors
    cuda = _use_cuda(settings.providers)
    providers = ["CUDAExecutionProvider", "CPUExecutionProvider"] if cuda else ["CPUExecutionProvider"]
    session = onnxruntime.InferenceSession(str(path), options, providers=providers)
    if cuda and "CUDAExecutionProvider" not in session.get_providers():
        # ONNX Runtime itself would go on with the CPU, many times slower.
        raise ModelError("there is a GPU, but ONNX Runtime cannot use it: its CUDA libraries and the node's driver do not fit (see the lines above)")
    log("session", providers=session.get_providers(), threads=settings.cores)
    return OnnxSession(session)


def _use_cuda(wanted: tuple[str, ...]) -> bool:
    if wanted[0] == "cpu":
        return False
    if not any(Path("/dev").glob("nvidia[0-9]*")):
        if "cpu" not in wanted:
            raise ModelError("no GPU: server.providers is [cuda], and this container has no /dev/nvidia0; give the pod resources.gpu")
        log("no-gpu", level="warning", detail="this container has no GPU: the model is computed on the CPU")
        return False
    onnxruntime.preload_dlls(directory="")  # those that were installed with it
    return True


class OnnxSession:
    takes_missing = False

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._outputs = [output.name for output in session.get_outputs()]
        inputs = session.get_inputs()
        strange = [f"{one.name}: {one.type}" for one in inputs if one.type not in _TYPES]
        single = [one.name for one in inputs if len(one.shape) == 0]
        if strange or single or not inputs:
            what = f"inputs of types that JSON rows cannot fill ({', '.join(strange)})" if strange else "inputs without a batch"
            raise ModelError(f"the model has {what}; give an inference.py (server.entry) that knows how to ask it")
        self.rows = [
            Input(one.name, _TYPES[one.type], tuple(size if isinstance(size, int) and size > 0 else None for size in one.shape[1:]))
            for one in inputs
        ]
        fixed = {one.shape[0] for one in inputs if isinstance(one.shape[0], int) and one.shape[0] > 0}
        if len(fixed) > 1:
            raise ModelError(f"the inputs of the model want batches of {sorted(fixed)} rows; they must agree")
        """Rows that every call must have; None: any number."""
        self._batch = fixed.pop() if fixed else None

    def predict(self, rows: list, _dtype: str | None):
        if self._batch is None:
            return self._named(self._run(rows))
        parts = [self._part(rows[start : start + self._batch]) for start in range(0, len(rows), self._batch)]
        return self._named([[row for part in parts for row in part[index]] for index in range(len(self._outputs))])

    def _part(self, rows: list) -> list:
        """A batch that is too short is filled with its last row, whose answers are left out."""
        outputs = self._run(rows + rows[-1:] * (self._batch - len(rows)))
        return [list(output)[: len(rows)] for output in outputs]

    def _run(self, rows: list) -> list:
        feed = {}
        for one in self.rows:
            values = rows if len(self.rows) == 1 else [row[one.name] for row in rows]
            feed[one.name] = numpy.asarray(values, dtype=object if one.dtype == "string" else one.dtype)
        return self._session.run(self._outputs, feed)

    def _named(self, outputs: list):
        return outputs[0] if len(outputs) == 1 else dict(zip(self._outputs, outputs))
