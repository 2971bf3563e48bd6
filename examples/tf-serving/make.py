"""Writes model/: a TensorFlow SavedModel that scores three kinds from four numbers. Needs tensorflow.

Usage: python make.py
"""

from pathlib import Path

import tensorflow as tf

WEIGHTS = [[0.5, -1.0, 0.25], [1.5, 0.0, -0.5], [-0.75, 2.0, 1.0], [0.125, 0.5, -1.25]]


class Scores(tf.Module):
    def __init__(self):
        super().__init__()
        self.weights = tf.Variable(WEIGHTS, dtype=tf.float32)

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, name="x")])
    def __call__(self, x):
        return {"scores": x @ self.weights}


module = Scores()
tf.saved_model.save(module, str(Path(__file__).parent / "model"), signatures=module.__call__)
