#!/usr/bin/env python3
"""Stands in for TensorFlow Serving: its flags, its folders, and REST protocol v1 by KServe's server.

Of a SavedModel it computes one product with the only variable, which is what the example of the tests does.
"""

import argparse
import pathlib
import re

import kserve
import numpy
from kserve.errors import InvalidInput

parser = argparse.ArgumentParser()
for name in ("port", "rest_api_port", "model_name", "model_base_path", "monitoring_config_file"):
    parser.add_argument(f"--{name}", required=True)
for name in ("file_system_poll_wait_seconds", "enable_batching", "batching_parameters_file"):
    parser.add_argument(f"--{name}")
flags = parser.parse_args()

assert "enable: true" in pathlib.Path(flags.monitoring_config_file).read_text()
# Without batching there is no limit; with it, what is larger than a batch is refused, as TensorFlow Serving does.
most = None
if flags.batching_parameters_file is not None:
    batching = pathlib.Path(flags.batching_parameters_file).read_text()
    most = int(re.search(r"^max_batch_size { value: (\d+) }$", batching, re.M).group(1))

versions = [folder for folder in pathlib.Path(flags.model_base_path).iterdir() if folder.name.isdecimal()]
latest = max(versions, key=lambda folder: int(folder.name))
assert (latest / "saved_model.pb").is_file()
variables = (latest / "variables/variables.data-00000-of-00001").read_bytes()
weights = numpy.frombuffer(variables[:48], numpy.float32).reshape(4, 3)


class Model(kserve.Model):
    def __init__(self):
        super().__init__(flags.model_name)
        self.ready = True

    def predict(self, payload, headers=None, response_headers=None):
        try:
            rows = numpy.asarray(payload["instances"], dtype=numpy.float32)
            if most is not None and len(rows) > most:
                raise InvalidInput(f"Task size {len(rows)} was larger than maximum batch size {most}")
            return {"predictions": (rows @ weights).tolist()}
        except (KeyError, ValueError, TypeError) as error:
            raise InvalidInput(str(error)) from error


server = kserve.ModelServer(http_port=int(flags.rest_api_port), enable_grpc=False, enable_docs_url=False)
server.start([Model()])
