"""Keras's other backends, where they are installed: trials run there, and a verdict may differ."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BODY = "layers.Input((12, 12, 1)), layers.Conv2D(8, 3, activation='relu'), layers.MaxPooling2D(), layers.Flatten()"
PROGRAM = f"""\
from keras import Sequential, layers, losses, optimizers
model = Sequential([{BODY}, layers.Dense(10, activation="relu"), layers.Softmax()])
model.compile(optimizers.Adam(0.01), "categorical_crossentropy")
twice = Sequential([{BODY}, layers.Dense(4, activation="softmax")])
twice.compile("adam", losses.CategoricalCrossentropy(from_logits=True))
"""


@pytest.mark.parametrize(
    ("backend", "double"), [("tensorflow", "no difference"), ("jax", "proved"), ("torch", "proved")]
)
def test_a_trial_and_a_proof_that_depends_on_the_backend(backend: str, double: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    (tmp_path / "model.py").write_text(PROGRAM)
    path = os.pathsep.join([str(ROOT), str(ROOT / "rules"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "cnnlint", "--isolated", "--confirm", "--no-cache", "--format", "json", "model.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    found = {one["code"]: one["evidence"] for one in json.loads(done.stdout)["diagnostics"] if one["evidence"]}
    # the proof asks each backend for its losses; what the runs came to stands beside it
    assert found["CNN101"]["verdict"] == "proved"
    assert "When trained: confirmed" in found["CNN101"]["summary"]
    assert found["CNN301"]["verdict"] == double
    assert all(backend in one["backend"].lower() for one in found.values())
