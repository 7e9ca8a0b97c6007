"""Keras is asked in child processes, which run the programs that are only read here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any


def asked(command: list[str], question: object, timeout: float | None = None) -> Any:
    """What Python, run with these arguments, says on its last line to a question on its input, both in JSON."""
    done = subprocess.run(
        [sys.executable, *command],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        env={**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
