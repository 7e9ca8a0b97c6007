"""`is` between what libraries have and what the program has."""

from __future__ import annotations

import pytest

from cnnlint.config import Settings
from cnnlint.lint.one_file import lint_bytes

PROGRAM = """
from keras import Input, Model, layers

class Weighing(layers.Layer):
    def call(self, inputs):
        return inputs

def helper():
    pass

made = layers.Dense(2)
x = Input((4,))
y = layers.Dense(3 if {condition} else 5)(x)
Model(x, y)
"""


@pytest.mark.parametrize(
    ("condition", "units"),
    [
        ("layers.Dense is Weighing", 5),
        ("Weighing is layers.Dense", 5),
        ("layers.Dense is not helper", 3),
        ("made is layers.Dense", 5),
        ("Weighing is Weighing", 3),
    ],
)
def test_a_class_of_the_program_is_none_of_a_library(condition: str, units: int) -> None:
    (model,) = lint_bytes("m.py", PROGRAM.format(condition=condition).encode(), Settings()).models
    shape = model.layers[-1]["output_shape"]
    assert model.complete
    assert list(shape) == [None, units]
