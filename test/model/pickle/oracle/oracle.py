"""What CPython's own unpicklers make of pickles, for the differential proof. Imports and calls nothing that a pickle names.

Reads batches from standard input: a count, then for each pickle its length and its bytes (32-bit little-endian numbers). Answers each
batch with one line of JSON per pickle: for each reader [accepted, "module\\nname", ...] in the order in which they were reached. Readers:
the C unpickler on bytes, the C unpickler on a file, and the one written in Python.
"""

import _pickle
import io
import json
import pickle
import resource
import struct
import sys

# A pickle may ask for as much memory as it likes; the answer has to be an exception.
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
sys.setrecursionlimit(2000)


class Accept:
    """Takes any call; not bound to the object that it is found on."""

    def __call__(self, *args, **keywords):
        return Stand()


class Meta(type):
    def __setitem__(cls, key, value):
        pass


class Stand(metaclass=Meta):
    """Stands for everything that a pickle imports, calls or asks its loader for."""

    def __new__(cls, *args, **keywords):
        return object.__new__(cls)

    def __init__(self, *args, **keywords):
        pass

    def __call__(self, *args, **keywords):
        return Stand()

    def __setitem__(self, key, value):
        pass

    __setstate__ = append = extend = add = Accept()


def reader(base):
    class Reader(base):
        def find_class(self, module, name):
            self.names.append(module + "\n" + name)
            return Stand

        def persistent_load(self, pid):
            return Stand()

    return Reader


class WholeBytes(io.BytesIO):
    """Lets the C unpickler see everything at once, as pickle.loads does."""

    def peek(self, size):
        return self.getvalue()[self.tell():]


class OnlyReads:
    """A file that cannot look ahead: each read is a system call."""

    def __init__(self, data):
        file = io.BytesIO(data)
        self.read, self.readline = file.read, file.readline


C, Python = reader(_pickle.Unpickler), reader(pickle._Unpickler)


def judge(make, source):
    unpickler = None
    names = []
    try:
        unpickler = make(source, encoding="latin1")
        unpickler.names = names
        unpickler.load()
        return [1, *names]
    except MemoryError:
        return [0, *names]
    except Exception:
        return [0, *names]


def exactly(count):
    data = sys.stdin.buffer.read(count)
    if len(data) < count:
        sys.exit(0)
    return data


def main():
    print(json.dumps(list(sys.version_info[:3])), flush=True)
    while True:
        (count,) = struct.unpack("<I", exactly(4))
        lines = []
        for _ in range(count):
            (length,) = struct.unpack("<I", exactly(4))
            data = exactly(length)
            answers = [judge(C, WholeBytes(data)), judge(C, OnlyReads(data)), judge(Python, OnlyReads(data))]
            lines.append(json.dumps(answers))
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()


main()
