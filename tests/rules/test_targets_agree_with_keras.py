"""What is said of targets against Keras itself: what a rule calls refused is refused there, and the reverse.

A matrix of every loss, shapes of outputs and shapes and encodings of targets, asked of the installed Keras in a child
process: once the table of contracts alone, once whole programs and what the rules say of them.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from cnnlint.diagnostics import Severity
from cnnlint.graph.contracts import LOSSES, fit
from rules.asking import asked
from rules.examples import lint

pytest.importorskip("keras")
pytestmark = pytest.mark.slow

COMPARES = [str(Path(__file__).with_name("keras_compares.py"))]
"""The child that says what Keras says to each pair."""
OUTPUTS = ([1], [2], [3], [4, 1], [4, 3], [4, 4], [4, 4, 1], [4, 4, 3])
TARGETS = ([], [1], [2], [3], [4], [4, 1], [4, 3], [4, 4], [4, 4, 1], [4, 4, 3])
COMPARED = [name for name, contract in LOSSES.items() if contract.shapes != "own"]
TRIED = (
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "mean_squared_error",
    "poisson",
    "hinge",
    "kl_divergence",
    "dice",
)
#: rules that speak of a pair that Keras does not take
REFUSING = {"target-shape-mismatch", "output-units-mismatch", "missing-flatten", "label-encoding-loss-mismatch"}
#: rules that call a pair wrong for what is in it, whatever Keras does
JUDGING = {
    "label-encoding-loss-mismatch",
    "single-unit-categorical-crossentropy",
    "binary-crossentropy-multiclass",
    "softmax-single-unit",
    "single-sigmoid-for-multiclass",
}


def test_the_table_says_what_keras_says() -> None:
    pairs = [[loss, out, ["zeros", true]] for loss, out, true in product(COMPARED, OUTPUTS, TARGETS)]
    wrong = []
    for (loss, out, (_, true)), said in zip(pairs, asked(COMPARES, pairs), strict=True):
        claim = fit(LOSSES[loss], (None, *true), (None, *out))
        if claim is not None and (claim == "refused") != bool(said):
            wrong.append(f"{loss}: outputs {out}, targets {true}: {claim}, and Keras {said or 'takes them'}")
    assert not wrong, "\n".join(wrong)


def program(loss: str, out: list[int], kind: str, true: list[int]) -> str:
    """A program that compares such targets with such outputs; the activation is one that the loss takes."""
    contract = LOSSES[loss]
    softmax = contract.answers == "distribution" and out[-1] > 1
    activation = {
        "distribution": "softmax" if softmax else "sigmoid",
        "probabilities": "sigmoid",
        "positive": "softplus",
    }.get(contract.answers, "linear")
    whole = (20, *true)
    made = {
        "numbers": f"np.random.randint(0, 2, size={whole})",
        "rows": f"keras.utils.to_categorical(np.random.randint(0, {true[-1] if true else 1}, size={whole[:-1]}), "
        f"{true[-1] if true else 1})",
        "quantities": f"np.random.rand(*{whole})",
    }
    return f"""
import keras
import numpy as np

y = {made[kind]}
model = keras.Sequential([
    keras.Input({(*out[:-1], 6)}),
    keras.layers.Dense(9, activation="relu"),
    keras.layers.Dense({out[-1]}, activation="{activation}"),
])
model.compile(loss="{loss}", optimizer="adam")
model.fit(np.random.rand(20, {", ".join(map(str, (*out[:-1], 6)))}), y)
"""


def test_the_rules_say_what_keras_says() -> None:
    shapes = {"numbers": TARGETS[:6], "rows": ([2], [3], [4, 3]), "quantities": TARGETS[:8]}
    encoded = [[kind, true] for kind, several in shapes.items() for true in several]
    pairs = [[loss, out, given] for loss, out, given in product(TRIED, OUTPUTS[:5], encoded)]
    wrong = []
    for (loss, out, (kind, true)), said in zip(pairs, asked(COMPARES, pairs), strict=True):
        found = lint(program(loss, out, kind, true))
        assert not found.errors
        spoken = {d.name: d.severity for d in found.diagnostics if d.name in REFUSING | JUDGING}
        refused = {name for name, severity in spoken.items() if severity is Severity.ERROR} & REFUSING
        if refused - JUDGING and not said:
            wrong.append(f"{loss}: outputs {out}, {kind} {true}: {refused}, and Keras takes them")
        if said and not refused and not spoken.keys() & JUDGING:
            wrong.append(f"{loss}: outputs {out}, {kind} {true}: silent, and Keras says {said[:90]}")
    assert not wrong, "\n".join(wrong)
