"""Both models answer the same questions on the same machine."""

import math
import time
from pathlib import Path

import numpy
import onnxruntime

from problem import Problem, one_line

# Enough for a median; slow models get fewer, and at least these.
_ROUNDS, _LEAST, _SECONDS = 200, 5, 20


def ask(before: Path, after: Path, feeds: list[dict], threads: int):
    """Names of the outputs, answers of both to each question, and the median time of a question, by turns. Milliseconds."""
    old, new = _session(before, threads, "the original"), _session(after, threads, "the result")
    names = [output.name for output in old.get_outputs()]
    answers = ([_run(old, names, feed, "the original") for feed in feeds], [_run(new, names, feed, "the result") for feed in feeds])
    times: tuple[list, list] = ([], [])
    began = time.perf_counter()
    for round in range(_ROUNDS):
        if round >= _LEAST and time.perf_counter() - began > _SECONDS:
            break
        feed = feeds[round % len(feeds)]
        for session, own in ((old, times[0]), (new, times[1])):
            start = time.perf_counter()
            session.run(names, feed)
            own.append(1e3 * (time.perf_counter() - start))
    return names, answers, [float(numpy.median(own)) for own in times]


def _session(path: Path, threads: int, who: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise Problem(f"ONNX Runtime cannot load {who}: {one_line(error)}") from error


def _run(session: onnxruntime.InferenceSession, names: list[str], feed: dict, who: str) -> list:
    try:
        return session.run(names, feed)
    except Exception as error:
        raise Problem(f"{who} cannot answer: {one_line(error)}") from error


def compared(names: list[str], answers: tuple, latency: list[float]) -> dict:
    before, after = answers
    return {
        "calls": len(before),
        "outputs": [
            _output(name, [(_array(old[index]), _array(new[index])) for old, new in zip(before, after)]) for index, name in enumerate(names)
        ],
        "latencyMs": {"before": latency[0], "after": latency[1]},
    }


def _array(value):
    """Probabilities of some classifiers are a list of dicts, one per row."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return numpy.array([[row[key] for key in sorted(row)] for row in value])
    return numpy.asarray(value)


def _output(name: str, pairs: list) -> dict:
    """Facts about one output over all calls; whether they are within the tolerance is not decided here."""
    facts = {"name": name, "items": 0, "unlike": 0}
    if any(old.shape != new.shape or old.dtype.kind != new.dtype.kind for old, new in pairs):
        raise Problem(f"the result gives the output {name} another shape or type")
    if pairs[0][0].dtype.kind != "f":
        for old, new in pairs:
            facts["items"] += old.size
            facts["unlike"] += int((old != new).sum())
        return {**facts, "kind": "labels"}
    largest = scale = 0.0
    rows = moved = 0
    for old, new in ((old.astype("float64"), new.astype("float64")) for old, new in pairs):
        usable = numpy.isfinite(old) & numpy.isfinite(new)
        same = (old == new) | (numpy.isnan(old) & numpy.isnan(new))
        facts["items"] += old.size
        # Not a number where the other has one: no distance tells how far that is.
        facts["unlike"] += int((~usable & ~same).sum())
        if usable.any():
            largest = max(largest, float(numpy.abs(old - new)[usable].max()))
            scale = max(scale, float(numpy.abs(old)[usable].max()))
        if old.ndim >= 2 and old.shape[-1] >= 2:
            rows += math.prod(old.shape[:-1])
            moved += int((old.argmax(axis=-1) != new.argmax(axis=-1)).sum())
    return {**facts, "kind": "numbers", "largest": largest, "scale": scale, "rows": rows, "moved": moved}
