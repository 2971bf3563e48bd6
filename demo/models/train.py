"""Trains the three versions of the demo's model on the breast cancer data set that ships with scikit-learn.

Usage: python train.py OUT    (writes OUT/v1, OUT/v2, OUT/v3; the same files on every run)
"""

import json
import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

FEATURES = 30


def main(out: Path) -> None:
    data, target = load_breast_cancer(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(data, target, test_size=0.3, random_state=7, stratify=target)

    versions = {
        # Yesterday's model: few iterations, strongly regularised.
        "v1": make_pipeline(StandardScaler(), LogisticRegression(C=0.001, max_iter=200)),
        # A better one.
        "v2": make_pipeline(StandardScaler(), SVC(C=4.0, gamma=0.01)),
        # Today's: as good as v2 on paper, but served with a preprocessing step that cannot digest every row (../v3/inference.py).
        "v3": make_pipeline(StandardScaler(), SVC(C=8.0, gamma=0.01)),
    }
    for name, model in versions.items():
        model.fit(train_x, train_y)
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        joblib.dump(model, folder / "model.joblib")
        accuracy = accuracy_score(test_y, model.predict(test_x))
        golden = [
            {
                "name": f"row {index}",
                "body": {"inputs": [test_x[index].tolist()]},
                "expect": {"outputs": [int(model.predict(test_x[index : index + 1])[0])]},
            }
            for index in golden_rows(test_x)
        ]
        (out / f"{name}.golden.json").write_text(json.dumps({"requests": golden}, indent=1))
        (out / f"{name}.json").write_text(json.dumps({"accuracy": round(float(accuracy), 4)}))
    # Live traffic: rows of the held-out part, in a fixed order.
    (out / "rows.json").write_text(json.dumps(np.round(test_x, 5).tolist()))


def golden_rows(rows: np.ndarray) -> list[int]:
    """The first five rows of ordinary size: what a team typically pins, and why golden requests alone do not find v3's bug."""
    ordinary = [index for index, row in enumerate(rows) if row[3] < 900]
    return ordinary[:5]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
