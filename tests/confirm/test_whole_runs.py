"""The command itself on the seeds, and the trials on Keras's other backends: minutes rather than seconds."""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "fixtures" / "seeds"

pytestmark = [pytest.mark.slow, pytest.mark.alone]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "rules"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": path, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )


def confirmed(*arguments: str) -> list[dict[str, Any]]:
    """The diagnostics of `cnnlint --confirm`."""
    done = run("-m", "cnnlint", "--isolated", "--confirm", "--no-cache", "--format", "json", *arguments)
    assert done.returncode in (0, 1), done.stderr
    diagnostics: list[dict[str, Any]] = json.loads(done.stdout)["diagnostics"]
    return diagnostics


SAME_MODELS = ("1_mnist_overconfident/variant_keras_rendering.py", "3_coloured_mnist/variant_labels_traced.py")
"""Seeds whose models are those of `as_asked.py` beside them, layer by layer: trained there already."""
SMALL = ROOT / "tests" / "benchmarks" / "truth" / "relu_softmax_dense.py"


def test_every_error_and_warning_in_the_seeds_has_a_verdict_in_little_memory() -> None:
    same = [SEEDS / name for name in SAME_MODELS]
    assert all(path.is_file() for path in same)
    found = confirmed(*(str(path) for path in sorted(SEEDS.rglob("*.py")) if path not in same))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    tested = [one for one in found if one["evidence"] is not None]
    assert all(one["evidence"] is not None for one in found if one["severity"] != "info")
    unclear = [one for one in tested if one["evidence"]["verdict"] == "undecided"]
    told = [(one["filename"], one["code"], one["evidence"]["summary"]) for one in unclear]
    assert all(len(summary) > len("undecided: ") + 20 for *_, summary in told), told
    assert len(unclear) <= 3, told
    assert peak < 1.1 * 2**20
    (coloured,) = (one["evidence"] for one in found if one["code"] == "CNN101" and "3_coloured" in one["filename"])
    assert coloured["verdict"] == "proved"
    assert all(written < repaired for written, repaired in coloured["series"])


def test_relu_before_softmax_is_proved_bit_for_bit_twice() -> None:
    first, second = (
        [one["evidence"] for one in confirmed("--confirm-only", "CNN101", str(SMALL)) if one["code"] == "CNN101"]
        for _ in range(2)
    )
    (evidence,) = first
    assert evidence["verdict"] == "proved"  # samples that no step can teach; the trial stands beside it
    assert evidence["pairs"] >= 4
    for one in (*first, *second):
        del one["seconds"]
    assert first == second


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_a_double_softmax_is_real_on_other_backends(backend: str) -> None:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    done = run("scripts/reproduce_evidence.py", "double softmax (Keras)", KERAS_BACKEND=backend)
    assert f"on {backend}" in done.stdout
    assert "| confirmed (expected no difference) |" in done.stdout, done.stderr


CLAIMS = (
    "tiny",
    "swapped",
    "double softmax",
    "0..255",
    "affine",
    "batch norm",
    "no activation",
    "he_normal",
    "sigmoid(2)",
)
"""The others are of models that the seeds train already."""
QUICK = ("relu before softmax, tiny", "swapped labels", "affine network", "batch norm after")
"""Those that are decided in 2 to 7 seconds."""


def test_no_textbook_claim_comes_out_the_other_way_round() -> None:
    """A trial may leave a claim open; what it decides is what was measured for the documentation."""
    done = run("scripts/reproduce_evidence.py", *CLAIMS)
    assert done.returncode == 0, done.stdout
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ") and not line.startswith("| claim")]
    assert len(rows) == 12
    decided = [row for row in rows if "undecided" not in row and "(expected" not in row]
    # the others take as long as the machine is slow, and may be left open
    assert all(any(claim in row for row in decided) for claim in QUICK), done.stdout
