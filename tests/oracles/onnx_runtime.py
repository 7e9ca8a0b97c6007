"""onnxruntime, asked whether it takes a model, in a small process that forks once for each question.

A test's own process may hold gigabytes of a framework by then, and forking that costs more than any answer.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from typing import BinaryIO

from cnnlint.readers import child

LENGTH = struct.Struct("<q")
DIED = b"\0"
"""The answer for a model that makes the runtime crash, or run on, or take too much memory."""


class Runtime:
    """Asks onnxruntime. A context manager: the process ends with it."""

    def __enter__(self) -> Runtime:
        command = [sys.executable, "-m", __name__]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def refused(self, data: bytes) -> str | None:
        """Why onnxruntime does not load a model or run it on zeros; None if it does.

        Raises:
            child.Died: it crashed, or took too long or too much memory, as it does on some graphs that are broken.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        _send(self._process.stdin, data)
        answer = _received(self._process.stdout)
        if answer is None or answer == DIED:
            raise child.Died
        return answer.decode() or None


def _send(pipe: BinaryIO, data: bytes) -> None:
    pipe.write(LENGTH.pack(len(data)) + data)
    pipe.flush()


def _received(pipe: BinaryIO) -> bytes | None:
    head = pipe.read(LENGTH.size)
    return pipe.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


def _refusal(data: bytes) -> bytes:
    import numpy
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        feeds = {
            entry.name: numpy.zeros([size if isinstance(size, int) else 1 for size in entry.shape], "float32")
            for entry in session.get_inputs()
        }
        session.run(None, feeds)
    except Exception as error:  # whatever it is, the runtime does not want the model
        return (str(error) or "refused").encode()
    return b""


def main() -> None:
    """Answer the questions on standard input until it is closed."""
    import onnxruntime  # noqa: F401  (once, for all children)

    while (data := _received(sys.stdin.buffer)) is not None:
        try:
            answer = child.ask(lambda model=data: _refusal(model), seconds=20, memory=2 << 30)
        except child.Died:
            answer = DIED
        _send(sys.stdout.buffer, answer)


if __name__ == "__main__":
    main()
