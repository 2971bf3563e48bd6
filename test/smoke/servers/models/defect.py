"""How a model of the tests misbehaves, as the variable DEFECT says. Servers call it where the code of a team would do wrong."""

import os
import threading
import time

DEFECT = os.environ.get("DEFECT", "none")
LEAK = 3 * 2**20

_asked = 0
_kept = []


def at_load():
    if DEFECT == "slow-start":
        time.sleep(25)
    if DEFECT == "ignores-sigterm":
        # A program ends only when all its threads have.
        threading.Thread(target=threading.Event().wait).start()


def of_scores(scores):
    """What becomes of an array of scores, a row for each row of the request."""
    global _asked
    _asked += 1
    if DEFECT == "crash-on-third" and _asked >= 3:
        print("a fault in native code", flush=True)
        os._exit(1)
    if DEFECT == "leak":
        _kept.append(b"\1" * LEAK)
    if DEFECT == "wrong-shape":
        return scores[:, :2]
    if DEFECT == "nan":
        return scores * float("nan")
    if DEFECT == "golden-mismatch":
        return scores[:, ::-1]
    return scores


def careless():
    """Whether what is wrong with a request is left for the model to find out."""
    return DEFECT == "bad-input-500"
