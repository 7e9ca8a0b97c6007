"""unknown-argument and unknown-name against Keras itself: an error here is a refusal there, and the reverse.

A child process writes calls of every layer, optimizer, loss, metric, callback, operation, ... from the installed
libraries' own signatures and makes them for real; names are given to `compile` and the layers.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.lint.one_file import lint_bytes

pytest.importorskip("keras")
pytestmark = pytest.mark.slow

SETTINGS = Settings(select=("CNN701", "CNN702"))
#: what Keras says of a name; another error means that the name was resolved, and did not fit the example
UNKNOWN = "Could not interpret"
#: calls of which the generator must have made at least this many, so that it cannot fail in silence
LEAST = {
    "right": 600,
    "keyword": 1500,
    "misspelt": 6000,
    "surplus": 600,
    "repeated": 400,
    "missing": 400,
    "name": 800,
    "option": 40,
}
#: what other releases of Keras 3 took one argument more of: `rms_scaling`, `value_range`
TAKEN_BEFORE = ("keras.layers.LayerNormalization(None, ", "keras.layers.RandomRotation(0.1, None, ")


class Asked(NamedTuple):
    """A program and what the libraries said to it."""

    group: str
    kind: str
    program: str
    refused: bool
    message: str


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    script = Path(__file__).with_name("keras_calls.py")
    folder = tmp_path_factory.mktemp("calls")  # callbacks may write files
    command = [sys.executable, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder, timeout=1800)
    return [Asked(*one) for one in json.loads(done.stdout)]


def refused(program: str) -> list[str]:
    """The errors of the two rules."""
    result = lint_bytes("model.py", program.encode(), SETTINGS)
    assert not result.errors, (program, result.errors)
    return [d.message for d in result.diagnostics if d.severity is Severity.ERROR and d.code in SETTINGS.select]


def test_enough_was_asked(asked: list[Asked]) -> None:
    kinds = [one.kind for one in asked]
    assert {kind: kinds.count(kind) >= least for kind, least in LEAST.items()} == dict.fromkeys(LEAST, True)


def test_arguments(asked: list[Asked]) -> None:
    wrong = [
        (one.program.splitlines()[-1], one.message, said)
        for one in asked
        if one.kind != "name"
        and bool(said := refused(one.program)) != one.refused
        and not (one.refused and one.program.splitlines()[-1].startswith(TAKEN_BEFORE))
    ]
    assert wrong == []


def test_names(asked: list[Asked]) -> None:
    wrong = []
    for one in asked:
        if one.kind != "name" or (one.refused and UNKNOWN not in one.message):
            continue
        said = refused(one.program)
        if bool(said) != one.refused:
            wrong.append((one.program.splitlines()[5:], one.message, said))
    assert wrong == []


def test_nothing_is_refused_that_keras_takes(asked: list[Asked]) -> None:
    """Where the program does not say which version it is for."""
    wrong = []
    for one in asked:
        if not one.refused:
            program = one.program.replace("keras.ops.shape\ntf.function\n", "")
            if refused(program):
                wrong.append(program)
    assert wrong == []
