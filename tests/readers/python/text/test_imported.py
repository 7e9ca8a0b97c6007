"""Names that a file gives to what it imports, and what calls of them are known as."""

from __future__ import annotations

import ast

import pytest

from cnnlint.readers.python.text.parse import parse
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import called


@pytest.mark.parametrize(
    ("imported", "function", "known"),
    [
        ("import tensorflow as tf", "tf.nn.relu", "tf.nn.relu"),
        ("import tensorflow as flow", "flow.nn.relu", "tf.nn.relu"),
        ("import tensorflow.compat.v1 as tf", "tf.nn.relu", "tf.nn.relu"),
        ("import tensorflow.compat.v1 as tf1", "tf1.nn.relu", "tf.nn.relu"),
        ("from tensorflow.compat import v1 as tf", "tf.nn.relu", "tf.nn.relu"),
        ("from jax import numpy as np", "np.exp", "np.exp"),
        ("from keras.layers import Dense as Full", "Full", "Dense"),
        ("from keras import layers as kl", "kl.Dense", "layers.Dense"),
    ],
)
def test_names_stand_for_what_was_imported(imported: str, function: str, known: str) -> None:
    parsed = parse(SourceText(f"{imported}\nmade = {function}(3)\n"), gated=False)
    (call,) = parsed.listing.of(ast.Call)
    assert ast.unparse(call.func) == known
    assert called(call) == known.rpartition(".")[2]


def test_a_name_that_the_file_gives_something_else_is_not_put() -> None:
    source = "from numpy import load as read\ndef load(path):\n    return read(path)\n"
    parsed = parse(SourceText(source), gated=False)
    (call,) = parsed.listing.of(ast.Call)
    assert called(call) == "read"


def test_an_import_in_a_class_is_an_attribute() -> None:
    parsed = parse(SourceText("class Layer:\n    from math import pi as turn\nprint(Layer.turn, turn)\n"), gated=False)
    assert "turn)" in ast.unparse(parsed.listing.nodes[0])
