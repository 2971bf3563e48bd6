"""Trains the model of this example: XGBoost on the iris data set. Needs scikit-learn and xgboost. Usage: python make.py"""

from pathlib import Path

import xgboost
from sklearn.datasets import load_iris

rows, kinds = load_iris(return_X_y=True)
parameters = {"objective": "multi:softprob", "num_class": 3, "max_depth": 3, "eta": 0.5, "seed": 0}
booster = xgboost.train(parameters, xgboost.DMatrix(rows, kinds), num_boost_round=8)

folder = Path(__file__).parent / "model"
folder.mkdir(exist_ok=True)
booster.save_model(folder / "iris.ubj")
print(booster.predict(xgboost.DMatrix(rows[[0, 75, 149]])).round(4).tolist())
