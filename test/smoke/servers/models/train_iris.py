"""Trains a classifier of iris flowers: train_iris.py FOLDER writes model/model.joblib, and setosa.json with what it says of a setosa."""

import json
import pathlib
import sys

import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

folder = pathlib.Path(sys.argv[1])
rows, kinds = load_iris(return_X_y=True)
model = LogisticRegression(max_iter=1000).fit(rows, kinds)
joblib.dump(model, folder / "model/model.joblib")
row = rows[:1].tolist()
(folder / "setosa.json").write_text(json.dumps({"row": row[0], "scores": model.predict_proba(row).tolist()[0]}))
