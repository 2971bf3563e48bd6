"""Counters that are right with any number of worker processes.

All workers share one piece of memory with one slot of 64-bit integers each; a scrape adds up the slots. Every slot is written by one
process only, by its event loop, so that nothing is lost and no lock is needed. A restarted worker goes on in the slot of the dead one.
"""

import mmap
import os
from bisect import bisect_left

EDGES_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OUTCOMES = ("ok", "client_error", "error")
PROBLEMS = ("nan", "empty")

# Layout of one slot, in 64-bit integers.
_READY = 0
_OUTCOMES = 1
_BUCKETS = _OUTCOMES + len(OUTCOMES)
_SUM_NS = _BUCKETS + len(EDGES_SECONDS) + 1
_PROBLEMS = _SUM_NS + 1
_SLOT = _PROBLEMS + len(PROBLEMS)


class Board:
    """The counters of all workers of this container."""

    def __init__(self, workers: int, file: int | None = None) -> None:
        """Shares the memory behind the file descriptor, or makes it."""
        size = workers * _SLOT * 8
        if file is None:
            file = os.memfd_create("mldeploy-metrics", 0)
            os.truncate(file, size)
        self.file = file
        cells = memoryview(mmap.mmap(file, size)).cast("Q")
        self._slots = [cells[index * _SLOT : (index + 1) * _SLOT] for index in range(workers)]

    def set_ready(self, worker: int, ready: bool) -> None:
        self._slots[worker][_READY] = int(ready)

    def all_ready(self) -> bool:
        """Whether every worker has its model: they share one port, so a request may reach any of them."""
        return all(slot[_READY] for slot in self._slots)

    def count(self, worker: int, outcome: str, seconds: float) -> None:
        slot = self._slots[worker]
        slot[_OUTCOMES + OUTCOMES.index(outcome)] += 1
        slot[_BUCKETS + bisect_left(EDGES_SECONDS, seconds)] += 1
        slot[_SUM_NS] += max(0, round(seconds * 1e9))

    def count_problem(self, worker: int, problem: str) -> None:
        """One answer whose outputs are not what a model should give, beside its outcome."""
        self._slots[worker][_PROBLEMS + PROBLEMS.index(problem)] += 1

    def text(self, model: str, revision: str, digest: str, started: float) -> str:
        """All metrics in the Prometheus text format, version 0.0.4."""
        total = [sum(column) for column in zip(*self._slots)]
        lines = [
            "# HELP mldeploy_requests_total Answered prediction requests; probes, warm-up and metrics reads are not in it.",
            "# TYPE mldeploy_requests_total counter",
        ]
        for index, outcome in enumerate(OUTCOMES):
            count = total[_OUTCOMES + index]
            lines.append(f'mldeploy_requests_total{{route="/predict",outcome="{outcome}"}} {count}')
        lines += [
            "# HELP mldeploy_output_problems_total Predictions with NaN or infinity (answered with 500), or with an empty output.",
            "# TYPE mldeploy_output_problems_total counter",
        ]
        for index, problem in enumerate(PROBLEMS):
            count = total[_PROBLEMS + index]
            lines.append(f'mldeploy_output_problems_total{{route="/predict",problem="{problem}"}} {count}')
        lines += [
            "# HELP mldeploy_request_duration_seconds Time from the complete request body to the answer.",
            "# TYPE mldeploy_request_duration_seconds histogram",
        ]
        below = 0
        for index, edge in enumerate((*map(repr, EDGES_SECONDS), "+Inf")):
            below += total[_BUCKETS + index]
            lines.append(f'mldeploy_request_duration_seconds_bucket{{route="/predict",le="{edge}"}} {below}')
        info = ",".join(
            f'{name}="{_escape(value)}"' for name, value in (("model", model), ("revision", revision), ("digest", digest))
        )
        lines += [
            f'mldeploy_request_duration_seconds_sum{{route="/predict"}} {total[_SUM_NS] / 1e9!r}',
            f'mldeploy_request_duration_seconds_count{{route="/predict"}} {below}',
            "# HELP mldeploy_model_info The model that answers.",
            "# TYPE mldeploy_model_info gauge",
            f"mldeploy_model_info{{{info}}} 1",
            "# HELP mldeploy_process_start_time_seconds Unix time at which these counters started at zero.",
            "# TYPE mldeploy_process_start_time_seconds gauge",
            f"mldeploy_process_start_time_seconds {started!r}",
        ]
        return "\n".join(lines) + "\n"


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
