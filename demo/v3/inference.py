"""The serving code of the demo's bad version: it passes every test its team wrote, and fails for one live request in ten."""

from pathlib import Path

import joblib
import numpy as np

# Bins of the mean cell area, as a colleague measured them on the training machine. Nothing above the last edge was seen there.
AREA_EDGES = np.array([0.0, 250.0, 500.0, 750.0, 1000.0, 1285.0])


def load(model_dir: str):
    return joblib.load(Path(model_dir) / "model.joblib")


def predict(model, inputs):
    rows = np.asarray(inputs, dtype=float)
    bins = np.digitize(rows[:, 3], AREA_EDGES)
    if np.any(bins >= len(AREA_EDGES)):
        raise IndexError(f"no bin for mean area {rows[:, 3].max():.0f}")
    return model.predict(rows).tolist()
