"""Writes model/scores.pt: the weights of the module in inference.py, which scores three kinds from four numbers. Needs torch.

Usage: python make.py
"""

from pathlib import Path

import torch

WEIGHTS = [[0.5, -1.0, 0.25], [1.5, 0.0, -0.5], [-0.75, 2.0, 1.0], [0.125, 0.5, -1.25]]

folder = Path(__file__).parent / "model"
folder.mkdir(exist_ok=True)
torch.save({"weights": torch.tensor(WEIGHTS)}, folder / "scores.pt")
