"""What a process does that answers one question after the other."""

from __future__ import annotations

import pickle
import subprocess
import sys

SERVING = """
import sys
from cnnlint.lint import worker
worker.PAUSE = 0.1
say = lambda what: lambda: print(what, file=sys.stderr, flush=True)
worker.serve(lambda asked: 2 * asked, say("answered"), say("rested"))
"""


def test_it_rests_once_when_nothing_is_asked() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        assert server.stderr.readline() == b"rested\n"  # nothing was asked yet
        for number in (3, 4):
            pickle.dump(number, server.stdin)
        server.stdin.flush()
        assert [pickle.load(server.stdout) for _ in range(2)] == [6, 8]
        assert [server.stderr.readline() for _ in range(3)] == [b"answered\n", b"answered\n", b"rested\n"]
        server.stdin.close()
        assert (server.wait(30), server.stderr.read()) == (0, b"")
