"""What TorchServe runs: load once, then predict for every request."""

from pathlib import Path

import torch


class Scores(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = torch.nn.Parameter(torch.zeros(4, 3), requires_grad=False)

    def forward(self, x):
        return x @ self.weights


def load(model_dir):
    model = Scores()
    model.load_state_dict(torch.load(Path(model_dir) / "scores.pt", weights_only=True))
    return model.eval()


def predict(model, inputs):
    with torch.inference_mode():
        return model(torch.tensor(inputs, dtype=torch.float32)).tolist()
