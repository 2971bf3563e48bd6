"""llama.cpp's server as the first process of a container: the model of examples/vllm, with the defects that DEFECT names. What the server itself cannot
be made to do wrong, a front before it does."""

import http.client
import http.server
import json
import os
import pathlib
import shutil
import signal
import sys
import threading
import time

import numpy

import llamacpp_server

DEFECT = os.environ.get("DEFECT", "none")
FRONTED = ("crash-on-third", "leak", "bad-input-500")
LEAK = 3 * 2**20
WIDTH, WIDER = 16, 32

_read = llamacpp_server.read_safetensors


def spoilt(path):
    """The weights of the model, or of one that is broken, another, or wider."""
    for name, array in _read(path):
        if DEFECT == "nan" and name == "model.embed_tokens.weight":
            array = array * numpy.float32("nan")
        if DEFECT == "golden-mismatch" and name == "model.embed_tokens.weight":
            array = numpy.roll(array, 3, axis=1)
        if DEFECT == "wrong-shape":
            missing = [(0, WIDER - WIDTH if size == WIDTH else 0) for size in array.shape]
            array = numpy.pad(array, missing, constant_values=1.0 if array.ndim == 1 else 0.0)
        yield name, array


def model_folder():
    if DEFECT != "wrong-shape":
        return "/srv/model"
    folder = pathlib.Path(shutil.copytree("/srv/model", "/tmp/wider"))
    config = json.loads((folder / "config.json").read_text())
    heads = {"num_attention_heads": 4, "num_key_value_heads": 4}
    (folder / "config.json").write_text(json.dumps(config | heads | {"hidden_size": WIDER}))
    return str(folder)


class Front(http.server.BaseHTTPRequestHandler):
    """Passes requests on, and behaves badly."""

    protocol_version = "HTTP/1.1"
    chats = 0
    kept = []

    def forward(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        inner = http.client.HTTPConnection("127.0.0.1", 8001)
        inner.request(self.command, self.path, body, {"content-type": "application/json"})
        answer = inner.getresponse()
        said, status = answer.read(), answer.status
        inner.close()
        if self.path == "/v1/chat/completions" and status == 200:
            Front.chats += 1
        if DEFECT == "crash-on-third" and Front.chats == 3:
            os._exit(1)
        if DEFECT == "leak" and self.command == "POST":
            Front.kept.append(b"\1" * LEAK)
        if DEFECT == "bad-input-500" and status in (400, 422):
            status = 500
        self.send_response(status)
        self.send_header("content-type", answer.getheader("content-type", "application/json"))
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = forward

    def log_message(self, *_):
        pass


def drain(*_):
    # The server has no way to end politely: what began is answered by then.
    time.sleep(4)
    os._exit(0)


if __name__ == "__main__":
    if DEFECT != "ignores-sigterm":
        signal.signal(signal.SIGTERM, drain)
    if DEFECT == "slow-start":
        time.sleep(25)
    llamacpp_server.read_safetensors = spoilt
    if DEFECT in FRONTED:
        front = http.server.ThreadingHTTPServer(("0.0.0.0", 8000), Front)
        threading.Thread(target=front.serve_forever, daemon=True).start()
    port, host = (8001, "127.0.0.1") if DEFECT in FRONTED else (8000, "0.0.0.0")
    llamacpp_server.main(model_folder(), port, "scores", sys.argv[1:] == ["embedding"], host)
