"""What is said of the absence of a call counts only where the whole file was read."""

from __future__ import annotations

import pytest

from rules.examples import lint

NETWORK = """\
from keras import Sequential, layers

model = Sequential([layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
"""


@pytest.mark.parametrize("between", ["", "x = (# to be written, # by the reader)\n"])
def test_a_compile_may_stand_in_what_was_left_out(between: str) -> None:
    found = lint(NETWORK + between + "model.evaluate(x, y)\n", ["missing-compile"])
    assert [one.code for one in found.diagnostics if one.code == "CNN707"] == ([] if between else ["CNN707"])


def test_losses_of_a_list_belong_to_no_output_where_one_is_not_known() -> None:
    outputs = NETWORK.replace("model =", "part =") + (
        "from keras import Input, Model\n"
        "x = Input((4,))\n"
        'value = layers.Dense(1, activation="tanh")(x)\n'
        "model = Model(x, [policy, value])\n"
        'model.compile("sgd", loss=["categorical_crossentropy", "mse"])\n'
    )
    assert not [one for one in lint(outputs).diagnostics if one.code.startswith("CNN3")]


def test_a_view_of_a_dictionary_that_may_hold_more_is_gone_through() -> None:
    source = "def gathered(**more):\n    for name, value in more.items():\n        print(name, value)\n"
    assert not [one for one in lint(NETWORK + source).diagnostics if "not worked out" in one.message]
