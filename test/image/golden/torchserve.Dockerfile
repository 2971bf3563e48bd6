FROM docker.io/pytorch/torchserve:0.12.0-cpu
