"""What is said of ONNX graphs, against onnxruntime: it is an error exactly where the runtime refuses the model."""

from __future__ import annotations

from collections import Counter

import pytest

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.lint.one_file import lint_bytes
from cnnlint.readers import child
from oracles.onnx_graphs import BREAKS, broken, good
from oracles.onnx_runtime import Runtime

FIRST = 20261126
"""The seed; any other has to do as well."""


def errors(model: bytes) -> list[str]:
    """What is called an error."""
    found = lint_bytes("g.onnx", model, Settings()).diagnostics
    return [f"{d.code} {d.node}: {d.message}" for d in found if d.severity is Severity.ERROR]


def judged(count: int) -> tuple[list[str], Counter[str], Counter[str]]:
    """False errors, and how often each way to break a graph was refused and overlooked."""
    false: list[str] = []
    refusals: Counter[str] = Counter()
    overlooked: Counter[str] = Counter()
    with Runtime() as runtime:
        for seed in range(FIRST, FIRST + count):
            for name, model in (("nothing", good(seed)), broken(seed)):
                data = model.SerializeToString()
                try:
                    reason, said = runtime.refused(data), errors(data)
                except child.Died:
                    continue  # the runtime itself has no answer
                if reason is None:
                    false.extend(f"{name}, seed {seed}: {one}" for one in said)
                else:
                    refusals[name] += 1
                    overlooked[name] += not said
    return false, refusals, overlooked


def check(count: int) -> None:
    false, refusals, overlooked = judged(count)
    assert false == []
    assert refusals["nothing"] == 0, "the generator draws graphs that are in no order"
    assert refusals.total() >= 0.9 * count
    assert overlooked.total() <= 0.05 * refusals.total(), overlooked


def test_errors_are_what_the_runtime_refuses() -> None:
    check(2 * len(BREAKS))


@pytest.mark.slow
def test_errors_are_what_the_runtime_refuses_at_length() -> None:
    check(400)
