"""No claim about an array contradicts the examples of numpy, pandas, scikit-learn and Keras. See `docstrings`."""

from __future__ import annotations

import pytest

pytest.importorskip("pandas")
pytest.importorskip("sklearn")

MODULES = (
    "numpy",
    "numpy.linalg",
    "numpy.ma",
    "numpy.random",
    "pandas",
    "sklearn.preprocessing",
    "sklearn.model_selection",
    "sklearn.decomposition",
    "sklearn.impute",
    "sklearn.utils",
    "keras.utils",
    "keras.ops",
    "keras.layers",
)

WITH_MODELS = (
    "keras",
    "keras.layers",
    "keras.losses",
    "keras.metrics",
    "keras.callbacks",
    "keras.optimizers.schedules",
)


@pytest.mark.slow
def test_no_claim_contradicts_an_example() -> None:
    from tests.oracles.docstrings import examine

    tally, wrong = examine(MODULES)
    assert tally.programs > 1_000
    assert [(name, one.name, one.kind, one.text) for name, one in wrong] == []


@pytest.mark.slow
def test_no_example_that_runs_is_told_an_error() -> None:
    from tests.oracles.docstrings import false_errors

    ran, told = false_errors(WITH_MODELS)
    assert ran > 100
    assert told == []
