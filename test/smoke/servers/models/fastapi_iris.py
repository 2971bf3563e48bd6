"""What a team gives the server `fastapi`, with the defects of defect.py."""

from pathlib import Path

import defect
import joblib


def load(model_dir):
    defect.at_load()
    return joblib.load(Path(model_dir) / "model.joblib")


def predict(model, inputs):
    return defect.of_scores(model.predict_proba(inputs)).tolist()
