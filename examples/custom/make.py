"""Trains the model of this example and exports it: logistic regression on the iris data set. Needs scikit-learn and skl2onnx.

Usage: python make.py
"""

from pathlib import Path

from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

rows, kinds = load_iris(return_X_y=True)
model = LogisticRegression(max_iter=1000).fit(rows, kinds)
# Without the ZipMap, probabilities are a plain tensor.
exported = to_onnx(model, initial_types=[("input", FloatTensorType([None, 4]))], options={"zipmap": False}, target_opset=18)

folder = Path(__file__).parent / "model"
folder.mkdir(exist_ok=True)
(folder / "iris.onnx").write_bytes(exported.SerializeToString())
print(model.predict(rows[[0, 75, 149]]).tolist(), model.predict_proba(rows[[0, 75, 149]]).round(4).tolist())
