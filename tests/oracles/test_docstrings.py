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


@pytest.mark.slow
def test_no_claim_contradicts_an_example() -> None:
    from tests.oracles.docstrings import examine

    tally, wrong = examine(MODULES)
    assert tally.programs > 1_000
    assert [(name, one.name, one.kind, one.text) for name, one in wrong] == []
