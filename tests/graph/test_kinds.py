"""Categories of kinds: they speak of kinds that exist, and do not contradict each other."""

from __future__ import annotations

from cnnlint.graph import kinds
from cnnlint.graph.tables import load

SETS = {name: value for name, value in vars(kinds).items() if isinstance(value, frozenset)}


def test_categories_speak_of_kinds_that_exist() -> None:
    known = {*load("keras3_layers")["entries"], *load("keras_legacy")["removed"], *load("functions")["kinds"]}
    assert len(SETS) > 20
    for name, members in SETS.items():
        assert members, name
        assert members <= known, name


def test_what_has_weights_is_not_said_to_have_none() -> None:
    assert not kinds.WEIGHTED & (kinds.WEIGHTLESS | kinds.TRANSPARENT | kinds.SCALE_KEEPING)
    assert kinds.CONVOLUTIONS | kinds.TRANSPOSED | kinds.DEPTHWISE | kinds.SEPARABLE < kinds.WEIGHTED


def test_members() -> None:
    assert {"Conv1D", "Conv2D", "Conv3D"} == kinds.CONVOLUTIONS
    assert {"Dropout", "AlphaDropout", "GaussianDropout", "SpatialDropout2D"} <= kinds.DROPOUT
    assert kinds.POOLING.isdisjoint(kinds.GLOBAL_POOLING)
    assert "LSTMCell" not in kinds.RECURRENT
    assert (kinds.rank("Conv2DTranspose"), kinds.rank("Dense")) == (2, None)
