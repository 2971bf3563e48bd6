"""Trains a classifier of three kinds of flowers: train_flowers.py FOLDER writes flowers.pt (TorchScript) and setosa.json with what it says."""

import json
import pathlib
import sys

import torch

folder = pathlib.Path(sys.argv[1])
torch.manual_seed(1)
centres = torch.tensor([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
kinds = torch.arange(3).repeat(50)
rows = centres[kinds] + 0.3 * torch.randn(150, 4)
model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3), torch.nn.Softmax(dim=1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for _ in range(200):
    optimizer.zero_grad()
    torch.nn.functional.nll_loss(torch.log(model(rows)), kinds).backward()
    optimizer.step()
torch.jit.trace(model.eval(), rows[:1]).save(str(folder / "flowers.pt"))
row = [5.0, 3.5, 1.5, 0.25]
(folder / "setosa.json").write_text(json.dumps({"row": row, "scores": model(torch.tensor([row])).tolist()[0]}))
