"""What is said of a call holds in every generation of Keras that its file may be written for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.graph import Argument, Origin, Program
from cnnlint.graph.library_calls import Call
from cnnlint.graph.program import Frameworks
from cnnlint.graph.signatures import KERAS, Signature, signatures
from cnnlint.graph.tables import load
from cnnlint.graph.versions import imported, narrowed
from cnnlint.lint.agreement import agreed
from cnnlint.lint.one_file import lint_bytes
from cnnlint_rules.api.unknown_argument import UnknownArgument

#: what a file of each generation shows by its imports
SHOWN = {
    "3": Frameworks(2, 3),
    "tf": Frameworks(tf_keras=True),
    "tf1": Frameworks(1, tf_keras=True),
    "2": Frameworks(),
    "1": Frameworks(),
    "0": Frameworks(),
}
LAYERS = sorted(
    {api for table in ("keras_signatures", "keras_releases") for api in load(table)["entries"] if ".layers." in api}
)


def keywords(api: str, generation: str) -> Iterator[tuple[Signature, str]]:
    """Each keyword that a signature of a generation has."""
    for one in signatures(api):
        if one.version == generation:
            yield from ((one, keyword) for keyword in sorted(one.keywords))


def errors(api: str, given: set[str], generation: str) -> list[str]:
    """What is said to be wrong with a call in a file of a generation."""
    call = Call(api, Origin(), api, keywords={name: Argument(1, True, name) for name in given})
    program = Program("a.py", calls=[call], frameworks=narrowed(SHOWN[generation], [call]))
    return [one.message for one in agreed(UnknownArgument(), program) if one.severity in (None, Severity.ERROR)]


@pytest.mark.parametrize("generation", KERAS)
def test_what_a_generation_takes_is_no_error_in_its_files(generation: str) -> None:
    asked = [(api, one, name) for api in LAYERS for one, name in keywords(api, generation)]
    wrong = [(api, name) for api, one, name in asked if errors(api, {*one.required, name}, generation)]
    assert len(asked) > 300
    assert wrong == []


@pytest.mark.parametrize("generation", ["3", "tf", "2"])
def test_what_none_of_a_files_generations_takes_is_an_error(generation: str) -> None:
    may = imported(SHOWN[generation])
    missed, count = [], 0
    for api in LAYERS:
        own = [one for one in signatures(api) if one.version in may]
        if not any(one.version == "3" for one in own) or any(one.is_open for one in own):
            continue
        known = frozenset[str]().union(*(one.keywords for one in own))
        others = {name for one in signatures(api) for name in one.keywords} - known
        for name in sorted(others | {"activations_"}):
            count += 1
            if not errors(api, {*own[0].required, name}, generation):
                missed.append((api, name))
    assert count > 100
    assert missed == []


#: programs, and the severities of what is found in them
PROGRAMS = {
    # every tf.keras 2 took it
    """
from tensorflow import keras
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", experimental_run_tf_function=False)
""": "info",
    """
from tensorflow import keras
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, init="uniform")])
model.compile("sgd", "mse")
model.fit(x, y, epochs=3, show_accuracy=True)
""": "error error",
    # a name of Keras 0 alone, in a file that may be for it, and in one that is not
    """
from keras.layers.convolutional import MaxPooling2D
pool = MaxPooling2D(poolsize=(2, 2))
""": "",
    """
from keras.layers import Conv2D, Dense, MaxPooling2D
one = Conv2D(8, kernel_size=3, padding="same")
pool = MaxPooling2D(poolsize=(2, 2))
head = Dense(units=3, kernel_initializer="he_normal")
""": "error",
    # Keras 0 had the width of the input first; what comes by its place is no activation there
    """
from keras.layers import Activation, Dense
from keras.models import Sequential
model = Sequential([Dense(784, 128), Activation("relu"), Dense(128, 10), Activation("softmax")])
model.compile(loss="categorical_crossentropy", optimizer="sgd")
""": "",
    """
from keras.layers import Dense
from keras.models import Sequential
model = Sequential([Dense(784, 128), Dense(10)])
model.compile(loss="categorical_crossentropy", optimizer="sgd")
model.fit(x, y, epochs=3)
""": "error",
    # a name is no sign of Keras 0, which took one as well
    """
import keras
from keras import layers
inputs = keras.Input((4,))
model = keras.Model(inputs, layers.Dense(1, activation="softmax", name="end")(inputs))
model.compile(loss="binary_crossentropy", optimizer="sgd")
""": "error",
    # in Keras 1 the channels come first where it is configured so, and this is a kernel of 3 × 3
    """
from keras.layers import Conv2D
from keras.models import Sequential
model = Sequential([Conv2D(8, 3, 3, input_shape=(1, 28, 28))])
""": "warning warning warning",
    """
from keras.layers import Conv2D, Dense, Flatten
from keras.models import Sequential
model = Sequential([Conv2D(8, 3, 3, input_shape=(1, 28, 28)), Flatten(), Dense(units=3, use_bias=False)])
""": "error error warning",
    # nobody asked Keras 1 what it makes of a word here
    """
from keras.layers import MaxPooling2D
pool = MaxPooling2D(pool_size="two")
""": "warning",
    """
from tensorflow.keras.layers import MaxPooling2D
pool = MaxPooling2D(pool_size="two")
""": "error",
    """
from keras.layers import Dense, MaxPooling2D
pool = MaxPooling2D(pool_size="two")
head = Dense(units=3, use_bias=False)
""": "error",
}


@pytest.mark.parametrize("code", PROGRAMS)
def test_an_error_holds_in_every_generation_that_a_file_may_be_for(code: str) -> None:
    found = lint_bytes("a.py", code.encode(), Settings(select=("CNN105", "CNN2", "CNN7")))
    assert " ".join(one.severity.value for one in found.diagnostics) == PROGRAMS[code]
