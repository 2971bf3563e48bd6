#!/usr/bin/env python3
"""Stands in for `vllm serve FOLDER`: its flags, and the OpenAI API by llama.cpp's server."""

import argparse
import os
import pathlib
import signal
import sys

import llamacpp_server

assert sys.argv[1] == "serve"
parser = argparse.ArgumentParser()
parser.add_argument("folder")
for name in ("served-model-name", "host", "port", "dtype", "max-model-len"):
    parser.add_argument(f"--{name}", required=True)
flags = parser.parse_args(sys.argv[2:])

# What vLLM writes it writes at home, and PyTorch asks who it is.
assert os.environ["HF_HUB_OFFLINE"] == "1" and os.environ["USER"] and os.getuid() != 0
(pathlib.Path.home() / "cache").mkdir(exist_ok=True)
# The first process of a container has no default for it.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
llamacpp_server.main(flags.folder, int(flags.port), flags.served_model_name, False, flags.host)
